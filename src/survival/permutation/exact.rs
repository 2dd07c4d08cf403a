//! All allocations, by states or by the characteristic function, never one by one.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::weight::Weight;
use crate::survival::permutation::inversion::Inversion;
use crate::survival::permutation::lattice::Lattice;
use crate::survival::permutation::scores::{Method, ScoreTies, Subjects};
use crate::survival::permutation::standardized;
use crate::survival::permutation::states::{Block, States};
use crate::survival::permutation::statistic::PermutationStatistic;
use crate::survival::permutation::tail::{Tail, Tails};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::print::{self, Number, PValue as P};
use crate::survival::result::test::TestSummary;

const METHOD: Method = Method {
    name: "the exact log-rank test",
    too_many: "use `MonteCarloLogRank`, which draws a sample of the allocations",
};

/// Up to this logarithm the number of allocations is a number of `f64`, and so are products of its parts.
const COUNTED: f64 = 300.0;

/// The exact permutation log-rank test of two groups, weighted or not.
///
/// Every subject has a score `a = w(t) δ − Σ_{s ≤ t} w(s) d/n` from the pooled groups (of its stratum), and the sum of
/// scores over the first group is T, its observed − expected. Over all allocations that keep the sizes of the
/// groups, within each stratum, `p = P(|T* − E T*| ≥ |T − E T*|)`.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weight`](Self::weight) | [`Weight::LogRank`] | the member of the family |
/// | [`statistic`](Self::statistic) | [`ScoreSum`](PermutationStatistic::ScoreSum) | what is permuted: T (as coin) or Z |
/// | [`ties`](Self::ties) | [`RiskSet`](ScoreTies::RiskSet) | scores of tied events, where T is permuted |
/// | [`within`](Self::within) | the strata of the data | sets in which arms are exchanged: blocks |
///
/// # Conventions
/// Statistics that differ by less than 1e-9 of the largest score (of Z: of its value) are equal. A replication
/// weight of k is k subjects. Delayed entry enters the scores; it must then not depend on the group either.
///
/// # Method and cost
/// *T*: sums of scores are whole numbers of a fine unit (2⁻⁵⁰ of a score), kept as lists of distinct sums in two
/// halves: exact for some 44 distinct scores, more with ties; 18 subjects take a few microseconds. Scores
/// on a coarse grid (Gehan's) are exact by the shift algorithm for hundreds of subjects. Otherwise the
/// distribution is computed from its characteristic function, scores unrounded: 100 + 100 subjects in about a
/// quarter of a second, with an absolute error that [`ExactTest::error`] reports (1e-13 there). Few events among
/// thousands are few distinct scores, and exact. What cannot be done is refused at once, with the number of subjects.
/// *Z*: states (number at risk in the first group, T, V) from the last event time to the first; up to four
/// million of them.
///
/// # Size
/// Seeded simulation without any effect: per cent with p ≤ 0.05 (standard error 0.07 for 100,000 trials, 0.22 for
/// 10,000). Reproduce:
/// `GREENWOOD_SIZE=100000 cargo test --release --test size_study -- --nocapture`.
///
#[doc = include_str!("size.md")]
///
/// # Example
/// Nine children against nine, failures of five and three:
/// ```
/// use greenwood::survival::{Alternative, ExactLogRank, Groups, PermutationStatistic, RightCensored};
///
/// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
/// let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"])?;
/// let data = RightCensored::new(&months, &failed)?;
///
/// let t = ExactLogRank::new().test(&data, &arm)?;
/// assert_eq!(t.allocations().round(), 48620.0);
/// assert!((t.p_value() - 7964.0 / 48620.0).abs() < 1e-14); // R: coin, logrank_test(distribution = "exact")
/// assert!((t.one_sided_p_value(Alternative::FirstHigher) - 3982.0 / 48620.0).abs() < 1e-14);
///
/// let z = ExactLogRank::new().statistic(PermutationStatistic::Standardized).test(&data, &arm)?;
/// assert!((z.p_value() - 7628.0 / 48620.0).abs() < 1e-14);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Streitberg & Röhmel (1986), Stat Software Newsl 12:10. Pagano & Tritchler (1983), J Am Stat Assoc 78:435. van de
/// Wiel (2001), Comput Stat 16:17. Hothorn & Lausen (2003), Comput Stat Data Anal 43:121. Heimann & Neuhaus
/// (1998), Biometrics 54:168 (on unequal censoring).
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct ExactLogRank {
    weight: Weight,
    statistic: PermutationStatistic,
    ties: ScoreTies,
    within: Option<Groups>,
}

