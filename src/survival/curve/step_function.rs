//! A checked step function: a survival curve, or a cumulative hazard, that stands without its data.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::sums::Sum;
use crate::print::{Number, counted, or_missing};
use crate::survival::curve::quantile::{Crossings, Quantile, QuantileRule};
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::risk_table::table::PRINTED_ROWS;

/// What the values of a step function are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kind {
    /// Probabilities that never rise, from 1.
    Survival,
    /// A sum that never falls, from 0.
    Hazard,
}

/// A survival curve, or a cumulative hazard, as values at times: predicted from a model, read from elsewhere or stored.
///
/// It has been checked: times increase, a survival curve stays in [0, 1] and never rises, a hazard never falls,
/// variances are at least 0. Like a [`SurvivalCurve`](crate::survival::SurvivalCurve) it ends at the last time of
/// observation: beyond it a curve that is above 0 has no value, unless it is [`extended`](Self::extended).
///
/// # Example
/// ```
/// use greenwood::survival::curve::StepFunction;
///
/// let curve = StepFunction::survival(&[5.0, 8.0], &[0.75, 0.4], &[0.02, 0.05], 10.0)?;
/// assert_eq!(curve.value(6.0)?, 0.75);
/// assert_eq!(curve.median().value()?, 8.0);
/// assert_eq!(curve.restricted_mean(10.0)?, 5.0 + 3.0 * 0.75 + 2.0 * 0.4);
/// assert!(curve.value(11.0).is_err());
/// assert!(StepFunction::survival(&[5.0, 8.0], &[0.4, 0.75], &[], 10.0).is_err()); // it rises
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct StepFunction {
    kind: Kind,
    times: Vec<f64>,
    values: Vec<f64>,
    /// Of log S, or H. Empty where there is none.
    variance: Vec<f64>,
    last: f64,
    extended: bool,
}

/// A step function as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    kind: Kind,
    times: Vec<f64>,
    values: Vec<f64>,
    variance: Vec<f64>,
    last: f64,
    extended: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for StepFunction {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { kind, times, values, variance, last, extended } = raw;
        Ok(Self { extended, ..Self::new(kind, times, values, variance, last)? })
    }
}

/// Do the values rise, or fall, as their kind must?
pub(super) fn check_values(kind: Kind, values: &[f64]) -> Result<()> {
    let mut before = if kind == Kind::Survival { 1.0 } else { 0.0 };
    for &value in values {
        let (possible, must_be) = match kind {
            Kind::Survival => {
                (value >= 0.0 && value <= before, "in [0, 1] and no larger than the one before it")
            }
            Kind::Hazard => {
                (value >= before && value < f64::INFINITY, "finite and no smaller than the one before it")
            }
        };
        if !possible {
            return Err(Error::OutOfRange { argument: "a value of the curve", value, must_be });
        }
        before = value;
    }
    Ok(())
}

/// Are variances finite and at least 0?
pub(super) fn check_variance(variance: &[f64]) -> Result<()> {
    match variance.iter().find(|v| !(**v >= 0.0 && **v < f64::INFINITY)) {
        Some(&value) => {
            let must_be = "at least 0 and finite";
            Err(Error::OutOfRange { argument: "a variance of the curve", value, must_be })
        }
        None => Ok(()),
    }
}

impl StepFunction {
    /// A survival curve: S from each time on, the variance of log S there (or none), and the last time of observation.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidTime`]; [`Error::OutOfRange`] for times that do not increase or lie
    /// beyond the last, for values that rise or leave [0, 1], for a negative variance.
    pub fn survival(times: &[f64], values: &[f64], log_variance: &[f64], last: f64) -> Result<Self> {
        Self::new(Kind::Survival, times.to_vec(), values.to_vec(), log_variance.to_vec(), last)
    }

    /// A cumulative hazard: H from each time on, its variance there (or none), and the last time of observation.
    ///
    /// # Errors
    /// As [`survival`](Self::survival), for values that fall.
    pub fn hazard(times: &[f64], values: &[f64], variance: &[f64], last: f64) -> Result<Self> {
        Self::new(Kind::Hazard, times.to_vec(), values.to_vec(), variance.to_vec(), last)
    }

