//! The number needed to treat, whose interval may go through infinity.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::or_infinite;
use crate::error::{Error, NotEstimable, Result};
use crate::print::{self, Number};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::direction::Direction;
use crate::survival::result::hazard_ratio::HazardRatio;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// How many to treat for one event fewer, or one more, by a time.
///
/// Which of the two is the benefit hangs on whether the event is wanted ([`NumberNeeded::direction`]).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NeededValue {
    /// So many treated have one event fewer: one more is free of it.
    OneFewer(f64),
    /// So many treated have one event more.
    OneMore(f64),
    /// No number of them makes a difference.
    Infinite,
}

impl NeededValue {
    /// `1/difference` of the probabilities of being free of the event, with the sign as a word.
    fn from_difference(difference: f64) -> Self {
        match difference.recip() {
            // 0, or a difference whose reciprocal no number can hold.
            needed if !needed.is_finite() => Self::Infinite,
            needed if needed > 0.0 => Self::OneFewer(needed),
            needed => Self::OneMore(-needed),
        }
    }
}

/// An interval for a number needed to treat, in the order more … infinity … fewer events: from the lower limit of the
/// difference of the probabilities of being free of the event to the upper one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NeededInterval {
    /// Both ends on the side of fewer events: from `most` to `least` patients.
    Fewer {
        /// The smaller number: the larger effect.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        least: f64,
        /// The larger number; infinite where the difference's limit is 0.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        most: f64,
    },
    /// Both ends on the side of more events.
    More {
        /// The smaller number: the larger effect.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        least: f64,
        /// The larger number; infinite where the difference's limit is 0.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        most: f64,
    },
    /// The difference may be 0: the interval is two, from `more` to infinity and from infinity to `fewer`.
    ThroughInfinity {
        /// The smallest number for one event more.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        more: f64,
        /// The smallest number for one event fewer.
        #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
        fewer: f64,
    },
}

/// The number needed to treat at a time: how many more would have to be given the one treatment for one of them more
/// to be free of the event then.
///
/// `1/(S₁(t) − S₀(t))`, its interval by inverting that of the difference. Where that holds 0 the numbers run
/// from one end up to infinity and back down to the other: two intervals, not one, and therefore a type and not a pair.
///
/// Whether fewer events are the benefit is not in the numbers: [`direction`](Self::direction) says so, and the print
/// speaks of benefit (NNTB) and harm (NNTH) only then.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::contrast::NeededValue;
/// use greenwood::survival::result::Direction;
///
/// let new = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4.], &[true, false, false, true])?);
/// let old = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true])?);
/// let needed = new.number_needed_to_treat(&old, 2.5, 0.95)?;
/// assert_eq!(needed.value()?, NeededValue::OneFewer(4.0));
/// assert_eq!(needed.to_string(), "4.0 for one event fewer (95% CI 2.5 for one more … ∞ … 1.1 for one fewer)");
/// let death = needed.direction(Direction::Unwanted);
/// assert_eq!(death.to_string(), "NNTB 4.0 (95% CI NNTH 2.5 … ∞ … NNTB 1.1)");
/// let recovery = needed.direction(Direction::Wanted);
/// assert_eq!(recovery.to_string(), "NNTH 4.0 (95% CI NNTB 2.5 … ∞ … NNTH 1.1)");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Altman & Andersen (1999), BMJ 319:1492. Altman (1998), BMJ 317:1309, for the interval through infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct NumberNeeded {
    value: Result<NeededValue, NotEstimable>,
    interval: Option<NeededInterval>,
    level: f64,
    direction: Direction,
}

/// A number as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    value: Result<NeededValue, NotEstimable>,
    interval: Option<NeededInterval>,
    level: f64,
    direction: Direction,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for NumberNeeded {
    type Error = Error;

    fn try_from(Raw { value, interval, level, direction }: Raw) -> Result<Self> {
        crate::survival::result::interval::z_of(level)?;
        let of_value = match value {
            Ok(NeededValue::OneFewer(n) | NeededValue::OneMore(n)) => vec![n],
            Ok(NeededValue::Infinite) | Err(_) => Vec::new(),
        };
        let of_interval = match interval {
            Some(NeededInterval::Fewer { least, most } | NeededInterval::More { least, most }) => {
                vec![least, if least <= most { 0.0 } else { most - least }]
            }
            Some(NeededInterval::ThroughInfinity { more, fewer }) => vec![more, fewer],
            None => Vec::new(),
        };
        if let Some(&value) = of_value.iter().chain(&of_interval).find(|n| !(**n >= 0.0)) {
            let must_be = "at least 0, with the smaller end of an interval first";
            return Err(Error::OutOfRange { argument: "a number needed to treat", value, must_be });
        }
        Ok(Self { value, interval, level, direction })
    }
}

