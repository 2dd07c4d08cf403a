//! When an incidence has reached a level.

#[cfg(feature = "serde")]
use crate::error::Result;
use crate::survival::result::interval::ConfidenceInterval;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The first time at which the incidence of a cause has reached p, with limits from the curve's pointwise interval.
///
/// The lower limit is where the upper confidence curve reaches p, the upper one where the lower does. What is not
/// reached is `None`: an incidence need not come near 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidenceQuantile {
    pub(super) p: f64,
    pub(super) value: Option<f64>,
    pub(super) interval: ConfidenceInterval,
}

#[cfg(feature = "serde")]
checked_when_read!(IncidenceQuantile { p: f64, value: Option<f64>, interval: ConfidenceInterval });

#[cfg(feature = "serde")]
impl IncidenceQuantile {
    fn check(&self) -> Result<()> {
        stored::probability("p", self.p)?;
        stored::size("a time", self.value.unwrap_or(0.0))
    }
}

impl IncidenceQuantile {
    /// The probability p.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The time, or `None` if the incidence does not reach p.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// The confidence interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}
