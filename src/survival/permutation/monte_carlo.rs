//! A sample of allocations, where all of them are too many, or follow a scheme without an exact distribution.

use std::fmt;
use std::ops::ControlFlow;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result, check_samples};
use crate::numeric::random::Random;
use crate::print::{self, PValue as P};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::weight::Weight;
use crate::survival::permutation::scheme::{PermutedBlocks, Sample, Scheme};
use crate::survival::permutation::scores::{Method, ScoreTies, Scoring, Subjects};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};
use crate::survival::result::tail::Counts;
use crate::survival::result::test::TestSummary;

const METHOD: Method = Method {
    name: "the Monte Carlo log-rank test",
    too_many: "use `LogRank`, whose approximation is good at this size",
};

/// The permutation log-rank test of two groups on a random sample of allocations.
///
/// `p = (1 + #{|T* − E| ≥ |T − E|})/(1 + B)` over B allocations, which never exceeds its level (Phipson & Smyth 2010,
/// Stat Appl Genet Mol Biol 9:39); the share itself comes with a Clopper-Pearson interval. Allocations are shuffles
/// within the strata, within blocks that are given, or drawn by the trial's own scheme
/// (re-randomisation; Rosenberger & Lachin 2016).
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`weight`](Self::weight) | log-rank | the member of the family | |
/// | [`within`](Self::within) | the strata | sets in which arms are exchanged | |
/// | [`scheme`](Self::scheme) | none | how the trial randomised; overrides `within` | sizes, ratio > 0 |
/// | [`replicates`](Self::replicates) | 100,000 | B | > 0 |
/// | [`seed`](Self::seed) | 1 | every allocation has its own generator, a function of seed and number | |
///
/// # Cost
/// One partial shuffle of each set per allocation: B times the number of subjects.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::permutation::MonteCarloLogRank;
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

    /// Sets within which arms are exchanged.
    pub fn within(mut self, blocks: Groups) -> Self {
        self.within = Some(blocks);
        self
    }

    /// How the trial randomised its arms.
    pub fn scheme(mut self, scheme: PermutedBlocks) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// How many allocations are drawn.
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
    /// [`Error::NotTwoGroups`]; [`Error::LengthMismatch`]; [`Error::Unsupported`] for sampling weights, clusters,
    /// fractional weights and a group with nobody in it; [`Error::OutOfRange`] for the number of allocations and the
    /// scheme; [`TestError::TooManySubjects`](crate::TestError::TooManySubjects) where weights stand for more than 2²⁴.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<MonteCarloTest> {
        self.test_with_progress(data, groups, |_| ControlFlow::Continue(()))
    }

    /// The same, calling `progress` with the number of allocations done after every thousand. It may stop the test,
    /// which then reports the allocations that were drawn.
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
            return Err(Error::NotTwoGroups { method: METHOD.name, found: groups.count(), instead });
        }
        if self.replicates == 0 {
            return Err(Error::OutOfRange { argument: "replicates", value: 0.0, must_be: "at least 1" });
        }
        check_samples(
            "so many allocations",
            self.replicates,
            data.len() as f64,
            "a hundred thousand are enough",
        )?;
        let scheme = self.scheme.as_ref().map(Scheme::new).transpose()?;
        let data = data.merged();
        let within = if scheme.is_some() { None } else { self.within.as_ref() };
        let scoring = Scoring { weight: &self.weight, ties: ScoreTies::default(), method: METHOD };
        let subjects = Subjects::new(&data, groups, within, scoring)?;
        let mut sample = Sample::new(&subjects, scheme);
        let (statistic, expectation) = (sample.statistic, sample.expectation());
        let largest = subjects.scores.iter().fold(0.0_f64, |m, a| m.max(a.abs()));
        let tolerance = 1e-9 * largest;
        let mut counts = Counts::default();
        for replicate in 0..self.replicates {
            let t = sample.draw(&mut Random::new(self.seed, replicate as u64));
            let beyond = (t - expectation).abs() - (statistic - expectation).abs();
            counts.add(t - statistic, beyond, tolerance);
            if counts.drawn.is_multiple_of(1000) && progress(counts.drawn).is_break() {
                break;
            }
        }
        Ok(MonteCarloTest {
            labels: groups.labels().to_vec(),
            subjects: subjects.rows.len(),
            events: subjects.rows.iter().filter(|&&row| data.event()[row as usize]).count(),
            statistic,
            expectation,
            unit: subjects.unit,
            counts,
            seed: self.seed,
        })
    }
}

/// The result of a [`MonteCarloLogRank`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct MonteCarloTest {
    labels: Vec<String>,
    subjects: usize,
    events: usize,
    statistic: f64,
    expectation: f64,
    /// Of the weights in both.
    unit: f64,
    counts: Counts,
    seed: u64,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    labels: Vec<String>,
    subjects: usize,
    events: usize,
    statistic: f64,
    expectation: f64,
    unit: f64,
    counts: Counts,
    seed: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for MonteCarloTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { labels, subjects, events, statistic, expectation, unit, counts, seed } = raw;
        check_len("labels", labels.len(), "groups", 2)?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if events > subjects {
            return refuse("the number of events", events as f64, "at most the number of subjects");
        }
        if !(unit > 0.0 && unit < f64::INFINITY && statistic.is_finite() && expectation.is_finite()) {
            return refuse("the statistic", statistic, "finite, as its expectation and unit");
        }
        counts.check()?;
        Ok(Self { labels, subjects, events, statistic, expectation, unit, counts, seed })
    }
}

impl MonteCarloTest {
    /// The first group, whose events are counted.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.labels[0]
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.labels[1]
    }

    /// The number of subjects, weights written out.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The number of events, weights written out.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// T, the first group's (weighted) observed − expected.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic * self.unit
    }

    /// Its expectation over the allocations.
    #[must_use]
    pub fn expectation(&self) -> f64 {
        self.expectation * self.unit
    }

    /// How many allocations were drawn.
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.counts.drawn
    }

    /// The two-sided p-value: with the observed allocation counted among those drawn.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.counts.share(self.counts.two_sided)
    }

    /// The p-value against a one-sided alternative.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> f64 {
        self.counts.share(self.counts.side(alternative))
    }

    /// The Clopper-Pearson interval of the p-value that all allocations would give.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.counts.interval(self.counts.two_sided, interval.into())
    }
}

impl From<&MonteCarloTest> for TestSummary {
    fn from(test: &MonteCarloTest) -> Self {
        let method = "Monte Carlo log-rank test, permuting T";
        Self::new(method, Some(test.statistic()), Some(test.p_value()))
            .with_counts(test.subjects, test.events as f64)
    }
}

prints_limits!(MonteCarloTest);

impl PrintsLimits for MonteCarloTest {
    fn knows(&self, interval: Interval) -> Result<()> {
        self.interval(interval).map(|_| ())
    }

    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = print::level(interval.confidence_level());
        let interval = self.interval(interval).map_err(|_| fmt::Error)?;
        write!(
            f,
            "Monte Carlo log-rank test of {}, permuting T: statistic {:.4}, {:#} ({level} CI {interval:.4}; {} \
             allocations, seed {})",
            print::pair(self.group(), self.reference()),
            self.statistic(),
            P(self.p_value()),
            self.counts.drawn,
            self.seed
        )
    }
}
