//! Survival where events are only known to lie in intervals: the nonparametric maximum-likelihood estimate.
//!
//! The likelihood `Π P(event in Iᵢ)^wᵢ` only knows how much mass lies on each **maximal intersection** of the intervals
//! (`intersections`); where on it, no data can tell. The masses are found by a constrained Newton method on the points that
//! carry mass (`newton`, Wang 2008) or, where hundreds of exact times do, by an accelerated EM iteration whose M step is
//! Kaplan-Meier (`em`). Where rows enter late, the same is done for the cumulative hazard (`hazards`). All end with the certificate of the maximum, the gap of the dual condition.
//!
//! Intervals of S(t): by the likelihood ratio (`likelihood_ratio`), or from rows drawn again (`bootstrap`).

mod around;
mod bootstrap;
mod curve;
mod em;
mod estimator;
mod hazards;
mod intersections;
mod likelihood_ratio;
mod newton;
mod stored;

pub(crate) use around::Around;
pub use bootstrap::TurnbullBootstrap;
pub use curve::{MassInterval, SurvivalRegion, TurnbullCurve};
pub use estimator::Turnbull;
pub(crate) use intersections::Place;
pub use likelihood_ratio::{RatioLaw, TurnbullLikelihood};
#[cfg(feature = "serde")]
pub(crate) use stored::check_places;
