//! What memory cannot be expected to hold is refused before it is allocated.

use crate::error::{Error, Result};

/// Four gigabytes: what a small machine has.
const MOST_BYTES: f64 = 4e9;

/// Refuses `count` things of `each` bytes where they would take more than a small machine has.
pub(crate) fn check_size(what: &'static str, count: usize, each: usize, instead: &'static str) -> Result<()> {
    let bytes = count as f64 * each as f64;
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge { what, size: format!("{count} of them, {:.1} GB", bytes / 1e9), instead })
}