impl NumberNeeded {
    /// From a difference of the probabilities of being free of the event (treatment − control) and its interval, however
    /// those were found: [`contrast`](SurvivalCurve::contrast), [`melded`](SurvivalCurve::melded), an adjusted model.
    /// A difference that is NaN gives no number ([`NotEstimable::Undefined`]).
    #[must_use]
    pub fn from_difference(difference: f64, interval: ConfidenceInterval) -> Self {
        // Limits that contradict each other or belong to no level are none.
        let level_is_one = interval.level > 0.0 && interval.level < 1.0;
        let limits = interval.bounds().filter(|(lower, upper)| level_is_one && lower <= upper);
        let needed = limits.map(|(lower, upper)| {
            if lower >= 0.0 {
                NeededInterval::Fewer { least: upper.abs().recip(), most: lower.abs().recip() }
            } else if upper <= 0.0 {
                NeededInterval::More { least: lower.abs().recip(), most: upper.abs().recip() }
            } else {
                NeededInterval::ThroughInfinity { more: -lower.recip(), fewer: upper.recip() }
            }
        });
        let value = if difference.is_nan() {
            Err(NotEstimable::Undefined)
        } else {
            Ok(NeededValue::from_difference(difference))
        };
        Self {
            value,
            interval: needed.filter(|_| value.is_ok()),
            level: interval.level,
            direction: Direction::Unknown,
        }
    }

    /// From a hazard ratio (treatment against control) and the probability of the control group to be free of the event:
    /// `1/(S₀^h − S₀)`, with the ratio's limits in its place for the interval. It takes hazards as
    /// proportional and S₀ as known. The direction is that of the ratio.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `control` is not in [0, 1] or the level not inside (0, 1).
    pub fn from_hazard_ratio(ratio: &HazardRatio, control: f64, level: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&control) {
            let must_be = "a survival probability, in [0, 1]";
            return Err(Error::OutOfRange { argument: "control", value: control, must_be });
        }
        let difference = |h: f64| control.powf(h) - control;
        let hazards = ratio.interval(level)?;
        let direction = ratio.event_direction();
        let value = match ratio.value() {
            Ok(value) => value,
            Err(because) => return Ok(Self { value: Err(because), interval: None, level, direction }),
        };
        let interval = ConfidenceInterval {
            lower: hazards.upper.map(difference),
            upper: hazards.lower.map(difference),
            level,
        };
        Ok(Self::from_difference(difference(value), interval).direction(direction))
    }

    /// Whether the event is wanted: which side is the benefit.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The number.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: those of the difference.
    pub fn value(&self) -> Result<NeededValue, NotEstimable> {
        self.value
    }

    /// Its interval. Returns `None` if the difference has none.
    #[must_use]
    pub fn interval(&self) -> Option<NeededInterval> {
        self.interval
    }

    /// The level of the interval.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }

    /// A number on the side of fewer, or of more, events as it is printed; `short` within an interval.
    fn text(&self, fewer: bool, n: f64, decimals: usize, short: bool) -> String {
        if !n.is_finite() {
            return "∞".to_string();
        }
        let n = format!("{:.decimals$}", Number(n));
        let (event, side) = (if short { "" } else { "event " }, if fewer { "fewer" } else { "more" });
        match self.direction {
            Direction::Unknown => format!("{n} for one {event}{side}"),
            Direction::Unwanted if fewer => format!("NNTB {n}"),
            Direction::Wanted if !fewer => format!("NNTB {n}"),
            Direction::Unwanted | Direction::Wanted => format!("NNTH {n}"),
        }
    }
}

impl SurvivalCurve {
    /// How many must be given this curve's treatment, rather than the other's, for one more to be free of the event at
    /// `t`: from the difference of the two probabilities and its plain interval.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1), or `t` is NaN or negative.
    pub fn number_needed_to_treat(
        &self,
        other: &Self,
        t: f64,
        interval: impl Into<Interval>,
    ) -> Result<NumberNeeded> {
        if !(t >= 0.0) {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "a time of at least 0" });
        }
        let difference = self.difference(other, t);
        let interval = difference.interval(interval)?;
        Ok(match difference.value() {
            Ok(value) => NumberNeeded::from_difference(value, interval),
            Err(because) => NumberNeeded {
                value: Err(because),
                interval: None,
                level: interval.level,
                direction: Direction::Unknown,
            },
        })
    }
}

impl fmt::Display for NumberNeeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        match self.value {
            Ok(NeededValue::OneFewer(n)) => f.write_str(&self.text(true, n, decimals, false))?,
            Ok(NeededValue::OneMore(n)) => f.write_str(&self.text(false, n, decimals, false))?,
            Ok(NeededValue::Infinite) => f.write_str("∞")?,
            Err(because) => return write!(f, "{because}"),
        }
        let Some(interval) = self.interval else { return write!(f, " (no interval)") };
        let (from, to) = match interval {
            NeededInterval::Fewer { least, most } => {
                (self.text(true, most, decimals, true), self.text(true, least, decimals, true))
            }
            NeededInterval::More { least, most } => {
                (self.text(false, least, decimals, true), self.text(false, most, decimals, true))
            }
            NeededInterval::ThroughInfinity { more, fewer } => {
                let (more, fewer) =
                    (self.text(false, more, decimals, true), self.text(true, fewer, decimals, true));
                return write!(f, " ({} CI {more} … ∞ … {fewer})", print::level(self.level));
            }
        };
        write!(f, " ({} CI {from} to {to})", print::level(self.level))
    }
}
