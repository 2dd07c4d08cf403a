//! The score statistic of two proportions under a given effect, with the estimates that are restricted to it.
//!
//! Miettinen & Nurminen (1985), Stat Med 4:213; Farrington & Manning (1990), Stat Med 9:1447, for the cubic of the
//! difference.

use crate::proportion::effect::EffectMeasure;

/// Events and subjects of the group and of the reference.
pub(super) type Counts = [(f64, f64); 2];

/// `z` of the effect: above 0 where the observed effect is larger, ±∞ where it is impossible under the given one.
/// Without the factor `N/(N − 1)` of the variance.
pub(super) fn z(measure: EffectMeasure, counts: Counts, effect: f64) -> f64 {
    let [(x, n), (y, m)] = counts;
    let (p, q) = restricted(measure, counts, effect);
    // The numerator, the size of its terms, and the variance.
    let (numerator, size, variance) = match measure {
        EffectMeasure::Difference => {
            (x / n - y / m - effect, x / n + y / m + effect.abs(), p * (1.0 - p) / n + q * (1.0 - q) / m)
        }
        EffectMeasure::Ratio => {
            let (of_group, of_reference) = (x / n, effect * y / m);
            let variance = p * (1.0 - p) / n + effect * effect * q * (1.0 - q) / m;
            (of_group - of_reference, of_group + of_reference, variance)
        }
        // The group's events against their expectation, given the sum of both.
        EffectMeasure::OddsRatio => {
            let (of_group, of_reference) = (n * p * (1.0 - p), m * q * (1.0 - q));
            (x - n * p, x + n * p, of_group * of_reference / (of_group + of_reference))
        }
    };
    // What is left of equal terms is rounding.
    if numerator.abs() <= 2.0 * f64::EPSILON * size {
        0.0
    } else if variance > 0.0 {
        numerator / variance.sqrt()
    } else {
        numerator * f64::INFINITY
    }
}

/// The probabilities of group and reference with the largest likelihood among those with the effect.
fn restricted(measure: EffectMeasure, counts: Counts, effect: f64) -> (f64, f64) {
    let [(x, n), (y, m)] = counts;
    let (events, all) = (x + y, n + m);
    match measure {
        EffectMeasure::Difference => {
            let q = of_difference(counts, effect);
            ((q + effect).clamp(0.0, 1.0), q)
        }
        EffectMeasure::Ratio => {
            // all·θ q² − (n θ + x + m + y θ) q + events = 0: the smaller root, by the product of the roots.
            let (a, b) = (all * effect, n * effect + x + m + y * effect);
            let q = 2.0 * events / (b + (b * b - 4.0 * a * events).max(0.0).sqrt());
            let q = q.clamp(0.0, 1.0_f64.min(effect.recip()));
            ((q * effect).min(1.0), q)
        }
        EffectMeasure::OddsRatio => {
            // m (ψ − 1) q² + (n ψ + m − events (ψ − 1)) q − events = 0: the positive root.
            let a = m * (effect - 1.0);
            let b = n * effect + m - events * (effect - 1.0);
            let root = (b * b + 4.0 * a * events).max(0.0).sqrt();
            let q = if b > 0.0 { 2.0 * events / (b + root) } else { (root - b) / (2.0 * a) };
            let q = q.clamp(0.0, 1.0);
            (effect * q / (1.0 + (effect - 1.0) * q), q)
        }
    }
}

/// The reference's probability under a difference `d`: the root of the cubic in the interval of what is possible.
fn of_difference([(x, n), (y, m)]: Counts, d: f64) -> f64 {
    let (low, high) = ((-d).max(0.0), (1.0 - d).min(1.0));
    if low >= high {
        return low.clamp(0.0, 1.0);
    }
    let all = n + m;
    let l3 = all;
    let l2 = (n + 2.0 * m) * d - all - (x + y);
    let l1 = (m * d - all - 2.0 * y) * d + x + y;
    let l0 = y * d * (1.0 - d);
    let shift = l2 / (3.0 * l3);
    let under_root = (shift * shift - l1 / (3.0 * l3)).max(0.0);
    let scale =
        if shift * shift * shift - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3) >= 0.0 { 1.0 } else { -1.0 };
    let u = scale * under_root.sqrt();
    let q = if u == 0.0 {
        -shift
    } else {
        let v = shift * shift * shift - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3);
        let angle = (std::f64::consts::PI + (v / (u * u * u)).clamp(-1.0, 1.0).acos()) / 3.0;
        2.0 * u * angle.cos() - shift
    };
    let mut q = q.clamp(low, high);
    // The arc cosine loses half of the digits near a double root: Newton's steps give them back.
    for _ in 0..3 {
        let value = ((l3 * q + l2) * q + l1) * q + l0;
        let slope = (3.0 * l3 * q + 2.0 * l2) * q + l1;
        let next = q - value / slope;
        if !((next - q).abs() < 1e-6 && (low..=high).contains(&next)) {
            break;
        }
        q = next;
    }
    q
}
