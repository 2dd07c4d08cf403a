//! Do groups differ where events are only known to lie in intervals?
//!
//! Every member gives each observation a score from the estimate over all groups ([`IntervalScore`]) and compares their
//! sums; what the sums vary by is either the permutation distribution or the observed information
//! ([`IntervalVariance`]). The test and its options are in `score_test`, the likelihoods behind the scores in
//! `information`, the permutation distribution by simulation in `monte_carlo`.

mod information;
mod monte_carlo;
mod result;
mod score;
mod score_test;
mod variance;

pub use monte_carlo::{MonteCarloIntervalLogRank, MonteCarloIntervalTest};
pub use result::IntervalLogRankTest;
pub use score::IntervalScore;
pub use score_test::IntervalLogRank;
pub use variance::IntervalVariance;
