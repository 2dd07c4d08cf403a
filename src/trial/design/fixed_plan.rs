//! What a design with one look needs, and the paragraph that says so.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::Number;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::event_formula::formula_name;
use crate::trial::design::fixed::FixedDesign;
use crate::trial::design::hazard::Hazard;

/// A design with its numbers: exact reals. Made by [`FixedDesign::fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPlan {
    pub(crate) design: FixedDesign,
    pub(crate) events: f64,
    pub(crate) subjects: Option<f64>,
    pub(crate) duration: Option<f64>,
    pub(crate) power: f64,
    pub(crate) critical: f64,
    pub(crate) assumptions: Option<Assumptions>,
}

/// Whole events and subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RoundedPlan {
    /// Events, rounded up.
    pub events: u64,
    /// Subjects of both arms.
    pub subjects: Option<u64>,
    /// Subjects of the experimental and the control arm, each rounded up.
    pub by_arm: Option<[u64; 2]>,
}

impl FixedPlan {
    /// The number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The number of subjects; `None` without a control hazard and an accrual.
    #[must_use]
    pub fn subjects(&self) -> Option<f64> {
        self.subjects
    }

    /// The subjects of the experimental and the control arm.
    #[must_use]
    pub fn subjects_by_arm(&self) -> Option<[f64; 2]> {
        let share = self.design.ratio / (1.0 + self.design.ratio);
        self.subjects.map(|n| [share * n, (1.0 - share) * n])
    }

    /// From the first entry to the end of follow-up.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        self.duration
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The estimated hazard ratio at which the test is just significant: `margin · exp(∓ z_α (1 + r) / √(r D))`.
    #[must_use]
    pub fn critical_hazard_ratio(&self) -> f64 {
        self.critical
    }

    /// What was assumed, with the number of subjects.
    #[must_use]
    pub fn assumptions(&self) -> Option<&Assumptions> {
        self.assumptions.as_ref()
    }

    pub(crate) fn ratio_at(&self, z: f64, events: f64) -> f64 {
        self.design.ratio_at(z, events)
    }

    /// Whole numbers that fill blocks of so many experimental and control subjects: the fewest blocks with the subjects of the
    /// plan, and events up. The ratio is then exact.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a block whose ratio is not the plan's, or an arm without subjects.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::{FixedDesign, Hazard};
    ///
    /// let design = FixedDesign::new(0.6).allocation(2.0).control(Hazard::median(12.0)?).accrual(24.0).followup(12.0);
    /// let whole = design.fit()?.in_blocks(4, 2)?;
    /// let [experimental, control] = whole.by_arm.unwrap();
    /// assert!(experimental == 2 * control && experimental % 4 == 0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn in_blocks(&self, experimental: u64, control: u64) -> Result<RoundedPlan> {
        in_blocks(self.events, self.subjects, self.design.ratio, [experimental, control])
    }

    /// Whole numbers: events up, and each arm up.
    #[must_use]
    pub fn rounded(&self) -> RoundedPlan {
        let by_arm = self.subjects_by_arm().map(|arms| arms.map(whole));
        RoundedPlan { events: whole(self.events), subjects: by_arm.map(|a| a[0] + a[1]), by_arm }
    }
}

/// The fewest whole blocks with so many subjects.
pub(super) fn in_blocks(
    events: f64,
    subjects: Option<f64>,
    ratio: f64,
    block: [u64; 2],
) -> Result<RoundedPlan> {
    let own = block[0] as f64 / block[1] as f64;
    if block.contains(&0) || block.iter().any(|&b| b > 1_000_000) || (own / ratio - 1.0).abs() > 1e-9 {
        return Err(Error::OutOfRange {
            argument: "the ratio of a block",
            value: own,
            must_be: "the allocation ratio of the plan, with subjects of both arms",
        });
    }
    let blocks = |n: f64| whole(n / (block[0] + block[1]) as f64);
    let by_arm = subjects.map(|n| block.map(|b| b * blocks(n)));
    Ok(RoundedPlan { events: whole(events), subjects: by_arm.map(|a| a[0] + a[1]), by_arm })
}

/// Up to a whole number. A hair above one is rounding error, not a further subject.
pub(super) fn whole(x: f64) -> u64 {
    (x - 1e-9 * x.clamp(1.0, 1e6)).ceil().max(1.0) as u64
}

/// A paragraph for a protocol.
impl fmt::Display for FixedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let design = &self.design;
        let rounded = self.rounded();
        write!(
            f,
            "With {} events, a {} log-rank test at level {} has {:.1}% power ",
            rounded.events,
            if design.sides == 2 { "two-sided" } else { "one-sided" },
            Number(design.alpha),
            100.0 * self.power
        )?;
        if design.margin == 1.0 {
            write!(f, "to show a difference where the hazard ratio is {}", Number(design.hazard_ratio))?;
        } else {
            let (margin, ratio) = (Number(design.margin), Number(design.hazard_ratio));
            write!(f, "to exclude a hazard ratio of {margin} where it is {ratio}")?;
        }
        write!(f, " ({}; allocation {}:1). ", formula_name(design.formula), Number(design.ratio))?;
        write!(
            f,
            "The result is significant where the estimated ratio is {:.3} or further from {}.",
            self.critical,
            Number(design.margin)
        )?;
        if let (Some(subjects), Some([experimental, control])) = (rounded.subjects, rounded.by_arm) {
            let accrual = design.accrual.as_ref().map_or(0.0, Accrual::duration);
            write!(
                f,
                " {subjects} subjects ({experimental} experimental, {control} control) enter over {} and are followed for a further {}",
                Number((accrual * 1e6).round() / 1e6),
                Number(design.followup)
            )?;
            if let Some(control) = &design.control {
                let rates: Vec<String> = control.rates().iter().map(|&r| Number(r).to_string()).collect();
                write!(f, "; the control hazard is {}", rates.join(", "))?;
                let lost = &design.dropout;
                if !lost.iter().all(Hazard::is_none) {
                    write!(f, ", that of dropping out {} and {}", lost[0], lost[1])?;
                }
            }
            write!(f, ".")?;
        }
        Ok(())
    }
}
