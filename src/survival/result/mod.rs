//! What is reported: a number with its error and interval, why there is none, and how it is written.
//!
//! * a number with its standard error: [`Estimate`], on a [`Scale`]; what the data cannot tell: [`NotEstimable`]
//! * its limits: [`ConfidenceInterval`], asked for by an [`Interval`]
//! * a ratio of hazards: [`HazardRatio`]; whether fewer events are better: [`Direction`]; one side of a test:
//!   [`Alternative`]; the test that a ratio of hazards is a given one, such as a margin: [`RatioTest`]
//! * any test in one flat form: [`TestSummary`]
//! * how numbers, p-values and what is missing are written: `print`

pub mod alternative;
pub mod direction;
pub mod estimate;
pub mod hazard_ratio;
pub mod interval;
pub mod printed;
pub mod ratio_test;
#[cfg(feature = "serde")]
pub(crate) mod stored;
pub(crate) mod tail;
pub mod test;
pub(crate) mod time_asked;

pub use crate::error::NotEstimable;
#[doc(inline)]
pub use crate::print;
pub use alternative::Alternative;
pub use direction::Direction;
pub use estimate::{Estimate, Scale};
pub use hazard_ratio::{HazardRatio, HazardRatioMethod};
pub use interval::{ConfidenceInterval, Interval, LowerLimit, Transform};
pub use printed::Printed;
pub use ratio_test::{RatioTest, RatioTestMethod};
pub use test::TestSummary;
