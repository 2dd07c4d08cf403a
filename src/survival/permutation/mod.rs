//! Log-rank tests without asymptotics: the p-value is a share of the ways in which arms could have been allocated.
//!
//! Under the hypothesis that treatment changes nothing, every allocation of the subjects was equally likely.
//! The p-value is the share of allocations whose statistic is at least as far from its expectation as the one
//! observed. This is right in trials of any size, provided that censoring does not depend on the arm.
//!
//! * two groups: [`ExactLogRank`]
//! * randomised in blocks: [`ExactLogRank::within`]
//! * too many allocations, or a scheme of random blocks: [`MonteCarloLogRank`]
//!
//! **Two tests are called the exact log-rank test.** One permutes `T = observed − expected` (a sum of scores, as
//! R's coin does), the other `Z = T/√V` with the hypergeometric variance V of each allocation.
//! [`PermutationStatistic`] says which; they differ a little (.164 and .157 in the trial of nine against nine).

pub mod exact;
pub mod exact_test;
pub(in crate::survival) mod inversion;
mod lattice;
pub mod monte_carlo;
pub mod scheme;
pub mod scores;
mod standardized;
mod states;
pub mod statistic;

pub use exact::ExactLogRank;
pub use exact_test::{ExactMethod, ExactTest};
pub use monte_carlo::{MonteCarloLogRank, MonteCarloTest};
pub use scheme::PermutedBlocks;
pub use scores::ScoreTies;
pub use statistic::PermutationStatistic;
