//! The sums of some trials.

use crate::survival::result::Scale;
use crate::trial::design::simulation::finding::Finding;

/// What the estimates should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Truth {
    Unknown,
    /// 0 for a difference, 1 for a ratio: 0 on both working scales.
    NoEffect,
    /// As it is reported: a ratio, not its logarithm.
    Reported(f64),
}

/// Trials are summed in parts of this many, and the parts in their order: so the sums are the same bits for any number of
/// threads.
pub(super) const PART: usize = 256;

/// A sum with that of the squares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Moments {
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Moments {
    pub(super) fn push(&mut self, x: f64) {
        self.sum += x;
        self.squares += x * x;
    }

    fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// The mean of `n` values and its Monte Carlo standard error.
    pub(super) fn mean(self, n: usize) -> (f64, f64) {
        let mean = self.sum / n as f64;
        (mean, self.deviation(n) / (n as f64).sqrt())
    }

    /// The standard deviation of `n` values.
    pub(super) fn deviation(self, n: usize) -> f64 {
        let (n, mean) = (n as f64, self.sum / n as f64);
        (self.squares / n - mean * mean).max(0.0).sqrt()
    }

    #[cfg(feature = "serde")]
    pub(super) fn is_finite(self) -> bool {
        self.sum.is_finite() && self.squares >= 0.0 && self.squares.is_finite()
    }
}

/// What the estimates of trials were, on the working scale and less the truth (0 where it is not known).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Estimates {
    pub(super) count: usize,
    pub(super) logarithms: bool,
    pub(super) error: Moments,
    pub(super) with_std_error: usize,
    pub(super) std_error: f64,
    pub(super) with_interval: usize,
    pub(super) covered: usize,
}

impl Estimates {
    pub(super) fn push(&mut self, finding: &Finding, truth: Truth) {
        let Some(found) = finding.estimate else { return };
        self.logarithms = found.scale == Scale::Log;
        let truth = match truth {
            Truth::Unknown => None,
            Truth::NoEffect => Some(0.0),
            Truth::Reported(t) => Some(if self.logarithms { t.ln() } else { t }),
        };
        self.count += 1;
        self.error.push(found.value - truth.unwrap_or(0.0));
        if let Some(se) = found.std_error {
            self.with_std_error += 1;
            self.std_error += se;
        }
        if let Some(((lower, upper), truth)) = found.interval.zip(truth) {
            self.with_interval += 1;
            self.covered += usize::from(lower <= truth && truth <= upper);
        }
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.logarithms |= other.logarithms;
        self.error.add(other.error);
        self.with_std_error += other.with_std_error;
        self.std_error += other.std_error;
        self.with_interval += other.with_interval;
        self.covered += other.covered;
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) rejected: usize,
    pub(super) futility: usize,
    pub(super) not_computed: usize,
    pub(super) by_look: Vec<usize>,
    pub(super) events: Moments,
    pub(super) duration: Moments,
    pub(super) subjects: Moments,
    pub(super) estimates: Estimates,
}

impl Part {
    pub(super) fn of_looks(looks: usize) -> Self {
        Self { by_look: vec![0; looks], ..Self::default() }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rejected += other.rejected;
        self.futility += other.futility;
        self.not_computed += other.not_computed;
        for (a, b) in self.by_look.iter_mut().zip(&other.by_look) {
            *a += b;
        }
        self.events.add(other.events);
        self.duration.add(other.duration);
        self.subjects.add(other.subjects);
        self.estimates.add(&other.estimates);
    }
}
