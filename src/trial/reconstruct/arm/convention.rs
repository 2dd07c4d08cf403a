//! What the number behind the ± may be: the conventions for the standard error of a survival probability.

use std::fmt;
use std::ops::{Add, Div, Mul, Sub};

use num_rational::BigRational;

/// How the figure behind the ± was computed.
///
/// `S` is the curve at the landmark, `n` the subjects, `c` those censored before it, `nᵢ` and `dᵢ` at risk
/// and events at the times up to it. Standard errors are square roots of these variances:
///
/// | convention | variance | source |
/// |---|---|---|
/// | `Greenwood` | `S² Σ dᵢ/(nᵢ(nᵢ−dᵢ))` | Greenwood (1926), Rep Publ Health Med Subj 33 |
/// | `Binomial` | `S(1−S)/n` | a share of `n`, as if nobody had been censored |
/// | `BinomialUncensored` | `S(1−S)/(n−c)` | the same among those not censored early |
/// | `Peto` | `S²(1−S)/r`, `r` still at risk at the landmark | Peto et al. (1977), Br J Cancer 35:1 |
/// | `PetoAfterLastEvent` | the same, `r` at risk after the last event before it | |
/// | `PetoBeforeLastEvent` | the same, `r` at risk at that event | |
/// | `Borkowf` | `w(1−w)/(n−c)`, `w = S`, below ½ the smaller of ½ and the share without event | Borkowf (2005), Stat Med 24:827 |
/// | `Tsiatis` | `S² Σ dᵢ/nᵢ²` | Aalen (1978), Ann Stat 6:701; Tsiatis (1981), Ann Stat 9:93 |
/// | `Klein` | `S² Σ dᵢ(nᵢ−dᵢ)/nᵢ³` | Klein (1991), Scand J Stat 18:333 |
/// | `FlemingHarrington` | `S² Σᵢ Σ_{j<dᵢ} 1/(nᵢ−j)²`, `S = exp(−Σᵢ Σ_{j<dᵢ} 1/(nᵢ−j))` | Fleming & Harrington (1984), Comm Stat 13:2469 |
/// | `NelsonAalen` | `S² Σ dᵢ/nᵢ²`, `S = exp(−Σ dᵢ/nᵢ)` | Breslow (1972), J R Stat Soc B 34:216; Aalen (1978) |
/// | `NelsonAalenGreenwood` | `S² Σ dᵢ/(nᵢ(nᵢ−dᵢ))`, `S = exp(−Σ dᵢ/nᵢ)` | the same curve with Greenwood's sum |
///
/// The curve is the Kaplan-Meier estimate unless a formula for `S` is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
#[allow(missing_docs)] // the table above says what each is
pub enum StdErrorConvention {
    #[default]
    Greenwood,
    Binomial,
    BinomialUncensored,
    Peto,
    PetoAfterLastEvent,
    PetoBeforeLastEvent,
    Borkowf,
    Tsiatis,
    Klein,
    FlemingHarrington,
    NelsonAalen,
    NelsonAalenGreenwood,
}

/// What an order amounts to at a landmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trial::reconstruct) struct Tally {
    pub subjects: u32,
    pub at_risk: u32,
    pub events: u32,
    pub censored: u32,
    /// At risk just before the last event; all subjects where there is none.
    pub at_last_event: u32,
}

/// The arithmetic that the formulas need: `f64` for the search, fractions where a decision hangs on the last
/// bit.
pub(in crate::trial::reconstruct) trait Number:
    Clone + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    fn whole(k: u32) -> Self;
}

impl Number for f64 {
    fn whole(k: u32) -> Self {
        f64::from(k)
    }
}

impl Number for BigRational {
    fn whole(k: u32) -> Self {
        BigRational::from_integer(k.into())
    }
}

