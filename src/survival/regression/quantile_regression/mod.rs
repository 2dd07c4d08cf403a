//! Quantiles of the time as linear functions of covariates, under censoring.
//!
//! `Q(τ | x) = β₀(τ) + x'β(τ)` of the time or of its logarithm, for each τ coefficients of its own: no distribution and
//! no proportionality is assumed, and an effect may differ between those who fail early and those who fail late. The
//! options are in `options`, the two estimators in `process`, the rows in `rows`, standard errors in `bootstrap`, the
//! result in `model`.

mod bootstrap;
mod method;
mod model;
mod options;
mod process;
mod rows;
#[cfg(feature = "serde")]
mod stored;

pub use method::{QuantileMethod, QuantileScale};
pub use model::QuantileModel;
pub use options::QuantileRegression;
