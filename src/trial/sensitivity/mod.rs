//! What the data cannot tell: how far the censored could move a result.

pub(crate) mod fragility;
pub(crate) mod informative;

pub use fragility::Fragility;
pub use informative::{CensoringBounds, TippingPoint, TippingRow};
