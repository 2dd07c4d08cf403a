//! The permutation test by a sample of allocations: no approximation by chi-square.

use std::fmt;

use super::result::IntervalLogRankTest;
use super::score::IntervalScore;
use super::score_test::IntervalLogRank;
use super::variance::floor;
use crate::error::{Error, Result, check_samples};
use crate::numeric::quadratic_form::quadratic_form_above;
use crate::numeric::random::Random;
use crate::numeric::sums::whole_count;
use crate::print::{self, PValue};
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};
#[cfg(feature = "serde")]
use crate::survival::result::stored::checked_when_read;
use crate::survival::result::tail::Counts;
use crate::survival::result::test::TestSummary;

/// So many subjects may be exchanged.
const MOST_SUBJECTS: f64 = (1 << 24) as f64;

/// The permutation test of groups of interval-censored data on a random sample of allocations.
///
/// The scores of [`IntervalLogRank`] are exchanged between the subjects of a stratum. Two groups or more are compared by
/// `Q = U' V⁻ U`, U the sums of scores, which in two groups is the square of the first one's. `p = (1 + #{Q* ≥ Q})/(1 + B)`
/// over B allocations, which never exceeds its level (Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39); the share
/// itself comes with a Clopper-Pearson interval. It holds where being examined has nothing to do with the group. R's
/// `ictest(…, method = "exact.mc")`.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`new`](Self::new) | Sun | the [`IntervalScore`] | |
/// | [`replicates`](Self::replicates) | 100,000 | B | > 0 |
/// | [`seed`](Self::seed) | 1 | every allocation has its own generator, a function of seed and number | |
///
/// # Cost
/// One fit in each stratum; then a shuffle of all subjects per allocation.
///
/// # Example
/// ```
/// use greenwood::survival::log_rank::{IntervalScore, MonteCarloIntervalLogRank};
/// use greenwood::survival::{Groups, IntervalCensored};
///
/// let data = IntervalCensored::new(
///     &[0.0, 1.0, 2.0, 4.0, 5.0, 6.0],
///     &[2.0, 3.0, 4.0, 6.0, f64::INFINITY, f64::INFINITY],
/// )?;
/// let arm = Groups::new(&["old", "old", "old", "new", "new", "new"]);
/// let test = MonteCarloIntervalLogRank::new(IntervalScore::Sun).replicates(20_000).test(&data, &arm)?;
/// // No allocation but this one and its mirror image is as extreme: 2 of 20.
/// assert!(test.interval(0.999)?.contains(0.1));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Fay (1996), Biometrics 52:811. Fay & Shaw (2010), J Stat Softw 36(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct MonteCarloIntervalLogRank {
    score: IntervalScore,
    replicates: usize,
    seed: u64,
}

impl Default for MonteCarloIntervalLogRank {
    fn default() -> Self {
        Self { score: IntervalScore::default(), replicates: 100_000, seed: 1 }
    }
}

impl MonteCarloIntervalLogRank {
    /// The test with this score.
    pub fn new(score: IntervalScore) -> Self {
        Self { score, ..Self::default() }
    }

    /// How many allocations are drawn.
    pub fn replicates(self, replicates: usize) -> Self {
        Self { replicates, ..self }
    }

    /// The seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The test over the groups, within the strata of the data if there are any; a replication weight repeats its row.
    ///
    /// # Errors
    /// Those of [`IntervalLogRank::test`] with the permutation variance; [`Error::OutOfRange`] for the number of
    /// allocations; [`Error::Unsupported`] for weights that are not whole; [`Error::TooLarge`] where they stand for more than
    /// 2²⁴ subjects.
    pub fn test(self, data: &IntervalCensored, groups: &Groups) -> Result<MonteCarloIntervalTest> {
        if self.replicates == 0 {
            return Err(Error::OutOfRange { argument: "replicates", value: 0.0, must_be: "at least 1" });
        }
        check_samples(
            "so many allocations",
            self.replicates,
            data.len() as f64,
            "a hundred thousand are enough",
        )?;
        check_weights(data)?;
        let test = IntervalLogRank::new(self.score);
        let asymptotic = test.test(data, groups)?;
        let k = groups.count();
        let strata: Vec<Stratum> = test
            .by_stratum(data, groups)
            .map(|(scores, part, of)| Stratum::new(&scores, &part, &of))
            .collect();
        let (found, covariance) = (asymptotic.sums(), asymptotic.covariance());
        let floor = floor(covariance, k, asymptotic.sizes());
        let form = |u: &[f64]| quadratic_form_above(u, covariance, floor).0;
        let (observed, two) = (form(found), k == 2);
        let tolerance = 1e-9 * strata.iter().flat_map(|s| &s.scores).fold(0.0_f64, |m, a| m.max(a.abs()));
        let mut counts = Counts::default();
        let (mut sums, mut shuffled) = (vec![0.0; k], Vec::new());
        for replicate in 0..self.replicates {
            let mut random = Random::new(self.seed, replicate as u64);
            sums.fill(0.0);
            for stratum in &strata {
                stratum.draw(&mut random, &mut shuffled, &mut sums);
            }
            if two {
                counts.add(sums[0] - found[0], sums[0].abs() - found[0].abs(), tolerance);
            } else {
                counts.add(0.0, form(&sums) - observed, 1e-9 * observed.max(1.0));
            }
        }
        Ok(MonteCarloIntervalTest { asymptotic, counts, seed: self.seed })
    }
}

