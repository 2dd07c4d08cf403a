//! A step function as a figure needs it: its line, its band, its marks and the numbers under the axis.

use crate::error::{Error, Result};
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;
use crate::survival::risk_table::table::RiskTable;

/// A step function with what is drawn around it.
///
/// Most figures make their series from results ([`KaplanMeierPlot`](crate::plot::KaplanMeierPlot)); this type is for
/// step functions of one's own, such as state occupation probabilities.
///
/// # Example
/// ```
/// use greenwood::plot::{CurvePlot, StepSeries};
///
/// let relapse = StepSeries::new("relapse", 0.0, &[(2.0, 0.1), (5.0, 0.3)], 12.0)?;
/// let svg = CurvePlot::steps(vec![relapse]).title("Cumulative incidence").to_svg()?;
/// assert!(svg.contains("class=\"curve 1\""));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StepSeries {
    pub(crate) label: String,
    /// The value before the first step.
    pub(crate) start: f64,
    /// Times and the values from then on.
    pub(crate) steps: Vec<(f64, f64)>,
    /// The end of follow-up: nothing is drawn beyond.
    pub(crate) end: f64,
    /// Limits from each time on; `None` where there are none.
    pub(crate) band: Vec<(f64, Option<(f64, f64)>)>,
    /// Times of censoring, with how many.
    pub(crate) censored: Vec<(f64, f64)>,
    pub(crate) counts: Vec<Counted>,
    /// Its place in the palette and in the classes of what is drawn, from 0.
    pub(crate) color: usize,
    /// What stands behind its name in the legend.
    pub(crate) details: Vec<String>,
    /// When half have had the event, as the table says it.
    pub(crate) median: Option<f64>,
    /// The name of a risk set that several curves share: its numbers stand in the table once.
    pub(crate) risk_set: Option<String>,
}

/// Who was there just before a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Counted {
    time: f64,
    at_risk: f64,
    events: f64,
    censored: f64,
    entered: f64,
}

impl StepSeries {
    /// A step function that has the value `start` before its first step and each value from its time on, followed to `end`.
    ///
    /// # Errors
    /// [`Error::InvalidTime`] for a time that is not finite or below the one before it; [`Error::OutOfRange`] for a value
    /// that is not finite.
    pub fn new(label: impl Into<String>, start: f64, steps: &[(f64, f64)], end: f64) -> Result<Self> {
        let mut last = f64::NEG_INFINITY;
        for (index, &(time, value)) in steps.iter().enumerate() {
            if !(time.is_finite() && time >= last) {
                return Err(Error::InvalidTime { argument: "steps", index, value: time });
            }
            if !value.is_finite() {
                return Err(Error::OutOfRange { argument: "a step's value", value, must_be: "finite" });
            }
            last = time;
        }
        for (argument, value) in [("start", start), ("end", end)] {
            if !value.is_finite() {
                return Err(Error::OutOfRange { argument, value, must_be: "finite" });
            }
        }
        let (steps, label) = (steps.to_vec(), label.into());
        Ok(Self {
            label,
            start,
            steps,
            end,
            band: Vec::new(),
            censored: Vec::new(),
            counts: Vec::new(),
            color: 0,
            details: Vec::new(),
            median: None,
            risk_set: None,
        })
    }

    /// With limits `(time, lower, upper)` from each time on.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a limit that is not finite.
    pub fn with_band(mut self, limits: &[(f64, f64, f64)]) -> Result<Self> {
        for &(time, lower, upper) in limits {
            for (argument, value) in
                [("a limit's time", time), ("a lower limit", lower), ("an upper limit", upper)]
            {
                if !value.is_finite() {
                    return Err(Error::OutOfRange { argument, value, must_be: "finite" });
                }
            }
        }
        self.band = limits.iter().map(|&(t, l, u)| (t, Some((l, u)))).collect();
        Ok(self)
    }

    /// With the numbers at risk, the events and the censorings of a risk table.
    #[must_use]
    pub fn with_table(self, table: &RiskTable) -> Self {
        self.with_counts(table, false)
    }

    /// With the sums of weights of a risk table, or the numbers of its subjects.
    pub(crate) fn with_counts(mut self, table: &RiskTable, subjects: bool) -> Self {
        let of = |weights: f64, number: u32| if subjects { f64::from(number) } else { weights };
        self.counts = table
            .rows()
            .map(|r| Counted {
                time: r.time,
                at_risk: of(r.at_risk, r.subjects_at_risk),
                events: of(r.events, r.event_subjects),
                censored: of(r.censored, r.censored_subjects),
                entered: of(r.entered, r.entered_subjects),
            })
            .collect();
        self.censored =
            self.counts.iter().filter(|r| r.censored > 0.0).map(|r| (r.time, r.censored)).collect();
        self
    }

    /// With numbers under observation just before each time, and nobody after the last.
    pub(crate) fn with_at_risk(mut self, counts: &[(f64, f64)]) -> Self {
        let row = |&(time, at_risk): &(f64, f64)| {
            let censored = if counts.last().is_some_and(|last| last.0 == time) { at_risk } else { 0.0 };
            Counted { time, at_risk, events: 0.0, censored, entered: 0.0 }
        };
        self.counts = counts.iter().map(row).collect();
        self
    }

