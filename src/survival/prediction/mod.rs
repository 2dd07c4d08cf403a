//! How well does a score tell who fails first?
//!
//! [`Concordance`]: Harrell's and Uno's index, its variance, and the difference of two scores.

pub mod concordance;

pub use concordance::{Concordance, ConcordanceDifference, ConcordanceEstimate, PairWeight};
