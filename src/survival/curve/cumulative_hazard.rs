//! A cumulative hazard as a value.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print::Number;
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::survival_curve::{SAME_TIME, SurvivalCurve, last_observed};
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::time_asked::TimeAsked;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

/// An estimated cumulative hazard: a right-continuous step function with its variance.
///
/// Made by [`NelsonAalen`](crate::survival::NelsonAalen) or [`FlemingHarrington`](crate::survival::curve::FlemingHarrington).
/// Beyond the last observation it has no value, unless it is [`extended`](Self::extended).
///
/// # Example
/// ```
/// use greenwood::survival::{NelsonAalen, RightCensored};
///
/// let hazard = NelsonAalen::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
/// assert_eq!(hazard.at(2.0).value()?, 1.0 / 4.0 + 1.0 / 3.0);
/// assert_eq!(format!("{:.2}", hazard.at(2.0)), "0.58 ± 0.42");
/// assert_eq!(hazard.survival().at(2.0).value()?, (-hazard.at(2.0).value()?).exp());
/// assert!(hazard.at(9.0).value().is_err());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::survival::curve::stored::RawHazard"))]
pub struct CumulativeHazard {
    pub(super) estimator: Estimator,
    pub(super) table: RiskTable,
    pub(super) hazard: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) influence: Option<Influence>,
    pub(super) extended: bool,
    pub(super) start: f64,
}

/// The estimated cumulative hazard at a time, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HazardEstimate {
    time: TimeAsked,
    estimate: Estimate,
}

impl HazardEstimate {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time.0
    }

    /// H(t).
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate.value()
    }

    /// The standard error of H(t) itself, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: nobody has had the event yet; a table of sampling weights without the
    /// subjects behind it.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate.std_error()
    }

    /// The scale of the standard error: H itself.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.estimate.scale()
    }

    /// An interval that is symmetric in log H, `H exp(±z·se/H)`, unless the plain one is asked for. Without limits where
    /// H is 0.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let own = if interval.transform().is_none() {
            Interval::log().level(interval.confidence_level()).lower_limit(interval.lower())
        } else {
            interval
        };
        self.estimate.interval(own)
    }
}

impl fmt::Display for HazardEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match (self.value(), self.std_error()) {
            (Err(because), _) => write!(f, "{because}"),
            (Ok(value), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(value), Number(se)),
            (Ok(value), Err(because)) => {
                write!(f, "{:.decimals$} (no standard error: {because:#})", Number(value))
            }
        }
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

    /// The last time at which anybody was under observation, or `None` if nobody ever was.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        last_observed(&self.table)
    }

    /// The same hazard, carried on flat beyond the last observation.
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// H(t): 0 before the first event.
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
            0 if self.variance.is_empty() => (0.0, None),
            0 => (0.0, Some(0.0)),
            rows => (self.hazard[rows - 1], self.variance.get(rows - 1).copied()),
        };
        let estimate = if let Err(because) = self.answers(t) {
            Estimate::none(Scale::Identity, because)
        } else {
            // An H of 0 is an S of 1: nobody has had the event yet. It never is one of 0.
            let survival = if value > 0.0 { 0.5 } else { 1.0 };
            let error = SurvivalEstimate::error_of(survival, variance).map(f64::sqrt);
            Estimate::with_error(Scale::Identity, value, error).within(0.0, f64::MAX)
        };
        HazardEstimate { time: TimeAsked(t), estimate }
    }

    fn answers(&self, t: f64) -> Result<(), NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        let Some(last) = self.last_time() else { return Err(NotEstimable::Nobody) };
        if self.extended || t <= last * (1.0 + SAME_TIME) {
            return Ok(());
        }
        Err(NotEstimable::BeyondFollowUp { time: t, last })
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
            extended: self.extended,
            start: self.start,
        }
    }
}
