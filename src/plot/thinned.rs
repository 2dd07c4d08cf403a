//! Estimated curves as series: their lines and marks thinned to what print can show, and every number that is written
//! asked of the estimate itself.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plot::series::{Censored, StepSeries, is_before};
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;
use crate::survival::risk_table::table::{RiskTable, Row};

/// From a value to what the vertical axis shows of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// So many times the value.
    Times(f64),
    /// So many times what the value lacks of 1.
    Complement(f64),
    /// `ln(−ln S)`.
    LogMinusLog,
}

impl Shown {
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Self::Times(factor) => factor * value,
            Self::Complement(factor) => factor * (1.0 - value),
            Self::LogMinusLog => (-value.ln()).ln(),
        }
    }
}

/// An estimate that a series was made from: shared, never copied.
#[derive(Debug, Clone, PartialEq)]
enum Estimated {
    Survival(Arc<SurvivalCurve>),
    Hazard(Arc<CumulativeHazard>),
}

/// What stands behind a series: its estimate, in the unit and on the scale of the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Behind {
    estimated: Estimated,
    /// Counts are of subjects, whatever the weights.
    subjects: bool,
    unit: f64,
    shown: Shown,
}

impl Behind {
    fn table(&self) -> &RiskTable {
        match &self.estimated {
            Estimated::Survival(curve) => curve.table(),
            Estimated::Hazard(hazard) => hazard.table(),
        }
    }

    fn values(&self) -> &[f64] {
        match &self.estimated {
            Estimated::Survival(curve) => curve.values(),
            Estimated::Hazard(hazard) => hazard.values(),
        }
    }

    pub(crate) fn rescale(&mut self, time: f64, shown: Shown) {
        self.unit *= time;
        self.shown = shown;
    }

    pub(crate) fn is_counted(&self) -> bool {
        !self.table().is_empty()
    }

    /// The value from `t` on, or `None` before the first time.
    pub(crate) fn value_at(&self, t: f64) -> Option<f64> {
        let passed = self.table().times().partition_point(|&time| time * self.unit <= t);
        passed.checked_sub(1).map(|i| self.shown.of(self.values()[i]))
    }

    /// How many rows are before `t`.
    fn before(&self, t: f64) -> usize {
        self.table().times().partition_point(|&time| is_before(time * self.unit, t))
    }

    fn of(&self, weights: f64, subjects: u32) -> f64 {
        if self.subjects { f64::from(subjects) } else { weights }
    }

    /// Under observation just before `t`.
    pub(crate) fn at_risk(&self, t: f64) -> f64 {
        let (table, row) = (self.table(), self.before(t));
        if row < table.len() {
            let row = table.row(row);
            return self.of(row.at_risk, row.subjects_at_risk);
        }
        table.rows().next_back().map_or(0.0, |r| {
            let of = |weights, subjects| self.of(weights, subjects);
            let left = of(r.at_risk, r.subjects_at_risk)
                - of(r.events, r.event_subjects)
                - of(r.censored, r.censored_subjects)
                + of(r.entered, r.entered_subjects);
            left.max(0.0)
        })
    }

    /// Events before `t`.
    pub(crate) fn events_before(&self, t: f64) -> f64 {
        let (table, rows) = (self.table(), self.before(t));
        if self.subjects {
            return table.rows().take(rows).map(|r| f64::from(r.event_subjects)).sum();
        }
        table.events_before(rows)
    }

    /// Censorings before `t`.
    pub(crate) fn censored_before(&self, t: f64) -> f64 {
        let (table, rows) = (self.table(), self.before(t));
        // All who left without an event were censored: no walk over the rows is needed where nobody enters.
        if let (Some((_, at_risk, _)), false) = (table.subject_columns(), table.has_late_entries()) {
            let [first, left] = [0, rows].map(|i| at_risk.get(i).copied().unwrap_or(0));
            return f64::from(first - left) - table.events_before(rows);
        }
        table.rows().take(rows).map(|r| self.of(r.censored, r.censored_subjects)).sum()
    }

    /// All who ever were under observation.
    pub(crate) fn total(&self) -> f64 {
        let entered: f64 = if self.table().has_late_entries() {
            self.table().rows().map(|r| self.of(r.entered, r.entered_subjects)).sum()
        } else {
            0.0
        };
        self.table().rows().next().map_or(0.0, |r| self.of(r.at_risk, r.subjects_at_risk)) + entered
    }
}

