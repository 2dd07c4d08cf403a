//! The variances of a state occupation probability.

/// How the variance of a state occupation probability is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum OccupationVariance {
    /// The infinitesimal jackknife over subjects or clusters: R's `survfit`. It holds
    /// under weights, clusters, and where the process is no Markov process.
    #[default]
    Jackknife,
    /// Independent Poisson increments of the hazards, a starting distribution without error (mstate's `aalen`).
    Aalen,
    /// Independent multinomial increments, a starting distribution without error (etm, mstate's `greenwood`).
    Greenwood,
}
