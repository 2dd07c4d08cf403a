//! Rothman's interval: Wilson's, with the sample size that would give the curve's variance.

use crate::error::Result;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::z_of;

pub(super) fn limits(curve: &SurvivalCurve, t: f64, level: f64) -> Result<Option<(f64, f64)>> {
    let z = z_of(level)?;
    let estimate = curve.at(t);
    let s = estimate.value()?;
    let Ok(se) = estimate.std_error() else { return Ok(None) };
    let n = s * (1.0 - s) / (se * se);
    let (centre, half) = (s + z * z / (2.0 * n), z * (se * se + z * z / (4.0 * n * n)).sqrt());
    let shrink = n / (n + z * z);
    Ok(Some((shrink * (centre - half), shrink * (centre + half))))
}
