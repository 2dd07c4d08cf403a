//! What a design is asked for.

/// What a design is asked for; the rest follows.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Target {
    /// This power.
    Power(f64),
    /// This number of subjects.
    Subjects(f64),
    /// This number of events.
    Events(f64),
}
