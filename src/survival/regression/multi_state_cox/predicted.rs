//! Probabilities of the states that a model predicts for one row.

use std::fmt;

use crate::error::NotEstimable;
#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::print::{Number, counted, one_line};
use crate::survival::multi_state::OccupationEstimate;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The probability of each state over time, for one row. Made by
/// [`MultiStateCoxModel::predict`](super::MultiStateCoxModel::predict).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawPath"))]
pub struct OccupationPath {
    pub(super) states: Vec<String>,
    pub(super) start: f64,
    pub(super) last: f64,
    pub(super) initial: Vec<f64>,
    pub(super) times: Vec<f64>,
    /// Times × states.
    pub(super) probability: Vec<f64>,
}

impl OccupationPath {
    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The times at which the probabilities change.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The probabilities at each of these times.
    pub fn rows(&self) -> impl Iterator<Item = (f64, &[f64])> {
        self.times.iter().copied().zip(self.probability.chunks_exact(self.states.len()))
    }

    /// The probability of each state at `t`.
    ///
    /// # Errors
    /// [`NotEstimable`] for a time that is NaN or negative, before the start, or beyond follow-up.
    pub fn at(&self, t: f64) -> Result<&[f64], NotEstimable> {
        check_time(t, self.start, self.last)?;
        let (k, steps) = (self.states.len(), self.times.partition_point(|&x| x <= t));
        Ok(if steps == 0 { &self.initial } else { &self.probability[(steps - 1) * k..steps * k] })
    }
}

pub(super) fn check_time(t: f64, start: f64, last: f64) -> Result<(), NotEstimable> {
    if !(t >= 0.0) {
        return Err(NotEstimable::InvalidTime);
    }
    if t < start {
        return Err(NotEstimable::BeforeStart { time: t, start });
    }
    if t > last {
        return Err(NotEstimable::BeyondFollowUp { time: t, last });
    }
    Ok(())
}

impl fmt::Display for OccupationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTED: usize = 20;
        write!(f, "Predicted state occupation\n{:>10}", "time")?;
        for s in &self.states {
            write!(f, " {:>10}", one_line(s))?;
        }
        for (t, row) in self.rows().take(PRINTED) {
            write!(f, "\n{:>10}", Number(t))?;
            for (p, s) in row.iter().zip(&self.states) {
                write!(f, " {:>width$.4}", Number(*p), width = s.chars().count().max(10))?;
            }
        }
        let left = self.times.len().saturating_sub(PRINTED);
        if left > 0 { write!(f, "\n… {}", counted(left, "more time")) } else { Ok(()) }
    }
}

/// The probability of each state at one time with its standard error, for one row. Made by
/// [`FittedHistories::predict`](super::FittedHistories::predict).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PredictedOccupation {
    pub(super) time: f64,
    pub(super) states: Vec<String>,
    pub(super) estimates: Vec<OccupationEstimate>,
}

#[cfg(feature = "serde")]
checked_when_read!(PredictedOccupation { time: f64, states: Vec<String>, estimates: Vec<OccupationEstimate> });

#[cfg(feature = "serde")]
impl PredictedOccupation {
    fn check(&self) -> crate::Result<()> {
        stored::size("time", self.time)?;
        check_len("estimates", self.estimates.len(), "states", self.states.len())
    }
}

impl PredictedOccupation {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The estimate of each state, in their order.
    #[must_use]
    pub fn estimates(&self) -> &[OccupationEstimate] {
        &self.estimates
    }
}

impl fmt::Display for PredictedOccupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}:", Number(self.time))?;
        for (i, (s, e)) in self.states.iter().zip(&self.estimates).enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma} {s} {e}")?;
        }
        Ok(())
    }
}
