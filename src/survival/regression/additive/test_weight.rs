//! The weights of the test of no effect.

/// What the increments of a cumulative coefficient are weighted by in the test of no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TestWeight {
    /// `1/((X'X)⁻¹)_jj`: Aalen's (1989), R's `aareg(test = "aalen")`.
    #[default]
    Aalen,
    /// The number at risk: R's `aareg(test = "nrisk")`.
    AtRisk,
}
