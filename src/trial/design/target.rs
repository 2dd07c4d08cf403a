//! What a design is asked for.

/// What a design is asked for; the rest follows.
///
/// # Example
/// ```
/// use greenwood::trial::design::{FixedDesign, Target};
///
/// let events = FixedDesign::new(0.6).target(Target::Power(0.9)).fit()?.events();
/// let power = FixedDesign::new(0.6).target(Target::Events(events)).fit()?.power();
/// assert!((power - 0.9).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
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
