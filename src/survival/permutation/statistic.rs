//! Which statistic is permuted.

/// Which statistic is permuted: the field calls both tests "exact log-rank".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum PermutationStatistic {
    /// T, the sum of scores: (weighted) observed − expected events of the first group. As R's coin.
    #[default]
    ScoreSum,
    /// Z, observed − expected over the square root of the hypergeometric variance of the same allocation.
    Standardized,
}

impl std::fmt::Display for PermutationStatistic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ScoreSum => "permuting T",
            Self::Standardized => "permuting Z",
        })
    }
}
