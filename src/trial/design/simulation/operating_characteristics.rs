//! What many trials showed.

use std::fmt;

/// What many trials showed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OperatingCharacteristics {
    pub(super) trials: usize,
    pub(super) rejected: usize,
    pub(super) stopped_for_futility: usize,
    pub(super) not_computed: usize,
    pub(super) rejected_by_look: Vec<usize>,
    pub(super) events: f64,
    pub(super) events_squared: f64,
    pub(super) duration: f64,
    pub(super) duration_squared: f64,
    pub(super) subjects: f64,
}

/// Trials are summed in parts of this many, and the parts in their order: so the sums are the same bits for any number of
/// threads.
pub(super) const PART: usize = 256;

#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) rejected: usize,
    pub(super) futility: usize,
    pub(super) none: usize,
    pub(super) by_look: Vec<usize>,
    pub(super) events: f64,
    pub(super) events_squared: f64,
    pub(super) duration: f64,
    pub(super) duration_squared: f64,
    pub(super) subjects: f64,
}

impl Part {
    pub(super) fn add(&mut self, other: &Self) {
        self.rejected += other.rejected;
        self.futility += other.futility;
        self.none += other.none;
        for (a, b) in self.by_look.iter_mut().zip(&other.by_look) {
            *a += b;
        }
        self.events += other.events;
        self.events_squared += other.events_squared;
        self.duration += other.duration;
        self.duration_squared += other.duration_squared;
        self.subjects += other.subjects;
    }
}

impl OperatingCharacteristics {
    /// How many trials were drawn.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// The share of trials that rejected: the power, or without an effect the type I error.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.rejected as f64 / self.trials as f64
    }

    /// The Monte Carlo standard error of the [`power`](Self::power).
    #[must_use]
    pub fn std_error(&self) -> f64 {
        let p = self.power();
        (p * (1.0 - p) / self.trials as f64).sqrt()
    }

    /// The share of trials that rejected at each look.
    #[must_use]
    pub fn rejection_by_look(&self) -> Vec<f64> {
        self.rejected_by_look.iter().map(|&r| r as f64 / self.trials as f64).collect()
    }

    /// The share of trials that stopped for futility.
    #[must_use]
    pub fn futility(&self) -> f64 {
        self.stopped_for_futility as f64 / self.trials as f64
    }

    /// How many tests could not be computed, for want of events: they did not reject.
    #[must_use]
    pub fn not_computed(&self) -> usize {
        self.not_computed
    }

    /// The mean number of events when a trial stopped, and its Monte Carlo standard error.
    #[must_use]
    pub fn events(&self) -> (f64, f64) {
        self.mean(self.events, self.events_squared)
    }

    /// The mean calendar time at which a trial stopped, and its Monte Carlo standard error.
    #[must_use]
    pub fn duration(&self) -> (f64, f64) {
        self.mean(self.duration, self.duration_squared)
    }

    /// The mean number of subjects entered when a trial stopped.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects / self.trials as f64
    }

    fn mean(&self, sum: f64, squares: f64) -> (f64, f64) {
        let n = self.trials as f64;
        let mean = sum / n;
        let variance = (squares / n - mean * mean).max(0.0);
        (mean, (variance / n).sqrt())
    }
}

impl fmt::Display for OperatingCharacteristics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((events, events_error), (duration, duration_error)) = (self.events(), self.duration());
        write!(
            f,
            "{} trials: rejected {:.2}% ± {:.2}%; {events:.1} ± {events_error:.1} events after {duration:.2} ± {duration_error:.2}, \
             {:.1} subjects",
            self.trials,
            100.0 * self.power(),
            100.0 * self.std_error(),
            self.subjects()
        )?;
        if self.rejected_by_look.len() > 1 {
            let by_look: Vec<String> =
                self.rejection_by_look().iter().map(|p| format!("{:.2}%", 100.0 * p)).collect();
            write!(f, "; by look {}; futility {:.2}%", by_look.join(", "), 100.0 * self.futility())?;
        }
        Ok(())
    }
}
