//! How censored rows take part, and on which scale of time.

use std::fmt;

/// The estimator.
///
/// # Example
/// ```
/// use greenwood::survival::regression::QuantileMethod;
///
/// assert_eq!(QuantileMethod::default().to_string(), "Peng-Huang");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum QuantileMethod {
    /// Martingale-based estimating equations: events up to the quantile balance the cumulative hazard `−log(1 − τ)` of those
    /// who were at risk. Without covariates the quantiles are those of the Nelson-Aalen estimate. Peng & Huang (2008).
    #[default]
    PengHuang,
    /// Recursive reweighting: a censored row that the quantiles have passed counts in part where it is, for the rest at
    /// infinity. Without covariates the quantiles are those of the Kaplan-Meier estimate, without censoring those of
    /// ordinary quantile regression. Portnoy (2003).
    Portnoy,
}

impl fmt::Display for QuantileMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PengHuang => "Peng-Huang",
            Self::Portnoy => "Portnoy",
        })
    }
}

/// The scale on which quantiles are linear.
///
/// # Example
/// ```
/// use greenwood::survival::regression::QuantileScale;
///
/// assert_eq!(QuantileScale::default().to_string(), "log time");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum QuantileScale {
    /// The logarithm of the time: `exp β` multiplies the quantile, as in an accelerated failure time model.
    #[default]
    Log,
    /// The time itself: β is added to the quantile.
    Identity,
}

impl fmt::Display for QuantileScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "log time",
            Self::Identity => "time",
        })
    }
}