impl StdErrorConvention {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Greenwood,
        Self::Binomial,
        Self::BinomialUncensored,
        Self::Peto,
        Self::PetoAfterLastEvent,
        Self::PetoBeforeLastEvent,
        Self::Borkowf,
        Self::Tsiatis,
        Self::Klein,
        Self::FlemingHarrington,
        Self::NelsonAalen,
        Self::NelsonAalenGreenwood,
    ];

    /// Does it matter whether neighbouring events happened at one time? Where it does, a search over untied
    /// orders is a search over untied data. Greenwood's sum telescopes, `d/(n(n−d)) = Σ_{j<d}
    /// 1/((n−j)(n−j−1))`, and does not care.
    #[must_use]
    pub fn depends_on_ties(self) -> bool {
        matches!(self, Self::Tsiatis | Self::Klein | Self::NelsonAalen | Self::NelsonAalenGreenwood)
    }

    /// Is the curve an exponential of a sum, and so no fraction?
    pub(in crate::trial::reconstruct) fn is_exponential(self) -> bool {
        matches!(self, Self::FlemingHarrington | Self::NelsonAalen | Self::NelsonAalenGreenwood)
    }

    /// By what the curve is multiplied at an event of one of `n` at risk.
    pub(in crate::trial::reconstruct) fn factor(self, n: u32) -> f64 {
        let n = f64::from(n);
        if self.is_exponential() { (-n.recip()).exp() } else { (n - 1.0) / n }
    }

    /// What such an event adds to the sum in the variance. `None`: nothing finite.
    pub(in crate::trial::reconstruct) fn term<T: Number>(self, n: u32) -> Option<T> {
        let (at_risk, left) = (T::whole(n), T::whole(n - 1));
        match self {
            Self::Greenwood | Self::NelsonAalenGreenwood => (n > 1).then(|| T::whole(1) / (at_risk * left)),
            Self::Klein => Some(left / (at_risk.clone() * at_risk.clone() * at_risk)),
            _ => Some(T::whole(1) / (at_risk.clone() * at_risk)),
        }
    }

    /// The variance of the curve `s`, given the sum of the terms. Returns `None` if it is not defined.
    pub(in crate::trial::reconstruct) fn variance<T: Number>(self, tally: &Tally, s: T, sum: T) -> Option<T> {
        let share = |w: T, of: u32| (of > 0).then(|| w.clone() * (T::whole(1) - w) / T::whole(of));
        let peto = |r: u32| (r > 0).then(|| s.clone() * s.clone() * (T::whole(1) - s.clone()) / T::whole(r));
        let uncensored = tally.subjects - tally.censored;
        match self {
            Self::Binomial => share(s, tally.subjects),
            Self::BinomialUncensored => share(s, uncensored),
            Self::Peto => peto(tally.at_risk),
            Self::PetoAfterLastEvent => peto(tally.at_last_event - u32::from(tally.events > 0)),
            Self::PetoBeforeLastEvent => peto(tally.at_last_event),
            Self::Borkowf => {
                let half = T::whole(1) / T::whole(2);
                let no_event = T::whole(tally.subjects - tally.events) / T::whole(tally.subjects);
                let w = if s >= half {
                    s
                } else if no_event < half {
                    no_event
                } else {
                    half
                };
                share(w, uncensored)
            }
            _ => Some(s.clone() * s * sum),
        }
    }

    /// Is the variance `S²` times a sum that only grows?
    pub(in crate::trial::reconstruct) fn is_sum(self) -> bool {
        !matches!(
            self,
            Self::Binomial
                | Self::BinomialUncensored
                | Self::Peto
                | Self::PetoAfterLastEvent
                | Self::PetoBeforeLastEvent
                | Self::Borkowf
        )
    }
}

impl fmt::Display for StdErrorConvention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Greenwood => "Greenwood",
            Self::Binomial => "binomial",
            Self::BinomialUncensored => "binomial, uncensored",
            Self::Peto => "Peto, at the landmark",
            Self::PetoAfterLastEvent => "Peto, after the last event",
            Self::PetoBeforeLastEvent => "Peto, before the last event",
            Self::Borkowf => "Borkowf",
            Self::Tsiatis => "Tsiatis-Aalen",
            Self::Klein => "Klein",
            Self::FlemingHarrington => "Fleming-Harrington",
            Self::NelsonAalen => "exp(-Nelson-Aalen), Aalen",
            Self::NelsonAalenGreenwood => "exp(-Nelson-Aalen), Greenwood",
        })
    }
}
