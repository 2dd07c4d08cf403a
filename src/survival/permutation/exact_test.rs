//! What the exact permutation test returns.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::normal_two_sided;
use crate::print::{self, Number, PValue as P};
use crate::survival::permutation::statistic::PermutationStatistic;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::tail::Tails;
use crate::survival::result::test::TestSummary;

/// How an [`ExactTest`] was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ExactMethod {
    /// All distinct values of the statistic with their numbers of allocations.
    States,
    /// The shift algorithm on the common grid of the scores.
    Lattice,
    /// The characteristic function of the scores: [`ExactTest::error`] bounds what it leaves out.
    Inversion,
}

/// The result of [`ExactLogRank`](crate::survival::ExactLogRank).
///
/// # Example
/// ```
/// use greenwood::survival::result::Alternative;
/// use greenwood::survival::{ExactLogRank, Groups, RightCensored};
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[true; 6])?;
/// let arm = Groups::new(&["new", "new", "new", "old", "old", "old"]);
/// let test = ExactLogRank::new().test(&data, &arm)?;
/// assert!((test.allocations() - 20.0).abs() < 1e-9); // 6 choose 3
/// assert!((test.p_value() - 0.1).abs() < 1e-12); // this one and its mirror image
/// assert!((test.one_sided_p_value(Alternative::FirstHigher) - 0.05).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct ExactTest {
    pub(super) labels: Vec<String>,
    pub(super) weight: String,
    pub(super) subjects: usize,
    pub(super) events: usize,
    pub(super) permuted: PermutationStatistic,
    pub(super) statistic: f64,
    pub(super) expectation: f64,
    pub(super) variance: f64,
    /// Of the weights in statistic (where it is T), expectation and variance.
    pub(super) unit: f64,
    pub(super) log_allocations: f64,
    pub(super) tails: Tails,
    pub(super) method: ExactMethod,
    pub(super) error: f64,
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
        check_len("labels", raw.labels.len(), "groups", 2)?;
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

    /// T standardised by its permutation variance (coin's Z). Returns `None` if Z is permuted or without variance.
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
        let allocations = self.log_allocations.exp();
        // A count: where every whole number has its own `f64`, the exponential may miss it by a rounding error.
        if allocations < 2_f64.powi(40) { allocations.round() } else { allocations }
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
            write!(
                f,
                "; hazard {name} in {}: {:#.4}",
                print::one_line(self.group()),
                P(self.one_sided_p_value(side))
            )?;
        }
        Ok(())
    }
}
