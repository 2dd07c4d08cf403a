//! A hazard over time.

use std::fmt;

use super::kernel::Kernel;
#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::Result;
use crate::print::{MISSING, Number, counted, or_missing};
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The smoothed hazard at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SmoothedHazardPoint {
    /// The time.
    pub time: f64,
    /// The hazard per unit of time, at least 0.
    pub hazard: f64,
    /// Its standard error; `None` where no event is near: that none was seen is no certainty.
    pub std_error: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(SmoothedHazardPoint { time: f64, hazard: f64, std_error: Option<f64> });

#[cfg(feature = "serde")]
impl SmoothedHazardPoint {
    fn check(&self) -> crate::error::Result<()> {
        stored::number("a time", self.time)?;
        stored::size("a hazard", self.hazard)?;
        self.std_error.map_or(Ok(()), |se| stored::size("a standard error", se))
    }
}

impl SmoothedHazardPoint {
    /// An interval that is symmetric in the logarithm, `λ exp(±z se/λ)`, unless the plain one is asked for: of the smoothed
    /// hazard, whose bias it does not know. Without limits where the hazard is 0.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let own = if interval.transform().is_none() {
            Interval::log().level(interval.confidence_level())
        } else {
            interval
        };
        Estimate::new(Scale::Identity, self.hazard, self.std_error.unwrap_or(0.0))
            .within(0.0, f64::INFINITY)
            .interval(own)
    }
}

/// A smoothed hazard over a range of times: the result of [`SmoothedHazard`](super::SmoothedHazard).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SmoothedHazardCurve {
    kernel: Kernel,
    bandwidth: f64,
    range: (f64, f64),
    event_times: usize,
    points: Vec<SmoothedHazardPoint>,
    robust: bool,
}

#[cfg(feature = "serde")]
checked_when_read!(SmoothedHazardCurve { kernel: Kernel, bandwidth: f64, range: (f64, f64), event_times: usize, points: Vec<SmoothedHazardPoint>, robust: bool });

#[cfg(feature = "serde")]
impl SmoothedHazardCurve {
    fn check(&self) -> Result<()> {
        if self.points.is_empty() {
            return Err(Error::Empty { argument: "points" });
        }
        let (from, to) = self.range;
        stored::size("the bandwidth", self.bandwidth)?;
        stored::count("the number of event times", self.event_times)?;
        stored::increasing("the end of the range", [from, to])?;
        stored::increasing("a time", self.points.iter().map(|p| p.time))?;
        for point in &self.points {
            if !(from <= point.time && point.time <= to * (1.0 + 1e-12)) {
                return Err(Error::OutOfRange {
                    argument: "a time",
                    value: point.time,
                    must_be: "in the range",
                });
            }
            stored::size("a hazard", point.hazard)?;
            stored::size("a standard error", point.std_error.unwrap_or(0.0))?;
        }
        Ok(())
    }
}

impl SmoothedHazardCurve {
    pub(super) fn new(
        (kernel, bandwidth): (Kernel, f64),
        range: (f64, f64),
        event_times: usize,
        points: Vec<SmoothedHazardPoint>,
        robust: bool,
    ) -> Self {
        Self { kernel, bandwidth, range, event_times, points, robust }
    }

    /// Whether errors are robust: clusters or sampling weights.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The bandwidth, given or found.
    #[must_use]
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// The range of times.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        self.range
    }

    /// The number of event times within the range.
    #[must_use]
    pub fn event_times(&self) -> usize {
        self.event_times
    }

    /// The hazard at times evenly over the range.
    #[must_use]
    pub fn points(&self) -> &[SmoothedHazardPoint] {
        &self.points
    }

    /// The area under it over the range, by the trapezoidal rule: near the increase of the cumulative hazard.
    #[must_use]
    pub fn cumulative(&self) -> f64 {
        self.points
            .windows(2)
            .map(|w| f64::midpoint(w[0].hazard, w[1].hazard) * (w[1].time - w[0].time))
            .sum()
    }
}

impl fmt::Display for SmoothedHazardCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Smoothed hazard: {} from {} to {}, {} kernel, bandwidth {:.4}",
            counted(self.event_times, "event time"),
            Number(self.range.0),
            Number(self.range.1),
            self.kernel,
            self.bandwidth
        )?;
        let error = if self.robust { "robust se" } else { "std error" };
        write!(f, "\n{:>10}  {:>10}  {:>10}  {:>22}", "time", "hazard", error, "95% CI")?;
        // Eleven lines say what a hundred do.
        let every = (self.points.len() - 1).div_ceil(10).max(1);
        for point in self.points.iter().step_by(every) {
            let limits = point.interval(0.95).ok().and_then(|i| i.bounds());
            let limits = limits.map_or(MISSING.to_string(), |(l, u)| format!("{l:.6} to {u:.6}"));
            let time = Number(point.time).to_string();
            let error = or_missing(point.std_error, |se| format!("{se:.6}"));
            write!(f, "\n{time:>10}  {:>10.6}  {error:>10}  {limits:>22}", point.hazard)?;
        }
        Ok(())
    }
}
