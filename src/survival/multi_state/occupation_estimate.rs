//! The probability of one state at one time, with its error.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print::Number;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The probability of one state at one time.
///
/// Its error is 0 where the probability is 0 or 1, as in R's multi-state curves: the derivatives are 0 there. Beyond
/// follow-up it has neither, and tells why.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OccupationEstimate {
    value: std::result::Result<f64, NotEstimable>,
    std_error: std::result::Result<f64, NotEstimable>,
}

#[cfg(feature = "serde")]
checked_when_read!(OccupationEstimate {
    value: std::result::Result<f64, NotEstimable>,
    std_error: std::result::Result<f64, NotEstimable>,
});

#[cfg(feature = "serde")]
impl OccupationEstimate {
    fn check(&self) -> Result<()> {
        if let Ok(value) = self.value {
            stored::probability("the probability of a state", value)?;
        }
        self.std_error.map_or(Ok(()), |se| stored::size("a standard error", se))
    }
}

impl OccupationEstimate {
    pub(crate) fn new(value: f64, std_error: f64) -> Self {
        Self { value: Ok(value), std_error: Ok(std_error) }
    }

    pub(super) fn none(because: NotEstimable) -> Self {
        Self { value: Err(because), std_error: Err(because) }
    }

    /// The probability.
    ///
    /// # Errors
    /// [`NotEstimable`]: beyond follow-up, before the start of the curves, or a time that is none.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
    }

    /// Its standard error.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// A pointwise interval on a scale of the probability itself, log-log where no other is named; there is none where
    /// the probability is 0, 1 or not estimable.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a level outside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        match (self.value, self.std_error) {
            (Ok(value), Ok(se)) => interval.of_probability(value, se),
            _ => interval.z().map(|_| ConfidenceInterval::new(None, interval.confidence_level())),
        }
    }
}

/// `0.3333 ± 0.2722`, with as many decimals as asked for (four by default), or the reason why there is none.
impl fmt::Display for OccupationEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(4);
        match (self.value, self.std_error) {
            (Ok(value), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(value), Number(se)),
            (Err(because), _) | (_, Err(because)) => write!(f, "{because}"),
        }
    }
}
