//! By how much two proportions differ: the estimate by each method, with its interval and p-value.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::{NotEstimable, Result};
use crate::print::{Number, PValue};
use crate::proportion::chan_zhang::{self, ChanZhang};
use crate::proportion::conditional::{self, ConditionalOddsRatio};
use crate::proportion::effect::{EffectMeasure, EffectMethod};
use crate::proportion::miettinen_nurminen::{self, MiettinenNurminen};
use crate::proportion::pair::TwoProportions;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// An effect of two proportions: the estimate now, its interval and p-value by the same method when they are asked for.
///
/// Made by [`MiettinenNurminen`], [`ChanZhang`]
/// and [`ConditionalOddsRatio`]. Neither has a standard error: these
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

impl MiettinenNurminen {
    /// The effect of the group against the reference.
    #[must_use]
    pub fn estimate(&self, pair: &TwoProportions) -> EffectEstimate {
        EffectEstimate::new(pair, self.measure(), EffectMethod::MiettinenNurminen)
    }
}

impl ChanZhang {
    /// The effect of the group against the reference.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than 40,000 possible tables (some 200 subjects in each group).
    pub fn estimate(&self, pair: &TwoProportions) -> Result<EffectEstimate> {
        chan_zhang::check(pair)?;
        Ok(EffectEstimate::new(pair, self.measure(), EffectMethod::ChanZhang))
    }
}

impl ConditionalOddsRatio {
    /// The odds ratio of the group against the reference.
    #[must_use]
    pub fn estimate(&self, pair: &TwoProportions) -> EffectEstimate {
        let method = if self.is_mid_p() { EffectMethod::ConditionalMidP } else { EffectMethod::Conditional };
        EffectEstimate::new(pair, EffectMeasure::OddsRatio, method)
    }
}

impl EffectEstimate {
    fn new(pair: &TwoProportions, measure: EffectMeasure, method: EffectMethod) -> Self {
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
