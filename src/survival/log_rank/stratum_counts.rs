//! What a stratum adds to a test, as it is reported.

/// Observed and expected events of one stratum, per group.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StratumCounts {
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
}

impl StratumCounts {
    /// Events, per group.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Expected events, per group.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }
}
