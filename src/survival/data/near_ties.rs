//! The rule for times that differ by rounding error.

/// Are times that differ only by rounding error the same time?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NearTies {
    /// Yes (R's `timefix`): of the sorted distinct times, entries included, one that follows another by at
    /// most √ε ≈ 1.5e-8, absolutely or relative to their mean, is the same time as that other.
    #[default]
    Merge,
    /// No: times are equal if their numbers are.
    Exact,
}