impl ExactLogRank {
    /// The log-rank test that permutes T.
    pub fn new() -> Self {
        Self::default()
    }

    /// The weight of the event times.
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// What is permuted.
    pub fn statistic(mut self, statistic: PermutationStatistic) -> Self {
        self.statistic = statistic;
        self
    }

    /// The scores of tied events. Not used where Z is permuted.
    pub fn ties(mut self, ties: ScoreTies) -> Self {
        self.ties = ties;
        self
    }

    /// The sets within which arms are exchanged, if they are not the strata of the data: the blocks in which
    /// the trial was randomised. Scores are still those of the strata. One set for all: a single label.
    pub fn within(mut self, blocks: Groups) -> Self {
        self.within = Some(blocks);
        self
    }

    /// Compares two groups.
    ///
    /// # Errors
    /// [`Error::NotTwoGroups`]; [`Error::LengthMismatch`]; [`Error::Unsupported`] for sampling weights,
    /// clusters, fractional weights and a group with nobody in it, and where Z is permuted for delayed entry or
    /// [`within`](Self::within) other sets than the strata; [`Error::TooManySubjects`] and [`Error::TooManyStates`], at
    /// once; those of the weight.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<ExactTest> {
        if groups.count() != 2 {
            let instead = "use `LogRank` for all of them";
            return Err(Error::NotTwoGroups { method: METHOD.name, found: groups.count(), instead });
        }
        let data = data.merged();
        let blocks = self.within.as_ref();
        let subjects = Subjects::new(&data, groups, blocks, &self.weight, self.ties, METHOD)?;
        let mut first_arm = vec![0_usize; subjects.block_count];
        let mut scores: Vec<Vec<f64>> = vec![Vec::new(); subjects.block_count];
        let mut t = 0.0;
        for ((&a, &arm), &block) in subjects.scores.iter().zip(&subjects.arms).zip(&subjects.blocks) {
            scores[block as usize].push(a);
            if arm == 0 {
                first_arm[block as usize] += 1;
                t += a;
            }
        }
        let (mut expectation, mut variance, mut log_allocations) = (0.0, 0.0, 0.0);
        for (a, &k) in scores.iter().zip(&first_arm).filter(|(a, _)| !a.is_empty()) {
            let (n, k) = (a.len() as f64, k as f64);
            let mean = a.iter().sum::<f64>() / n;
            expectation += k * mean;
            if n > 1.0 {
                let squares: f64 = a.iter().map(|a| (a - mean).powi(2)).sum();
                variance += k * (n - k) / (n * (n - 1.0)) * squares;
            }
            log_allocations += libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        }
        let mut test = ExactTest {
            labels: groups.labels().to_vec(),
            weight: self.weight.to_string(),
            subjects: subjects.rows.len(),
            events: subjects.rows.iter().filter(|&&row| data.event()[row as usize]).count(),
            permuted: self.statistic,
            statistic: t,
            expectation,
            variance,
            unit: subjects.unit,
            log_allocations,
            tails: Tails::ALL,
            method: ExactMethod::States,
            error: 0.0,
        };
        match self.statistic {
            PermutationStatistic::ScoreSum => test.fill_score_sum(&scores, &first_arm)?,
            PermutationStatistic::Standardized => {
                if blocks.is_some() {
                    return Err(Error::Unsupported {
                        method: "permuting Z",
                        with: "blocks other than the strata",
                        why: "give the blocks as strata",
                    });
                }
                let counted = log_allocations <= COUNTED;
                (test.statistic, test.tails) = standardized::tails(&data, &subjects, &self.weight, counted)?;
                test.expectation = 0.0;
            }
        }
        Ok(test)
    }
}

/// How an [`ExactTest`] was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ExactMethod {
    /// All distinct values of the statistic with their numbers of allocations.
    States,
    /// The shift algorithm on the common grid of the scores.
    Lattice,
    /// The characteristic function of the scores: [`ExactTest::error`] bounds what it leaves out.
    Inversion,
}

