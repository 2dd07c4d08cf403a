//! One number for two hazards whose ratio changes with time: the average hazard ratio.
//!
//! [`AverageHazardRatio`] estimates it with the weights that [`AverageMethod`] names, and gives an [`AverageRatio`]. The event
//! times of two groups are in `pairs`, what the two ways make of them in `curves` and `weighted_cox`, the variance in
//! `influence`.
//!
//! Not here: what a planned trial's average would be ([`non_proportional`](crate::trial::design::non_proportional)), and the
//! ratio of a Cox model, an average whose weights hang on the censoring ([`CoxPh`](crate::survival::CoxPh)).

mod curves;
mod influence;
pub mod options;
mod pairs;
pub mod ratio;
mod weighted_cox;

pub use options::{AverageHazardRatio, AverageMethod};
pub use ratio::AverageRatio;
