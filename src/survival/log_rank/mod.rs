//! The log-rank family: do the groups share one hazard?
//!
//! Every member is `Σ w(t) (observed − expected)` over the event times with its hypergeometric variance;
//! members differ in the weight `w` alone. So this room is one loop over the event times that the groups
//! share ([`event_times`](crate::survival::risk_table)), a list of weights (`weight`) and what is made of them.
//!
//! * groups that differ throughout: [`LogRank`] · early or late: [`WeightedLogRank`] with a [`Weight`] ·
//!   not known when: [`MaxCombo`], [`Renyi`]
//! * ordered groups: [`LogRankTest::trend`] · which of them differ: [`PairwiseLogRank`]
//! * several causes, of which one prevents the others: [`Gray`] (equal incidence), [`PepeMori`] (the area between two)
//! * groups that are entered later (response, transplant): [`MantelByar`]
//! * events that are only known to lie in an interval: [`IntervalLogRank`]
//! * one group against a known hazard: [`OneSampleLogRank`]
//!
//! Not here: curves ([`KaplanMeier`](crate::survival::KaplanMeier)), the same statistics without asymptotics
//! ([`ExactLogRank`](crate::survival::ExactLogRank)).

pub mod gray;
pub mod interval_censored;
pub mod mantel_byar;
pub mod max_combo;
pub mod one_sample;
pub mod pairwise;
pub mod pepe_mori;
pub mod renyi;
pub(crate) mod robust;
#[cfg(feature = "serde")]
mod stored;
mod stratum_counts;
mod sums;
pub mod test;
pub mod trend;
pub mod weight;
pub mod weighted;

pub use crate::survival::result::alternative::Alternative;
pub use gray::{Gray, GrayTest, PairwiseGrayTest};
pub use interval_censored::{
    IntervalLogRank, IntervalLogRankTest, IntervalScore, IntervalVariance, MonteCarloIntervalLogRank,
    MonteCarloIntervalTest,
};
pub use mantel_byar::MantelByar;
pub use max_combo::{MaxCombo, MaxComboTest};
pub use one_sample::{OneSampleLogRank, OneSampleTest, OneSampleVariance};
pub use pairwise::{Adjustment, PairwiseComparison, PairwiseLogRank, PairwiseTest};
pub use pepe_mori::{PepeMori, PepeMoriTest};
pub use renyi::{Renyi, RenyiTest};
pub use stratum_counts::StratumCounts;
pub use test::LogRankTest;
pub use trend::TrendTest;
pub use weight::{PooledEventTime, Weight};
pub use weighted::{LogRank, WeightedLogRank};
