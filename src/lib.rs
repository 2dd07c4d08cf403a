//! Survival analysis and the time-to-event statistics of clinical trials.

mod error;
mod numeric;
pub mod survival;
pub mod trial;

pub use error::{Error, Result};
