//! What a design for any two hazards needs, and the paragraph that says so.

use std::fmt;

use crate::error::Result;
use crate::print::Number;
use crate::trial::design::fixed_plan::{RoundedPlan, in_blocks, whole};
use crate::trial::design::non_proportional::planned_test::PlannedTest;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// A design with its numbers: exact reals. Made by
/// [`NonProportionalDesign::fit`](crate::trial::design::non_proportional::NonProportionalDesign::fit).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NonProportionalPlan {
    pub(super) assumed: StratifiedAssumptions,
    pub(super) test: PlannedTest,
    pub(super) time: f64,
    pub(super) alpha: f64,
    pub(super) sides: u32,
    pub(super) subjects: f64,
    pub(super) events_by_arm: [f64; 2],
    pub(super) power: f64,
    pub(super) critical: f64,
    pub(super) drift: f64,
    pub(super) effect: f64,
    pub(super) information: f64,
    pub(super) average_hazard_ratio: Option<f64>,
    pub(super) correlations: Vec<f64>,
}

impl NonProportionalPlan {
    /// The number of subjects: all that the accrual brings.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects
    }

    /// The subjects of the experimental and the control arm.
    #[must_use]
    pub fn subjects_by_arm(&self) -> [f64; 2] {
        let share = self.assumed.share();
        [share * self.subjects, (1.0 - share) * self.subjects]
    }

    /// The expected number of events at the analysis.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events_by_arm[0] + self.events_by_arm[1]
    }

    /// The expected events of the experimental and the control arm.
    #[must_use]
    pub fn events_by_arm(&self) -> [f64; 2] {
        self.events_by_arm
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The calendar time of the analysis.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The statistic beyond which the test rejects.
    #[must_use]
    pub fn critical(&self) -> f64 {
        self.critical
    }

    /// The expected statistic: positive for a benefit; of `MaxCombo` the largest of its members'.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.drift
    }

    /// The effect in its own unit: the average hazard ratio, the difference of restricted means or of survival (experimental
    /// less control); for log-rank tests the expected statistic per root of the number of subjects.
    #[must_use]
    pub fn effect(&self) -> f64 {
        self.effect
    }

    /// The information at the analysis: the variance of the score that a log-rank test estimates, the inverse variance of a
    /// difference or of the log average hazard ratio; of `MaxCombo` that of its first member. Its shares are those of
    /// [`GroupSequential::at`](crate::trial::design::GroupSequential::at).
    #[must_use]
    pub fn information(&self) -> f64 {
        self.information
    }

    /// The average hazard ratio by the analysis, events as weights. Returns `None` if an arm has no hazard in some
    /// piece.
    #[must_use]
    pub fn average_hazard_ratio(&self) -> Option<f64> {
        self.average_hazard_ratio
    }

    /// The correlations of the members of `MaxCombo` where there is no effect, row by row; of other tests 1.
    #[must_use]
    pub fn correlations(&self) -> &[f64] {
        &self.correlations
    }

    /// What was assumed, with the number of subjects.
    #[must_use]
    pub fn assumptions(&self) -> &StratifiedAssumptions {
        &self.assumed
    }

    /// Whole numbers that fill blocks of so many experimental and control subjects; see
    /// [`FixedPlan::in_blocks`](crate::trial::design::FixedPlan::in_blocks).
    ///
    /// # Errors
    /// As there.
    pub fn in_blocks(&self, experimental: u64, control: u64) -> Result<RoundedPlan> {
        let [own, reference] = self.subjects_by_arm();
        in_blocks(self.events(), Some(self.subjects), own / reference, [experimental, control])
    }

    /// Whole numbers: events up, and each arm up.
    #[must_use]
    pub fn rounded(&self) -> RoundedPlan {
        let by_arm = self.subjects_by_arm().map(whole);
        RoundedPlan {
            events: whole(self.events()),
            subjects: Some(by_arm[0] + by_arm[1]),
            by_arm: Some(by_arm),
        }
    }
}

impl fmt::Display for PlannedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogRank(crate::survival::log_rank::weight::Weight::LogRank) => write!(f, "log-rank test"),
            Self::LogRank(weight) => write!(f, "weighted log-rank test ({weight})"),
            Self::MaxCombo(weights) => {
                let names: Vec<String> = weights.iter().map(ToString::to_string).collect();
                write!(f, "MaxCombo test ({})", names.join("; "))
            }
            Self::AverageHazardRatio => write!(f, "log-rank test, by the average hazard ratio,"),
            Self::RestrictedMean(tau) => {
                write!(f, "test of the restricted mean survival time up to {}", Number(*tau))
            }
            Self::Milestone(tau) => write!(f, "test of the survival at {}", Number(*tau)),
        }
    }
}

/// A paragraph for a protocol.
impl fmt::Display for NonProportionalPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = self.rounded();
        let [experimental, control] = self.subjects_by_arm().map(whole);
        write!(
            f,
            "With {} subjects ({experimental} experimental, {control} control) and an analysis at {}, when {} events are expected, \
             a {} {} at level {} has {:.1}% power.",
            experimental + control,
            Number(self.time),
            rounded.events,
            if self.sides == 2 { "two-sided" } else { "one-sided" },
            self.test,
            Number(self.alpha),
            100.0 * self.power
        )?;
        match self.test {
            PlannedTest::RestrictedMean(_) => {
                write!(f, " The expected difference of restricted means is {:.3}.", self.effect)?;
            }
            PlannedTest::Milestone(_) => {
                write!(f, " The expected difference of survival is {:.3}.", self.effect)?;
            }
            _ => write!(f, " The expected statistic is {:.3}.", self.drift)?,
        }
        if let Some(ratio) = self.average_hazard_ratio {
            write!(f, " The average hazard ratio by then is {ratio:.3}.")?;
        }
        write!(f, "\nAssumed: {}", self.assumed)
    }
}
