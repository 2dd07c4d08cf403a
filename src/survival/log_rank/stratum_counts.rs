//! What a stratum adds to a test, as it is reported.

#[cfg(feature = "serde")]
use crate::error::check_len;
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// Observed and expected events of one stratum, per group.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StratumCounts {
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(StratumCounts {
    observed: Vec<f64>,
    expected: Vec<f64>,
});

#[cfg(feature = "serde")]
impl StratumCounts {
    fn check(&self) -> crate::error::Result<()> {
        check_len("expected", self.expected.len(), "observed", self.observed.len())?;
        self.observed.iter().chain(&self.expected).try_for_each(|&n| stored::number("a count", n))
    }
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
