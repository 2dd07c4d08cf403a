//! Borkowf's interval: a variance between that of the curve and that of a binomial share.

use crate::error::Result;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::z_of;

pub(super) fn limits(
    curve: &SurvivalCurve,
    t: f64,
    level: f64,
    shrunken: bool,
) -> Result<Option<(f64, f64)>> {
    let z = z_of(level)?;
    curve.require_counts("Borkowf's interval")?;
    let table = curve.table();
    let (mut failed, mut censored_before) = (0.0, 0.0);
    for row in table.rows().take_while(|r| r.time <= t) {
        failed += row.events;
        // At equal times events come first: who is censored at t was still counted at t.
        censored_before += if row.time < t { row.censored } else { 0.0 };
    }
    let n = table.at_risk(0.0);
    let s = curve.at(t).value()?;
    // S ≤ share not failed; of the values between, the one nearest to ½ has the largest variance.
    let not_failed = 1.0 - failed / n;
    let w = if s >= 0.5 { s } else { not_failed.min(0.5) };
    let shrink = |x: f64| if shrunken { x * (1.0 - 1.0 / n) + 0.5 / n } else { x };
    let (s, w) = (shrink(s), shrink(w));
    if s <= 0.0 || n - censored_before <= 0.0 {
        return Ok(None);
    }
    let log_se = (w * (1.0 - w) / (n - censored_before)).sqrt() / s;
    Ok(Some((s * (-z * log_se).exp(), (s * (z * log_se).exp()).min(1.0))))
}
