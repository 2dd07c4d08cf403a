//! The families and their names for parameters; their functions are in [`family_functions`](super::family_functions).

use crate::survival::regression::parametric::distribution::{Distribution, Link, Parameter};
use crate::survival::regression::parametric::jet::Real;
use crate::survival::regression::parametric::spline::Knots;
use crate::survival::regression::parametric::standard::{SplineScale, Standard};

/// The distribution of a parametric model.
///
/// The location η carries the covariates; parameters stand in the order in which they are reported. The translation to
/// the parametrisations of `survreg` and flexsurv stands in [the room's story](super).
///
/// | family | parameters (working scale) | survival function |
/// |---|---|---|
/// | `Exponential` | η | `exp(−t e^−η)` |
/// | `Weibull` | η, ln σ | `exp(−e^w)`, `w = (ln t − η)/σ` |
/// | `LogNormal` | η, ln σ | `1 − Φ(w)` |
/// | `LogLogistic` | η, ln σ | `1/(1 + e^w)` |
/// | `Gaussian`, `Logistic`, `ExtremeValue` | η, ln σ | the same three with `w = (t − η)/σ` |
/// | `WeibullPh` | ln a, η | `exp(−e^η t^a)` |
/// | `Gompertz` | b, η | hazard `e^η e^{bt}`; with b < 0 some never have the event |
/// | `Gamma` | ln a, η | gamma of shape a and rate e^η |
/// | `GeneralizedGamma` | η, ln σ, Q | `e^{Qw}/Q²` is gamma of shape `Q^−2`; Q = 0 is log-normal, Q = 1 Weibull |
/// | `GeneralizedF` | η, ln σ, Q, ln P | P → 0 is the generalised gamma distribution |
/// | `Spline` | η = γ₀, γ₁, … | `g(S) = γ₀ + γ₁ x + Σ γⱼ vⱼ(x)`, `x = ln t` (Royston-Parmar) |
/// | `PiecewiseExponential` | ln of each rate; η has no intercept | hazard `rateₖ e^η` between two cuts |
/// | `MixtureCure` | η = logit θ, those of the base | `θ + (1 − θ) S₀(t)` |
/// | `NonMixtureCure` | η = logit θ, those of the base | `θ^{1 − S₀(t)}` |
///
/// # References
/// Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, chapters 2 and 3; Prentice
/// (1974), Biometrika 61:539; Prentice (1975), Biometrika 62:607; Royston & Parmar (2002), Statist Med 21:2175; Lambert
/// et al. (2007), Biostatistics 8:576 (cure).
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
///
/// assert_eq!("log-normal".parse::<Family>()?, Family::LogNormal);
/// assert_eq!("cure-mixture-weibull".parse::<Family>()?, Family::MixtureCure(Box::new(Family::Weibull)));
/// assert_eq!(Family::spline_odds(2).to_string(), "spline-odds");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Family {
    /// Constant hazard.
    Exponential,
    /// Weibull, accelerated failure time.
    Weibull,
    /// The logarithm of time is normal.
    LogNormal,
    /// The logarithm of time is logistic.
    LogLogistic,
    /// Time itself is normal (Tobit).
    Gaussian,
    /// Time itself is logistic.
    Logistic,
    /// Time itself has the distribution of a smallest value.
    ExtremeValue,
    /// Weibull, proportional hazards.
    WeibullPh,
    /// Gompertz: the log hazard is a straight line.
    Gompertz,
    /// Gamma.
    Gamma,
    /// The generalised gamma distribution as Prentice wrote it.
    GeneralizedGamma,
    /// The generalised F distribution.
    GeneralizedF,
    /// A natural cubic spline of log time on the scale of log hazards, log odds or normal quantiles.
    Spline {
        /// What is linear in the spline.
        scale: SplineScale,
        /// The knots.
        knots: Knots,
    },
    /// A hazard that is constant between cuts: pieces `(0, c₁], (c₁, c₂], …, (c_K, ∞)`.
    PiecewiseExponential {
        /// The cuts: above 0, increasing.
        cuts: Vec<f64>,
    },
    /// A fraction θ never has the event; the others have times of the base family.
    MixtureCure(Box<Family>),
    /// The cumulative hazard has the limit `−ln θ` and the shape of a distribution function of the base family.
    NonMixtureCure(Box<Family>),
}

