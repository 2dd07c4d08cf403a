//! Shares of allocations beyond the observed value: what all permutation tests report.

use crate::error::Result;
use crate::numeric::beta::Beta;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// A probability with, and one without, the observed value itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Tail {
    pub with: f64,
    pub without: f64,
}

impl Tail {
    /// Where there is one value only.
    pub(crate) const ALL: Self = Self { with: 1.0, without: 0.0 };

    pub(crate) fn p(self) -> f64 {
        self.with.clamp(0.0, 1.0)
    }

    pub(crate) fn mid(self) -> f64 {
        f64::midpoint(self.with, self.without).clamp(0.0, 1.0)
    }
}

/// The three tails of a distribution over all allocations.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Tails {
    pub at_most: Tail,
    pub at_least: Tail,
    pub two_sided: Tail,
}

impl Tails {
    pub(crate) const ALL: Self = Self { at_most: Tail::ALL, at_least: Tail::ALL, two_sided: Tail::ALL };

    pub(crate) fn side(&self, alternative: Alternative) -> Tail {
        match alternative {
            Alternative::FirstLower => self.at_most,
            Alternative::FirstHigher => self.at_least,
        }
    }

    /// What is stored holds numbers; rounding may leave a tail a little outside [0, 1].
    #[cfg(feature = "serde")]
    pub(crate) fn are_numbers(&self) -> bool {
        let Self { at_most, at_least, two_sided } = self;
        let tails = [at_most, at_least, two_sided];
        tails.into_iter().flat_map(|t| [t.with, t.without]).all(|p| (-1e-6..=1.0 + 1e-6).contains(&p))
    }
}

/// The same as counts of allocations that were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Counts {
    pub drawn: usize,
    pub at_most: usize,
    pub at_least: usize,
    pub two_sided: usize,
}

impl Counts {
    /// One more allocation, whose statistic lies so far above the observed one, and so much further from the
    /// expectation than it.
    pub(crate) fn add(&mut self, above: f64, beyond: f64, tolerance: f64) {
        self.drawn += 1;
        self.at_most += usize::from(above <= tolerance);
        self.at_least += usize::from(above >= -tolerance);
        self.two_sided += usize::from(beyond >= -tolerance);
    }

    /// Could they have been counted?
    #[cfg(feature = "serde")]
    pub(crate) fn check(&self) -> Result<()> {
        let most = self.at_most.max(self.at_least).max(self.two_sided);
        if self.drawn > 0 && most <= self.drawn {
            return Ok(());
        }
        let must_be = "at most the number drawn, which is at least 1";
        Err(crate::error::Error::OutOfRange {
            argument: "a count of allocations",
            value: most as f64,
            must_be,
        })
    }

    pub(crate) fn side(&self, alternative: Alternative) -> usize {
        match alternative {
            Alternative::FirstLower => self.at_most,
            Alternative::FirstHigher => self.at_least,
        }
    }

    /// The Clopper-Pearson interval of the share that all allocations would give.
    pub(crate) fn interval(&self, hits: usize, interval: Interval) -> Result<ConfidenceInterval> {
        interval.z()?;
        let level = interval.confidence_level();
        let tail = (1.0 - level) / 2.0;
        let (x, n) = (hits as f64, self.drawn as f64);
        let lower = if x > 0.0 { Beta::new(x, n - x + 1.0).quantile(tail) } else { 0.0 };
        let upper = if x < n { Beta::new(x + 1.0, n - x).quantile(1.0 - tail) } else { 1.0 };
        Ok(ConfidenceInterval { lower: Some(lower), upper: Some(upper), level })
    }

    /// `(hits + 1)/(drawn + 1)`: the observed allocation is one of those drawn.
    pub(crate) fn share(&self, hits: usize) -> f64 {
        (hits as f64 + 1.0) / (self.drawn as f64 + 1.0)
    }
}
