//! The tests that a design for any two hazards can plan.

use crate::survival::log_rank::weight::Weight;

/// The test that will be made of the data.
///
/// # Example
/// ```
/// use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let control = Hazard::median(12.0)?;
/// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(300.0, 18.0)?);
/// let subjects = |test| NonProportionalDesign::new(assumed.clone(), test, 36.0).fit().map(|plan| plan.subjects());
/// // One time tells less than the curves up to it.
/// assert!(subjects(PlannedTest::RestrictedMean(24.0))? < subjects(PlannedTest::Milestone(24.0))?);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum PlannedTest {
    /// A weighted log-rank test; [`Weight::LogRank`] is the plain one. Stratified where there are strata.
    LogRank(Weight),
    /// The largest of several weighted log-rank statistics, at most eight.
    MaxCombo(Vec<Weight>),
    /// The log-rank test, planned by Schoenfeld's formula with the average hazard ratio.
    AverageHazardRatio,
    /// The difference of restricted mean survival times up to this time.
    RestrictedMean(f64),
    /// The difference of Kaplan-Meier curves at this time.
    Milestone(f64),
}
