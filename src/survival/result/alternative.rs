//! The side of a one-sided test.

/// What a one-sided test of two groups is looking for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Alternative {
    /// The first group has the lower hazard, and lives longer; or the lower proportion.
    FirstLower,
    /// The first group has the higher hazard, or proportion.
    FirstHigher,
}
