//! What models that are read back have in common.

use crate::error::{Error, Result};

pub(super) fn refuse(argument: &'static str, value: f64, must_be: &'static str) -> Result<()> {
    Err(Error::OutOfRange { argument, value, must_be })
}

/// A covariance matrix, and the standard errors that are the roots of its diagonal.
pub(super) fn check_variance(variance: &[f64], std_errors: &[Option<f64>]) -> Result<()> {
    let p = std_errors.len();
    // Written and read back numbers are the same to the last bit; a product may have been taken in another order.
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    for i in 0..p {
        let diagonal = variance[i * p + i];
        if !(0.0..f64::INFINITY).contains(&diagonal) {
            return refuse("a variance", diagonal, "finite and at least 0");
        }
        if let Some(se) = std_errors[i]
            && !close(se * se, diagonal)
        {
            return refuse("a standard error", se, "the root of the variance of its term");
        }
        for j in 0..i {
            let (value, other) = (variance[i * p + j], variance[j * p + i]);
            let most = (diagonal * variance[j * p + j]).sqrt();
            if !(value.abs() <= most * (1.0 + 1e-6) && (value - other).abs() <= 1e-9 * most) {
                return refuse("a covariance", value, "that of a symmetric matrix, within its variances");
            }
        }
    }
    Ok(())
}
