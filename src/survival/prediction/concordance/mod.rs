//! Concordance: does a higher score mean an earlier event?
//!
//! * Harrell's C, Uno's and its other weighted forms: [`Concordance`], which gives a [`ConcordanceEstimate`]
//! * what a pair counts by the time of its event: [`PairWeight`]
//! * two scores of the same subjects: [`ConcordanceDifference`]
//!
//! `pairs` counts the pairs of one stratum in one walk over a tree.

pub mod difference;
pub mod estimate;
mod pairs;
pub mod weight;

pub use difference::ConcordanceDifference;
pub use estimate::{Concordance, ConcordanceEstimate};
pub use weight::PairWeight;
