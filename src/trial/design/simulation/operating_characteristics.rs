//! What many trials showed.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::{Error, Result};
use crate::print::Number;
use crate::trial::design::simulation::part::{Estimates, Moments, Part, Truth};

/// What many trials showed. Every share and mean has its Monte Carlo standard error.
///
/// Printed, it is a sentence; [`rows`](Self::rows) is the table, which `to_record_batch` (feature `arrow`) has too.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct OperatingCharacteristics {
    trials: usize,
    rejected: usize,
    stopped_for_futility: usize,
    not_computed: usize,
    rejected_by_look: Vec<usize>,
    events: Moments,
    duration: Moments,
    subjects: Moments,
    estimates: Estimates,
    truth: Option<f64>,
}

/// What was stored: checked before it is a result.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    trials: usize,
    rejected: usize,
    stopped_for_futility: usize,
    not_computed: usize,
    rejected_by_look: Vec<usize>,
    events: Moments,
    duration: Moments,
    subjects: Moments,
    estimates: Estimates,
    truth: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for OperatingCharacteristics {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let looks = raw.rejected_by_look.len();
        let by_look: u128 = raw.rejected_by_look.iter().map(|&n| n as u128).sum();
        let sums = [raw.events, raw.duration, raw.subjects, raw.estimates.error];
        let own = &raw.estimates;
        let whole = raw.trials > 0
            && raw.trials <= 1 << 40
            && looks > 0
            && by_look == raw.rejected as u128
            && raw.rejected.saturating_add(raw.stopped_for_futility) <= raw.trials
            && raw.not_computed <= raw.trials.saturating_mul(looks)
            && own.count <= raw.trials
            && own.with_std_error <= own.count
            && own.with_interval <= own.count
            && own.covered <= own.with_interval
            && own.std_error.is_finite()
            && own.std_error >= 0.0
            && sums.iter().all(|m| m.is_finite())
            // Events, times and subjects are not below 0; errors of estimates may be.
            && sums[..3].iter().all(|m| m.sum >= 0.0)
            && raw.truth.is_none_or(f64::is_finite);
        if !whole {
            let (argument, value) = ("the stored result of a simulation", raw.trials as f64);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "one whose counts and sums agree with its number of trials: store it again",
            });
        }
        Ok(Self {
            trials: raw.trials,
            rejected: raw.rejected,
            stopped_for_futility: raw.stopped_for_futility,
            not_computed: raw.not_computed,
            rejected_by_look: raw.rejected_by_look,
            events: raw.events,
            duration: raw.duration,
            subjects: raw.subjects,
            estimates: raw.estimates,
            truth: raw.truth,
        })
    }
}

/// A row of the table: a quantity, what the trials say of it, and the Monte Carlo standard error where it has one.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulatedQuantity {
    name: String,
    value: f64,
    std_error: Option<f64>,
}

impl SimulatedQuantity {
    /// The name: `power`, `bias`, `duration`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The Monte Carlo standard error.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }
}

/// A share of `n` and its Monte Carlo standard error.
fn share(count: usize, n: usize) -> (f64, f64) {
    let p = count as f64 / n as f64;
    (p, (p * (1.0 - p) / n as f64).sqrt())
}

impl OperatingCharacteristics {
    pub(super) fn new(trials: usize, sum: Part, truth: Truth) -> Self {
        let none = if sum.estimates.logarithms { 1.0 } else { 0.0 };
        let truth = match truth {
            Truth::Unknown => None,
            Truth::NoEffect => (sum.estimates.count > 0).then_some(none),
            Truth::Reported(t) => Some(t),
        };
        Self {
            trials,
            rejected: sum.rejected,
            stopped_for_futility: sum.futility,
            not_computed: sum.not_computed,
            rejected_by_look: sum.by_look,
            events: sum.events,
            duration: sum.duration,
            subjects: sum.subjects,
            estimates: sum.estimates,
            truth,
        }
    }

    /// How many trials were drawn.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// The share of trials that rejected: the power, or without an effect the type I error.
    #[must_use]
    pub fn power(&self) -> f64 {
        share(self.rejected, self.trials).0
    }

    /// The Monte Carlo standard error of the [`power`](Self::power).
    #[must_use]
    pub fn std_error(&self) -> f64 {
        share(self.rejected, self.trials).1
    }

    /// The share of trials that rejected at each look.
    #[must_use]
    pub fn rejection_by_look(&self) -> Vec<f64> {
        self.rejected_by_look.iter().map(|&r| r as f64 / self.trials as f64).collect()
    }

