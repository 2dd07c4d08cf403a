//! How well does a score tell who fails first?
//!
//! [`Concordance`]: Harrell's and Uno's index, its variance, and the difference of two scores.

pub(crate) mod concordance;

pub use concordance::{Concordance, ConcordanceDifference, PairWeight};
