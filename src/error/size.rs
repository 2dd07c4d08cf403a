//! What memory cannot be expected to hold is refused before it is allocated.

use crate::error::{Error, Result};

/// Four gigabytes: what a small machine has.
const MOST_BYTES: f64 = 4e9;

/// More samples than any number that is reported has use for.
const MOST_SAMPLES: usize = 100_000_000;
/// As many steps take hours.
const MOST_STEPS: f64 = 1e12;

/// Refuses so many samples of `each` steps before the first of them is drawn.
pub(crate) fn check_samples(
    what: &'static str,
    samples: usize,
    each: f64,
    instead: &'static str,
) -> Result<()> {
    if samples <= MOST_SAMPLES && samples as f64 * each <= MOST_STEPS {
        return Ok(());
    }
    let size = if samples <= MOST_SAMPLES {
        format!("{samples} samples of {each:e} draws")
    } else {
        format!("{samples} samples")
    };
    Err(Error::TooLarge { what, size, instead })
}

/// Refuses `count` things of `each` bytes where they would take more than a small machine has.
pub(crate) fn check_size(what: &'static str, count: usize, each: usize, instead: &'static str) -> Result<()> {
    let bytes = count as f64 * each as f64;
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge { what, size: format!("{count} of them, {:.1} GB", bytes / 1e9), instead })
}
