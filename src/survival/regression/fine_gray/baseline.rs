//! The baseline hazard of a subdistribution.

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{NotEstimable, Result};
#[cfg(feature = "serde")]
use crate::survival::regression::stored::refuse;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The baseline hazard of the subdistribution in one stratum: its jumps at the event times of the cause, for covariates 0.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubdistributionBaseline {
    pub(super) label: String,
    pub(super) times: Vec<f64>,
    pub(super) jumps: Vec<f64>,
    pub(super) last: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(SubdistributionBaseline { label: String, times: Vec<f64>, jumps: Vec<f64>, last: f64 });

#[cfg(feature = "serde")]
impl SubdistributionBaseline {
    fn check(&self) -> Result<()> {
        check_len("jumps", self.jumps.len(), "times", self.times.len())?;
        self.jumps.iter().try_for_each(|&j| stored::size("a jump of a hazard", j))?;
        self.times.iter().try_for_each(|&t| stored::size("time", t))?;
        stored::increasing("time", self.times.iter().copied())?;
        stored::size("the end of follow-up", self.last)?;
        match self.times.last() {
            Some(&time) if time > self.last => {
                refuse("the end of follow-up", self.last, "no earlier than the last event time")
            }
            _ => Ok(()),
        }
    }
}

impl SubdistributionBaseline {
    /// The stratum; empty where there is one alone.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The event times of the cause.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The jumps of the cumulative hazard at them.
    #[must_use]
    pub fn jumps(&self) -> &[f64] {
        &self.jumps
    }

    /// The end of follow-up in the stratum.
    #[must_use]
    pub fn last(&self) -> f64 {
        self.last
    }

    /// The cumulative hazard at `t`: 0 before the first event of the cause.
    ///
    /// # Errors
    /// [`NotEstimable`]: beyond follow-up, or for a time that is NaN or negative.
    pub fn at(&self, t: f64) -> Result<f64, NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        if t > self.last {
            return Err(NotEstimable::BeyondFollowUp { time: t, last: self.last });
        }
        Ok(self.jumps[..self.times.partition_point(|&x| x <= t)].iter().sum())
    }
}
