//! On which scale covariates act on the restricted mean, and how censoring is dealt with.

use std::fmt;

/// The scale on which covariates add up.
///
/// # Example
/// ```
/// use greenwood::survival::regression::MeanLink;
///
/// assert_eq!(MeanLink::default(), MeanLink::Identity);
/// assert_eq!(MeanLink::Log.to_string(), "log of the restricted mean");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum MeanLink {
    /// The mean itself: a coefficient is a difference of restricted means.
    #[default]
    Identity,
    /// Its logarithm: `exp β` is a ratio of restricted means.
    Log,
    /// The logarithm of the time lost, τ less the mean: `exp β` is a ratio of restricted mean times lost.
    LogTimeLost,
    /// The logit of its share of τ: `exp β` is a ratio of the odds, time lived over time lost.
    Logit,
}

impl fmt::Display for MeanLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "restricted mean",
            Self::Log => "log of the restricted mean",
            Self::LogTimeLost => "log of the time lost",
            Self::Logit => "logit of the restricted mean",
        })
    }
}

impl MeanLink {
    /// The response in (0, 1) or so, from a time in units of τ.
    pub(super) fn response(self, share: f64) -> f64 {
        if self == Self::LogTimeLost { 1.0 - share } else { share }
    }

    /// The response at a linear predictor, and its derivative.
    pub(super) fn mean(self, eta: f64) -> (f64, f64) {
        match self {
            Self::Identity => (eta, 1.0),
            Self::Log | Self::LogTimeLost => (eta.exp(), eta.exp()),
            Self::Logit => {
                let p = 1.0 / (1.0 + (-eta).exp());
                (p, p * (1.0 - p))
            }
        }
    }

    /// The linear predictor of a response.
    pub(super) fn of_mean(self, mean: f64) -> f64 {
        match self {
            Self::Identity => mean,
            Self::Log | Self::LogTimeLost => mean.ln(),
            Self::Logit => (mean / (1.0 - mean)).ln(),
        }
    }

    /// The quasi-likelihood whose derivative by η is `y − mean(η)`.
    pub(super) fn quasi(self, y: f64, eta: f64) -> f64 {
        match self {
            Self::Identity => -0.5 * (y - eta).powi(2),
            Self::Log | Self::LogTimeLost => y * eta - eta.exp(),
            Self::Logit => y * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p(),
        }
    }

    /// Is a coefficient the logarithm of a ratio?
    pub(super) fn is_ratio(self) -> bool {
        self != Self::Identity
    }
}

/// What stands in for the time of who is censored before the horizon.
///
/// # Example
/// ```
/// use greenwood::survival::regression::MeanMethod;
///
/// assert_eq!(MeanMethod::default().to_string(), "weights of censoring");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum MeanMethod {
    /// Who is seen up to the event or the horizon counts 1/G, G the Kaplan-Meier curve of censoring (of each stratum its
    /// own); standard errors know that G is estimated. Tian, Zhao & Wei (2014).
    #[default]
    CensoringWeights,
    /// A regression on jackknife pseudo-values by generalised estimating equations with independence and the sandwich.
    /// Andersen, Hansen & Klein (2004).
    PseudoValues,
    /// The same with infinitesimal pseudo-values, those of R's `survival::pseudo`.
    InfinitesimalPseudoValues,
}

impl fmt::Display for MeanMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CensoringWeights => "weights of censoring",
            Self::PseudoValues => "pseudo-values",
            Self::InfinitesimalPseudoValues => "infinitesimal pseudo-values",
        })
    }
}