    /// Its name.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its name with what stands behind it in the legend.
    pub(crate) fn name(&self) -> String {
        [&self.label].into_iter().chain(&self.details).map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn of_curve(
        label: String,
        curve: &SurvivalCurve,
        interval: Option<Interval>,
        subjects: bool,
    ) -> Result<Self> {
        let mut series = Self::new(label, 1.0, &[], 0.0)?.with_counts(curve.table(), subjects);
        series.median = curve.median().value().ok();
        series.band = interval.map_or_else(Vec::new, |_| vec![(0.0, Some((1.0, 1.0)))]);
        for step in curve.steps() {
            let time = step.row.time;
            if step.row.events > 0.0
                && let Ok(value) = step.estimate.value()
            {
                series.steps.push((time, value));
                if let Some(interval) = interval {
                    series.band.push((time, step.estimate.interval(interval)?.bounds()));
                }
            }
            series.end = series.end.max(time);
        }
        Ok(series)
    }

    /// The incidence of one cause, with its band and the counts of its risk table (events of that cause alone).
    pub(crate) fn of_incidence(
        label: String,
        fit: &CumulativeIncidence,
        cause: usize,
        interval: Option<Interval>,
    ) -> Result<Self> {
        let mut series = Self::new(label, 0.0, &[], 0.0)?;
        series.band = interval.map_or_else(Vec::new, |_| vec![(0.0, Some((0.0, 0.0)))]);
        for row in fit.rows() {
            let (all, estimate, events) = (row.row(), &row.incidence()[cause], row.events()[cause]);
            let (time, at_risk, censored, entered) = (all.time, all.at_risk, all.censored, all.entered);
            // Events of other causes leave the risk set without being counted in the table's rows.
            series.counts.push(Counted { time, at_risk, events, censored, entered });
            if censored > 0.0 {
                series.censored.push((time, censored));
            }
            if events > 0.0 {
                series.steps.push((time, estimate.value()));
                if let Some(interval) = interval {
                    series.band.push((time, estimate.interval(interval)?.bounds()));
                }
            }
            series.end = series.end.max(time);
        }
        Ok(series)
    }

    pub(crate) fn of_hazard(
        label: String,
        hazard: &CumulativeHazard,
        level: Option<f64>,
        subjects: bool,
    ) -> Result<Self> {
        let mut series = Self::new(label, 0.0, &[], 0.0)?.with_counts(hazard.table(), subjects);
        series.band = level.map_or_else(Vec::new, |_| vec![(0.0, Some((0.0, 0.0)))]);
        for row in series.counts.clone() {
            if row.events > 0.0 {
                let estimate = hazard.at(row.time);
                let Ok(value) = estimate.value() else { continue };
                series.steps.push((row.time, value));
                if let Some(level) = level {
                    series.band.push((row.time, estimate.interval(level)?.bounds()));
                }
            }
            series.end = series.end.max(row.time);
        }
        Ok(series)
    }

    pub(crate) fn scale_counts(&mut self, time: f64) {
        for row in &mut self.counts {
            row.time *= time;
        }
    }

    /// The value from `t` on.
    pub(crate) fn value_at(&self, t: f64) -> f64 {
        let passed = self.steps.partition_point(|&(time, _)| time <= t);
        if passed == 0 { self.start } else { self.steps[passed - 1].1 }
    }

    /// The limits from `t` on.
    pub(crate) fn limits_at(&self, t: f64) -> Option<(f64, f64)> {
        let passed = self.band.partition_point(|&(time, _)| time <= t);
        if t > self.end { None } else { self.band.get(passed.checked_sub(1)?)?.1 }
    }

    /// All who ever were under observation.
    pub(crate) fn total(&self) -> f64 {
        self.counts.first().map_or(0.0, |r| r.at_risk) + self.counts.iter().map(|r| r.entered).sum::<f64>()
    }

    /// Is a time before another, by more than the rounding of a change of units?
    fn is_before(time: f64, t: f64) -> bool {
        time < t - 1e-9 * t.abs().min(f64::MAX)
    }

    /// Under observation just before `t`: those at risk at the next time at which anybody leaves or enters, less those who
    /// enter in between.
    pub(crate) fn at_risk(&self, t: f64) -> f64 {
        let passed = self.counts.partition_point(|r| Self::is_before(r.time, t));
        match self.counts.get(passed) {
            Some(row) => row.at_risk,
            // After the last row: what it left behind.
            None => {
                self.counts.last().map_or(0.0, |r| (r.at_risk - r.events - r.censored + r.entered).max(0.0))
            }
        }
    }

    /// Events before `t`.
    pub(crate) fn events_before(&self, t: f64) -> f64 {
        self.counts.iter().take_while(|r| Self::is_before(r.time, t)).map(|r| r.events).sum::<f64>() + 0.0
    }

    /// Censorings before `t`.
    pub(crate) fn censored_before(&self, t: f64) -> f64 {
        self.counts.iter().take_while(|r| Self::is_before(r.time, t)).map(|r| r.censored).sum::<f64>() + 0.0
    }
}
