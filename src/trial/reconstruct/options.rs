//! What is left open about two arms: ties, and who is censored later.

/// May events or censorings share a time?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TiedTimes {
    /// Yes, within and across the arms; events come before censorings.
    #[default]
    Admitted,
    /// No, unless the figures put them at one time.
    Excluded,
}

/// Which of the orders that differ only in the censorings behind an arm's last event are interleaved?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LaterCensoring {
    /// All of them.
    #[default]
    Any,
    /// The ones with the fewest.
    Fewest,
}
