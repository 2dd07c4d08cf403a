//! One proportion: how many of so many.

use std::fmt;

use crate::error::{Error, Result};
use crate::print;
use crate::proportion::clopper_pearson;
use crate::proportion::interval::ProportionInterval;
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// So many subjects with the event among so many.
///
/// Prints as `1/9 (11.1%)`, and with `{:#}` as `1/9, 11.1% (95% CI 0.3% to 48.2%)` with Clopper and Pearson's limits.
///
/// # Example
/// ```
/// use greenwood::proportion::{Proportion, ProportionInterval};
///
/// // Four of nine children had an anaphylactic reaction.
/// let reaction = Proportion::new(4, 9)?;
/// let (lower, upper) = reaction.interval(0.95)?.bounds().unwrap();
/// assert_eq!(format!("{reaction}: {lower:.3} to {upper:.3}"), "4/9 (44.4%): 0.137 to 0.788");
/// let (lower, upper) = reaction.interval(ProportionInterval::blaker())?.bounds().unwrap();
/// assert_eq!(format!("{lower:.3} to {upper:.3}"), "0.169 to 0.749");
///
/// // Nobody of nine: no error, but an upper limit, with the rule of three (3/n) beside it.
/// let none = Proportion::new(0, 9)?;
/// assert_eq!(format!("{:.3}, {:.3}", none.upper_limit(0.95)?, none.rule_of_three().unwrap()), "0.283, 0.333");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct Proportion {
    events: u64,
    subjects: u64,
}

/// Counts above it are not exact in `f64`.
const MOST: u64 = 1 << 53;

impl Proportion {
    /// So many `events` among so many `subjects`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where there are no subjects, or more events than subjects.
    pub fn new(events: u64, subjects: u64) -> Result<Self> {
        if !(1..=MOST).contains(&subjects) {
            let must_be = "at least 1 and at most 2^53";
            return Err(Error::OutOfRange { argument: "subjects", value: subjects as f64, must_be });
        }
        if events > subjects {
            let must_be = "at most the number of subjects";
            return Err(Error::OutOfRange { argument: "events", value: events as f64, must_be });
        }
        Ok(Self { events, subjects })
    }

    /// How many of these are true.
    ///
    /// # Errors
    /// [`Error::Empty`] without any.
    pub fn of(outcomes: impl IntoIterator<Item = bool>) -> Result<Self> {
        let (mut events, mut subjects) = (0, 0);
        for outcome in outcomes {
            events += u64::from(outcome);
            subjects += 1;
        }
        if subjects == 0 {
            return Err(Error::Empty { argument: "outcomes" });
        }
        Self::new(events, subjects)
    }

    /// How many have the event.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many there are.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.subjects
    }

    /// The share of those with the event.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.events as f64 / self.subjects as f64
    }

    /// The share of those without it, as a proportion of its own.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { events: self.subjects - self.events, subjects: self.subjects }
    }

    /// The interval: a level alone is Clopper and Pearson's. Limits of 0 and 1 are limits, not missing ones.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<ProportionInterval>) -> Result<ConfidenceInterval> {
        let (x, n) = self.counts();
        interval.into().limits(x, n)
    }

    /// The one-sided upper limit: with no event `1 − (1 − level)^(1/n)` (Clopper & Pearson 1934).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn upper_limit(&self, level: f64) -> Result<f64> {
        z_of(level)?;
        let (x, n) = self.counts();
        Ok(1.0 - clopper_pearson::lower(n - x, n, 1.0 - level))
    }

    /// The one-sided lower limit.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn lower_limit(&self, level: f64) -> Result<f64> {
        z_of(level)?;
        let (x, n) = self.counts();
        Ok(clopper_pearson::lower(x, n, 1.0 - level))
    }

    /// `3/n`, close to the 95 % [upper limit](Self::upper_limit) where nobody has the event. Returns `None` if
    /// anybody has. At most 1, which it is for three subjects. Hanley & Lippman-Hand (1983), JAMA 249:1743.
    #[must_use]
    pub fn rule_of_three(&self) -> Option<f64> {
        (self.events == 0).then(|| (3.0 / self.subjects as f64).min(1.0))
    }

    /// The events and the subjects as numbers.
    pub(super) fn counts(&self) -> (f64, f64) {
        (self.events as f64, self.subjects as f64)
    }
}

/// 0.111 as `11.1%`.
pub(super) fn percent(x: f64, decimals: usize) -> String {
    format!("{:.decimals$}%", print::Number(100.0 * x))
}

/// `1/9 (11.1%)`, with as many decimals as asked for (one by default); with `{:#}` and the 95 % limits.
impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let (Self { events, subjects }, value) = (self, percent(self.value(), decimals));
        let text = match self.interval(0.95) {
            Ok(limits) if f.alternate() => {
                format!("{events}/{subjects}, {value} {}", limits.in_brackets(|x| percent(x, decimals)))
            }
            _ => format!("{events}/{subjects} ({value})"),
        };
        print::pad(f, &text)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    events: u64,
    subjects: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Proportion {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::new(raw.events, raw.subjects)
    }
}
