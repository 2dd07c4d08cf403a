//! Log-rank tests without asymptotics: the p-value is a share of the ways in which arms could have been given
//! out.
//!
//! Under the hypothesis that treatment changes nothing, every labelling of the subjects was equally likely.
//! The p-value is the share of labellings whose statistic is at least as far from its expectation as the one
//! observed. This is right in trials of any size, provided that censoring does not depend on the arm.
//!
//! * two groups: [`ExactLogRank`]
//! * labels given out in blocks: [`ExactLogRank::within`]
//! * too many labellings, or a scheme of random blocks: [`MonteCarloLogRank`]
//!
//! **Two tests are called the exact log-rank test.** One permutes `T = observed − expected` (a sum of scores, as
//! R's coin does), the other `Z = T/√V` with the hypergeometric variance V of each labelling.
//! [`PermutationStatistic`] says which; they differ a little (.164 and .157 in the trial of nine against nine).

mod exact;
mod inversion;
mod lattice;
mod monte_carlo;
mod scores;
mod standardized;
mod states;

pub use exact::{ExactLogRank, ExactMethod, ExactTest};
pub use monte_carlo::{MonteCarloLogRank, MonteCarloTest, PermutedBlocks};
pub use scores::ScoreTies;

/// Which statistic is permuted: the field calls both tests "exact log-rank".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PermutationStatistic {
    /// T, the sum of scores: (weighted) observed − expected events of the first group. As R's coin.
    #[default]
    ScoreSum,
    /// Z, observed − expected over the square root of the hypergeometric variance of the same labelling.
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