    /// A curve of a kind from columns, checked.
    pub(super) fn new(
        kind: Kind,
        times: Vec<f64>,
        values: Vec<f64>,
        variance: Vec<f64>,
        last: f64,
    ) -> Result<Self> {
        let expected = times.len();
        for (argument, len) in [("values", values.len()), ("variance", variance.len())] {
            if len != expected && !(argument == "variance" && len == 0) {
                return Err(Error::LengthMismatch { argument, len, other: "times", expected });
            }
        }
        if let Some((index, &value)) =
            times.iter().enumerate().find(|(_, t)| !(**t >= 0.0 && **t < f64::INFINITY))
        {
            return Err(Error::InvalidTime { argument: "times", index, value });
        }
        if let Some(pair) = times.windows(2).find(|pair| pair[0] >= pair[1]) {
            let must_be = "above the one before it";
            return Err(Error::OutOfRange { argument: "a time of the curve", value: pair[1], must_be });
        }
        if !(last >= times.last().copied().unwrap_or(0.0) && last < f64::INFINITY) {
            let must_be = "finite and at least the last time of the curve";
            return Err(Error::OutOfRange { argument: "last", value: last, must_be });
        }
        check_values(kind, &values)?;
        check_variance(&variance)?;
        Ok(Self { kind, times, values, variance, last, extended: false })
    }

