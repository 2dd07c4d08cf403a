//! A hazard ratio that names what is compared with what.

use std::fmt;

use crate::error::NotEstimable;
use crate::print::{self, Number};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::direction::Direction;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// How a hazard ratio was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum HazardRatioMethod {
    /// Peto's one-step estimate `exp((O − E)/V)`, standard error of its log `1/√V`. Biased for large effects
    /// and unequal groups (Yusuf et al. 1985).
    Peto,
    /// Pike's `(O₁/E₁)/(O₀/E₀)`, standard error of its log `√(1/E₁ + 1/E₀)` (Berry, Kitchin & Mock 1991).
    Pike,
    /// The maximum partial likelihood estimate of a proportional-hazards model.
    Cox,
}

impl fmt::Display for HazardRatioMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Peto => "Peto",
            Self::Pike => "Pike",
            Self::Cox => "Cox",
        })
    }
}

/// The hazard of one group relative to that of another.
///
/// Below 1 the group has the lower rate; which group that favours hangs on whether the event is wanted
/// ([`direction`](Self::direction)).
///
/// # Example
/// ```
/// use greenwood::survival::HazardRatio;
/// use greenwood::survival::result::{Direction, HazardRatioMethod};
///
/// let ratio = HazardRatio::new(HazardRatioMethod::Cox, 0.62_f64.ln(), Ok(0.31)).named("new", "old");
/// assert_eq!(ratio.to_string(), "0.62 (95% CI 0.34 to 1.14), new against old (Cox)");
/// assert_eq!(ratio.sentence(), "the rate of events is lower in new than in old");
/// assert!(ratio.direction(Direction::Wanted).sentence().ends_with("which favours old"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HazardRatio {
    group: String,
    reference: String,
    method: HazardRatioMethod,
    direction: Direction,
    estimate: Estimate,
}

impl HazardRatio {
    /// From the logarithm of the ratio, infinite for a ratio of 0 or ∞, and its standard error, if there is one;
    /// [`named`](Self::named) gives the names of the groups.
    #[must_use]
    pub fn new(method: HazardRatioMethod, log_value: f64, std_error: Result<f64, NotEstimable>) -> Self {
        Self {
            group: "the group".to_string(),
            reference: "the reference".to_string(),
            method,
            direction: Direction::Unknown,
            estimate: Estimate::with_error(Scale::Log, log_value, std_error),
        }
    }

    /// A ratio without a value, for a reason.
    pub(crate) fn none(
        group: &str,
        reference: &str,
        method: HazardRatioMethod,
        because: NotEstimable,
    ) -> Self {
        let estimate = Estimate::none(Scale::Log, because);
        Self { estimate, ..Self::new(method, 0.0, Err(because)).named(group, reference) }
    }

    /// Whether the event is wanted: what the [`sentence`](Self::sentence) says of it.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The same ratio with other names for the groups.
    #[must_use]
    pub fn named(self, group: &str, reference: &str) -> Self {
        Self { group: group.to_string(), reference: reference.to_string(), ..self }
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

    /// How it was estimated.
    #[must_use]
    pub fn method(&self) -> HazardRatioMethod {
        self.method
    }

    /// Whether the event is wanted, as far as it was said.
    #[must_use]
    pub fn event_direction(&self) -> Direction {
        self.direction
    }

    /// The ratio. 0 or infinite where one group had no events under a method that then says so.
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

    /// The scale of the standard error: the logarithm.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.estimate.scale()
    }

    /// The logarithm of the ratio over its standard error; `None` without one.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.estimate.statistic()
    }

    /// The two-sided (Wald) p-value of the hypothesis that the ratio is 1.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.estimate.p_value()
    }

    /// The one-sided p-value: that the group has the lower, or the higher, hazard.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.estimate.one_sided_p_value(alternative)
    }

    /// `exp(log HR ± z·se)`. Without limits where the estimate is 0 or infinite.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> crate::error::Result<ConfidenceInterval> {
        self.estimate.interval(interval)
    }

    /// Which group has the lower rate and, where the direction of the event is known, which group that favours.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.value() {
            Ok(ratio) => self.direction.of_rates(ratio, &self.group, &self.reference),
            Err(because) => because.to_string(),
        }
    }

    /// The same comparison read the other way round.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let estimate = self.estimate.negated();
        Self { group: self.reference.clone(), reference: self.group.clone(), estimate, ..self.clone() }
    }
}

impl From<HazardRatio> for Estimate {
    /// The ratio with its error, without the names.
    fn from(ratio: HazardRatio) -> Self {
        ratio.estimate
    }
}

prints_limits!(HazardRatio);

impl PrintsLimits for HazardRatio {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let ratio = self.estimate.sentence(false, interval, |x| format!("{:.decimals$}", Number(x)));
        write!(f, "{ratio}, {} ({})", print::pair(&self.group, &self.reference), self.method)
    }
}