impl Family {
    /// A spline on the log cumulative hazard scale with so many inner knots, placed by rule.
    #[must_use]
    pub fn spline_hazard(inner_knots: usize) -> Self {
        Self::Spline { scale: SplineScale::Hazard, knots: Knots::Inner(inner_knots) }
    }

    /// A spline on the log cumulative odds scale with so many inner knots, placed by rule.
    #[must_use]
    pub fn spline_odds(inner_knots: usize) -> Self {
        Self::Spline { scale: SplineScale::Odds, knots: Knots::Inner(inner_knots) }
    }

    /// A spline on the normal quantile scale with so many inner knots, placed by rule.
    #[must_use]
    pub fn spline_normal(inner_knots: usize) -> Self {
        Self::Spline { scale: SplineScale::Normal, knots: Knots::Inner(inner_knots) }
    }

    /// A hazard that is constant between these times.
    #[must_use]
    pub fn piecewise_exponential(cuts: &[f64]) -> Self {
        Self::PiecewiseExponential { cuts: cuts.to_vec() }
    }

    /// Every family that needs no further number and has positive times: what a table of comparison holds.
    #[must_use]
    pub fn standard_set() -> Vec<Self> {
        vec![
            Self::Exponential,
            Self::Weibull,
            Self::LogNormal,
            Self::LogLogistic,
            Self::WeibullPh,
            Self::Gompertz,
            Self::Gamma,
            Self::GeneralizedGamma,
            Self::GeneralizedF,
        ]
    }

    pub(super) fn standard(&self) -> Option<Standard> {
        match self {
            Self::Exponential | Self::Weibull | Self::ExtremeValue => Some(Standard::Smallest),
            Self::LogNormal | Self::Gaussian => Some(Standard::Normal),
            Self::LogLogistic | Self::Logistic => Some(Standard::Logistic),
            _ => None,
        }
    }

    /// Is it a location-scale model of the time or its logarithm?
    #[must_use]
    pub fn is_location_scale(&self) -> bool {
        self.standard().is_some()
    }

    /// The families that a cure model may have as its base, in the parametrisation of flexsurv.
    pub(super) fn as_base(&self) -> Option<Vec<Parameter>> {
        let log = |name: &str| Parameter::new(name, Link::Log);
        let as_is = |name: &str| Parameter::new(name, Link::Identity);
        Some(match self {
            Self::Exponential => vec![log("rate")],
            Self::Weibull | Self::LogLogistic => vec![log("shape"), log("scale")],
            Self::LogNormal => vec![as_is("meanlog"), log("sdlog")],
            Self::WeibullPh | Self::Gompertz | Self::Gamma | Self::GeneralizedGamma | Self::GeneralizedF => {
                self.parameters()
            }
            _ => return None,
        })
    }

    /// A base's own parameters from those that a cure model reports, and back: both are `x → −x` and an exchange.
    pub(super) fn base_parameters<T: Real>(&self, given: &[T]) -> Vec<T> {
        match self {
            Self::Exponential => vec![-given[0]],
            Self::Weibull | Self::LogLogistic => vec![given[1], -given[0]],
            _ => given.to_vec(),
        }
    }

    /// A base's parameters as a cure model reports them.
    pub(super) fn reported_parameters(&self, own: &[f64]) -> Vec<f64> {
        match self {
            Self::Exponential => vec![-own[0]],
            Self::Weibull | Self::LogLogistic => vec![-own[1], own[0]],
            _ => own.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
