//! A sample of labellings, where all of them are too many or follow a scheme that is not known by heart.

use std::fmt;
use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::numeric::beta::Beta;
use crate::numeric::random::Random;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::{Alternative, P, Weight};
use crate::survival::permutation::scores::{ScoreTies, Subjects};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

const METHOD: &str = "the Monte Carlo log-rank test";

/// How a trial gave out its two arms: in permuted blocks, within its strata.
///
/// Subjects of a stratum are taken in the order of the rows. Each block's size is drawn from `sizes` with equal
/// chance, and the block holds the arms in the ratio `first : second`, in random order; the last block of a stratum
/// may be cut off. Sizes are rounded down to whole multiples of the ratio's sum, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PermutedBlocks {
    /// The block sizes.
    pub sizes: Vec<usize>,
    /// The allocation ratio of the first group to the second.
    pub ratio: (usize, usize),
}

/// The permutation log-rank test of two groups on a random sample of labellings.
///
/// `p = (1 + #{|T* − E| ≥ |T − E|})/(1 + B)` over B labellings, which never exceeds its level (Phipson & Smyth 2010,
/// Stat Appl Genet Mol Biol 9:39); the share itself comes with a Clopper-Pearson interval. Labellings are shuffles
/// within the strata, within blocks that are given, or drawn anew by the trial's own scheme
/// (re-randomisation; Rosenberger & Lachin 2016).
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`weight`](Self::weight) | log-rank | the member of the family | |
/// | [`within`](Self::within) | the strata | sets in which labels are exchanged | |
/// | [`scheme`](Self::scheme) | none | how labels were given out; overrides `within` | sizes, ratio > 0 |
/// | [`replicates`](Self::replicates) | 100,000 | B | > 0 |
/// | [`seed`](Self::seed) | 1 | every labelling has its own generator, a function of seed and number | |
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, MonteCarloLogRank, RightCensored};
///
/// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
/// let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"])?;
/// let test = MonteCarloLogRank::new().replicates(20_000).test(&RightCensored::new(&months, &failed)?, &arm)?;
/// assert!(test.interval(0.999)?.contains(7964.0 / 48620.0)); // the exact p-value
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct MonteCarloLogRank {
    weight: Weight,
    within: Option<Groups>,
    scheme: Option<PermutedBlocks>,
    replicates: usize,
    seed: u64,
}

impl Default for MonteCarloLogRank {
    fn default() -> Self {
        Self { weight: Weight::LogRank, within: None, scheme: None, replicates: 100_000, seed: 1 }
    }
}

impl MonteCarloLogRank {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The member of the log-rank family.
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// Sets within which labels are exchanged.
    pub fn within(mut self, blocks: Groups) -> Self {
        self.within = Some(blocks);
        self
    }

    /// How the trial gave out its arms.
    pub fn scheme(mut self, scheme: PermutedBlocks) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// How many labellings are drawn.
    pub fn replicates(mut self, replicates: usize) -> Self {
        self.replicates = replicates;
        self
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Compares two groups.
    ///
    /// # Errors
    /// [`Error::NotTwoGroups`]; [`Error::LengthMismatch`]; [`Error::Unsupported`] for sampling weights, clusters and
    /// fractional weights; [`Error::OutOfRange`] for the number of labellings and the scheme.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<MonteCarloTest> {
        self.test_with_progress(data, groups, |_| ControlFlow::Continue(()))
    }

