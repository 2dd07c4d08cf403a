//! Integrals over an interval: double-exponential and Gauss-Legendre rules.
//!
//! Gauss-Legendre for smooth integrands: n nodes are exact for polynomials of degree 2n − 1, so the error falls faster
//! than any power of n (Davis & Rabinowitz 1984, section 2.7). Tanh-sinh where an end is singular.

use std::sync::OnceLock;

/// Beyond |t| = 6.1 the points of the rule are within 1e-300 of the ends.
const REACH: f64 = 6.1;

/// `∫ f` over (`low`, `high`) by the tanh-sinh rule (Takahasi & Mori 1974), which does not mind singular
/// ends. `f` receives a point with its distances from both ends, so that a factor like `(1 − x)^(b − 1)`
/// keeps its digits near 1. The step is halved until the sum is stable to 1e-13 of itself.
pub(crate) fn tanh_sinh(low: f64, high: f64, mut f: impl FnMut(f64, f64, f64) -> f64) -> f64 {
    let width = high - low;
    if !(width > 0.0) {
        return 0.0;
    }
    let mut at = |t: f64| {
        let u = std::f64::consts::FRAC_PI_2 * t.sinh();
        let from_low = width / (1.0 + (-2.0 * u).exp());
        let from_high = width / (1.0 + (2.0 * u).exp());
        if from_low <= 0.0 || from_high <= 0.0 {
            return 0.0;
        }
        let cosh = u.cosh();
        let weight = 0.5 * width * std::f64::consts::FRAC_PI_2 * t.cosh() / (cosh * cosh);
        if weight <= 0.0 || !weight.is_finite() {
            return 0.0;
        }
        let x = if from_low < from_high { low + from_low } else { high - from_high };
        let value = weight * f(x, from_low, from_high);
        if value.is_finite() { value } else { 0.0 }
    };
    let mut step = 0.5;
    let mut sum = at(0.0);
    let mut k = 1.0;
    while k * step <= REACH {
        sum += at(k * step) + at(-k * step);
        k += 1.0;
    }
    let mut integral = sum * step;
    for level in 0..9 {
        step *= 0.5;
        let mut k = 1.0;
        while k * step <= REACH {
            sum += at(k * step) + at(-k * step);
            k += 2.0;
        }
        let finer = sum * step;
        let stable = (finer - integral).abs() <= 1e-13 * finer.abs();
        integral = finer;
        if stable && level >= 2 {
            break;
        }
    }
    integral
}

/// The largest rule that is asked for.
const MOST_NODES: usize = 400;

/// The n-point Gauss-Legendre rule.
#[derive(Debug, Clone)]
pub(crate) struct GaussLegendre {
    /// Nodes and weights on [−1, 1].
    nodes: Vec<(f64, f64)>,
}

impl GaussLegendre {
    /// The rule of `n` points, at most [`MOST_NODES`]: worked out when it is first asked for, and kept.
    pub(crate) fn of(n: usize) -> &'static Self {
        static MADE: [OnceLock<GaussLegendre>; MOST_NODES + 1] = [const { OnceLock::new() }; MOST_NODES + 1];
        MADE[n].get_or_init(|| Self::new(n))
    }

    /// By Newton's steps on the Legendre polynomial, from the roots' first approximation `cos π(i + 3/4)/(n + 1/2)`:
    /// nodes and weights are right to a few units of the last place (Abramowitz & Stegun 1964, 25.4.29).
    fn new(n: usize) -> Self {
        let degree = n as f64;
        let node = |i: usize| {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (degree + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (mut p, mut before) = (1.0, 0.0);
                for k in 0..n {
                    let k = k as f64;
                    (p, before) = (((2.0 * k + 1.0) * x * p - k * before) / (k + 1.0), p);
                }
                slope = degree * (x * p - before) / (x * x - 1.0);
                let step = p / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        };
        Self { nodes: (0..n).map(node).collect() }
    }

    /// The nodes and weights on [`low`, `high`].
    pub(crate) fn nodes(&self, low: f64, high: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let (centre, half) = (f64::midpoint(low, high), 0.5 * (high - low));
        self.nodes.iter().map(move |&(x, w)| (centre + half * x, half * w))
    }

    /// `∫ f` from `low` to `high`.
    pub(crate) fn integrate(&self, low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        self.nodes(low, high).map(|(x, w)| w * f(x)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn integrals_that_are_known() {
        assert_relative_eq!(tanh_sinh(0.0, 1.0, |x, _, _| x.exp()), 1f64.exp() - 1.0, max_relative = 1e-13);
        // ∫ x^−½ (1 − x)^−½ = π: both ends are singular.
        let beta = tanh_sinh(0.0, 1.0, |_, x, c| (x * c).sqrt().recip());
        assert_relative_eq!(beta, std::f64::consts::PI, max_relative = 1e-12);
        let cosine = GaussLegendre::of(20).integrate(-1.0, 1.0, f64::cos);
        assert_relative_eq!(cosine, 2.0 * 1f64.sin(), max_relative = 1e-14);
    }
}
