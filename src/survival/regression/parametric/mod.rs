//! Parametric survival models: one likelihood engine for every distribution, with every kind of censoring and late entry.
//!
//! * families: [`Family`]; one's own: [`Distribution`] · options and the fit: [`Parametric`] · observations:
//!   [`Observations`]
//! * what was fitted: [`ParametricModel`] · how the search ended: [`ParametricStop`]
//! * survival, hazard, quantiles and means of a subject: [`Prediction`], [`Predicted`]
//!
//! Inside: `jet` carries first and second derivatives along, so that `family` writes each log density and log survival
//! function once; `tails` has those that are integrals; `likelihood` sums the rows, `search` finds the maximum and says
//! what it is.

mod distribution;
mod family;
mod gradient;
mod jet;
mod layout;
mod likelihood;
mod mean;
mod model;
mod observations;
mod options;
mod prediction;
mod prepared;
mod printed;
mod search;
mod simulated;
mod spline;
mod stop;
mod tails;

pub use distribution::{Distribution, Link, Parameter, Summary};
pub use family::{Family, SplineScale};
pub use jet::{Jet, Real};
pub use model::{Natural, ParametricModel};
pub use observations::Observations;
pub use options::Parametric;
pub use prediction::{Predicted, Prediction};
pub use spline::Knots;
pub use stop::ParametricStop;
