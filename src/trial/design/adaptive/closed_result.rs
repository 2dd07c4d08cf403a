//! What a closed combination test found.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::print::MISSING;
use crate::trial::design::adaptive::level::{LEAST, smallest_level};
use crate::trial::design::group_sequential::GroupSequential;

/// One intersection of hypotheses: its p-value in each stage, and its combined statistic after each.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Intersection {
    arms: Vec<usize>,
    p_values: Vec<Option<f64>>,
    statistics: Vec<Option<f64>>,
    rejected_at: Option<usize>,
}

impl Intersection {
    pub(super) fn new(
        arms: Vec<usize>,
        p_values: Vec<Option<f64>>,
        statistics: Vec<Option<f64>>,
        rejected_at: Option<usize>,
    ) -> Self {
        Self { arms, p_values, statistics, rejected_at }
    }

    /// The arms whose hypotheses it holds, counted from 0.
    #[must_use]
    pub fn arms(&self) -> &[usize] {
        &self.arms
    }

    /// The p-value of each stage alone. Returns `None` if none of its arms is left.
    #[must_use]
    pub fn p_values(&self) -> &[Option<f64>] {
        &self.p_values
    }

    /// The combined statistic after each stage.
    #[must_use]
    pub fn statistics(&self) -> &[Option<f64>] {
        &self.statistics
    }

    /// The look, counted from 1, at which it was rejected.
    #[must_use]
    pub fn rejected_at(&self) -> Option<usize> {
        self.rejected_at
    }
}

/// What a closed combination test found. Made by [`ClosedCombination::test`](super::ClosedCombination::test); printed, it is a table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ClosedTestResult {
    arms: usize,
    looks: usize,
    bounds: Vec<f64>,
    intersections: Vec<Intersection>,
}

impl ClosedTestResult {
    pub(super) fn new(arms: usize, looks: usize, bounds: Vec<f64>, intersections: Vec<Intersection>) -> Self {
        Self { arms, looks, bounds, intersections }
    }

    /// All intersections, the global hypothesis first and those of fewer arms after it.
    #[must_use]
    pub fn intersections(&self) -> &[Intersection] {
        &self.intersections
    }

    /// The number of looks so far.
    #[must_use]
    pub fn looks(&self) -> usize {
        self.looks
    }

    /// The look, counted from 1, at which the hypothesis of each arm was rejected: the last of the intersections that hold it.
    #[must_use]
    pub fn rejected_at(&self) -> Vec<Option<usize>> {
        let of = |arm: usize| {
            let own = self.intersections.iter().filter(|i| i.arms.contains(&arm));
            own.map(|i| i.rejected_at).try_fold(0, |last, at| at.map(|at| at.max(last)))
        };
        (0..self.arms).map(of).collect()
    }

    /// Which hypotheses are rejected by a look, counted from 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a look that has not been.
    pub fn rejected_by(&self, look: usize) -> Result<Vec<bool>> {
        if !(1..=self.looks).contains(&look) {
            let (argument, value) = ("look", look as f64);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "a look that has been, counted from 1",
            });
        }
        Ok(self.rejected_at().into_iter().map(|at| at.is_some_and(|at| at <= look)).collect())
    }

    /// The repeated p-value of each arm by a look, counted from 1: the smallest error at which the closed test with bounds of this
    /// design rejects its hypothesis at one of the looks up to this one; 1 where it is above ½, 1e-12 where it is below that. Valid whatever made one look.
    ///
    /// `design` is that of the bounds; its error and power do not matter.
    ///
    /// # Cost
    /// The bounds of some twenty errors for each intersection: 10 ms for three arms.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a look that has not been; [`Error::LengthMismatch`] for a design of another number of looks;
    /// [`Error::Unsupported`] for bounds that belong to one error (Haybittle and Peto's, amounts of one's own) and two-sided ones.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::GroupSequential;
    /// use greenwood::trial::design::adaptive::ClosedCombination;
    ///
    /// let design = GroupSequential::looks(2);
    /// let test = ClosedCombination::new(&design.fit()?, 2).test(&[[Some(2.2), Some(0.4)], [Some(2.0), None]])?;
    /// let p = test.repeated_p_values(&design, 2)?;
    /// assert!(p[0] < 0.025 && p[1] > 0.4);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn repeated_p_values(&self, design: &GroupSequential, look: usize) -> Result<Vec<f64>> {
        self.rejected_by(look)?;
        let bounds_at = |alpha: f64| design.efficacy_at(alpha);
        let (len, expected) = (bounds_at(0.025)?.len(), self.bounds.len());
        check_len("the design's looks", len, "bounds", expected)?;
        let level = |own: &Intersection| {
            let seen: Vec<(usize, f64)> =
                own.statistics[..look].iter().enumerate().filter_map(|(k, z)| z.map(|z| (k, z))).collect();
            let best = seen.iter().map(|s| s.1).fold(f64::NEG_INFINITY, f64::max);
            let margin = |alpha: f64| {
                bounds_at(alpha).map_or(f64::NAN, |bounds| {
                    seen.iter().map(|&(k, z)| z - bounds[k]).fold(-100.0, f64::max)
                })
            };
            if seen.is_empty() { 1.0 } else { smallest_level(best, LEAST, margin) }
        };
        let levels: Vec<f64> = self.intersections.iter().map(level).collect();
        let of = |arm: usize| {
            let own = self.intersections.iter().zip(&levels).filter(|(i, _)| i.arms.contains(&arm));
            own.map(|(_, p)| *p).fold(0.0, f64::max)
        };
        Ok((0..self.arms).map(of).collect())
    }
}

/// A row an intersection: p-value and combined statistic of each stage, the look of its rejection.
impl fmt::Display for ClosedTestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20}", "arms")?;
        for k in 1..=self.looks {
            write!(f, " {:>10} {:>10}", format!("p, stage {k}"), format!("z, look {k}"))?;
        }
        write!(f, " {:>9}", "rejected")?;
        let cell = |x: Option<f64>| x.map_or_else(|| MISSING.to_string(), |x| format!("{x:.4}"));
        for own in &self.intersections {
            let names: Vec<String> = own.arms.iter().map(|a| (a + 1).to_string()).collect();
            write!(f, "\n{:<20}", names.join(", "))?;
            for k in 0..self.looks {
                write!(f, " {:>10} {:>10}", cell(own.p_values[k]), cell(own.statistics[k]))?;
            }
            let at = own.rejected_at.map_or_else(|| "no".to_string(), |k| format!("look {k}"));
            write!(f, " {at:>9}")?;
        }
        let bounds: Vec<String> = self.bounds[..self.looks].iter().map(|z| format!("{z:.4}")).collect();
        write!(f, "\nbounds {}", bounds.join(", "))
    }
}
