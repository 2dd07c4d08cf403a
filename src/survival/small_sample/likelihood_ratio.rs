//! Thomas & Grunkemeier's interval: the survival probabilities that the likelihood does not rule out.

use crate::error::Result;
use crate::numeric::root;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::z_of;

/// λ ties the constrained hazards `d/(n + λ)` together: 0 is the estimate itself, λ > 0 gives a higher S and
/// λ towards `−min(n − d)` a lower one. −2 log of the likelihood ratio grows on both sides.
pub(super) fn limits(curve: &SurvivalCurve, t: f64, level: f64) -> Result<(f64, f64)> {
    curve.require_independent("the likelihood-ratio interval")?;
    // Beyond follow-up the likelihood says nothing of t.
    curve.at(t).value()?;
    let table = curve.table();
    let rows: Vec<(f64, f64)> = table
        .rows()
        .take_while(|r| r.time <= t)
        .filter(|r| r.events > 0.0)
        .map(|r| (r.at_risk, r.events.min(r.at_risk)))
        .collect();
    // χ² with one degree of freedom is the square of a normal variable.
    let threshold = z_of(level)?.powi(2);
    if rows.is_empty() {
        let n = table.at_risk(t);
        return Ok((if n > 0.0 { (-threshold / (2.0 * n)).exp() } else { 0.0 }, 1.0));
    }
    // The smallest number that survives an event time: λ comes no lower than its negative.
    let least = rows.iter().map(|(n, d)| n - d).fold(f64::INFINITY, f64::min);
    let excess = |lambda: f64| {
        let log_ratio = |&(n, d): &(f64, f64)| {
            let stay = n - d;
            let kept = if stay > 0.0 { stay * (lambda / stay).ln_1p() } else { 0.0 };
            kept - n * (lambda / n).ln_1p()
        };
        -2.0 * rows.iter().map(log_ratio).sum::<f64>() - threshold
    };
    let survival = |lambda: f64| rows.iter().map(|(n, d)| (n - d + lambda) / (n + lambda)).product::<f64>();
    let mut far = rows[0].0.max(1.0);
    while excess(far) < 0.0 && far < 1e300 {
        far *= 2.0;
    }
    let upper = survival(root::find(0.0, far, excess));
    let lower = if least > 0.0 {
        // In the distance from the pole, which is where the root of a small risk set lies.
        let nearest = root::find(least * 1e-300, least, |gap| {
            let log_ratio = |&(n, d): &(f64, f64)| {
                let stay = n - d;
                let kept = (stay - least) + gap;
                stay * (kept / stay).ln() - n * ((kept + d) / n).ln()
            };
            -2.0 * rows.iter().map(log_ratio).sum::<f64>() - threshold
        });
        rows.iter().map(|(n, d)| ((n - d - least) + nearest) / ((n - least) + nearest)).product()
    } else {
        0.0
    };
    Ok((lower, upper))
}
