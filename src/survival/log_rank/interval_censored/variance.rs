//! What sums of scores vary by.

use std::fmt;

/// What the sums of scores vary by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IntervalVariance {
    /// Scores are exchanged between observations: `s² (n_g 1{g = h} − n_g n_h/n)` with s² the variance of all scores
    /// (divisor n − 1). It holds where being examined has nothing to do with the group.
    #[default]
    Permutation,
    /// The observed information of the score's likelihood about the effects of the groups, less what is lost by
    /// estimating the curve. It holds where visits differ between groups, as long as they say nothing of the event;
    /// the curve must have fewer steps than there are subjects.
    Information,
}

impl fmt::Display for IntervalVariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Permutation => "permutation variance",
            Self::Information => "observed information",
        })
    }
}

/// The pivot that counts as 0: scores that differ by rounding alone do not differ.
pub(super) fn floor(covariance: &[f64], k: usize, sizes: &[f64]) -> f64 {
    let largest = (0..k).map(|g| covariance[g * k + g]).fold(0.0, f64::max);
    (1e-10 * largest).max(1e-20 * sizes.iter().sum::<f64>())
}
