//! Sizes for a win ratio.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::print::Number;
use crate::trial::design::checks;
use crate::trial::design::fixed_plan::{RoundedPlan, in_blocks, whole};
use crate::trial::design::target::Target;

/// A two-arm trial whose result is a win ratio.
///
/// `N = σ² (z_α + z_β)² / ln² WR`, `σ² = 4 (1 + p) / (3 k (1 − k) (1 − p))`, with p the probability of a tie and k the share of the
/// experimental arm. Censored follow-up enters through the ties.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`ties`](Self::ties) | 0 | probability that a pair is tied | in [0, 1) |
/// | [`alpha`](Self::alpha), [`sides`](Self::sides) | 0.025, 1 | the error rate | inside (0, 1); 1 or 2 |
/// | [`target`](Self::target) | power 0.9 | power or subjects | |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
///
/// # Cost
/// A formula.
///
/// # Example
/// ```
/// use greenwood::trial::design::WinRatioDesign;
///
/// let plan = WinRatioDesign::new(1.5).ties(0.1).fit()?;
/// let z = 1.959963984540054 + 1.2815515655446004_f64;
/// let by_hand = 4.0 * 1.1 / (3.0 * 0.25 * 0.9) * z * z / 1.5_f64.ln().powi(2);
/// assert!((plan.subjects() - by_hand).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Yu & Ganju (2022), Stat Med 41:950.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct WinRatioDesign {
    win_ratio: f64,
    ties: f64,
    alpha: f64,
    sides: u32,
    target: Target,
    ratio: f64,
}

/// A design with its numbers: exact reals. Made by [`WinRatioDesign::fit`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WinRatioPlan {
    design: WinRatioDesign,
    subjects: f64,
    power: f64,
}

impl WinRatioDesign {
    /// For this win ratio of the experimental against the control arm.
    pub fn new(win_ratio: f64) -> Self {
        Self { win_ratio, ties: 0.0, alpha: 0.025, sides: 1, target: Target::Power(0.9), ratio: 1.0 }
    }

    /// The probability that a pair is tied.
    pub fn ties(self, ties: f64) -> Self {
        Self { ties, ..self }
    }

    /// The error rate, of both sides together.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// One-sided or two-sided.
    pub fn sides(self, sides: u32) -> Self {
        Self { sides, ..self }
    }

    /// What is given: power or subjects.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// Experimental subjects for each control subject.
    pub fn allocation(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    /// The plan.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options and a ratio of 1; [`Error::Unsupported`] for a number of events: a win is none.
    pub fn fit(&self) -> Result<WinRatioPlan> {
        self.check()?;
        let share = self.ratio / (1.0 + self.ratio);
        let variance = 4.0 * (1.0 + self.ties) / (3.0 * share * (1.0 - share) * (1.0 - self.ties));
        let z = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let effect = self.win_ratio.ln().abs();
        let (subjects, power) = match self.target {
            Target::Power(power) => {
                (variance * ((z + normal_quantile(power)).max(0.0) / effect).powi(2), power)
            }
            Target::Subjects(n) => (n, normal_sf(z - effect * (n / variance).sqrt())),
            Target::Events(_) => {
                return Err(Error::Unsupported {
                    method: "the size for a win ratio",
                    with: "a number of events",
                    why: "wins are of pairs of subjects; give the power or the subjects",
                });
            }
        };
        Ok(WinRatioPlan { design: *self, subjects, power })
    }

    fn check(&self) -> Result<()> {
        checks::effect("the win ratio", self.win_ratio)?;
        checks::allocation("allocation", self.ratio)?;
        if !(0.0..1.0).contains(&self.ties) {
            return checks::refuse("ties", self.ties, "in [0, 1): pairs that are all tied decide nothing");
        }
        checks::error_rate(self.alpha, self.sides)?;
        checks::target(self.target)
    }
}

impl WinRatioPlan {
    /// The subjects of both arms.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// Whole numbers that fill blocks; events are none. See
    /// [`FixedPlan::in_blocks`](crate::trial::design::FixedPlan::in_blocks).
    ///
    /// # Errors
    /// As there.
    pub fn in_blocks(&self, experimental: u64, control: u64) -> Result<RoundedPlan> {
        let found = in_blocks(0.0, Some(self.subjects), self.design.ratio, [experimental, control])?;
        Ok(RoundedPlan { events: 0, ..found })
    }
}

/// A paragraph for a protocol.
impl fmt::Display for WinRatioPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let design = &self.design;
        write!(
            f,
            "With {} subjects, allocated {}:1, a {} test of the win ratio at level {} has {:.1}% power where the win ratio is {} and \
             {:.1}% of the pairs are tied (Yu and Ganju 2022).",
            whole(self.subjects),
            Number(design.ratio),
            if design.sides == 2 { "two-sided" } else { "one-sided" },
            Number(design.alpha),
            100.0 * self.power,
            Number(design.win_ratio),
            100.0 * design.ties
        )
    }
}
