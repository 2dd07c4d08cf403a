//! Parametric survival models: one likelihood engine for every family, with every kind of censoring and delayed entry.
//!
//! * families, options and the fit: [`Parametric`], [`Family`] · observations: [`Observations`]
//! * what was fitted: [`ParametricModel`] · how the search ended: [`ParametricStop`]
//! * survival, hazard and quantiles of a subject: [`Prediction`], [`Predicted`]
//!
//! Inside: `jet` carries first and second derivatives along, `family` writes each log density and log survival function
//! once, `search` is a damped Newton search.
//!
//! Location-scale families are parametrised as by R's `survreg`: `w = (y − x'β)/σ`, y the time or its logarithm. The
//! others are as in R's flexsurv.

mod family;
mod jet;
mod model;
mod observations;
mod options;
mod prediction;
mod printed;
mod search;

pub use family::Family;
pub use model::{ParametricModel, ParametricStop};
pub use observations::Observations;
pub use options::Parametric;
pub use prediction::{Predicted, Prediction};