/// The columns of time in which steps are one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// How wide they are; 0 for a column to each time.
    pub(crate) width: f64,
    /// The end of the axis: no column holds steps on both sides of it.
    pub(crate) until: f64,
}

impl Columns {
    pub(crate) const ALL: Self = Self { width: 0.0, until: f64::INFINITY };

    /// The first time that is beyond the column of this one.
    fn end_of(self, time: f64) -> f64 {
        if self.width > 0.0 {
            let end = ((time / self.width).floor() + 1.0) * self.width;
            if time <= self.until { end.min(self.until.next_up()) } else { end }
        } else {
            time
        }
    }
}

/// What happened in one column of print.
#[derive(Default)]
struct Column {
    /// The time of its first step, and the row of its last.
    steps: Option<(f64, usize)>,
    censored: Option<Censored>,
}

impl StepSeries {
    /// A survival curve. Steps of one column of time are one, which begins with the first and has value and limits of the
    /// last.
    pub(crate) fn of_curve(
        label: String,
        curve: &Arc<SurvivalCurve>,
        interval: Option<Interval>,
        subjects: bool,
        columns: Columns,
    ) -> Result<Self> {
        let mut series = Self::new(label, 1.0, &[], 0.0)?;
        series.median = curve.median_value();
        // The quantile is the same for all limits.
        let level = interval.map(|interval| Ok::<_, Error>((interval, interval.z()?))).transpose()?;
        if level.is_some() {
            series.band.push((0.0, Some((1.0, 1.0))));
        }
        let behind = Behind {
            estimated: Estimated::Survival(Arc::clone(curve)),
            subjects,
            unit: 1.0,
            shown: Shown::Times(1.0),
        };
        series.thin(behind, columns, |series, time, row| {
            let estimate = curve.at_row(row);
            if let Ok(value) = estimate.value() {
                series.steps.push((time, value));
                if let Some((interval, z)) = &level {
                    series.band.push((time, estimate.limits(interval, *z)));
                }
            }
            Ok(())
        })?;
        Ok(series)
    }

    /// A cumulative hazard, thinned in the same way.
    pub(crate) fn of_hazard(
        label: String,
        hazard: &Arc<CumulativeHazard>,
        level: Option<f64>,
        subjects: bool,
        columns: Columns,
    ) -> Result<Self> {
        let mut series = Self::new(label, 0.0, &[], 0.0)?;
        if level.is_some() {
            series.band.push((0.0, Some((0.0, 0.0))));
        }
        let behind = Behind {
            estimated: Estimated::Hazard(Arc::clone(hazard)),
            subjects,
            unit: 1.0,
            shown: Shown::Times(1.0),
        };
        series.thin(behind, columns, |series, time, row| {
            let estimate = hazard.at(hazard.table().times()[row]);
            if let Ok(value) = estimate.value() {
                series.steps.push((time, value));
                if let Some(level) = level {
                    series.band.push((time, estimate.interval(level)?.bounds()));
                }
            }
            Ok(())
        })?;
        Ok(series)
    }

    /// One pass over the rows: for each column of print with an event `step(series, its first time, its last row)`, and one
    /// mark for all who were censored in it.
    fn thin(
        &mut self,
        behind: Behind,
        columns: Columns,
        step: impl Fn(&mut Self, f64, usize) -> Result<()>,
    ) -> Result<()> {
        let table = behind.table();
        let mut now = Column::default();
        let mut ends = f64::NEG_INFINITY;
        let close = |series: &mut Self, now: Column| {
            series.censored.extend(now.censored);
            now.steps.map_or(Ok(()), |(first, last)| step(series, first, last))
        };
        for (i, row) in table.rows().enumerate() {
            if row.time >= ends {
                close(self, std::mem::take(&mut now))?;
                ends = columns.end_of(row.time);
            }
            if row.events > 0.0 {
                now.steps = Some((now.steps.map_or(row.time, |s| s.0), i));
            }
            if row.censored_subjects > 0 {
                let mark = now.censored.get_or_insert(Censored { from: row.time, to: row.time, count: 0.0 });
                mark.to = row.time;
                mark.count += behind.of(row.censored, row.censored_subjects);
            }
        }
        close(self, now)?;
        self.end = table.rows().rev().find(Row::is_exit).map_or(0.0, |row| row.time);
        self.behind = Some(behind);
        Ok(())
    }
}
