//! Quantiles: when has a share p had the event? The rule, the result, and the search among steps.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::print::{self, Number};
use crate::survival::result::interval::{ConfidenceInterval, Interval, Transform};

/// What the quantile is where the curve is flat exactly at the level 1 − p.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum FlatStep {
    /// The middle of the flat stretch (R's `quantile`; up to the last observation where the curve never
    /// drops further).
    #[default]
    Midpoint,
    /// Its first time: the smallest t with S(t) ≤ 1 − p.
    First,
    /// The middle of the flat stretch where the curve drops further, and not reached where it does not: SAS's
    /// `LIFETEST`, which looks for S(t) < 1 − p. Its limits are event times.
    MidpointOfEvents,
}

/// How close S must come to 1 − p to count as equal (R's tolerance, √ε): survival probabilities are products
/// of many quotients.
pub(super) const TOLERANCE: f64 = 1.4901161193847656e-8;

/// How quantiles are found: the interval and the rule for flat steps.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_interval`](Self::with_interval) | 95 %, log-log | whose limits the interval of the quantile inverts |
/// | [`flat_step`](Self::flat_step) | midpoint | the [`FlatStep`] |
///
/// A level, an [`Interval`], a [`FlatStep`] or [`Conventions`](crate::survival::curve::Conventions) alone will do:
/// `curve.quantiles(&[0.25, 0.5], Interval::log())`.
///
/// # Example
/// ```
/// use greenwood::survival::{Interval, KaplanMeier, RightCensored};
/// use greenwood::survival::curve::{FlatStep, QuantileRule};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 4.0, 6.0], &[true, true, true, false])?);
/// let rule = QuantileRule::default().with_interval(Interval::log()).flat_step(FlatStep::First);
/// assert_eq!(curve.quantiles(&[0.5], rule)?[0].value()?, 2.0);
/// assert_eq!(curve.median().value()?, 3.0); // flat at 0.5 from 2 to 4
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QuantileRule {
    interval: Interval,
    flat: FlatStep,
}

impl QuantileRule {
    /// Inverts this interval.
    #[must_use]
    pub fn with_interval(self, interval: impl Into<Interval>) -> Self {
        Self { interval: interval.into(), ..self }
    }

    /// The rule for flat steps.
    #[must_use]
    pub fn flat_step(self, flat: FlatStep) -> Self {
        Self { flat, ..self }
    }

    /// The interval.
    #[must_use]
    pub fn interval(&self) -> Interval {
        self.interval
    }
}

impl From<Interval> for QuantileRule {
    fn from(interval: Interval) -> Self {
        Self::default().with_interval(interval)
    }
}

impl From<Transform> for QuantileRule {
    fn from(transform: Transform) -> Self {
        Self::default().with_interval(transform)
    }
}

impl From<f64> for QuantileRule {
    fn from(level: f64) -> Self {
        Self::default().with_interval(level)
    }
}

impl From<FlatStep> for QuantileRule {
    fn from(flat: FlatStep) -> Self {
        Self::default().flat_step(flat)
    }
}

/// The time by which a share p has had the event, with its Brookmeyer-Crowley interval.
///
/// The smallest t with `S(t) ≤ 1 − p`; where S is flat exactly at 1 − p, the midpoint of the flat stretch
/// ([`FlatStep`]). The limits apply the same rule to the curve's lower and upper confidence curves
/// (Brookmeyer & Crowley 1982, Biometrics 38:29). What is not reached says so.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::result::NotEstimable;
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[4., 6., 8., 10., 12.], &[true, true, false, true, false])?);
/// let median = curve.median();
/// assert_eq!(median.value()?, 10.0);
/// assert_eq!(median.to_string(), "10 (95% CI 4 to not reached)");
/// assert_eq!(curve.quantile(0.9)?.value(), Err(NotEstimable::NotReached { level: 1.0 - 0.9 }));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct Quantile {
    p: f64,
    value: Result<f64, NotEstimable>,
    interval: ConfidenceInterval,
}

/// A quantile as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    p: f64,
    value: Result<f64, NotEstimable>,
    interval: ConfidenceInterval,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Quantile {
    type Error = Error;

    fn try_from(Raw { p, value, interval }: Raw) -> Result<Self> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::OutOfRange { argument: "p", value: p, must_be: "in [0, 1]" });
        }
        for time in [value.ok(), interval.lower, interval.upper].into_iter().flatten() {
            if !(0.0..f64::INFINITY).contains(&time) {
                let must_be = "a time: finite and at least 0";
                return Err(Error::OutOfRange { argument: "the quantile", value: time, must_be });
            }
        }
        Ok(Self { p, value, interval })
    }
}

