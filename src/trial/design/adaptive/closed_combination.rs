//! Several arms against one control over several looks: a combination test of every intersection.

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::root;
use crate::trial::design::adaptive::closed_result::{ClosedTestResult, Intersection};
use crate::trial::design::adaptive::dunnett::largest_reaches;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;

/// How the hypotheses of several arms are tested together within a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IntersectionTest {
    /// By the largest statistic, with the correlation that the shared control arm gives: the most powerful.
    #[default]
    Dunnett,
    /// The smallest p-value times the number of arms.
    Bonferroni,
    /// `min m p₍ᵢ₎ / i` over the ordered p-values: valid for arms that share a control.
    Simes,
    /// `1 − (1 − min p)^m`: valid for arms that share a control.
    Sidak,
}

/// The closed combination test of a multi-arm multi-stage trial: treatments may be dropped, sizes changed, by any rule, and the
/// probability to reject any true hypothesis stays below the error of the bounds.
///
/// In every stage each intersection of hypotheses has a p-value by the [`IntersectionTest`] of the arms of it that are still in the
/// trial. Over the stages these are combined by the inverse normal method, with the planned information as weights, and compared
/// with the bounds. A hypothesis is rejected where all intersections that hold it have been, at this look or an earlier one.
///
/// Stages are independent: statistics are those of each stage's own data (increments), grow with the benefit and are standard normal
/// where there is no effect.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`intersection`](Self::intersection) | Dunnett | how hypotheses are tested together |
/// | [`ratios`](Self::ratios) | 1 | the size of each arm relative to the control arm, for Dunnett's test |
///
/// # Cost
/// `2^arms` intersections in each stage, at most twelve arms.
///
/// # Example
/// Three arms, the third dropped after the first of two stages:
/// ```
/// use greenwood::trial::design::GroupSequential;
/// use greenwood::trial::design::adaptive::ClosedCombination;
///
/// let bounds = GroupSequential::looks(2).fit()?;
/// let test = ClosedCombination::new(&bounds, 3).test(&[
///     vec![Some(1.9), Some(1.2), Some(2.1)],
///     vec![Some(1.96), Some(1.8), None],
/// ])?;
/// assert_eq!(test.rejected_by(2)?, [true, true, false]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Bauer & Kieser (1999), Stat Med 18:1833. Hommel (2001), Biom J 43:581. Wassmer & Brannath (2016), Group Sequential and Confirmatory
/// Adaptive Designs in Clinical Trials, chapter 11.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct ClosedCombination {
    bounds: Boundaries,
    arms: usize,
    intersection: IntersectionTest,
    ratios: Option<Vec<f64>>,
}

impl ClosedCombination {
    /// One-sided bounds of the combined statistic, and the number of arms beside the control.
    pub fn new(bounds: &Boundaries, arms: usize) -> Self {
        Self { bounds: bounds.clone(), arms, intersection: IntersectionTest::Dunnett, ratios: None }
    }

    /// How hypotheses are tested together.
    pub fn intersection(self, intersection: IntersectionTest) -> Self {
        Self { intersection, ..self }
    }

    /// The size of each arm relative to the control arm; for a log-rank test, that of the allocation.
    pub fn ratios(self, ratios: &[f64]) -> Self {
        Self { ratios: Some(ratios.to_vec()), ..self }
    }

