//! What stands behind a series: the estimate, of which every number that is written is asked.

use std::sync::Arc;

use crate::numeric::sums::Sum;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::risk_table::table::{RiskTable, Row};

/// Is a time before another, by more than the rounding of a change of units?
pub(crate) fn is_before(time: f64, t: f64) -> bool {
    time < t - 1e-9 * t.abs().min(f64::MAX)
}

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
pub(super) enum Estimated {
    Survival(Arc<SurvivalCurve>),
    Hazard(Arc<CumulativeHazard>),
    /// Of the cause of this number.
    Incidence(Arc<CumulativeIncidence>, usize),
    /// Predicted by a model, without a risk set.
    Predicted(Arc<StepFunction>),
}

/// What stands behind a series: its estimate, in the unit and on the scale of the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Behind {
    estimated: Estimated,
    /// Counts are of subjects, whatever the weights.
    subjects: bool,
    unit: f64,
    shown: Shown,
    /// On top of the incidences of all causes before it.
    stacked: bool,
}

impl Behind {
    pub(super) fn new(estimated: Estimated, subjects: bool) -> Self {
        Self { estimated, subjects, unit: 1.0, shown: Shown::Times(1.0), stacked: false }
    }

    /// On top of the causes before it, or `None` for what does not add up.
    pub(crate) fn stacked(self) -> Option<Self> {
        matches!(self.estimated, Estimated::Incidence(..)).then_some(Self { stacked: true, ..self })
    }

    fn table(&self) -> Option<&RiskTable> {
        match &self.estimated {
            Estimated::Survival(curve) => Some(curve.table()),
            Estimated::Hazard(hazard) => Some(hazard.table()),
            Estimated::Incidence(fit, _) => Some(fit.table().all()),
            Estimated::Predicted(_) => None,
        }
    }

    fn times(&self) -> &[f64] {
        match &self.estimated {
            Estimated::Predicted(curve) => curve.times(),
            _ => self.table().map_or(&[], RiskTable::times),
        }
    }

    fn value_at_row(&self, row: usize) -> f64 {
        match &self.estimated {
            Estimated::Survival(curve) => curve.values()[row],
            Estimated::Hazard(hazard) => hazard.values()[row],
            Estimated::Predicted(curve) => curve.values()[row],
            Estimated::Incidence(fit, cause) if self.stacked => {
                (0..=*cause).map(|k| fit.value_at_row(row, k)).sum()
            }
            Estimated::Incidence(fit, cause) => fit.value_at_row(row, *cause),
        }
    }

    pub(crate) fn rescale(&mut self, time: f64, shown: Shown) {
        self.unit *= time;
        self.shown = shown;
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.table().is_some_and(|table| !table.is_empty())
    }

    /// The value from `t` on, or `None` before the first time.
    pub(crate) fn value_at(&self, t: f64) -> Option<f64> {
        let passed = self.times().partition_point(|&time| time * self.unit <= t);
        passed.checked_sub(1).map(|i| self.shown.of(self.value_at_row(i)))
    }

    /// How many rows are before `t`.
    fn before(&self, t: f64) -> usize {
        self.times().partition_point(|&time| is_before(time * self.unit, t))
    }

    fn of(&self, weights: f64, subjects: u32) -> f64 {
        if self.subjects { f64::from(subjects) } else { weights }
    }

    /// How many were censored at the time of a row.
    pub(super) fn count(&self, row: &Row) -> f64 {
        self.of(row.censored, row.censored_subjects)
    }

    /// Under observation just before `t`.
    pub(crate) fn at_risk(&self, t: f64) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let row = self.before(t);
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
        let Some(table) = self.table() else { return 0.0 };
        let rows = self.before(t);
        if let Estimated::Incidence(fit, cause) = &self.estimated {
            return (0..rows).map(|i| fit.table().events_of(i, *cause)).collect::<Sum>().value();
        }
        if self.subjects {
            return table.rows().take(rows).map(|r| f64::from(r.event_subjects)).sum();
        }
        table.events_before(rows)
    }

    /// Censorings before `t`.
    pub(crate) fn censored_before(&self, t: f64) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let rows = self.before(t);
        // All who left without an event were censored: no walk over the rows is needed where nobody enters.
        if let (Some((_, at_risk, _)), false) = (table.subject_columns(), table.has_late_entries()) {
            let [first, left] = [0, rows].map(|i| at_risk.get(i).copied().unwrap_or(0));
            return f64::from(first - left) - table.events_before(rows);
        }
        table.rows().take(rows).map(|r| self.of(r.censored, r.censored_subjects)).sum()
    }

    /// All who ever were under observation.
    pub(crate) fn total(&self) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let entered: f64 = if table.has_late_entries() {
            table.rows().map(|r| self.of(r.entered, r.entered_subjects)).sum()
        } else {
            0.0
        };
        table.rows().next().map_or(0.0, |r| self.of(r.at_risk, r.subjects_at_risk)) + entered
    }
}