    /// Survival, or hazard?
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The times of the steps, increasing.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The value from each time on.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The variance from each time on: of log S, or of H. Empty where there is none.
    #[must_use]
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    /// The last time of observation.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.last
    }

    /// The same curve, carried on flat beyond the last observation.
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// `exp(−H)` of a hazard, with the variance of H as that of log S; a survival curve is returned as it is.
    #[must_use]
    pub fn to_survival(&self) -> Self {
        if self.kind == Kind::Survival {
            return self.clone();
        }
        let values = self.values.iter().map(|h| (-h).exp()).collect();
        Self { kind: Kind::Survival, values, ..self.clone() }
    }

    fn answers(&self, t: f64) -> Result<(), NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        let zero = self.kind == Kind::Survival && self.values.last().is_some_and(|&s| s <= 0.0);
        if zero || self.extended || t <= self.last {
            return Ok(());
        }
        Err(NotEstimable::BeyondFollowUp { time: t, last: self.last })
    }

    fn index(&self, t: f64) -> Option<usize> {
        self.times.partition_point(|&x| x <= t).checked_sub(1)
    }

    /// The value at `t`.
    ///
    /// # Errors
    /// [`NotEstimable`] beyond follow-up, or for a time that is NaN or negative.
    pub fn value(&self, t: f64) -> Result<f64, NotEstimable> {
        self.answers(t)?;
        let before = if self.kind == Kind::Survival { 1.0 } else { 0.0 };
        Ok(self.index(t).map_or(before, |i| self.values[i]))
    }

    /// The standard error of log S, or of H, at `t`.
    ///
    /// # Errors
    /// [`NotEstimable`] as for [`value`](Self::value); where there is no variance, or none but 0; where S is 0.
    pub fn std_error(&self, t: f64) -> Result<f64, NotEstimable> {
        let value = self.value(t)?;
        let survival = match self.kind {
            Kind::Survival => value,
            Kind::Hazard if value > 0.0 => 0.5,
            Kind::Hazard => 1.0,
        };
        let variance = match self.index(t) {
            None => Some(0.0),
            Some(i) => self.variance.get(i).copied(),
        };
        SurvivalEstimate::error_of(survival, variance).map(f64::sqrt)
    }

    /// A pointwise interval at `t`: log-log for a survival curve, on the logarithmic scale for a hazard, unless another
    /// is asked for. Without limits where there is no estimate or no standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1); [`Error::Unsupported`] for a hazard on a scale that
    /// only probabilities have.
    pub fn interval(&self, t: f64, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        let both = self.value(t).ok().zip(self.std_error(t).ok());
        if self.kind == Kind::Survival {
            let limits = both.and_then(|(s, se)| interval.limits(z, s, se, se));
            return Ok(ConfidenceInterval::new(limits, interval.confidence_level()));
        }
        let (h, se) = both.unwrap_or((f64::NAN, f64::NAN));
        Estimate::new(Scale::Log, h.ln(), se / h).interval(interval)
    }

    /// The time by which a share `p` has had the event, with the default interval and rule for flat steps.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `p` is not in [0, 1].
    pub fn quantile(&self, p: f64) -> Result<Quantile> {
        self.quantile_by(p, QuantileRule::default())
    }

    /// The same with another interval or rule.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `p` is not in [0, 1] or the level is not inside (0, 1).
    pub fn quantile_by(&self, p: f64, rule: impl Into<QuantileRule>) -> Result<Quantile> {
        let rule = rule.into();
        let interval = rule.interval();
        let curve = self.to_survival();
        let mut crossings = Crossings::new(self.last, 0.0);
        for (i, (&t, &s)) in curve.times.iter().zip(&curve.values).enumerate() {
            let z = interval.z()?;
            let error = SurvivalEstimate::error_of(s, self.variance.get(i).copied()).map(f64::sqrt);
            crossings.push(t, s, error.ok().and_then(|se| interval.limits(z, s, se, se)));
        }
        crossings.quantile(p, &rule)
    }

    /// The median, with the default interval.
    #[must_use]
    pub fn median(&self) -> Quantile {
        match self.quantile(0.5) {
            Ok(median) => median,
            Err(_) => unreachable!("0.5 is a probability and the default level is one"),
        }
    }

    /// The area under the survival curve up to `tau`, in the unit of the times.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is not above 0 and finite; [`Error::BeyondFollowUp`] as for
    /// [`restricted_mean`](crate::survival::SurvivalCurve::restricted_mean).
    pub fn restricted_mean(&self, tau: f64) -> Result<f64> {
        if !(tau > 0.0 && tau < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be: "above 0 and finite" });
        }
        let curve = self.to_survival();
        if curve.answers(tau).is_err() {
            return Err(Error::BeyondFollowUp { tau, last: self.last });
        }
        let mut area = Sum::default();
        let (mut from, mut level) = (0.0, 1.0);
        for (&t, &s) in curve.times.iter().zip(&curve.values).take_while(|(t, _)| **t <= tau) {
            area.add((t - from) * level);
            (from, level) = (t, s);
        }
        area.add((tau - from) * level);
        Ok(area.value())
    }

    /// The steps as (time, value) in order of time.
    pub fn steps(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.times.iter().copied().zip(self.values.iter().copied())
    }
}

#[allow(clippy::into_iter_without_iter, reason = "what is iterated over is named: `steps`")]
impl<'a> IntoIterator for &'a StepFunction {
    type Item = (f64, f64);
    type IntoIter = std::iter::Zip<
        std::iter::Copied<std::slice::Iter<'a, f64>>,
        std::iter::Copied<std::slice::Iter<'a, f64>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.times.iter().copied().zip(self.values.iter().copied())
    }
}

impl fmt::Display for StepFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.kind == Kind::Survival { "survival" } else { "hazard" };
        write!(f, "{:>10} {name:>9} {:>10}  {:>16}", "time", "std error", "95% CI")?;
        for (t, value) in self.steps().take(PRINTED_ROWS) {
            let se = match (self.kind, self.std_error(t)) {
                (Kind::Survival, se) => se.map(|se| se * value),
                (Kind::Hazard, se) => se,
            };
            let limits = self.interval(t, 0.95).map_err(|_| fmt::Error)?;
            let se = or_missing(se.ok(), |se| format!("{se:.4}"));
            write!(f, "\n{:>10} {value:>9.3} {se:>10}  {limits:>16}", Number(t))?;
        }
        let left = self.times.len().saturating_sub(PRINTED_ROWS);
        if left > 0 { write!(f, "\n… {}", counted(left, "more time")) } else { Ok(()) }
    }
}
