//! Differences of Kaplan-Meier curves: of their areas, and at one time.

use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::non_proportional::at_risk::AtRisk;

/// The expected difference, experimental less control, and `n` times the variance of its estimate, with Greenwood's variance
/// in the limit: `Σ_j ∫₀^τ R_j(x)² h_j / y_j dx`, where `R_j(x)` is the area `∫_x^τ S_j` for restricted means and `S_j(τ)` for the
/// survival at τ.
pub(super) fn moments(assumed: &Assumptions, time: f64, tau: f64, area: bool) -> (f64, f64) {
    // Those at risk vanish towards the analysis: panels no longer than the distance from it.
    let halves = (1..=60).map(|k| time - (time - tau) * f64::from(k).exp2());
    let at_risk = AtRisk::new(assumed, time, tau, &halves.filter(|x| *x > 0.0).collect::<Vec<_>>());
    let n = at_risk.all.len();
    let (mut difference, mut variance) = (0.0, 0.0);
    for (arm, sign) in [(0, 1.0), (1, -1.0)] {
        let passed = assumed.hazards()[arm].cumulative_along(at_risk.panels.nodes());
        let survival: Vec<f64> = passed.iter().map(|h| (-h).exp()).collect();
        let at_end = assumed.hazards()[arm].survival(tau);
        let total = at_risk.panels.integral(survival.iter().copied());
        let before = if area { at_risk.panels.running(&survival) } else { Vec::new() };
        difference += sign * if area { total } else { at_end };
        variance += at_risk.panels.integral((0..n).map(|i| {
            let left = if area { (total - before[i]).max(0.0) } else { at_end };
            let rate = at_risk.hazards[arm][i];
            if rate == 0.0 || left == 0.0 { 0.0 } else { left * left * rate / at_risk.arm(arm, i) }
        }));
    }
    (difference, variance)
}
