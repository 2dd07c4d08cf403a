//! The bounds of a group-sequential trial of several arms, and what they say at a look.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::print::{self, Number};
use crate::trial::design::adaptive::control_paths::Arms;
use crate::trial::design::adaptive::level::{LEAST, smallest_level};
use crate::trial::design::adaptive::multi_arm_sequential::MultiArmSequential;
use crate::trial::design::boundaries::BoundaryType;
use crate::trial::design::checks;
use crate::trial::design::spending::Spending;

/// The bounds of a group-sequential trial of several arms. Made by [`MultiArmSequential::fit`]; printed, they are a table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MultiArmBoundaries {
    pub(super) design: MultiArmSequential,
    pub(super) upper: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) alpha_spent: Vec<f64>,
}

impl MultiArmBoundaries {
    /// The share of the final information at each look.
    #[must_use]
    pub fn fractions(&self) -> &[f64] {
        &self.design.fractions
    }

    /// The upper bound of every arm's statistic at each look; infinite where a look shows nothing.
    #[must_use]
    pub fn z(&self) -> &[f64] {
        &self.upper
    }

    /// The lower bound at each look but the last; −∞ where no arm is dropped.
    #[must_use]
    pub fn futility_z(&self) -> &[f64] {
        &self.lower[..self.lower.len() - 1]
    }

    /// The family-wise error spent up to each look.
    #[must_use]
    pub fn alpha_spent(&self) -> &[f64] {
        &self.alpha_spent
    }

    /// The probability that at least one arm has reached its upper bound by each look, where arms have these drifts (the expected
    /// final statistics) and those below the lower bounds are dropped.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is a drift for each arm; [`Error::OutOfRange`] for one that is not finite or beyond ±30.
    pub fn any_rejection_by_look(&self, drifts: &[f64]) -> Result<Vec<f64>> {
        self.check_arms("drifts", drifts)?;
        let arms = Arms::counted((0..).map(|arm| self.design.ratio_of(arm)).zip(drifts.iter().copied()));
        Ok(self.design.paths(&self.upper, &self.lower).any_by_look(&arms))
    }

    /// The probability that the best arm is the first to be shown, and has the largest statistic at that look, where its drift is
    /// `best` and that of all others is `others`: the power of Magirr, Jaki & Whitehead, at its least where the others are just not
    /// of interest. Where the arms differ in size, the power of the best arm whose size makes it least.
    ///
    /// # Cost
    /// Some thirty times that of an error probability: 0.1 s for two looks, seconds for three; so much for each size.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for drifts that are not finite or beyond ±30.
    pub fn power(&self, best: f64, others: f64) -> Result<f64> {
        for (argument, value) in [("best", best), ("others", others)] {
            check_statistic(argument, value)?;
        }
        let paths = self.design.paths(&self.upper, &self.lower);
        let of_size = |size: &Arms| {
            let mut rest =
                Arms::counted((0..self.design.arms).map(|arm| (self.design.ratio_of(arm), others)));
            rest.iter_mut().filter(|arms| arms.ratio == size.ratio).for_each(|arms| arms.count -= 1);
            rest.retain(|arms| arms.count > 0);
            rest.insert(0, Arms { count: 1, ratio: size.ratio, drift: best });
            paths.first_and_largest(&rest)
        };
        let sizes = Arms::counted((0..self.design.arms).map(|arm| (self.design.ratio_of(arm), best)));
        Ok(sizes.iter().map(of_size).fold(1.0, f64::min))
    }

    /// The repeated p-value of each arm at a look, counted from 1: the smallest family-wise error at which bounds of this shape show
    /// the arm at this look. Valid whatever made one look; together with [`repeated_drift_limit`](Self::repeated_drift_limit) of one
    /// single-step test.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a look that is not there and statistics that are not finite or beyond ±30;
    /// [`Error::LengthMismatch`] unless there is a statistic for each arm; [`Error::Unsupported`] for bounds that the error does not
    /// move at this look, and for amounts of error of one's own.
    pub fn repeated_p_values(&self, look: usize, z: &[f64]) -> Result<Vec<f64>> {
        let k = self.look(look)?;
        self.check_arms("z", z)?;
        z.iter().map(|&z| self.repeated_p(k, z)).collect()
    }

