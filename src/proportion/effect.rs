//! What of two proportions is compared, and by which method.

use std::fmt;

/// What of two proportions is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
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