/// The result of [`ExactLogRank`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct ExactTest {
    labels: Vec<String>,
    weight: String,
    subjects: usize,
    events: usize,
    permuted: PermutationStatistic,
    statistic: f64,
    expectation: f64,
    variance: f64,
    /// Of the weights in statistic (where it is T), expectation and variance.
    unit: f64,
    log_allocations: f64,
    tails: Tails,
    method: ExactMethod,
    error: f64,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    labels: Vec<String>,
    weight: String,
    subjects: usize,
    events: usize,
    permuted: PermutationStatistic,
    statistic: f64,
    expectation: f64,
    variance: f64,
    unit: f64,
    log_allocations: f64,
    tails: Tails,
    method: ExactMethod,
    error: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for ExactTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        if raw.labels.len() != 2 {
            let (argument, len, other) = ("labels", raw.labels.len(), "groups");
            return Err(Error::LengthMismatch { argument, len, other, expected: 2 });
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if raw.events > raw.subjects {
            return refuse("the number of events", raw.events as f64, "at most the number of subjects");
        }
        if !raw.tails.are_numbers() {
            return refuse("a p-value", raw.tails.two_sided.with, "in [0, 1]");
        }
        if !(raw.unit > 0.0 && raw.unit < f64::INFINITY) {
            return refuse("the unit of the weights", raw.unit, "above 0 and finite");
        }
        for (argument, value) in [
            ("the variance", raw.variance),
            ("the logarithm of the allocations", raw.log_allocations),
            ("the error", raw.error),
        ] {
            if !(0.0..f64::INFINITY).contains(&value) {
                return refuse(argument, value, "at least 0 and finite");
            }
        }
        if !(raw.statistic.is_finite() && raw.expectation.is_finite()) {
            return refuse("the statistic", raw.statistic, "finite, and so its expectation");
        }
        let Raw { labels, weight, subjects, events, permuted, statistic, expectation, variance, .. } = raw;
        let Raw { unit, log_allocations, tails, method, error, .. } = raw;
        Ok(Self {
            labels,
            weight,
            subjects,
            events,
            permuted,
            statistic,
            expectation,
            variance,
            unit,
            log_allocations,
            tails,
            method,
            error,
        })
    }
}

impl ExactTest {
    fn fill_score_sum(&mut self, scores: &[Vec<f64>], first_arm: &[usize]) -> Result<()> {
        let largest = scores.iter().flatten().fold(0.0_f64, |m, a| m.max(a.abs()));
        let n: usize = scores.iter().map(Vec::len).sum();
        let tolerance = 1e-9 * largest;
        if largest == 0.0 {
            // No events: every allocation gives the same.
            return Ok(());
        }
        // The largest power of two with which no sum passes 2⁶¹.
        let scale = 2.0_f64.powi((61.0 - (largest * n as f64).log2()).floor() as i32);
        let whole = |x: f64| (x * scale).round() as i64;
        let blocks: Vec<Block> = scores
            .iter()
            .zip(first_arm)
            .filter(|(a, _)| !a.is_empty())
            .map(|(a, &first_arm)| Block { scores: a.iter().map(|&a| whole(a)).collect(), first_arm })
            .collect();
        let (t, e) = (self.statistic, self.expectation);
        let fill =
            |test: &mut Self, tolerance: f64, at_most: &dyn Fn(f64) -> f64, at_least: &dyn Fn(f64) -> f64| {
                test.tails.at_most = Tail { with: at_most(t + tolerance), without: at_most(t - tolerance) };
                test.tails.at_least =
                    Tail { with: at_least(t - tolerance), without: at_least(t + tolerance) };
                let distance = (t - e).abs();
                test.tails.two_sided = if distance <= tolerance {
                    let centre = 1.0 - at_most(e - tolerance) - at_least(e + tolerance);
                    Tail { with: 1.0, without: 1.0 - centre }
                } else {
                    let both = |d: f64| at_most(e - d) + at_least(e + d);
                    Tail { with: both(distance - tolerance), without: both(distance + tolerance) }
                };
            };
        if let Some(states) = cheap_states(&blocks, self.log_allocations) {
            fill(self, tolerance, &|x| states.at_most(whole(x)), &|x| states.at_least(whole(x)));
        } else if let Some(lattice) = Lattice::new(&blocks) {
            self.method = ExactMethod::Lattice;
            fill(self, tolerance, &|x| lattice.at_most(whole(x)), &|x| lattice.at_least(whole(x)));
        } else if let Some(states) = States::new(&blocks, self.log_allocations) {
            fill(self, tolerance, &|x| states.at_most(whole(x)), &|x| states.at_least(whole(x)));
        } else if let Some(inversion) = Inversion::new(&blocks, scale) {
            self.method = ExactMethod::Inversion;
            self.error = inversion.error();
            // The function is smooth here: a tolerance would only add its own mass.
            fill(self, 0.0, &|x| inversion.at_most(x), &|x| 1.0 - inversion.at_most(x));
        } else {
            return Err(METHOD.too_many(n as f64));
        }
        Ok(())
    }

