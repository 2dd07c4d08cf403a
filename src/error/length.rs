//! One check of lengths for all data, options and stored values.

use crate::error::{Error, Result};

/// Has an argument as many values as another?
pub(crate) fn check_len(
    argument: &'static str,
    len: usize,
    other: &'static str,
    expected: usize,
) -> Result<()> {
    if len == expected { Ok(()) } else { Err(Error::LengthMismatch { argument, len, other, expected }) }
}