impl Quantile {
    /// The share p.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The time, in the unit of the data.
    ///
    /// # Errors
    /// [`NotEstimable::NotReached`] where the curve does not come down to 1 − p; [`NotEstimable::Nobody`].
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
    }

    /// The confidence interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}

impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |t: f64| match f.precision() {
            Some(d) => format!("{:.d$}", Number(t)),
            None => Number(t).to_string(),
        };
        let limit = |t: Option<f64>| t.map_or_else(|| "not reached".to_string(), number);
        let value = match self.value {
            Ok(t) => number(t),
            Err(NotEstimable::NotReached { .. }) => "not reached".to_string(),
            Err(because) => return write!(f, "{because}"),
        };
        let (lower, upper) = (limit(self.interval.lower), limit(self.interval.upper));
        write!(f, "{value} ({} CI {lower} to {upper})", print::level(self.interval.level))
    }
}

/// A curve and its confidence curves, at the steps where they move.
pub(super) struct Crossings {
    curve: Levels,
    lower: Levels,
    upper: Levels,
    last_time: f64,
    start: f64,
}

impl Crossings {
    /// `last_time` is NaN where there is nobody.
    pub(super) fn new(last_time: f64, start: f64) -> Self {
        let [curve, lower, upper] =
            [const { Levels { times: Vec::new(), values: Vec::new(), last: None } }; 3];
        Self { curve, lower, upper, last_time, start }
    }

    pub(super) fn push(&mut self, time: f64, s: f64, limits: Option<(f64, f64)>) {
        self.curve.push(time, Some(s));
        self.lower.push(time, limits.map(|l| l.0));
        self.upper.push(time, limits.map(|l| l.1));
    }

    pub(super) fn quantile(&self, p: f64, rule: &QuantileRule) -> Result<Quantile> {
        rule.interval.z()?;
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::OutOfRange { argument: "p", value: p, must_be: "in [0, 1]" });
        }
        // Nobody has had the event at the start: that is the quantile of 0, of the curve and of a limit, unless
        // they stay at 1 throughout.
        let moves = !self.curve.values.is_empty();
        let find = |of: &Levels, flat: FlatStep| {
            if p > 0.0 {
                return of.find(1.0 - p, flat, self.last_time);
            }
            (moves && (!of.values.is_empty() || of.last.is_none())).then_some(self.start)
        };
        // SAS inverts the interval at each event time: the first that it does not lie above, and the first at
        // which it lies below.
        let (lower, upper) = match rule.flat {
            FlatStep::MidpointOfEvents if p > 0.0 => {
                (self.lower.find(1.0 - p, FlatStep::First, self.last_time), self.upper.first_below(1.0 - p))
            }
            flat => (find(&self.lower, flat), find(&self.upper, flat)),
        };
        let because = if self.last_time.is_nan() {
            NotEstimable::Nobody
        } else {
            NotEstimable::NotReached { level: 1.0 - p }
        };
        Ok(Quantile {
            p,
            value: find(&self.curve, rule.flat).ok_or(because),
            interval: ConfidenceInterval { lower, upper, level: rule.interval.confidence_level() },
        })
    }
}

/// The distinct levels of a falling curve, each with the time at which it is first reached.
struct Levels {
    times: Vec<f64>,
    values: Vec<f64>,
    /// At the last step.
    last: Option<f64>,
}

impl Levels {
    fn push(&mut self, time: f64, level: Option<f64>) {
        if let Some(level) = level.filter(|&l| self.values.last() != Some(&l) && l < 1.0) {
            self.times.push(time);
            self.values.push(level);
        }
        self.last = level;
    }

    /// The first time at which the curve is below a level.
    fn first_below(&self, level: f64) -> Option<f64> {
        self.values.iter().position(|&s| s < level - TOLERANCE).map(|i| self.times[i])
    }

    /// The first time at which the curve is at or below a level; on a flat step at it, what the rule says.
    fn find(&self, level: f64, flat: FlatStep, last_time: f64) -> Option<f64> {
        let reached = self.values.iter().position(|&s| s <= level + TOLERANCE).map(|i| self.times[i])?;
        if flat == FlatStep::First {
            return Some(reached);
        }
        if flat == FlatStep::Midpoint && self.last.is_some_and(|s| (level - s).abs() < TOLERANCE) {
            return Some(f64::midpoint(reached, last_time));
        }
        self.first_below(level).map(|below| f64::midpoint(reached, below))
    }
}
