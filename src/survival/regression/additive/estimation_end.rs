//! Where an estimation ended early.

/// Where the estimation ended before the last event: from this event time on nothing is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct EstimationEnd {
    /// The first event time that is not used.
    pub time: f64,
    /// How many rows are at risk there: one with a replication weight of 2 as two.
    pub at_risk: usize,
    /// Fewer than were asked for; otherwise their covariates are (nearly) collinear.
    pub too_few: bool,
}
