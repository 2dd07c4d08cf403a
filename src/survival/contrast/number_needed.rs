//! The number needed to treat, whose interval may go through infinity.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::hazard_ratio::HazardRatio;
use crate::survival::result::interval::{ConfidenceInterval, percent};

/// How many to treat for one more survivor, or one fewer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Needed {
    /// So many treated give one survivor more.
    ToBenefit(f64),
    /// So many treated give one survivor fewer.
    ToHarm(f64),
    /// No number of them makes a difference.
    Infinite,
}

impl Needed {
    /// `1/difference`, with the sign as a word.
    fn from_difference(difference: f64) -> Self {
        if difference > 0.0 {
            Self::ToBenefit(difference.recip())
        } else if difference < 0.0 {
            Self::ToHarm(-difference.recip())
        } else {
            Self::Infinite
        }
    }
}

/// An interval for a number needed to treat, in the order harm … infinity … benefit: from the end that
/// favours the treatment least to the one that favours it most.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NeededInterval {
    /// Both ends on the side of benefit: from `most` to `least` patients.
    Benefit {
        /// The smaller number: the larger benefit.
        least: f64,
        /// The larger number; infinite where the difference's limit is 0.
        most: f64,
    },
    /// Both ends on the side of harm.
    Harm {
        /// The smaller number: the larger harm.
        least: f64,
        /// The larger number; infinite where the difference's limit is 0.
        most: f64,
    },
    /// The difference may be 0: the interval is two, from `harm` to infinity and from infinity to `benefit`.
    ThroughInfinity {
        /// The smallest number needed to harm one.
        harm: f64,
        /// The smallest number needed to benefit one.
        benefit: f64,
    },
}

/// The number needed to treat at a time: how many more would have to be given the one treatment for one more
/// of them to survive to then.
///
/// `1/(S₁(t) − S₀(t))`, its interval by inverting that of the difference. Where that holds 0 the numbers run
/// from the harmful end up to infinity and back down to the beneficial one: two intervals, not one, and
/// therefore a type and not a pair.
///
/// # References
/// Altman & Andersen (1999), BMJ 319:1492. Altman (1998), BMJ 317:1309, for the interval through infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NumberNeeded {
    estimate: Needed,
    interval: Option<NeededInterval>,
    level: f64,
}

impl NumberNeeded {
    /// From a difference of survival probabilities (treatment − control) and its interval, however those
    /// were found: [`contrast`](SurvivalCurve::contrast), [`melded`](SurvivalCurve::melded), an adjusted model.
    #[must_use]
    pub fn from_difference(difference: f64, interval: ConfidenceInterval) -> Self {
        let needed = interval.bounds().map(|(lower, upper)| {
            if lower >= 0.0 {
                NeededInterval::Benefit { least: upper.recip(), most: lower.recip() }
            } else if upper <= 0.0 {
                NeededInterval::Harm { least: -lower.recip(), most: (-upper).max(0.0).recip() }
            } else {
                NeededInterval::ThroughInfinity { harm: -lower.recip(), benefit: upper.recip() }
            }
        });
        Self { estimate: Needed::from_difference(difference), interval: needed, level: interval.level }
    }

    /// From a hazard ratio (treatment against control) and the survival probability of the control group:
    /// `1/(S₀^h − S₀)`, with the ratio's limits in its place for the interval. It takes hazards as
    /// proportional and S₀ as known.
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
        let interval = ConfidenceInterval {
            lower: hazards.upper.map(difference),
            upper: hazards.lower.map(difference),
            level,
        };
        Ok(Self::from_difference(difference(ratio.estimate()), interval))
    }

    /// The number.
    #[must_use]
    pub fn estimate(&self) -> Needed {
        self.estimate
    }

    /// Its interval; `None` where the difference has none.
    #[must_use]
    pub fn interval(&self) -> Option<NeededInterval> {
        self.interval
    }

    /// The level of the interval.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }
}

impl SurvivalCurve {
    /// How many must be given this curve's treatment, rather than the other's, for one more to survive beyond
    /// `t`: from the difference of the two probabilities and its plain interval.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, Needed, RightCensored};
    ///
    /// let new = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4.], &[true, false, false, true])?);
    /// let old = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true])?);
    /// let needed = new.number_needed_to_treat(&old, 2.5, 0.95)?;
    /// assert_eq!(needed.estimate(), Needed::ToBenefit(4.0));
    /// assert_eq!(needed.to_string(), "NNTB 4.0 (95% CI NNTH 2.5 … ∞ … NNTB 1.1)");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn number_needed_to_treat(&self, other: &Self, t: f64, level: f64) -> Result<NumberNeeded> {
        let difference = self.difference(other, t);
        Ok(NumberNeeded::from_difference(difference.estimate(), difference.interval(level)?))
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        match self {
            Self::ToBenefit(n) if n.is_finite() => write!(f, "NNTB {n:.decimals$}"),
            Self::ToHarm(n) if n.is_finite() => write!(f, "NNTH {n:.decimals$}"),
            _ => write!(f, "∞"),
        }
    }
}

impl fmt::Display for NumberNeeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        write!(f, "{:.decimals$}", self.estimate)?;
        let Some(interval) = self.interval else { return write!(f, " (no interval)") };
        write!(f, " ({}% CI ", percent(self.level))?;
        let (benefit, harm) = (Needed::ToBenefit, Needed::ToHarm);
        match interval {
            NeededInterval::Benefit { least, most } => {
                write!(f, "{:.decimals$} to {:.decimals$})", benefit(most), benefit(least))
            }
            NeededInterval::Harm { least, most } => {
                write!(f, "{:.decimals$} to {:.decimals$})", harm(least), harm(most))
            }
            NeededInterval::ThroughInfinity { harm: h, benefit: b } => {
                write!(f, "{:.decimals$} … ∞ … {:.decimals$})", harm(h), benefit(b))
            }
        }
    }
}
