//! The scores of observations.

use std::fmt;

/// The score of an observation, from the pooled estimate: S survival and Λ the cumulative hazard, L just before the
/// observation begins and R after its end. A large score is an early event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IntervalScore {
    /// `(S_R Λ_R − S_L Λ_L)/(S_L − S_R)`: the log-rank scores of a discrete hazard (Sun 1996).
    #[default]
    Sun,
    /// `(S_L ln S_L − S_R ln S_R)/(S_L − S_R)`: those of grouped proportional hazards (Finkelstein 1986).
    Finkelstein,
    /// `S_L + S_R − 1`: those of proportional odds, Wilcoxon's scores without censoring (Peto & Peto 1972).
    Wilcoxon,
}

impl fmt::Display for IntervalScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sun => "Sun's log-rank scores",
            Self::Finkelstein => "Finkelstein's log-rank scores",
            Self::Wilcoxon => "Wilcoxon scores",
        })
    }
}
