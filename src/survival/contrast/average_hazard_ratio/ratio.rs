//! An average hazard ratio that names what is compared with what.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::{NotEstimable, Result};
use crate::print::{Number, pair};
use crate::survival::contrast::average_hazard_ratio::options::AverageMethod;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::direction::Direction;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// An average hazard ratio, made by [`AverageHazardRatio`](crate::survival::contrast::AverageHazardRatio).
///
/// # Example
/// Without censoring and without ties the average by the curves is the odds of concordance: 6 of the 9 pairs end first in "new".
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::contrast::{AverageHazardRatio, AverageMethod};
///
/// let data = RightCensored::new(&[1.0, 2.0, 6.0, 3.0, 4.0, 5.0], &[true; 6])?;
/// let arm = Groups::from_codes(&[0, 0, 0, 1, 1, 1], &["new", "old"])?;
/// let average = AverageHazardRatio::new().method(AverageMethod::Curves).estimate(&data, &arm, "new", "old")?;
/// assert!((average.value()? - 2.0).abs() < 1e-12);
/// assert!((average.concordance()? - 6.0 / 9.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct AverageRatio {
    group: String,
    reference: String,
    method: AverageMethod,
    tau: Option<f64>,
    direction: Direction,
    estimate: Estimate,
}

/// A ratio as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    group: String,
    reference: String,
    method: AverageMethod,
    tau: Option<f64>,
    direction: Direction,
    estimate: Estimate,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for AverageRatio {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { group, reference, method, tau, direction, estimate } = raw;
        if let Some(value) = tau.filter(|tau| !(*tau > 0.0 && *tau < f64::INFINITY)) {
            return Err(Error::OutOfRange { argument: "tau", value, must_be: "above 0 and finite" });
        }
        if estimate.no_effect() != 1.0 {
            let must_be = "1: a ratio is kept by its logarithm";
            return Err(Error::OutOfRange { argument: "no effect", value: estimate.no_effect(), must_be });
        }
        Ok(Self { group, reference, method, tau, direction, estimate })
    }
}

impl AverageRatio {
    pub(super) fn new(
        [group, reference]: [&str; 2],
        method: AverageMethod,
        tau: Option<f64>,
        estimate: Estimate,
    ) -> Self {
        let direction = Direction::Unknown;
        Self { group: group.to_string(), reference: reference.to_string(), method, tau, direction, estimate }
    }

    /// Whether the event is wanted: what the [`sentence`](Self::sentence) says of it.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The group whose hazard is the numerator.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// How it was averaged.
    #[must_use]
    pub fn method(&self) -> AverageMethod {
        self.method
    }

    /// The time of the last event that counts, if one was set.
    #[must_use]
    pub fn tau(&self) -> Option<f64> {
        self.tau
    }

    /// The ratio with its error, on the scale of the logarithm.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The ratio; 0 or infinite where one group had no event that counts.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate.value()
    }

    /// The standard error of its logarithm.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate.std_error()
    }

    /// The two-sided p-value of the hypothesis that the ratio is 1.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.estimate.p_value()
    }

    /// The one-sided p-value: that the group has the lower, or the higher, hazard.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.estimate.one_sided_p_value(alternative)
    }

    /// `exp(ln θ ± z·se)`.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate.interval(interval)
    }

    /// `θ/(1 + θ)`: of two subjects, one of each group, the probability that the event comes first in that of the first group.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn concordance(&self) -> Result<f64, NotEstimable> {
        self.value().map(probability)
    }

    /// The interval of the concordance: that of the ratio, each limit as a probability.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn concordance_interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let ConfidenceInterval { lower, upper, level } = self.interval(interval)?;
        Ok(ConfidenceInterval { lower: lower.map(probability), upper: upper.map(probability), level })
    }

    /// Which group has the lower rate on average and, where the direction of the event is known, which group that favours.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.value() {
            Ok(ratio) => {
                format!("on average {}", self.direction.of_rates(ratio, &self.group, &self.reference))
            }
            Err(because) => because.to_string(),
        }
    }
}

/// The probability with these odds.
fn probability(odds: f64) -> f64 {
    if odds > 1.0 { 1.0 / (1.0 + 1.0 / odds) } else { odds / (1.0 + odds) }
}

impl From<AverageRatio> for Estimate {
    /// The ratio with its error, without the names.
    fn from(ratio: AverageRatio) -> Self {
        ratio.estimate
    }
}

prints_limits!(AverageRatio);

impl PrintsLimits for AverageRatio {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let ratio = self.estimate.sentence(true, interval, |x| format!("{:.decimals$}", Number(x)));
        let how = match self.method {
            AverageMethod::WeightedCox => "average by weighted Cox regression",
            AverageMethod::RegressionEffect => "average regression effect",
            AverageMethod::Curves => "average by the curves",
        };
        write!(f, "{ratio}, {} ({how}", pair(&self.group, &self.reference))?;
        if let Some(tau) = self.tau {
            write!(f, ", up to time {}", Number(tau))?;
        }
        write!(f, ")")
    }
}
