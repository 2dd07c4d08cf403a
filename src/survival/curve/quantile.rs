//! Quantiles of a survival curve: when has a share p had the event?

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// What the quantile is where the curve is flat exactly at the level 1 − p.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FlatStep {
    /// The middle of the flat stretch (R's `quantile`; up to the last observation where the curve never
    /// drops further).
    #[default]
    Midpoint,
    /// Its first time: the smallest t with S(t) ≤ 1 − p.
    First,
}

/// How close S must come to 1 − p to count as equal (R's tolerance, √ε): survival probabilities are products
/// of many quotients.
const TOLERANCE: f64 = 1.4901161193847656e-8;

/// The time by which a share p has had the event, with its Brookmeyer-Crowley interval.
///
/// The smallest t with `S(t) ≤ 1 − p`; where S is flat exactly at 1 − p, the midpoint of the flat stretch
/// ([`FlatStep`]). The limits apply the same rule to the curve's lower and upper confidence curves
/// (Brookmeyer & Crowley 1982, Biometrics 38:29). What is not reached is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quantile {
    p: f64,
    estimate: Option<f64>,
    interval: ConfidenceInterval,
}

impl Quantile {
    /// The share p.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The time, or `None` where the curve does not come down to 1 − p.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.estimate
    }

    /// The confidence interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}

impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |t: Option<f64>| {
            t.map_or("not reached".to_string(), |t| match f.precision() {
                Some(d) => format!("{t:.d$}"),
                None => format!("{}", (t * 1e6).round() / 1e6),
            })
        };
        write!(
            f,
            "{} ({}% CI {} to {})",
            text(self.estimate),
            crate::survival::result::interval::percent(self.interval.level),
            text(self.interval.lower),
            text(self.interval.upper)
        )
    }
}

impl SurvivalCurve {
    /// The time by which a share `p` has had the event, with the default interval (95 %, log-log).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `p` is not in [0, 1].
    pub fn quantile(&self, p: f64) -> Result<Quantile> {
        Ok(self.quantiles(&[p], Interval::default(), FlatStep::default())?[0])
    }

    /// The median survival time, with the default interval.
    #[must_use]
    pub fn median(&self) -> Quantile {
        match self.quantile(0.5) {
            Ok(median) => median,
            Err(_) => unreachable!("0.5 is a probability"),
        }
    }

    /// Several quantiles, with the interval and the rule for flat steps that are asked for, in one pass over
    /// the curve for each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a `p` is not in [0, 1] or the level is not inside (0, 1).
    pub fn quantiles(
        &self,
        p: &[f64],
        interval: impl Into<Interval>,
        flat: FlatStep,
    ) -> Result<Vec<Quantile>> {
        let interval = interval.into();
        let z = interval.z()?;
        if let Some(&value) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::OutOfRange { argument: "p", value, must_be: "in [0, 1]" });
        }
        // The curve and its confidence curves, at the steps where they move.
        let (mut curve, mut lower, mut upper) = (Crossings::new(), Crossings::new(), Crossings::new());
        let mut last = (f64::NAN, f64::NAN, None);
        for step in self.steps() {
            let (t, s) = (step.row.time, step.estimate.value());
            let limits = if (s, step.estimate.at_risk()) == (last.0, last.1) {
                last.2
            } else {
                step.estimate.limits(&interval, z)
            };
            last = (s, step.estimate.at_risk(), limits);
            curve.push(t, Some(s));
            lower.push(t, limits.map(|l| l.0));
            upper.push(t, limits.map(|l| l.1));
        }
        let start = self.start();
        // Nobody has had the event at the start: that is the quantile of 0, of the curve and of a limit, unless
        // they stay at 1 throughout.
        let moves = !curve.levels.is_empty();
        let find = |of: &Crossings, p: f64| {
            if p > 0.0 {
                return of.find(p, flat);
            }
            (moves && (!of.levels.is_empty() || of.last_level.is_none())).then_some(start)
        };
        Ok(p.iter()
            .map(|&p| Quantile {
                p,
                estimate: find(&curve, p),
                interval: ConfidenceInterval {
                    lower: find(&lower, p),
                    upper: find(&upper, p),
                    level: interval.confidence_level(),
                },
            })
            .collect())
    }
}

/// The distinct levels of a falling curve, each with the time at which it is first reached.
struct Crossings {
    times: Vec<f64>,
    levels: Vec<f64>,
    last_time: f64,
    last_level: Option<f64>,
}

impl Crossings {
    fn new() -> Self {
        Self { times: Vec::new(), levels: Vec::new(), last_time: 0.0, last_level: None }
    }

    fn push(&mut self, time: f64, level: Option<f64>) {
        if let Some(level) = level.filter(|&l| self.levels.last() != Some(&l) && l < 1.0) {
            self.times.push(time);
            self.levels.push(level);
        }
        (self.last_time, self.last_level) = (time, level);
    }

    /// The first time at which the curve is at or below 1 − p; on a flat step at that level, its middle.
    fn find(&self, p: f64, flat: FlatStep) -> Option<f64> {
        let first = |at_most: f64| self.levels.iter().position(|&s| s <= at_most).map(|i| self.times[i]);
        let reached = first(1.0 - p + TOLERANCE)?;
        if flat == FlatStep::First {
            return Some(reached);
        }
        if self.last_level.is_some_and(|s| (1.0 - p - s).abs() < TOLERANCE) {
            return Some(f64::midpoint(reached, self.last_time));
        }
        first(1.0 - p - TOLERANCE).map(|below| f64::midpoint(reached, below))
    }
}