    /// The two groups' labels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

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

    /// The name of the weight.
    #[must_use]
    pub fn weight(&self) -> &str {
        &self.weight
    }

    /// What was permuted.
    #[must_use]
    pub fn permuted(&self) -> PermutationStatistic {
        self.permuted
    }

    /// The statistic observed, T or Z: below its expectation where the first group has fewer events than expected.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        match self.permuted {
            PermutationStatistic::ScoreSum => self.statistic * self.unit,
            PermutationStatistic::Standardized => self.statistic,
        }
    }

    /// The expectation of T over the allocations (0 but for rounding, unless scores are Hothorn & Lausen's, or
    /// blocks are not the strata). 0 where Z is permuted, which is compared with 0.
    #[must_use]
    pub fn expectation(&self) -> f64 {
        self.expectation * self.unit
    }

    /// The variance of T over the allocations, also where Z is permuted.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance * self.unit * self.unit
    }

    /// T standardised by its permutation variance (coin's Z); `None` where Z is permuted or without variance.
    #[must_use]
    pub fn standardized(&self) -> Option<f64> {
        (self.permuted == PermutationStatistic::ScoreSum && self.variance > 0.0)
            .then(|| (self.statistic - self.expectation) / self.variance.sqrt())
    }

    /// The p-value that the normal distribution would give [`standardized`](Self::standardized).
    #[must_use]
    pub fn asymptotic_p_value(&self) -> Option<f64> {
        self.standardized().map(normal_two_sided)
    }

    /// The number of allocations, all equally likely; infinite beyond 1e308.
    #[must_use]
    pub fn allocations(&self) -> f64 {
        self.log_allocations.exp()
    }

    /// Its logarithm.
    #[must_use]
    pub fn log_allocations(&self) -> f64 {
        self.log_allocations
    }

    /// How the distribution was computed.
    #[must_use]
    pub fn method(&self) -> ExactMethod {
        self.method
    }

    /// The absolute error that the method may leave in a p-value; 0 where states were counted.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The two-sided p-value: the share of allocations at least as far from the expectation.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.tails.two_sided.p()
    }

    /// The two-sided mid-p-value, which counts the allocations exactly as far by half. It is less
    /// conservative, and its size may exceed the level.
    #[must_use]
    pub fn mid_p_value(&self) -> f64 {
        self.tails.two_sided.mid()
    }

    /// The p-value against the one-sided alternative.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> f64 {
        self.tails.side(alternative).p()
    }

    /// The mid-p-value against the one-sided alternative.
    #[must_use]
    pub fn one_sided_mid_p_value(&self, alternative: Alternative) -> f64 {
        self.tails.side(alternative).mid()
    }
}

/// Small problems are listed at once; the grid of the scores is looked for only beyond.
fn cheap_states(blocks: &[Block], log_allocations: f64) -> Option<States> {
    let subjects: usize = blocks.iter().map(|b| b.scores.len()).sum();
    if subjects <= 30 { States::new(blocks, log_allocations) } else { None }
}

impl From<&ExactTest> for TestSummary {
    fn from(test: &ExactTest) -> Self {
        let method = format!("Exact {} test, {}", test.weight, test.permuted);
        Self::new(method, Some(test.statistic()), Some(test.p_value()))
            .with_counts(test.subjects, test.events as f64)
    }
}

impl fmt::Display for ExactTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = &self.weight;
        let pair = print::pair(self.group(), self.reference());
        write!(f, "Exact {weight} test of {pair}, {}", self.permuted)?;
        write!(f, "\nstatistic {:.4}, ", Number(self.statistic()))?;
        if self.log_allocations < 34.0 {
            // Below 10¹⁵ the number is whole in `f64`.
            write!(f, "{} allocations", Number(self.allocations().round()))?;
        } else {
            write!(f, "10^{:.1} allocations", self.log_allocations / std::f64::consts::LN_10)?;
        }
        write!(f, "\n{:#.4}, mid-{:#.4}", P(self.p_value()), P(self.mid_p_value()))?;
        if self.error > 0.0 {
            write!(f, " (error at most {:.0e})", self.error)?;
        }
        for (name, side) in [("lower", Alternative::FirstLower), ("higher", Alternative::FirstHigher)] {
            write!(f, "; hazard {name} in {}: {:#.4}", self.group(), P(self.one_sided_p_value(side)))?;
        }
        Ok(())
    }
}
