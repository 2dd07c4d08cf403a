//! A number with its standard error, the scale on which the two belong together, and what follows from them.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::distribution::{normal_sf, normal_two_sided};
use crate::print::{Number, PValue};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::interval::{ConfidenceInterval, Interval, LowerLimit, Transform};
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// The scale on which an estimate is symmetric and its standard error is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Scale {
    /// The number itself; no effect is 0.
    Identity,
    /// Its logarithm; no effect is 1.
    Log,
}

/// An estimate with the error that belongs to it: interval, statistic, p-value and sentence follow from the three.
///
/// `z = (g(value) − g(null))/se` and the limits `g⁻¹(g(value) ± z se)` are taken on the [`scale`](Self::scale) g on
/// which the standard error is meant, so that an interval holds no effect exactly when the p-value exceeds 1 − level.
/// What the data cannot tell is an answer with its reason ([`NotEstimable`]); a standard error of 0 is none.
///
/// Wald (1943), Trans Am Math Soc 54:426.
///
/// # Example
/// ```
/// use greenwood::survival::result::{Estimate, Scale};
///
/// // A hazard ratio of 0.62 whose logarithm has the standard error 0.31.
/// let ratio = Estimate::new(Scale::Log, 0.62_f64.ln(), 0.31);
/// assert_eq!(ratio.to_string(), "0.62 (95% CI 0.34 to 1.14), p = 0.123");
/// assert!(ratio.interval(0.95)?.contains(1.0));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct Estimate {
    value: Value,
    std_error: Result<f64, NotEstimable>,
    scale: Scale,
    /// What the quantity cannot leave: its limits are cut there.
    range: Option<(f64, f64)>,
}

/// A value on the working scale. Nothing that is stored is infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Value {
    Number(f64),
    MinusInfinity,
    PlusInfinity,
    None(NotEstimable),
}

/// An estimate as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    value: Value,
    std_error: Result<f64, NotEstimable>,
    scale: Scale,
    range: Option<(f64, f64)>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Estimate {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let number = matches!(raw.value, Value::Number(x) if x.is_finite());
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if let Value::Number(x) = raw.value
            && !x.is_finite()
        {
            return refuse("the estimate", x, "finite");
        }
        if let Ok(se) = raw.std_error
            && !(se > 0.0 && se < f64::INFINITY && number)
        {
            return refuse("the standard error", se, "above 0 and finite, and belong to a finite estimate");
        }
        if let Some((lower, upper)) = raw.range
            && !(lower <= upper)
        {
            return refuse("the lower end of the range", lower, "at most the upper end");
        }
        let Raw { value, std_error, scale, range } = raw;
        Ok(Self { value, std_error, scale, range })
    }
}

impl Estimate {
    /// From the value and its standard error on the working scale: the logarithms, for [`Scale::Log`], where −∞ and ∞
    /// stand for a ratio of 0 and ∞. NaN is an estimate that is [`NotEstimable::Undefined`]; a standard error that is
    /// not above 0 and finite is none ([`NotEstimable::NoVariation`]).
    #[must_use]
    pub fn new(scale: Scale, value: f64, std_error: f64) -> Self {
        Self::with_error(scale, value, Ok(std_error))
    }

    /// The same where the standard error may be missing for a reason.
    #[must_use]
    pub fn with_error(scale: Scale, value: f64, std_error: Result<f64, NotEstimable>) -> Self {
        let value = if value.is_nan() {
            return Self::none(scale, NotEstimable::Undefined);
        } else if value == f64::INFINITY {
            Value::PlusInfinity
        } else if value == f64::NEG_INFINITY {
            Value::MinusInfinity
        } else {
            Value::Number(value)
        };
        let std_error = match (value, std_error) {
            (Value::Number(_), Ok(se)) if !(se > 0.0 && se < f64::INFINITY) => Err(NotEstimable::NoVariation),
            (Value::Number(_), std_error) => std_error,
            _ => Err(NotEstimable::ZeroOrInfinite),
        };
        Self { value, std_error, scale, range: None }
    }

    /// No estimate, for a reason.
    #[must_use]
    pub fn none(scale: Scale, because: NotEstimable) -> Self {
        Self { value: Value::None(because), std_error: Err(because), scale, range: None }
    }

    /// Cuts the limits to what the quantity cannot leave, such as −1 to 1 for a difference of probabilities. An end that is NaN
    /// cuts nothing, and of two ends in the wrong order the smaller is the lower.
    #[must_use]
    pub fn within(self, lower: f64, upper: f64) -> Self {
        let (low, high) = (lower.max(-f64::MAX), upper.min(f64::MAX));
        let range = if low <= high { (low, high) } else { (high.max(-f64::MAX), low.min(f64::MAX)) };
        Self { range: Some(range), ..self }
    }

    fn back(&self, working: f64) -> f64 {
        if self.scale == Scale::Log { working.exp() } else { working }
    }

    fn working(&self) -> Result<f64, NotEstimable> {
        match self.value {
            Value::Number(x) => Ok(x),
            Value::PlusInfinity => Ok(f64::INFINITY),
            Value::MinusInfinity => Ok(f64::NEG_INFINITY),
            Value::None(because) => Err(because),
        }
    }

