//! What a curve answers at one time.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print;
use crate::survival::result::estimate::Scale;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::time_asked::TimeAsked;
use crate::survival::risk_table::table::Row;

/// A step of a curve: a time at which somebody's observation ended.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Step {
    /// Who was at risk, had the event and was censored at the time.
    pub row: Row,
    /// The estimate from this time on.
    pub estimate: SurvivalEstimate,
}

/// The estimated probability of surviving beyond a time, or the reason why the data do not tell it.
///
/// Prints as the published form `38.1% ± 17.2%` (estimate ± standard error, as many decimals as asked for, one by
/// default), and with `{:#}` as the interval form `38.1% (8.9% to 68.0%)` (95 %, log-log). Where there is no estimate
/// it prints why.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::result::NotEstimable;
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[2.0, 3.0, 5.0, 6.0, 8.0], &[false, true, true, false, false])?);
/// let estimate = curve.at(3.0);
/// assert_eq!(estimate.value()?, 0.75);
/// assert_eq!(estimate.to_string(), "75.0% ± 21.7%");
/// assert_eq!(format!("{estimate:#}"), "75.0% (12.8% to 96.1%)");
/// // Before the first event there is no standard error: a width of 0 would be no certainty.
/// assert_eq!(curve.at(2.0).std_error(), Err(NotEstimable::CurveIsOne));
/// assert_eq!(curve.at(2.0).to_string(), "100.0% (no standard error: nobody has had the event yet)");
/// // Beyond follow-up there is no estimate.
/// assert_eq!(curve.at(9.0).to_string(), "not estimable: follow-up ends at 8 with the curve above 0");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct SurvivalEstimate {
    pub(super) time: TimeAsked,
    pub(super) value: Result<f64, NotEstimable>,
    /// Of log S: above 0.
    pub(super) log_variance: Result<f64, NotEstimable>,
    pub(super) at_risk: f64,
    pub(super) at_risk_last_event: f64,
    pub(super) events: f64,
}

/// An estimate as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    time: TimeAsked,
    value: Result<f64, NotEstimable>,
    log_variance: Result<f64, NotEstimable>,
    at_risk: f64,
    at_risk_last_event: f64,
    events: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for SurvivalEstimate {
    type Error = crate::error::Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let refuse = |argument, value, must_be| Err(Self::Error::OutOfRange { argument, value, must_be });
        if let Ok(value) = raw.value
            && !(0.0..=1.0).contains(&value)
        {
            return refuse("a survival probability", value, "in [0, 1]");
        }
        if let Ok(variance) = raw.log_variance
            && !(variance > 0.0 && variance < f64::INFINITY && raw.value.is_ok_and(|s| s > 0.0))
        {
            return refuse("the variance of log S", variance, "above 0 and finite, with S above 0");
        }
        for (argument, count) in [
            ("the number at risk", raw.at_risk),
            ("the number at risk at the last event", raw.at_risk_last_event),
            ("the number of events", raw.events),
        ] {
            if !(0.0..f64::INFINITY).contains(&count) {
                return refuse(argument, count, "at least 0 and finite");
            }
        }
        let Raw { time, value, log_variance, at_risk, at_risk_last_event, events } = raw;
        Ok(Self { time, value, log_variance, at_risk, at_risk_last_event, events })
    }
}

impl SurvivalEstimate {
    /// S and the variance of its logarithm, the latter with the reason why there is none.
    pub(super) fn error_of(value: f64, log_variance: Option<f64>) -> Result<f64, NotEstimable> {
        match log_variance {
            _ if value <= 0.0 => Err(NotEstimable::CurveIsZero),
            None => Err(NotEstimable::NoSubjects),
            Some(variance) if variance > 0.0 => Ok(variance),
            Some(_) if value >= 1.0 => Err(NotEstimable::CurveIsOne),
            Some(_) => Err(NotEstimable::NoVariation),
        }
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time.0
    }

    /// The probability S(t).
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: beyond follow-up, before a conditional curve starts, nobody in the group, or
    /// a time that is NaN or negative.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
    }

    /// The standard error of S(t) itself, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: S is 0 or 1, where the formula has no value or gives a width of 0; a table
    /// of sampling weights without the subjects behind it; no estimate.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        Ok(self.log_std_error()? * self.value?)
    }

    /// The standard error of log S(t), with the same exceptions.
    ///
    /// # Errors
    /// As [`std_error`](Self::std_error).
    pub fn log_std_error(&self) -> Result<f64, NotEstimable> {
        self.log_variance.map(f64::sqrt)
    }

    /// The scale of the [`std_error`](Self::std_error): the probability itself.
    #[must_use]
    pub fn scale(&self) -> Scale {
        Scale::Identity
    }

    /// Why there is no estimate or, where there is one, no standard error. Returns `None` if there are both.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.value.err().or(self.log_variance.err())
    }

    /// How many (sum of weights) were under observation just before the time.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// How many events (sum of weights) there were up to and including the time.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// A pointwise confidence interval, log-log unless another scale is asked for. Without limits where there is no
    /// standard error: [`small_sample_interval`](crate::survival::SurvivalCurve::small_sample_interval) has some there.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        Ok(ConfidenceInterval::new(self.limits(&interval, z), interval.confidence_level()))
    }

    /// The limits at the normal quantile z of the interval's level.
    pub(crate) fn limits(&self, interval: &Interval, z: f64) -> Option<(f64, f64)> {
        let (value, log_se) = (self.value.ok()?, self.log_std_error().ok()?);
        let lower = interval.lower_log_se(value, log_se, self.at_risk, self.at_risk_last_event);
        interval.limits(z, value, log_se, lower)
    }
}

impl fmt::Display for SurvivalEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let percent = |x: f64| format!("{:.decimals$}%", 100.0 * x);
        let missing = if f.alternate() { "no interval" } else { "no standard error" };
        let limits = self.interval(Interval::default()).ok().and_then(|i| i.bounds());
        let text = match (self.value, self.std_error(), limits) {
            (Err(because), _, _) => because.to_string(),
            (Ok(value), Err(because), _) => format!("{} ({missing}: {because:#})", percent(value)),
            (Ok(value), Ok(_), Some((lower, upper))) if f.alternate() => {
                format!("{} ({} to {})", percent(value), percent(lower), percent(upper))
            }
            (Ok(value), Ok(_), None) if f.alternate() => format!("{} ({missing})", percent(value)),
            (Ok(value), Ok(se), _) => format!("{} ± {}", percent(value), percent(se)),
        };
        match f.align() {
            None => print::pad_left(f, &text),
            Some(_) => print::pad(f, &text),
        }
    }
}
