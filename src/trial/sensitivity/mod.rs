//! What the data cannot tell: how far the censored could move a result.

pub(crate) mod censoring_bounds;
pub(crate) mod fragility;
pub(crate) mod tipping_point;

mod changed_outcomes;

pub use censoring_bounds::CensoringBounds;
pub use fragility::Fragility;
pub use tipping_point::{DeltaAdjustment, TippingPoint, TippingRow};