fn check_weights(data: &IntervalCensored) -> Result<()> {
    let Some(weights) = data.weights() else { return Ok(()) };
    if weights.values().iter().any(|w| w.fract() != 0.0) {
        return Err(Error::Unsupported {
            method: "a permutation test",
            with: "fractional weights",
            why: "a permuted subject is whole: round the weights, or use `IntervalLogRank`",
        });
    }
    let subjects: f64 = weights.values().iter().sum();
    if subjects > MOST_SUBJECTS {
        return Err(Error::TooLarge {
            what: "a permutation test",
            size: format!("{subjects} subjects"),
            instead: "use `IntervalLogRank`, whose approximation is good at this size",
        });
    }
    Ok(())
}

/// The subjects of a stratum: centred scores, and how many are in each group.
struct Stratum {
    scores: Vec<f64>,
    sizes: Vec<usize>,
}

impl Stratum {
    fn new(scores: &[f64], data: &IntervalCensored, groups: &Groups) -> Self {
        let times = |i: usize| data.weight(i) as usize;
        let mut sizes = vec![0; groups.count()];
        for (i, &g) in groups.codes().iter().enumerate() {
            sizes[g as usize] += times(i);
        }
        let mut all: Vec<f64> =
            scores.iter().enumerate().flat_map(|(i, &s)| std::iter::repeat_n(s, times(i))).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        for score in &mut all {
            *score -= mean;
        }
        Self { scores: all, sizes }
    }

    /// Adds the sums of the groups in a random allocation.
    fn draw(&self, random: &mut Random, shuffled: &mut Vec<f64>, sums: &mut [f64]) {
        shuffled.clear();
        shuffled.extend_from_slice(&self.scores);
        let mut next = 0;
        for (sum, &size) in sums.iter_mut().zip(&self.sizes) {
            for i in next..next + size {
                let j = i + random.below(shuffled.len() - i);
                shuffled.swap(i, j);
                *sum += shuffled[i];
            }
            next += size;
        }
    }
}

/// The result of a [`MonteCarloIntervalLogRank`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MonteCarloIntervalTest {
    asymptotic: IntervalLogRankTest,
    counts: Counts,
    seed: u64,
}

#[cfg(feature = "serde")]
checked_when_read!(MonteCarloIntervalTest { asymptotic: IntervalLogRankTest, counts: Counts, seed: u64 });

#[cfg(feature = "serde")]
impl MonteCarloIntervalTest {
    fn check(&self) -> Result<()> {
        self.counts.check()
    }
}

impl MonteCarloIntervalTest {
    /// The same test by its approximation, with groups, sizes and sums of scores.
    #[must_use]
    pub fn asymptotic(&self) -> &IntervalLogRankTest {
        &self.asymptotic
    }

    /// How many allocations were drawn.
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.counts.drawn
    }

    /// The p-value, two-sided in two groups: with the observed allocation counted among those drawn. It is 1 where all scores
    /// are the same.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.counts.share(self.counts.two_sided)
    }

    /// The p-value against a one-sided alternative for the first group's sum of scores, which is high where its events are
    /// early; `None` unless there are two groups.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        (self.asymptotic.labels().len() == 2).then(|| self.counts.share(self.counts.side(alternative)))
    }

    /// The Clopper-Pearson interval of the p-value that all allocations would give.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.counts.interval(self.counts.two_sided, interval.into())
    }
}

impl From<&MonteCarloIntervalTest> for TestSummary {
    fn from(test: &MonteCarloIntervalTest) -> Self {
        let asymptotic = &test.asymptotic;
        let method = format!("Interval-censored Monte Carlo permutation test, {}", asymptotic.score);
        Self::new(method, Some(asymptotic.statistic()), Some(test.p_value()))
            .with_counts(whole_count(asymptotic.sizes.iter().sum()), f64::NAN)
    }
}

prints_limits!(MonteCarloIntervalTest);

impl PrintsLimits for MonteCarloIntervalTest {
    fn knows(&self, interval: Interval) -> Result<()> {
        self.interval(interval).map(|_| ())
    }

    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = print::level(interval.confidence_level());
        let interval = self.interval(interval).map_err(|_| fmt::Error)?;
        write!(
            f,
            "{}\nMonte Carlo permutation: {:#} ({level} CI {interval:.4}; {} allocations, seed {})",
            self.asymptotic,
            PValue(self.p_value()),
            self.counts.drawn,
            self.seed
        )
    }
}