    /// The share of trials that stopped for futility or harm.
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
        self.events.mean(self.trials)
    }

    /// The mean calendar time at which a trial stopped, and its Monte Carlo standard error.
    #[must_use]
    pub fn duration(&self) -> (f64, f64) {
        self.duration.mean(self.trials)
    }

    /// The mean number of subjects entered when a trial stopped.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects.mean(self.trials).0
    }

    /// In how many trials the procedure gave an estimate, when they stopped.
    #[must_use]
    pub fn estimated(&self) -> usize {
        self.estimates.count
    }

    /// What the procedure estimates, if it was stated.
    #[must_use]
    pub fn truth(&self) -> Option<f64> {
        self.truth
    }

    /// The truth on the working scale, 0 where there is none: what the sums were taken from.
    fn origin(&self) -> f64 {
        self.truth.map_or(0.0, |t| if self.estimates.logarithms { t.ln() } else { t })
    }

    /// The mean estimate; of ratios the geometric mean. `None` without estimates.
    #[must_use]
    pub fn mean_estimate(&self) -> Option<f64> {
        let own = &self.estimates;
        (own.count > 0).then(|| {
            let mean = self.origin() + own.error.mean(own.count).0;
            if own.logarithms { mean.exp() } else { mean }
        })
    }

    /// The mean estimate less the truth, of ratios on the scale of the logarithm, and its Monte Carlo standard error. `None`
    /// without a truth or estimates.
    #[must_use]
    pub fn bias(&self) -> Option<(f64, f64)> {
        let own = &self.estimates;
        (own.count > 0 && self.truth.is_some()).then(|| own.error.mean(own.count))
    }

    /// The standard deviation of the estimates, of ratios of the logarithm. `None` without estimates.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let own = &self.estimates;
        (own.count > 0).then(|| own.error.deviation(own.count))
    }

    /// The mean of the standard errors that the procedure stated: beside the [`deviation`](Self::deviation) it tells whether they
    /// are honest.
    #[must_use]
    pub fn mean_std_error(&self) -> Option<f64> {
        let own = &self.estimates;
        (own.with_std_error > 0).then(|| own.std_error / own.with_std_error as f64)
    }

    /// The share of intervals that hold the truth, and its Monte Carlo standard error. `None` without a truth or intervals.
    #[must_use]
    pub fn coverage(&self) -> Option<(f64, f64)> {
        let own = &self.estimates;
        (own.with_interval > 0).then(|| share(own.covered, own.with_interval))
    }

    /// All quantities in one table.
    #[must_use]
    pub fn rows(&self) -> Vec<SimulatedQuantity> {
        let mut rows = Vec::new();
        let mut add = |name: &str, value: f64, std_error: Option<f64>| {
            rows.push(SimulatedQuantity { name: name.into(), value, std_error });
        };
        add("rejected", self.power(), Some(self.std_error()));
        if self.rejected_by_look.len() > 1 {
            for (k, &count) in self.rejected_by_look.iter().enumerate() {
                let (value, error) = share(count, self.trials);
                add(&format!("rejected at look {}", k + 1), value, Some(error));
            }
            let (value, error) = share(self.stopped_for_futility, self.trials);
            add("stopped for futility", value, Some(error));
        }
        for (name, moments) in
            [("events", self.events), ("duration", self.duration), ("subjects", self.subjects)]
        {
            let (value, error) = moments.mean(self.trials);
            add(name, value, Some(error));
        }
        let optional = [
            ("mean estimate", self.mean_estimate().map(|x| (x, None))),
            ("bias", self.bias().map(|(x, e)| (x, Some(e)))),
            ("coverage", self.coverage().map(|(x, e)| (x, Some(e)))),
            ("standard deviation", self.deviation().map(|x| (x, None))),
            ("mean standard error", self.mean_std_error().map(|x| (x, None))),
        ];
        for (name, found) in optional {
            if let Some((value, error)) = found {
                add(name, value, error);
            }
        }
        rows
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
        if let Some(mean) = self.mean_estimate() {
            let what = if self.estimates.logarithms { "geometric mean estimate" } else { "mean estimate" };
            write!(f, "; {what} {}", Number(mean))?;
        }
        if let Some((bias, error)) = self.bias() {
            write!(f, ", bias {bias:.4} ± {error:.4}")?;
        }
        if let Some((coverage, error)) = self.coverage() {
            write!(f, ", coverage {:.2}% ± {:.2}%", 100.0 * coverage, 100.0 * error)?;
        }
        Ok(())
    }
}
