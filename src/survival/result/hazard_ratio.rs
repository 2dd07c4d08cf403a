//! A hazard ratio that names what is compared with what.

use std::fmt;

use crate::error::Result;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};

/// How a hazard ratio was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The hazard of one group relative to that of another: below 1 favours `of`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HazardRatio {
    pub(crate) of: String,
    pub(crate) against: String,
    pub(crate) method: HazardRatioMethod,
    pub(crate) log_estimate: f64,
    pub(crate) log_std_error: f64,
}

impl HazardRatio {
    /// The group whose hazard is the numerator.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// The reference group.
    #[must_use]
    pub fn against(&self) -> &str {
        &self.against
    }

    /// How it was estimated.
    #[must_use]
    pub fn method(&self) -> HazardRatioMethod {
        self.method
    }

    /// The ratio. 0 or infinite where one group had no events under a method that then says so.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.log_estimate.exp()
    }

    /// The standard error of its logarithm.
    #[must_use]
    pub fn log_std_error(&self) -> f64 {
        self.log_std_error
    }

    /// `exp(log HR ± z·se)`. Without limits where the estimate is 0 or infinite.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let half = z * self.log_std_error;
        let bounds = (self.log_estimate.is_finite() && half.is_finite())
            .then(|| ((self.log_estimate - half).exp(), (self.log_estimate + half).exp()));
        Ok(ConfidenceInterval::new(bounds, level))
    }

    /// The same comparison read the other way round.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            of: self.against.clone(),
            against: self.of.clone(),
            log_estimate: -self.log_estimate,
            ..self.clone()
        }
    }
}

impl fmt::Display for HazardRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$}", self.estimate())?;
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        if let Some((lower, upper)) = interval.bounds() {
            write!(f, " ({}% CI {lower:.decimals$} to {upper:.decimals$})", percent(interval.level))?;
        }
        write!(f, ", {} against {} ({})", self.of, self.against, self.method)
    }
}
