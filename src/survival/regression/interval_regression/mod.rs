//! What do covariates do to an event that is only known to lie in an interval, whatever its distribution?
//!
//! `g(F(t | x)) = α(t) + x'β` with a baseline α that may be any increasing function: proportional hazards with
//! `g = log(−log(1 − F))`, proportional odds with `g = log(F/(1 − F))`. Both α and β are those of the largest likelihood, as
//! [`Turnbull`](crate::survival::Turnbull)'s estimate is without covariates.
//!
//! * the model and its fit: [`IntervalRegression`]
//! * what was fitted, with its certificate: [`IntervalModel`]
//!
//! Inside: `link` is the likelihood of a row by the baseline at the two ends of its interval, `problem` the rows on the maximal
//! intersections, `step` a Newton step over increasing baselines, `search` the way to the maximum, `profile` the likelihood of
//! coefficients alone, `separation` whether there is a maximum.
//!
//! With a distribution that is given but for its parameters: [`parametric`](super::parametric).

mod fit;
mod link;
mod model;
mod options;
mod problem;
mod profile;
mod search;
mod separation;
mod step;

pub use link::IntervalLink;
pub use model::IntervalModel;
pub use options::IntervalRegression;