    /// The test of the stages so far: in each the statistic of every arm, `None` for one that is no longer in the trial.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for arms that are not between 1 and 12, statistics that are not finite and ratios that are not above 0;
    /// [`Error::LengthMismatch`] for more stages than bounds, or a number of statistics or ratios that is not that of the arms;
    /// [`Error::Empty`] without stages; [`Error::Unsupported`] for two-sided bounds, and where an arm comes back.
    pub fn test(&self, stages: &[impl AsRef<[Option<f64>]>]) -> Result<ClosedTestResult> {
        let stages: Vec<&[Option<f64>]> = stages.iter().map(AsRef::as_ref).collect();
        self.check(&stages)?;
        let mut intersections = Vec::with_capacity((1 << self.arms) - 1);
        // The global hypothesis first, then those that hold fewer.
        let mut sets: Vec<u32> = (1..1_u32 << self.arms).rev().collect();
        sets.sort_by_key(|set| std::cmp::Reverse(set.count_ones()));
        for set in sets {
            let arms: Vec<usize> = (0..self.arms).filter(|&i| set >> (self.arms - 1 - i) & 1 == 1).collect();
            let p_values: Vec<Option<f64>> = stages.iter().map(|stage| self.stage_p(&arms, stage)).collect();
            let statistics = self.combined(&p_values);
            let reached = |(z, bound): (&Option<f64>, &f64)| z.is_some_and(|z| z >= *bound);
            let rejected_at = statistics.iter().zip(self.bounds.z()).position(reached).map(|k| k + 1);
            intersections.push(Intersection::new(arms, p_values, statistics, rejected_at));
        }
        Ok(ClosedTestResult::new(self.arms, stages.len(), self.bounds.z().to_vec(), intersections))
    }

