//! What every Newton search is asked for: refused where it cannot be.

use crate::error::{Error, ModelError, Result, check_len};

/// Checks a ridge penalty, a tolerance, and the starting values of so many columns.
pub(super) fn check(ridge: f64, tolerance: f64, initial: Option<&[f64]>, columns: usize) -> Result<()> {
    for (argument, value, ok, must_be) in [
        ("ridge", ridge, ridge >= 0.0 && ridge.is_finite(), "finite and at least 0"),
        ("tolerance", tolerance, tolerance > 0.0 && tolerance < 1.0, "inside (0, 1)"),
    ] {
        if !ok {
            return Err(Error::OutOfRange { argument, value, must_be });
        }
    }
    let Some(initial) = initial else { return Ok(()) };
    check_len("initial", initial.len(), "the design's columns", columns)?;
    match initial.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, &value)) => {
            Err(Error::Model(ModelError::InvalidCovariate { covariate: "initial".into(), index, value }))
        }
        None => Ok(()),
    }
}
