//! A cumulative hazard as a value.

use std::fmt;

use crate::error::Result;
use crate::survival::curve::kaplan_meier::{hazard_step, pull};
use crate::survival::curve::survival_curve::{Estimator, SurvivalCurve};
use crate::survival::result::interval::{ConfidenceInterval, z_of};
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::{PRINTED_ROWS, RiskTable};

/// An estimated cumulative hazard: a right-continuous step function with its variance.
///
/// Made by [`NelsonAalen`](crate::survival::NelsonAalen) or [`FlemingHarrington`](crate::survival::FlemingHarrington).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct CumulativeHazard {
    estimator: Estimator,
    table: RiskTable,
    hazard: Vec<f64>,
    variance: Vec<f64>,
    influence: Option<Influence>,
    start: f64,
}
/// A curve as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    estimator: Estimator,
    table: RiskTable,
    hazard: Vec<f64>,
    variance: Vec<f64>,
    influence: Option<Influence>,
    start: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for CumulativeHazard {
    type Error = crate::error::Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let rows = raw.table.len();
        // A table of sampling weights may be without variance.
        let values = if raw.variance.is_empty() { rows } else { raw.variance.len() };
        if let Some(values) = [raw.hazard.len(), values].into_iter().find(|&n| n != rows) {
            return Err(crate::error::Error::InconsistentCurve { values, rows });
        }
        if let Some(influence) = &raw.influence {
            influence.check(rows)?;
        }
        let Raw { estimator, table, hazard, variance, influence, start } = raw;
        Ok(Self { estimator, table, hazard, variance, influence, start })
    }
}

/// The estimated cumulative hazard at a time, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HazardEstimate {
    time: f64,
    value: f64,
    std_error: Option<f64>,
}

impl HazardEstimate {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// H(t).
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard error of H(t); `None` where a table of sampling weights gives none.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// An interval that is symmetric in log H: `H exp(±z·se/H)`. Without limits where H is 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let bounds = self.std_error.filter(|_| self.value > 0.0).map(|se| {
            let factor = (z * se / self.value).exp();
            (self.value / factor, self.value * factor)
        });
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

impl fmt::Display for HazardEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        write!(f, "{:.decimals$}", self.value)?;
        self.std_error.map_or(Ok(()), |se| write!(f, " ± {se:.decimals$}"))
    }
}

impl CumulativeHazard {
    /// How it was estimated.
    #[must_use]
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// The risk table that the hazard is a function of.
    #[must_use]
    pub fn table(&self) -> &RiskTable {
        &self.table
    }

    /// H just after each time of the [`table`](Self::table).
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.hazard
    }

    /// The variance of H just after each time of the table. Empty where the table holds sampling weights
    /// without the subjects behind them.
    #[must_use]
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    /// H(t): 0 before the first event, its last value beyond the last observation.
    #[must_use]
    pub fn at(&self, t: f64) -> HazardEstimate {
        self.estimate(t, self.table.times().partition_point(|&x| x <= t))
    }

    /// H(t−).
    #[must_use]
    pub fn just_before(&self, t: f64) -> HazardEstimate {
        self.estimate(t, self.table.position(t))
    }

    fn estimate(&self, t: f64, rows: usize) -> HazardEstimate {
        let (value, variance) = match rows {
            0 => (0.0, (!self.variance.is_empty() || self.hazard.is_empty()).then_some(0.0)),
            i => (self.hazard[i - 1], self.variance.get(i - 1).copied()),
        };
        let value = if t.is_nan() { f64::NAN } else { value };
        HazardEstimate { time: t, value, std_error: variance.map(f64::sqrt) }
    }

    /// The survival curve `S = exp(−H)`; the variance of log S is that of H.
    #[must_use]
    pub fn survival(&self) -> SurvivalCurve {
        SurvivalCurve {
            estimator: self.estimator,
            survival: self.hazard.iter().map(|h| (-h).exp()).collect(),
            log_variance: self.variance.clone(),
            table: self.table.clone(),
            influence: self.influence.clone(),
            reversed: false,
            start: self.start,
        }
    }
}

pub(in crate::survival) fn hazard_of(
    estimator: Estimator,
    table: RiskTable,
    influence: Option<Influence>,
) -> CumulativeHazard {
    let sampling = table.has_sampling_weights();
    let (mut hazard, mut variance) = (Vec::with_capacity(table.len()), Vec::with_capacity(table.len()));
    let (mut h, mut v) = (0.0, 0.0);
    let mut push = |(dh, dv): (f64, f64)| {
        h += dh;
        v += dv;
        hazard.push(h);
        variance.push(v);
    };
    if estimator == Estimator::NelsonAalen {
        table.for_each(|_, d, n| push(if d > 0.0 { (d / n, d / (n * n)) } else { (0.0, 0.0) }));
    } else {
        table.rows().for_each(|row| push(hazard_step(estimator, &row, sampling)));
    }
    if let Some(influence) = &influence {
        variance = influence.variances(&table.rows().map(|r| pull(estimator, &r)).collect::<Vec<_>>());
    } else if sampling {
        variance = Vec::new();
    }
    CumulativeHazard { estimator, table, hazard, variance, influence, start: 0.0 }
}

impl fmt::Display for CumulativeHazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} subjects", self.estimator, self.table.subjects())?;
        write!(f, "\n{:>10} {:>9} {:>7} {:>10} {:>10}", "time", "at risk", "events", "hazard", "std error")?;
        for (i, row) in self.table.rows().enumerate().filter(|(_, r)| r.is_exit()).take(PRINTED_ROWS) {
            let se = self.variance.get(i).map_or("–".to_string(), |v| format!("{:.4}", v.sqrt()));
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>10.4} {se:>10}",
                row.time, row.at_risk, row.events, self.hazard[i]
            )?;
        }
        Ok(())
    }
}
