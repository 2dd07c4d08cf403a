//! Areas under a survival curve, with their gradients.
//!
//! Panels that double in width from the start on, each divided until two halves agree with the whole: Gauss-Legendre
//! nodes see the curve at every scale of time.

use crate::numeric::quadrature::GaussLegendre;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::gradient::Asked;
use crate::survival::regression::parametric::prediction::Prediction;

/// Nodes of a panel.
const NODES: usize = 16;
/// How far a panel is divided at most.
const DEEPEST: usize = 12;
/// By how much two halves may differ from the whole: above the rounding of an incomplete gamma integral, below which
/// dividing finds noise alone. The halves themselves are nearer to the truth by some thousand times.
const AGREEMENT: f64 = 1e-11;
/// Panels below τ 2^−60 hold less than the rounding of the whole.
const PANELS: i32 = 60;

/// The pieces of [low, high] on which 16 nodes agree with two times 16 to [`AGREEMENT`] of `scale`.
fn pieces(
    f: &impl Fn(f64) -> f64,
    low: f64,
    high: f64,
    scale: f64,
    depth: usize,
    found: &mut impl FnMut(f64, f64, f64),
) {
    let middle = f64::midpoint(low, high);
    let rule = GaussLegendre::of(NODES);
    let whole = rule.integrate(low, high, f);
    let halves = rule.integrate(low, middle, f) + rule.integrate(middle, high, f);
    // What is no number does not become one by dividing.
    let hopeless = !(whole - halves).is_finite();
    if depth >= DEEPEST || hopeless || (whole - halves).abs() <= AGREEMENT * scale.max(halves.abs()) {
        found(low, high, halves);
    } else {
        pieces(f, low, middle, scale, depth + 1, found);
        pieces(f, middle, high, scale, depth + 1, found);
    }
}

/// The ends of the panels of (0, τ], the last first.
fn panels(tau: f64) -> impl Iterator<Item = (f64, f64)> {
    (0..PANELS).map(move |k| {
        let high = tau * (-f64::from(k)).exp2();
        (if k == PANELS - 1 { 0.0 } else { 0.5 * high }, high)
    })
}

/// `∫₀^τ S`.
pub(super) fn area(log_survival: impl Fn(f64) -> f64, tau: f64) -> f64 {
    let f = |t: f64| log_survival(t).exp();
    let mut sum = 0.0;
    for (low, high) in panels(tau) {
        pieces(&f, low, high, sum, 0, &mut |_, _, area| sum += area);
    }
    sum
}

/// The area under the curve of a subject up to τ, with its gradient in the coefficients.
pub(super) fn restricted<D: Distribution>(subject: &Prediction<D>, tau: f64) -> (f64, Vec<f64>) {
    let mut total = (0.0, vec![0.0; subject.model.coefficients.len()]);
    for (low, high) in panels(tau) {
        add(subject, low, high, &mut total);
    }
    total
}

fn add<D: Distribution>(subject: &Prediction<D>, low: f64, high: f64, total: &mut (f64, Vec<f64>)) {
    let coefficients = &subject.model.coefficients;
    let f = |t: f64| subject.log_survival_with(t, coefficients).exp();
    let mut found = Vec::new();
    pieces(&f, low, high, total.0, 0, &mut |low, high, area| found.push((low, high, area)));
    for (low, high, area) in found {
        total.0 += area;
        for (t, weight) in GaussLegendre::of(NODES).nodes(low, high) {
            let (log, gradient) = subject.asked(Asked::LogSurvival(t));
            let mass = weight * log.exp();
            if mass > 0.0 {
                total.1.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += mass * g);
            }
        }
    }
}

/// The whole area: infinite where the panels beyond the median do not become smaller.
pub(super) fn whole<D: Distribution>(subject: &Prediction<D>) -> (f64, Vec<f64>) {
    let coefficients = &subject.model.coefficients;
    let median = subject.model.distribution.quantile(-std::f64::consts::LN_2, &subject.parameters());
    let never = (f64::INFINITY, Vec::new());
    if !(median > 0.0 && median.is_finite()) {
        return if median == 0.0 { (0.0, vec![0.0; coefficients.len()]) } else { never };
    }
    let mut total = restricted(subject, median);
    let (mut low, mut last) = (median, f64::INFINITY);
    for doubling in 0..900 {
        let high = 2.0 * low;
        if !high.is_finite() {
            return never;
        }
        let before = total.0;
        add(subject, low, high, &mut total);
        let gained = total.0 - before;
        if gained <= 1e-15 * total.0 {
            return total;
        }
        // A tail t^−a adds 2^(1−a) times as much from doubling to doubling: not less, where the mean is infinite.
        if doubling > 40 && gained > (1.0 - 1e-6) * last {
            return never;
        }
        (low, last) = (high, gained);
    }
    never
}