    /// The same, calling `progress` with the number of labellings done after every thousand. It may stop the test,
    /// which then reports the labellings that were drawn.
    ///
    /// # Errors
    /// As [`test`](Self::test).
    pub fn test_with_progress(
        &self,
        data: &RightCensored,
        groups: &Groups,
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<MonteCarloTest> {
        if groups.count() != 2 {
            let instead = "use `LogRank` for all of them";
            return Err(Error::NotTwoGroups { method: METHOD, found: groups.count(), instead });
        }
        if self.replicates == 0 {
            return Err(Error::OutOfRange { argument: "replicates", value: 0.0, must_be: "at least 1" });
        }
        let unit = self.scheme.as_ref().map_or(1, |s| s.ratio.0 + s.ratio.1);
        let sizes: Vec<usize> = match &self.scheme {
            Some(s) if s.ratio.0 == 0 || s.ratio.1 == 0 => {
                return Err(Error::OutOfRange {
                    argument: "ratio",
                    value: 0.0,
                    must_be: "above 0 on both sides",
                });
            }
            Some(s) if s.sizes.is_empty() => return Err(Error::Empty { argument: "sizes" }),
            Some(s) => s.sizes.iter().map(|size| (size / unit).max(1) * unit).collect(),
            None => Vec::new(),
        };
        let data = data.merged();
        let within = if self.scheme.is_some() { None } else { self.within.as_ref() };
        let subjects = Subjects::new(&data, groups, within, &self.weight, ScoreTies::default(), METHOD)?;
        let mut blocks: Vec<Vec<f64>> = vec![Vec::new(); subjects.block_count];
        let mut first = vec![0_usize; subjects.block_count];
        let mut statistic = 0.0;
        for ((&a, &arm), &b) in subjects.scores.iter().zip(&subjects.arms).zip(&subjects.blocks) {
            blocks[b as usize].push(a);
            if arm == 0 {
                first[b as usize] += 1;
                statistic += a;
            }
        }
        let share = |b: usize| match &self.scheme {
            Some(s) => s.ratio.0 as f64 / unit as f64,
            None => first[b] as f64 / blocks[b].len().max(1) as f64,
        };
        let expectation: f64 = (0..blocks.len()).map(|b| share(b) * blocks[b].iter().sum::<f64>()).sum();
        let largest = subjects.scores.iter().fold(0.0_f64, |m, a| m.max(a.abs()));
        let tolerance = 1e-9 * largest;
        let mut test = MonteCarloTest {
            labels: groups.labels().to_vec(),
            statistic,
            expectation,
            replicates: 0,
            two_sided: 0,
            at_most: 0,
            at_least: 0,
            seed: self.seed,
        };
        let mut shuffled = blocks.clone();
        let mut arms: Vec<bool> = Vec::with_capacity(sizes.iter().copied().max().unwrap_or(0));
        for replicate in 0..self.replicates {
            let mut random = Random::new(self.seed, replicate as u64);
            let mut t = 0.0;
            for (b, block) in shuffled.iter_mut().enumerate() {
                match &self.scheme {
                    None => {
                        // The first of a partial shuffle, always from the same start.
                        block.copy_from_slice(&blocks[b]);
                        for i in 0..first[b] {
                            let j = i + random.below(block.len() - i);
                            block.swap(i, j);
                            t += block[i];
                        }
                    }
                    Some(scheme) => {
                        let mut i = 0;
                        while i < block.len() {
                            let size = sizes[random.below(sizes.len())];
                            arms.clear();
                            arms.resize(size / unit * scheme.ratio.0, true);
                            arms.resize(size, false);
                            for k in 0..size.min(block.len() - i) {
                                let j = k + random.below(size - k);
                                arms.swap(k, j);
                                t += if arms[k] { block[i + k] } else { 0.0 };
                            }
                            i += size;
                        }
                    }
                }
            }
            test.replicates += 1;
            test.two_sided +=
                usize::from((t - expectation).abs() >= (statistic - expectation).abs() - tolerance);
            test.at_most += usize::from(t <= statistic + tolerance);
            test.at_least += usize::from(t >= statistic - tolerance);
            if test.replicates.is_multiple_of(1000) && progress(test.replicates).is_break() {
                break;
            }
        }
        Ok(test)
    }
}

/// The result of a [`MonteCarloLogRank`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MonteCarloTest {
    labels: Vec<String>,
    statistic: f64,
    expectation: f64,
    replicates: usize,
    two_sided: usize,
    at_most: usize,
    at_least: usize,
    seed: u64,
}

impl MonteCarloTest {
    /// T, the first group's (weighted) observed − expected.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its expectation over the labellings.
    #[must_use]
    pub fn expectation(&self) -> f64 {
        self.expectation
    }

    /// How many labellings were drawn.
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    fn share(&self, hits: usize) -> f64 {
        (hits + 1) as f64 / (self.replicates + 1) as f64
    }

    /// The two-sided p-value: with the observed labelling counted among those drawn.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.share(self.two_sided)
    }

    /// The p-value against a one-sided alternative.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> f64 {
        self.share(match alternative {
            Alternative::FirstLower => self.at_most,
            Alternative::FirstHigher => self.at_least,
        })
    }

    /// The Clopper-Pearson interval of the p-value that all labellings would give.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        z_of(level)?;
        let (x, n, tail) = (self.two_sided as f64, self.replicates as f64, (1.0 - level) / 2.0);
        let lower = if x > 0.0 { Beta::new(x, n - x + 1.0).quantile(tail) } else { 0.0 };
        let upper = if x < n { Beta::new(x + 1.0, n - x).quantile(1.0 - tail) } else { 1.0 };
        Ok(ConfidenceInterval { lower: Some(lower), upper: Some(upper), level })
    }
}

impl fmt::Display for MonteCarloTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        write!(
            f,
            "Monte Carlo log-rank test of {}, permuting T: statistic {:.4}, p = {} (95% CI {interval:.4}; {} \
             labellings, seed {})",
            self.labels.join(" v "),
            self.statistic,
            P(self.p_value()),
            self.replicates,
            self.seed
        )
    }
}
