//! The mean time up to a horizon as a function of covariates: adjusted differences and ratios of restricted means.
//!
//! The options and the fit are in `options`, the scales in `link`, what stands in for the time of who is censored in
//! `responses`, the search in `solve`, the result in `model`.

mod link;
mod model;
mod options;
mod responses;
mod solve;
#[cfg(feature = "serde")]
mod stored;

pub use link::{MeanLink, MeanMethod};
pub use model::RestrictedMeanModel;
pub use options::RestrictedMeanRegression;
