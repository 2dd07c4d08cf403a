//! What is reported: a number with its interval, a hazard ratio, and how they are written.

pub(crate) mod hazard_ratio;
pub(crate) mod interval;

pub use hazard_ratio::{HazardRatio, HazardRatioMethod};
pub use interval::{ConfidenceInterval, Interval, LowerLimit, Transform};
