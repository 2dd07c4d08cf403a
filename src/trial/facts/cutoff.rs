//! As of when a trial is read.

use crate::trial::Time;

/// A date, on the trial's calendar, after which nothing is known yet.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DataCutoff(pub Time);
