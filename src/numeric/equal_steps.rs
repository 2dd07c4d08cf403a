//! Sums of a smooth function over many equally spaced points.
//!
//! The orthogonal polynomials of the points 0, 1, … M − 1 are Gram's; their recurrence `β_k = k² (M² − k²) / (4 (4k² − 1))`
//! gives a Gauss rule for the sum as Legendre's give one for the integral (Golub & Welsch 1969, Math Comp 23:221; Gautschi
//! 2004, Orthogonal Polynomials, section 1.4): nodes among the points and positive weights with the sum M, exact for
//! polynomials of degree 2·16 − 1. Panels have 2ʲ points, so each rule is made once.

use std::sync::OnceLock;

use crate::numeric::symmetric_eigen::symmetric_eigen;

/// Nodes of a rule.
pub(crate) const NODES: usize = 16;
/// The smallest panel.
const SMALLEST_PANEL: f64 = 64.0;
/// Up to here a step of 1 is more than rounding.
const WHOLE: f64 = 4503599627370496.0;

/// Node and weight, both divided by the number of points; nodes count from the middle.
type Rule = [(f64, f64); NODES];

/// The last is that of all larger panels too: there the points are dense to rounding, and the rule is Legendre's.
static RULES: [OnceLock<Rule>; 53] = [const { OnceLock::new() }; 53];

fn rule(exponent: usize) -> &'static Rule {
    let exponent = exponent.min(RULES.len() - 1);
    RULES[exponent].get_or_init(|| {
        let unit = 0.5_f64.powi(exponent as i32);
        let mut jacobi = vec![0.0; NODES * NODES];
        for k in 1..NODES {
            let square = (k * k) as f64;
            let beta = square * (1.0 - square * unit * unit) / (4.0 * (4.0 * square - 1.0));
            jacobi[(k - 1) * NODES + k] = beta.sqrt();
            jacobi[k * NODES + k - 1] = beta.sqrt();
        }
        let (nodes, vectors) = symmetric_eigen(jacobi, NODES);
        std::array::from_fn(|i| (nodes[i], vectors[i] * vectors[i]))
    })
}

/// Calls `visit(distance, weight)` so that `Σ weight f(distance)` is `Σ f(rest + l)` over l = 0, 1, … count − 1, for
/// functions that are smooth but for a singularity at a distance of 0 or below, such as `1/x`, `ln x` and their products with
/// polynomials.
///
/// The 64 points next to the singularity, and what is left over, are visited one by one. A panel of M points begins at
/// a distance of at least M, so that the singularity is three half-widths from its middle: a rule of 16 nodes has an error below
/// `4 · 5⁻³²`, 1e-22, of the largest value on the ellipse with foci at its ends that comes as near as 0.4 M, so rounding
/// is all that remains (1e-14).
pub(crate) fn visit(rest: f64, count: f64, mut visit: impl FnMut(f64, f64)) {
    let mut from = 0.0;
    while from < count {
        // The largest power of two that neither the points left nor the distance from the singularity forbids.
        let (left, most) = (count - from, f64::min(count - from, from));
        if most < SMALLEST_PANEL {
            // Where steps of 1 are below the rounding, so is what is left.
            let points = if from < WHOLE { 1.0 } else { left };
            visit(rest + from, points);
            from += points;
            continue;
        }
        let exponent = (most.to_bits() >> 52) as usize - 1023;
        let points = 2.0_f64.powi(exponent as i32);
        let middle = rest + from + 0.5 * (points - 1.0);
        for (node, weight) in rule(exponent) {
            visit(middle + node * points, weight * points);
        }
        from += points;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::sums::Sum;
    use approx::assert_relative_eq;

    #[test]
    fn sums_are_those_of_all_terms() {
        let functions: [fn(f64) -> f64; 4] =
            [|x| 1.0 / x, |x| 1.0 / (x * x), |x| (x + 1.0).ln(), |x| x / (x + 0.3)];
        for rest in [1.0, 0.25, 1e3, 1e9] {
            for count in [1_u32, 63, 64, 129, 1000, 4097, 100_000] {
                for f in functions {
                    let (mut all, mut few, mut visits) = (Sum::default(), Sum::default(), 0);
                    (0..count).for_each(|l| all.add(f(rest + f64::from(l))));
                    visit(rest, f64::from(count), |x, w| {
                        few.add(w * f(x));
                        visits += 1;
                    });
                    assert_relative_eq!(few.value(), all.value(), max_relative = 2e-14);
                    assert!(visits <= 127 + 32 * count.ilog2(), "{visits} visits of {count}");
                }
            }
        }
    }

    /// The harmonic number of 2⁵⁰: ln n + γ + 1/2n.
    #[test]
    fn a_sum_of_a_million_billion_terms() {
        let mut sum = Sum::default();
        visit(1.0, 2.0_f64.powi(50), |x, w| sum.add(w / x));
        let expected = 50.0 * std::f64::consts::LN_2 + 0.577_215_664_901_532_9;
        assert_relative_eq!(sum.value(), expected, max_relative = 1e-14);
    }
}
