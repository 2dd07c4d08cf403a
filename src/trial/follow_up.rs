//! How long the subjects were followed.

use std::fmt;

use super::Time;
use crate::survival::Quantile;

/// The median follow-up by reverse Kaplan-Meier, with its interval, beside the plain median of the observed
/// times.
///
/// The reverse Kaplan-Meier estimate asks how long follow-up would have been had nobody had the event
/// (Schemper & Smith 1996, Control Clin Trials 17:343); the plain median of the observed times is shortened by
/// every event. Where the curve is flat at one half the midpoint of the flat stretch is taken, as in R.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FollowUp {
    pub(super) reverse: Quantile,
    pub(super) observed: Time,
}

impl FollowUp {
    /// The median by reverse Kaplan-Meier; `None` where fewer than half were ever censored.
    #[must_use]
    pub fn median(&self) -> Option<Time> {
        self.reverse.estimate().map(Time::days)
    }

    /// The limits of its 95 % interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn limits(&self) -> (Option<Time>, Option<Time>) {
        let interval = self.reverse.interval();
        (interval.lower.map(Time::days), interval.upper.map(Time::days))
    }

    /// The plain median of the observed times, whatever ended them.
    #[must_use]
    pub fn observed(&self) -> Time {
        self.observed
    }
}

/// `48 months (95% CI 40 to 51; reverse Kaplan-Meier)`.
impl fmt::Display for FollowUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let text =
            |t: Option<Time>| t.map_or("not reached".into(), |t| format!("{:.decimals$}", t.in_months()));
        let (lower, upper) = self.limits();
        write!(
            f,
            "{} months (95% CI {} to {}; reverse Kaplan-Meier)",
            text(self.median()),
            text(lower),
            text(upper)
        )
    }
}
