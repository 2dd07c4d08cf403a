//! A step function as a figure needs it: its line, its band, its marks and the numbers under the axis.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plot::behind::{Behind, is_before};
use crate::plot::print_columns::Columns;
use crate::survival::curve::smoothed_hazard::SmoothedHazardPoint;
use crate::survival::multi_state::OccupationEstimate;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::risk_table::table::{RiskTable, Row};

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
    /// Limits from each time on. It is `None` if there are none.
    pub(crate) band: Vec<(f64, Option<(f64, f64)>)>,
    /// Values with their errors, of which the rest of the band is made at the level that is asked for; never copied.
    pub(crate) estimates: Arc<Vec<(f64, Limited)>>,
    pub(crate) censored: Vec<Censored>,
    pub(crate) counts: Vec<Counted>,
    /// The estimate that it is thinned from, of which values and counts are asked.
    pub(crate) behind: Option<Behind>,
    /// Under observation after the last row.
    pub(crate) left: f64,
    /// Its place in the palette and in the classes of what is drawn, from 0.
    pub(crate) color: usize,
    /// What stands behind its name in the legend.
    pub(crate) details: Vec<String>,
    /// When half have had the event, as the table says it.
    pub(crate) median: Option<f64>,
    /// The name of a risk set that several curves share: its numbers stand in the table once.
    pub(crate) risk_set: Option<String>,
    /// Straight lines from value to value, for a function that is no step function.
    pub(crate) smooth: bool,
    /// Its values are per unit of time: in another unit they are others.
    pub(crate) per_time: bool,
}

/// Censorings that share a mark: the first and the last time, and how many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Censored {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) count: f64,
}

impl Censored {
    fn at(time: f64, count: f64) -> Self {
        Self { from: time, to: time, count }
    }
}

/// A value with its error, which is asked for limits at the level of the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Limited {
    State(OccupationEstimate),
    Hazard(SmoothedHazardPoint),
    Other(Estimate),
}

impl Limited {
    fn interval(&self, interval: Interval) -> Result<ConfidenceInterval> {
        match self {
            Self::State(estimate) => estimate.interval(interval),
            Self::Hazard(point) => point.interval(interval),
            Self::Other(estimate) => estimate.interval(interval),
        }
    }
}

/// Who was there just before a time, and how many had left or entered up to it. Sums are kept, so that a number under the
/// axis is found without a walk over all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Counted {
    time: f64,
    at_risk: f64,
    events_to: f64,
    censored_to: f64,
    entered_to: f64,
}

/// A row of a risk table.
struct Counts {
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
            estimates: Arc::default(),
            censored: Vec::new(),
            counts: Vec::new(),
            behind: None,
            left: 0.0,
            color: 0,
            details: Vec::new(),
            median: None,
            risk_set: None,
            smooth: false,
            per_time: false,
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
    pub fn with_table(mut self, table: &RiskTable) -> Self {
        self.counts = Vec::with_capacity(table.len());
        for r in table.rows() {
            let Row { time, at_risk, events, censored, entered, .. } = r;
            self.count(&Counts { time, at_risk, events, censored, entered });
            if r.censored_subjects > 0 {
                self.censored.push(Censored::at(time, censored));
            }
        }
        self
    }

    /// Another row of the risk table.
    fn count(&mut self, row: &Counts) {
        let &Counts { time, at_risk, events, censored, entered } = row;
        let last = self.counts.last().map_or((0.0, 0.0, 0.0), |c| (c.events_to, c.censored_to, c.entered_to));
        self.left = (at_risk - events - censored + entered).max(0.0);
        self.counts.push(Counted {
            time,
            at_risk,
            events_to: last.0 + events,
            censored_to: last.1 + censored,
            entered_to: last.2 + entered,
        });
    }

    /// With numbers under observation just before each time, and nobody after the last.
    pub(crate) fn with_at_risk(mut self, counts: &[(f64, f64)]) -> Self {
        for (i, &(time, at_risk)) in counts.iter().enumerate() {
            let censored = if i + 1 == counts.len() { at_risk } else { 0.0 };
            self.count(&Counts { time, at_risk, events: 0.0, censored, entered: 0.0 });
        }
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

    /// The band of the estimates after what the band has, or none. Limits of steps of one column of time are those of the
    /// last.
    pub(crate) fn limit_estimates(&mut self, interval: Option<Interval>, columns: Columns) -> Result<()> {
        let Some(interval) = interval else {
            self.band.clear();
            return Ok(());
        };
        let columns = if self.smooth { Columns::ALL } else { columns };
        let estimates = std::mem::take(&mut self.estimates);
        let mut rest = estimates.as_slice();
        while let Some(&(first, _)) = rest.first() {
            let ends = columns.end_of_band(first);
            let together = rest.iter().take_while(|e| e.0 < ends).count().max(1);
            let (_, estimate) = &rest[together - 1];
            self.band.push((first, estimate.interval(interval)?.bounds()));
            rest = &rest[together..];
        }
        Ok(())
    }

    pub(crate) fn scale_counts(&mut self, time: f64) {
        for row in &mut self.counts {
            row.time *= time;
        }
    }

    /// The value from `t` on.
    pub(crate) fn value_at(&self, t: f64) -> f64 {
        if let Some(behind) = &self.behind {
            return behind.value_at(t).unwrap_or(self.start);
        }
        self.drawn_at(t)
    }

    /// The value that is drawn from `t` on.
    pub(crate) fn drawn_at(&self, t: f64) -> f64 {
        let passed = self.steps.partition_point(|&(time, _)| time <= t);
        if passed == 0 { self.start } else { self.steps[passed - 1].1 }
    }

    /// The limits from `t` on.
    pub(crate) fn limits_at(&self, t: f64) -> Option<(f64, f64)> {
        let passed = self.band.partition_point(|&(time, _)| time <= t);
        if t > self.end { None } else { self.band.get(passed.checked_sub(1)?)?.1 }
    }

    /// Does it know who was under observation?
    pub(crate) fn is_counted(&self) -> bool {
        self.behind.as_ref().map_or(!self.counts.is_empty(), Behind::is_counted)
    }

    /// All who ever were under observation.
    pub(crate) fn total(&self) -> f64 {
        if let Some(behind) = &self.behind {
            return behind.total();
        }
        match (self.counts.first(), self.counts.last()) {
            (Some(first), Some(last)) => first.at_risk + last.entered_to,
            _ => 0.0,
        }
    }

    /// Under observation just before `t`: those at risk at the next time at which anybody leaves or enters, less those who
    /// enter in between.
    pub(crate) fn at_risk(&self, t: f64) -> f64 {
        if let Some(behind) = &self.behind {
            return behind.at_risk(t);
        }
        let passed = self.counts.partition_point(|r| is_before(r.time, t));
        self.counts.get(passed).map_or(self.left, |row| row.at_risk)
    }

    /// Of the row before `t`, what a sum had come to.
    fn before(&self, t: f64, sum: fn(&Counted) -> f64) -> f64 {
        let passed = self.counts.partition_point(|r| is_before(r.time, t));
        passed.checked_sub(1).map_or(0.0, |i| sum(&self.counts[i]))
    }

    /// Events before `t`.
    pub(crate) fn events_before(&self, t: f64) -> f64 {
        self.behind.as_ref().map_or_else(|| self.before(t, |row| row.events_to), |b| b.events_before(t))
    }

    /// Censorings before `t`.
    pub(crate) fn censored_before(&self, t: f64) -> f64 {
        self.behind.as_ref().map_or_else(|| self.before(t, |row| row.censored_to), |b| b.censored_before(t))
    }
}
