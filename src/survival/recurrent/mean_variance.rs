//! The variances of a mean function.

/// How the variance of a mean function is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum MeanVariance {
    /// The infinitesimal jackknife over subjects, or over clusters: Lawless & Nadeau's robust variance, whatever the
    /// dependence among the events of a subject.
    #[default]
    Robust,
    /// `Σ dN/Y²`: right only where events follow a Poisson process, each independent of those before it. It is that of
    /// Nelson and Aalen. Not with a terminal event, sampling weights or clusters.
    Poisson,
}
