//! Sizes of trials whose hazards need not be proportional: any two hazards, and the test that will be made of them.
//!
//! | question | answer |
//! |---|---|
//! | how many subjects, how much power, until when | [`NonProportionalDesign`] |
//! | by which test | [`PlannedTest`] |
//! | with which variance of its statistic | [`StatisticVariance`] |
//!
//! The expected statistic and its variance are integrals over the time since entry: who is still at risk follows from
//! accrual, hazards and dropout. Nothing is simulated; every integral is good to about 1e-10.

pub(crate) mod at_risk;
pub(crate) mod average_ratio;
pub(crate) mod curve_difference;
pub(crate) mod design;
pub(crate) mod plan;
pub(crate) mod planned_test;
pub(crate) mod power;
pub(crate) mod weighted;

pub use design::{NonProportionalDesign, StatisticVariance};
pub use plan::NonProportionalPlan;
pub use planned_test::PlannedTest;