    /// The estimate. A ratio may be 0 or infinite.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.working().map(|x| self.back(x))
    }

    /// The standard error on the [`scale`](Self::scale): always above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// The scale of the standard error.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Why there is no estimate or, where there is one, no standard error. Returns `None` if there are both.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.working().err().or(self.std_error.err())
    }

    /// How far the estimate lies from `null`, in standard errors. `None` without one, or for a null that is no number
    /// on the scale (a ratio of 0).
    #[must_use]
    pub fn z(&self, null: f64) -> Option<f64> {
        let null = if self.scale == Scale::Log { null.ln() } else { null };
        let (value, se) = self.working().ok().zip(self.std_error.ok())?;
        // What overflows is as far as a number can tell.
        null.is_finite().then(|| ((value - null) / se).clamp(-f64::MAX, f64::MAX))
    }

    /// The distance from no effect (0, or 1 for a ratio) in standard errors.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.z(self.no_effect())
    }

    /// No effect on the estimate's scale: 0, or 1 for a ratio.
    #[must_use]
    pub fn no_effect(&self) -> f64 {
        if self.scale == Scale::Log { 1.0 } else { 0.0 }
    }

    /// The two-sided p-value of the hypothesis that there is no effect.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.statistic().map(normal_two_sided)
    }

    /// The one-sided p-value against the alternative that the quantity lies above `null`.
    #[must_use]
    pub fn p_value_above(&self, null: f64) -> Option<f64> {
        self.z(null).map(normal_sf)
    }

    /// The one-sided p-value: that the first of the two compared is lower, or higher.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        let above = self.statistic()?;
        Some(normal_sf(if alternative == Alternative::FirstHigher { above } else { -above }))
    }

    /// The interval: on the estimate's own scale, or the plain or logarithmic one where that is asked for. Without
    /// limits where there is no standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1); [`Error::Unsupported`] for a scale or a lower limit
    /// that only survival probabilities have.
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        if interval.lower() != LowerLimit::Usual {
            return refuse("another lower limit");
        }
        let scale = match interval.transform() {
            None => self.scale,
            Some(Transform::Plain) => Scale::Identity,
            Some(Transform::Log) => Scale::Log,
            Some(_) => return refuse("a log-log, logit or arcsine scale"),
        };
        let bounds = self.working().ok().zip(self.std_error.ok()).and_then(|(value, se)| {
            let (value, half) = match (self.scale, scale) {
                (Scale::Log, Scale::Identity) => (value.exp(), z * se * value.exp()),
                // The delta method: se/value is the error of the logarithm.
                (Scale::Identity, Scale::Log) if value > 0.0 => (value.ln(), z * se / value),
                (Scale::Identity, Scale::Log) => return None,
                _ => (value, z * se),
            };
            let back = |x: f64| if scale == Scale::Log { x.exp() } else { x };
            Some((back(value - half), back(value + half)))
        });
        // A limit at the end of the numbers has overflowed: it is none.
        let (low, high) = self.range.unwrap_or((-f64::MAX, f64::MAX));
        let cut = |limit: f64| Some(limit.clamp(low, high)).filter(|x| x.abs() < f64::MAX);
        let (lower, upper) = (bounds.and_then(|b| cut(b.0)), bounds.and_then(|b| cut(b.1)));
        Ok(ConfidenceInterval { lower, upper, level: interval.confidence_level() })
    }

    /// The estimate with its sign turned on the working scale: the difference, or ratio, read the other way round.
    #[must_use]
    pub fn negated(&self) -> Self {
        let value = match self.value {
            Value::Number(x) => Value::Number(-x),
            Value::PlusInfinity => Value::MinusInfinity,
            Value::MinusInfinity => Value::PlusInfinity,
            Value::None(because) => Value::None(because),
        };
        Self { value, range: self.range.map(|(lower, upper)| (-upper, -lower)), ..*self }
    }

    /// `0.62 (95% CI 0.34 to 1.14), p = 0.126` with the numbers written by `text`; without the p-value where `p` is
    /// not asked for, and with the reason where there is no estimate.
    pub(crate) fn sentence(&self, p: bool, interval: Interval, text: impl Fn(f64) -> String) -> String {
        let value = match self.value() {
            Ok(value) => text(value),
            Err(because) => return because.to_string(),
        };
        match self.interval(interval) {
            Ok(interval) if interval.bounds().is_some() => {
                let p = self.p_value().filter(|_| p).map(|p| format!(", {:#}", PValue(p)));
                format!("{value} {}{}", interval.in_brackets(text), p.unwrap_or_default())
            }
            _ => match self.std_error {
                Err(because) => format!("{value} (no interval: {because:#})"),
                Ok(_) => format!("{value} (no interval)"),
            },
        }
    }
}

fn refuse(with: &'static str) -> Result<ConfidenceInterval> {
    Err(Error::Unsupported {
        method: "an interval for a quantity that is no survival probability",
        with,
        why: "use the estimate's own scale (a level alone), `Interval::plain()` or `Interval::log()`",
    })
}

// `0.62 (95% CI 0.34 to 1.14), p = 0.126`, with as many decimals as asked for (two by default).
prints_limits!(Estimate);

impl PrintsLimits for Estimate {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        f.write_str(&self.sentence(true, interval, |x| format!("{:.decimals$}", Number(x))))
    }
}
