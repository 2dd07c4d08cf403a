//! When subjects are seen.

use crate::error::{Error, Result};
use crate::numeric::random::Random;

/// The planned visits of a simulated trial, in the unit of its assumptions: every so often from entry on, each at a random time
/// within a window, or missed.
///
/// # Example
/// ```
/// use greenwood::trial::design::simulation::Visits;
///
/// let visits = Visits::every(2.0).window(0.25).missed(0.05);
/// assert_eq!(visits, Visits::every(2.0).missed(0.05).window(0.25));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Visits {
    every: f64,
    window: f64,
    missed: f64,
}

/// More visits than this in one subject are no plan.
const MOST: f64 = 100_000.0;

impl Visits {
    /// Planned every so often, kept to the day.
    #[must_use]
    pub fn every(every: f64) -> Self {
        Self { every, window: 0.0, missed: 0.0 }
    }

    /// Each visit takes place evenly within so much before and after its planned time; at most half of the time between visits.
    #[must_use]
    pub fn window(self, window: f64) -> Self {
        Self { window, ..self }
    }

    /// The probability that a visit is missed, each by itself.
    #[must_use]
    pub fn missed(self, missed: f64) -> Self {
        Self { missed, ..self }
    }

    pub(super) fn check(&self, longest: f64) -> Result<()> {
        let Self { every, window, missed } = *self;
        if !(every > 0.0 && every.is_finite() && longest / every <= MOST) {
            let must_be = "finite, above 0, and not below a 100,000th of the trial";
            return Err(Error::OutOfRange { argument: "the time between visits", value: every, must_be });
        }
        if !(0.0..=every / 2.0).contains(&window) {
            let must_be = "between 0 and half of the time between visits";
            return Err(Error::OutOfRange { argument: "the window of visits", value: window, must_be });
        }
        if !(0.0..=1.0).contains(&missed) {
            let argument = "the probability of a missed visit";
            return Err(Error::OutOfRange { argument, value: missed, must_be: "between 0 and 1" });
        }
        Ok(())
    }

    /// The visits of a subject that take place up to `end`, in order.
    pub(super) fn draw(&self, end: f64, random: &mut Random, visits: &mut Vec<f64>) {
        visits.clear();
        let mut number = 1.0;
        while number * self.every - self.window <= end {
            let shift = if self.window > 0.0 { self.window * (2.0 * random.uniform() - 1.0) } else { 0.0 };
            let at = number * self.every + shift;
            let kept = self.missed == 0.0 || random.uniform() >= self.missed;
            if kept && at <= end {
                visits.push(at);
            }
            number += 1.0;
        }
    }
}
