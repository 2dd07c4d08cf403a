//! Parametric survival models: one likelihood engine for every distribution, with every kind of censoring, late entry
//! and right truncation.
//!
//! * families: [`Family`]; one's own: [`Distribution`] · options and the fit: [`Parametric`] · observations:
//!   [`Observations`], with the hazard of a population: [`Background`]
//! * what was fitted: [`ParametricModel`] · how the search ended: [`ParametricStop`]
//! * survival, hazard, quantiles and means of a subject: [`Prediction`], [`Predicted`]
//! * a population: [`Standardized`] · several families: [`Comparison`] · beyond the data: [`Extrapolation`]
//! * residuals: [`ObservedRows`]; those of `survreg`: [`LocationScaleRows`]
//!
//! # The parameters of other packages
//! η is the location, σ the scale of a location-scale family.
//!
//! | family | survreg | flexsurv |
//! |---|---|---|
//! | exponential | η, the mean `e^η` | rate `e^−η` |
//! | Weibull | η, σ | `weibull`: shape 1/σ, scale `e^η` |
//! | Weibull, proportional hazards (shape a, scale `e^η`) | intercept −η/a, σ = 1/a | `weibullPH`: shape, scale |
//! | log-normal | η, σ | `lnorm`: meanlog η, sdlog σ |
//! | log-logistic | η, σ | `llogis`: shape 1/σ, scale `e^η` |
//! | Gaussian, logistic, extreme value | η, σ | none |
//! | Gompertz (shape b, rate `e^η`) | none | `gompertz`: shape, rate |
//! | gamma (shape a, rate `e^η`) | none | `gamma`: shape, rate |
//! | generalised gamma | none | `gengamma`: mu η, sigma σ, Q |
//! | generalised F | none | `genf`: mu η, sigma σ, Q, P |
//! | spline | none | `flexsurvspline`: gamma0, gamma1, … on the scale of the same name |
//! | mixture and non-mixture cure | none | `flexsurvcure`: theta, then the base |
//!
//! Knots of a spline stand at equally spaced quantiles of the logarithms of the uncensored times, the outer ones at the
//! first and the last. Positive parameters are reported as logarithms, probabilities as logits.
//!
//! Inside: `jet` carries first and second derivatives along, so that `family_functions` writes each log density and log survival
//! function once; `tails` and `generalized_f` have those that are integrals; `likelihood` sums the rows, `search` finds the maximum and says
//! what it is; `infinite` is what stays finite where there is none.

mod background;
mod comparison;
mod coordinates;
mod diagnosis;
mod distribution;
mod extrapolation;
mod family;
mod family_functions;
mod family_names;
mod generalized_f;
mod gradient;
mod infinite;
mod jet;
mod lanes;
mod layout;
mod likelihood;
mod location_scale;
mod location_scale_rows;
mod mean;
mod model;
mod natural;
mod normal_tail;
mod observations;
mod one_row;
mod options;
mod predicted;
mod prediction;
mod prepared;
mod printed;
mod residuals;
mod rows;
mod search;
mod separation;
mod simulated;
mod spline;
mod standard;
mod standardized;
mod stop;
#[cfg(feature = "serde")]
mod stored;
mod tails;

pub use background::Background;
pub use comparison::{ComparedModel, Comparison};
pub use distribution::{Distribution, Link, Parameter, Summary};
pub use extrapolation::{ExtrapolatedRow, Extrapolation};
pub use family::Family;
pub use jet::{Jet, Real};
pub use location_scale_rows::LocationScaleRows;
pub use model::ParametricModel;
pub use natural::Natural;
pub use observations::Observations;
pub use options::Parametric;
pub use predicted::Predicted;
pub use prediction::Prediction;
pub use residuals::ObservedRows;
pub use spline::Knots;
pub use standard::SplineScale;
pub use standardized::Standardized;
pub use stop::ParametricStop;