    fn repeated_p(&self, k: usize, z: f64) -> Result<f64> {
        let design = &self.design;
        if let Some(shape) = design.shape() {
            // The bounds of a triangle of negative height would cross.
            let c = z / shape[k];
            return Ok(design.error_of(&shape, if design.triangular { c.max(0.0) } else { c }));
        }
        let fixed = matches!(design.boundary, BoundaryType::Spending(Spending::User(_)));
        let early = !matches!(design.boundary, BoundaryType::Spending(_)) && k + 1 < self.upper.len();
        if fixed || early {
            return Err(Error::Unsupported {
                method: "a repeated p-value",
                with: "bounds that are fixed at this look",
                why: "they belong to one error: take a spending function or one of the classical bounds",
            });
        }
        // No family of bounds shows an arm at a level below the p-value of its own statistic.
        Ok(smallest_level(z, LEAST, |alpha| {
            let own = design.clone().alpha(alpha).look_by_look();
            own.map_or(f64::NAN, |bounds| z - bounds[k].min(60.0))
        }))
    }

    /// The simultaneous lower limit of an arm's drift (its expected final statistic) at a look, counted from 1, given its statistic:
    /// `(z − u_j) / √t_j`. All arms' limits at all looks hold together with probability `1 − alpha`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a look that is not there and a statistic that is not finite or beyond ±30.
    pub fn repeated_drift_limit(&self, look: usize, z: f64) -> Result<f64> {
        let k = self.look(look)?;
        check_statistic("z", z)?;
        Ok((z - self.upper[k]) / self.design.fractions[k].sqrt())
    }

    /// The simultaneous upper limit of the hazard ratio of an arm, counted from 0, at a look, counted from 1:
    /// `exp(ln HR + u_j (1 + ρ) / √(ρ d))` for the estimated ratio and the number of events `d` in the arm and the control together
    /// (Jennison & Turnbull 1989).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an arm or a look that is not there, and values that are not finite and above 0.
    pub fn repeated_ratio_limit(
        &self,
        arm: usize,
        look: usize,
        hazard_ratio: f64,
        events: f64,
    ) -> Result<f64> {
        if arm >= self.design.arms {
            return checks::refuse("arm", arm as f64, "an arm of the design, counted from 0");
        }
        let k = self.look(look)?;
        checks::positive("hazard_ratio", hazard_ratio)?;
        checks::positive("events", events)?;
        let ratio = self.design.ratio_of(arm);
        Ok(hazard_ratio * (self.upper[k] * (1.0 + ratio) / (ratio * events).sqrt()).exp())
    }

    fn look(&self, look: usize) -> Result<usize> {
        if (1..=self.upper.len()).contains(&look) {
            return Ok(look - 1);
        }
        checks::refuse("look", look as f64, "a look of the design, counted from 1")
    }

    fn check_arms(&self, argument: &'static str, values: &[f64]) -> Result<()> {
        check_len(argument, values.len(), "arms", self.design.arms)?;
        values.iter().try_for_each(|&value| check_statistic(argument, value))
    }
}

fn check_statistic(argument: &'static str, value: f64) -> Result<()> {
    if value.abs() <= 30.0 { Ok(()) } else { checks::refuse(argument, value, "finite and within ±30") }
}

/// The table of the bounds.
impl fmt::Display for MultiArmBoundaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let design = &self.design;
        let arms = if design.arms == 1 { "1 arm".into() } else { format!("{} arms", design.arms) };
        write!(
            f,
            "{arms} against one control, {} looks, family-wise one-sided error {}; {}",
            self.upper.len(),
            Number(design.alpha),
            match &design.ratios[..] {
                [ratio] => format!("each arm {} times the control", Number(*ratio)),
                ratios => format!(
                    "the arms {} times the control",
                    ratios.iter().map(|&r| Number(r).to_string()).collect::<Vec<_>>().join(", ")
                ),
            }
        )?;
        write!(
            f,
            "\n{:>4} {:>12} {:>10} {:>10} {:>10}",
            "look", "information", "upper z", "lower z", "spent"
        )?;
        let cell = |z: f64| if z.is_finite() { format!("{z:.4}") } else { print::MISSING.into() };
        for (k, t) in design.fractions.iter().enumerate() {
            let (upper, lower) = (cell(self.upper[k]), cell(self.lower[k]));
            let spent = self.alpha_spent[k];
            write!(f, "\n{:>4} {:>11.1}% {upper:>10} {lower:>10} {spent:>10.6}", k + 1, 100.0 * t)?;
        }
        Ok(())
    }
}
