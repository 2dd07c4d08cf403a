//! By how much two proportions differ: what is estimated, how, and the result.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::NotEstimable;
use crate::error::Result;
use crate::print::{Number, PValue};
use crate::proportion::pair::TwoProportions;
use crate::proportion::{chan_zhang, conditional, miettinen_nurminen};
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// What of two proportions is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EffectMeasure {
    /// The risk difference: group less reference. No effect is 0.
    Difference,
    /// The risk ratio: group over reference. No effect is 1.
    Ratio,
    /// The ratio of the odds. No effect is 1.
    OddsRatio,
}

impl EffectMeasure {
    /// No effect: 0 for a difference, 1 for a ratio.
    #[must_use]
    pub fn no_effect(self) -> f64 {
        if self == Self::Difference { 0.0 } else { 1.0 }
    }

    /// The effect read the other way round.
    pub(super) fn reversed(self, effect: f64) -> f64 {
        if self == Self::Difference { -effect } else { effect.recip() }
    }
}

impl fmt::Display for EffectMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Difference => "risk difference",
            Self::Ratio => "risk ratio",
            Self::OddsRatio => "odds ratio",
        })
    }
}

/// How an effect and its interval are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EffectMethod {
    /// Miettinen and Nurminen's: the effects that the score test does not reject.
    MiettinenNurminen,
    /// Chan and Zhang's: exact and unconditional, by two one-sided tests.
    ChanZhang,
    /// Exact given the number of events: the odds ratio of `fisher.test`.
    Conditional,
    /// The same with half the probability of what was observed.
    ConditionalMidP,
}

impl fmt::Display for EffectMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MiettinenNurminen => "Miettinen-Nurminen",
            Self::ChanZhang => "exact, Chan-Zhang",
            Self::Conditional => "conditional exact",
            Self::ConditionalMidP => "conditional, mid-p",
        })
    }
}

/// An effect of two proportions: the estimate now, its interval and p-value by the same method when they are asked for.
///
/// Made by [`MiettinenNurminen`](crate::proportion::MiettinenNurminen), [`ChanZhang`](crate::proportion::ChanZhang)
/// and [`ConditionalOddsRatio`](crate::proportion::ConditionalOddsRatio). Neither has a standard error: these
/// intervals are no estimate plus and minus.
///
/// # Example
/// ```
/// use greenwood::proportion::{MiettinenNurminen, Proportion, TwoProportions};
///
/// let pair = TwoProportions::new(Proportion::new(56, 70)?, Proportion::new(48, 80)?);
/// let difference = MiettinenNurminen::difference().estimate(&pair);
/// // Newcombe (1998), Stat Med 17:873, table II(a), method 6.
/// assert_eq!(format!("{difference:.4}"), "0.2000 (95% CI 0.0528 to 0.3382), p = 0.008");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct EffectEstimate {
    pair: TwoProportions,
    measure: EffectMeasure,
    method: EffectMethod,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    pair: TwoProportions,
    measure: EffectMeasure,
    method: EffectMethod,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for EffectEstimate {
    type Error = Error;

    fn try_from(Raw { pair, measure, method }: Raw) -> Result<Self> {
        let conditional = matches!(method, EffectMethod::Conditional | EffectMethod::ConditionalMidP);
        if conditional != (measure == EffectMeasure::OddsRatio) && method != EffectMethod::MiettinenNurminen {
            return Err(Error::Unsupported {
                method: "an exact effect",
                with: "this measure",
                why: "odds ratios are conditional, differences and ratios are Chan and Zhang's",
            });
        }
        if method == EffectMethod::ChanZhang {
            chan_zhang::check(&pair)?;
        }
        Ok(Self { pair, measure, method })
    }
}

impl EffectEstimate {
    pub(super) fn new(pair: &TwoProportions, measure: EffectMeasure, method: EffectMethod) -> Self {
        Self { pair: *pair, measure, method }
    }

    /// The two proportions.
    #[must_use]
    pub fn pair(&self) -> TwoProportions {
        self.pair
    }

    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> EffectMeasure {
        self.measure
    }

    /// How.
    #[must_use]
    pub fn method(&self) -> EffectMethod {
        self.method
    }

    /// The effect. A ratio may be 0 or infinite.
    ///
    /// # Errors
    /// [`NotEstimable::Undefined`] for 0/0.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        match (self.measure, self.method) {
            (_, EffectMethod::Conditional | EffectMethod::ConditionalMidP) => {
                conditional::estimate(&self.pair)
            }
            (EffectMeasure::Difference, _) => Ok(self.pair.difference()),
            (EffectMeasure::Ratio, _) => self.pair.ratio(),
            (EffectMeasure::OddsRatio, _) => self.pair.odds_ratio(),
        }
    }

    /// The interval. Where nobody (or everybody) has the event in a group, a ratio is unbounded on its side: the limit
    /// is 0 or ∞; where the estimate is 0/0 it is both.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1); [`Error::Unsupported`] for another scale than the
    /// effect's own; [`Error::TooLarge`] for conditional limits of counts beyond 10¹¹ or so.
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let level = interval.into().level_alone("an interval of two proportions")?;
        let tail = 0.5 * (1.0 - level);
        let lower = |pair: &TwoProportions| match self.method {
            EffectMethod::MiettinenNurminen => Ok(miettinen_nurminen::lower(pair, self.measure, tail)),
            EffectMethod::ChanZhang => Ok(chan_zhang::lower(pair, self.measure, tail)),
            EffectMethod::Conditional => conditional::lower(pair, tail, false),
            EffectMethod::ConditionalMidP => conditional::lower(pair, tail, true),
        };
        // The upper limit is the lower one read the other way round, which no method distinguishes.
        let bounds = (lower(&self.pair)?, self.measure.reversed(lower(&self.pair.swapped())?));
        Ok(ConfidenceInterval::new(Some(bounds), level))
    }

    /// The two-sided p-value of no effect by the same method: the score test with `N/(N − 1)`, or twice the smaller
    /// one-sided exact p-value, so that an interval holds no effect exactly where it exceeds 1 − level.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let doubled = |[lower, higher]: [f64; 2]| (2.0 * f64::min(lower, higher)).min(1.0);
        match self.method {
            EffectMethod::MiettinenNurminen => miettinen_nurminen::p_value(&self.pair),
            EffectMethod::ChanZhang => doubled(chan_zhang::no_effect(&self.pair, self.measure)),
            EffectMethod::Conditional => doubled(conditional::no_effect(&self.pair, false)),
            EffectMethod::ConditionalMidP => doubled(conditional::no_effect(&self.pair, true)),
        }
    }
}

/// `0.200 (95% CI 0.053 to 0.338), p = 0.008`, with as many decimals as asked for (three by default).
impl fmt::Display for EffectEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        let text = |x: f64| format!("{:.decimals$}", Number(x));
        let limits = self.interval(0.95).map(|limits| limits.in_brackets(text));
        let value = self.value().map_or_else(|because| because.to_string(), text);
        write!(f, "{value} {}, {:#}", limits.unwrap_or_default(), PValue(self.p_value()))
    }
}
