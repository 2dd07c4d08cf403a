//! Sizes of trials with one arm.
//!
//! | what is counted | compared with | design |
//! |---|---|---|
//! | responses, one stage | a response rate | [`ExactBinomialDesign`] |
//! | responses, a stop for futility on the way | a response rate | [`TwoStageDesign`] (Simon) |
//! | events in time | a known hazard | [`OneSampleDesign`] (the one-sample log-rank test) |
//!
//! The first two are exact: every probability is a sum of binomial terms. The tests that follow are
//! [`Proportion`](crate::proportion::Proportion) and [`OneSampleLogRank`](crate::survival::log_rank::OneSampleLogRank).

pub(crate) mod exact_binomial;
pub(crate) mod one_sample;
pub(crate) mod two_stage;

pub use exact_binomial::{ExactBinomialDesign, ExactBinomialPlan};
pub use one_sample::{OneSampleDesign, OneSamplePlan};
pub use two_stage::{TwoStageDesign, TwoStageOptimum, TwoStagePlan};