    /// The simultaneous repeated lower limit of each arm's effect after the last of these stages; `None` for an arm that is no longer
    /// in the trial. The limits of all arms at all looks hold together with a probability of one minus the error.
    ///
    /// `information` is that of each stage's own data, of every arm: a statistic has the mean `θ √information`. For a log-rank test
    /// with `d` events in the arm and the control and `ρ` subjects in the arm for each one of the control it is `ρ d / (1 + ρ)²`,
    /// and the upper limit of the hazard ratio is `exp(−θ)`. The limit is the effect that the single-step test of all arms in the
    /// trial would just not reject.
    ///
    /// # Errors
    /// As [`test`](Self::test), and [`Error::OutOfRange`] for information that is not above 0.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::GroupSequential;
    /// use greenwood::trial::design::adaptive::ClosedCombination;
    ///
    /// let test = ClosedCombination::new(&GroupSequential::looks(2).fit()?, 2);
    /// let limits = test.repeated_limits(&[[Some(2.6), Some(0.4)], [Some(2.4), None]], &[[10.0, 9.0], [12.0, 11.0]])?;
    /// assert!(limits[0].unwrap() > 0.0 && limits[1].is_none());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn repeated_limits(
        &self,
        stages: &[impl AsRef<[Option<f64>]>],
        information: &[impl AsRef<[f64]>],
    ) -> Result<Vec<Option<f64>>> {
        let stages: Vec<&[Option<f64>]> = stages.iter().map(AsRef::as_ref).collect();
        self.check(&stages)?;
        let information: Vec<&[f64]> = information.iter().map(AsRef::as_ref).collect();
        let (len, expected) = (information.len(), stages.len());
        check_len("information", len, "stages", expected)?;
        for own in &information {
            check_len("the information of a stage", own.len(), "arms", self.arms)?;
            own.iter().try_for_each(|&i| checks::positive("information", i))?;
        }
        let last = stages.len() - 1;
        let bound = self.bounds.z()[last];
        let limit = |arm: usize| {
            stages[last][arm]?;
            if bound.is_infinite() {
                return Some(f64::NEG_INFINITY);
            }
            let least = information.iter().map(|own| own[arm].sqrt()).fold(f64::INFINITY, f64::min);
            let best = (0..=last).filter_map(|k| stages[k][arm].map(f64::abs)).fold(0.0, f64::max);
            let reach = (best + 40.0) / least;
            let excess = |effect: f64| {
                let shifted = |k: usize| {
                    let z = stages[k][arm]? - effect * information[k][arm].sqrt();
                    Some(self.adjusted(&self.in_trial(stages[k]), &[z]))
                };
                let p_values: Vec<Option<f64>> = (0..=last).map(shifted).collect();
                self.combined(&p_values)[last].map_or(f64::NAN, |z| bound - z)
            };
            Some(root::find(-reach, reach, excess))
        };
        Ok((0..self.arms).map(limit).collect())
    }

    /// The combined statistic after each stage. After all its arms have left an intersection has no further statistic, and cannot be
    /// rejected any more.
    fn combined(&self, p_values: &[Option<f64>]) -> Vec<Option<f64>> {
        let fractions = self.bounds.fractions();
        let (mut sum, mut squares, mut before) = (0.0, 0.0, 0.0);
        let combine = |(p, &t): (&Option<f64>, &f64)| {
            let weight: f64 = t - before;
            before = t;
            let p = (*p)?;
            // A p-value of 1 or 0 is one that a number cannot tell from them.
            sum -= weight.sqrt() * normal_quantile(p.clamp(f64::MIN_POSITIVE, 1.0 - 1e-16));
            squares += weight;
            Some(sum / f64::sqrt(squares))
        };
        p_values.iter().zip(fractions).map(combine).collect()
    }

    /// The arms in a stage.
    fn in_trial(&self, stage: &[Option<f64>]) -> Vec<usize> {
        (0..self.arms).filter(|&i| stage[i].is_some()).collect()
    }

    /// The p-value of an intersection in a stage, by the arms that are in it. Returns `None` if none is.
    fn stage_p(&self, arms: &[usize], stage: &[Option<f64>]) -> Option<f64> {
        let here: Vec<usize> = arms.iter().copied().filter(|&i| stage[i].is_some()).collect();
        let z: Vec<f64> = here.iter().filter_map(|&i| stage[i]).collect();
        (!here.is_empty()).then(|| self.adjusted(&here, &z))
    }

    /// The p-value of the hypotheses of these arms, by statistics of theirs: all of them, or the largest alone.
    fn adjusted(&self, arms: &[usize], z: &[f64]) -> f64 {
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (m, smallest) = (arms.len() as f64, normal_sf(largest));
        match self.intersection {
            IntersectionTest::Dunnett => {
                let ratio = |i: &usize| self.ratios.as_ref().map_or(1.0, |r| r[*i]);
                largest_reaches(&arms.iter().map(ratio).collect::<Vec<_>>(), largest)
            }
            IntersectionTest::Bonferroni => (m * smallest).min(1.0),
            IntersectionTest::Sidak => -(m * (-smallest).ln_1p()).exp_m1(),
            IntersectionTest::Simes => {
                let mut p: Vec<f64> = z.iter().map(|&z| normal_sf(z)).collect();
                p.sort_by(f64::total_cmp);
                p.iter().enumerate().map(|(i, p)| m * p / (i + 1) as f64).fold(1.0, f64::min)
            }
        }
    }

    fn check(&self, stages: &[&[Option<f64>]]) -> Result<()> {
        if !(1..=12).contains(&self.arms) {
            let (argument, value) = ("arms", self.arms as f64);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "between 1 and 12, without the control",
            });
        }
        if self.bounds.sides() == 2 {
            return Err(Error::Unsupported {
                method: "a closed combination test",
                with: "two-sided bounds",
                why: "its statistics have one side, that of the benefit; take one side with half the error",
            });
        }
        if stages.is_empty() {
            return Err(Error::Empty { argument: "stages" });
        }
        if stages.len() > self.bounds.z().len() {
            let (len, expected) = (stages.len(), self.bounds.z().len());
            return Err(Error::LengthMismatch { argument: "stages", len, other: "bounds", expected });
        }
        if let Some(ratios) = &self.ratios {
            check_len("ratios", ratios.len(), "arms", self.arms)?;
            ratios.iter().try_for_each(|&r| checks::positive("ratios", r))?;
        }
        let mut gone = vec![false; self.arms];
        for stage in stages {
            check_len("a stage", stage.len(), "arms", self.arms)?;
            for (gone, z) in gone.iter_mut().zip(stage.iter()) {
                match z {
                    Some(z) if !z.is_finite() => {
                        let argument = "a statistic of a stage";
                        return Err(Error::OutOfRange { argument, value: *z, must_be: "finite" });
                    }
                    Some(_) if *gone => {
                        return Err(Error::Unsupported {
                            method: "a closed combination test",
                            with: "an arm that comes back",
                            why: "an arm that was dropped stays `None` in all later stages",
                        });
                    }
                    Some(_) => {}
                    None => *gone = true,
                }
            }
        }
        Ok(())
    }
}
