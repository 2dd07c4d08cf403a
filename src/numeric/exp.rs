//! The exponential of many numbers at once.
//!
//! `exp x = 2ᵏ exp r` with `k = round(x / ln 2)` and `|r| ≤ ln 2 / 2` (Cody & Waite 1980), and Taylor's polynomial of degree 13
//! for `exp r = 1 + (r + r² q(r))`: a dozen multiplications without a branch or a table, which the compiler puts side by
//! side. libm's function is as exact and is called one number at a time.
//!
//! **Error below 1.25 units in the last place.** Let u = 2⁻⁵³; for `exp r < 1` a unit is u, for the rest 2u, so that the
//! first case is the worse one.
//! * `k ln 2`: the high part has 32 bits, so its product with k (11 bits) and the difference from x are exact; the low part
//!   is below 2⁻²² and its rounding below 2⁻⁷⁵. The last subtraction rounds r, below 0.35, by at most u/4: that moves
//!   `exp r` by u/4 of itself.
//! * The omitted terms are below 0.3466¹⁴/14! · 1.03 = 4.3e-18, 0.04 u.
//! * `r² q` is below 0.071 and comes out of rounded products and sums with an error of at most four roundings of it, 0.29 u.
//!   Its sum with r, below 0.42, is rounded by at most u/4.
//! * The last addition rounds by half a unit. Together (0.25 + 0.04 + 0.29 + 0.25) u + 0.5 u < 1.34 u for the worst signs and
//!   sizes at once; where `exp r` is near 0.71, the only place where |r| is largest, `r² q` is below 0.054 and the sum
//!   with r below 0.293, which leaves 0.25·0.71 + 0.04 + 0.22 + 0.25 + 0.5 < 1.25 units.
//!
//! Of 24 million numbers between ±708 the largest error was 1.01 units; the tests hold the worst of them.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

/// Within these limits neither result nor scale leaves the normal numbers.
const LIMIT: f64 = 708.0;
/// Added and taken away again it rounds to a whole number, which then stands in the last bits.
const ROUND: f64 = 6755399441055744.0;
/// ln 2 in two parts, the first of 32 bits.
const LN_2: [f64; 2] = [0.6931471803691238, 1.9082149292705877e-10];
/// 1/2!, 1/3!, … 1/13!.
const TAYLOR: [f64; 12] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362880.0,
    1.0 / 3628800.0,
    1.0 / 39916800.0,
    1.0 / 479001600.0,
    1.0 / 6227020800.0,
];

/// Within the limits.
// Asked for at each call: only inside a loop can several be taken side by side.
#[allow(clippy::inline_always)]
#[inline(always)]
fn moderate(x: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2[0]) - k * LN_2[1];
    let square = r * r;
    let [a, b, c, d, e, f, g, h, i, j, k, l] = TAYLOR;
    // Even and odd powers: two short chains instead of a long one.
    let even = a + square * (c + square * (e + square * (g + square * (i + square * k))));
    let odd = b + square * (d + square * (f + square * (h + square * (j + square * l))));
    let y = 1.0 + (r + square * (even + r * odd));
    f64::from_bits(y.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// `exp x`, the same bits as [`exp_each`] gives.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    if x.abs() <= LIMIT { moderate(x) } else { x.exp() }
}

/// Replaces every number by its exponential; beyond ±708 by libm's.
#[inline]
pub(crate) fn exp_each(values: &mut [f64]) {
    for chunk in values.chunks_mut(64) {
        // All are compared, so that the comparisons too stand side by side.
        if chunk.iter().fold(true, |all, x| all & (x.abs() <= LIMIT)) {
            for x in chunk {
                *x = moderate(*x);
            }
        } else {
            for x in chunk {
                *x = exp(*x);
            }
        }
    }
}

/// The exponentials of eight numbers within ±708, the same bits as [`exp`] gives.
// Inlined into a function that may use the registers.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn exp_lanes<S: Simd>(simd: S, x: f64x8<S>) -> f64x8<S> {
    let all = |number| f64x8::splat(simd, number);
    let shifted = x * all(std::f64::consts::LOG2_E) + all(ROUND);
    let k = shifted - all(ROUND);
    let r = (x - k * all(LN_2[0])) - k * all(LN_2[1]);
    let square = r * r;
    let [a, b, c, d, e, f, g, h, i, j, k, l] = TAYLOR;
    let even = all(e) + square * (all(g) + square * (all(i) + square * all(k)));
    let even = all(a) + square * (all(c) + square * even);
    let odd = all(f) + square * (all(h) + square * (all(j) + square * all(l)));
    let odd = all(b) + square * (all(d) + square * odd);
    let y = all(1.0) + (r + square * (even + r * odd));
    let (y, shifted): (u64x8<S>, u64x8<S>) = (y.bitcast(), shifted.bitcast());
    (y + (shifted << 52)).bitcast()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    /// Beside libm, which is within 0.51 units of the truth.
    #[test]
    fn no_exponential_is_further_than_two_units_from_libm() {
        let mut random = Random::new(1, 0);
        let mut worst = 0;
        for scale in [1e-8, 0.1, 1.0, 10.0, 100.0, 708.0] {
            for _ in 0..50_000 {
                let x = (2.0 * random.uniform() - 1.0) * scale;
                worst = worst.max(exp(x).to_bits().abs_diff(x.exp().to_bits()));
            }
        }
        assert!(worst <= 2, "{worst} units");
    }

    /// mpmath 1.3, 200 bits: the nearest number, and what is left of the exponential in units in the last place. First the worst
    /// of 24 million.
    #[test]
    fn no_exponential_is_further_than_a_unit_and_a_quarter_from_the_truth() {
        let mut worst = 0.0_f64;
        for (x, nearest, left) in [
            (-362.8578056893074, 2.5873624655077424e-158, 0.010),
            (3.8169208340277683, 45.464001365417964, 0.004),
            (-89.06005448935028, 2.097537709316209e-39, 0.004),
            (441.88463443709196, 8.092046577068921e191, -0.005),
            (-50.945821758113155, 7.490498724926722e-23, -0.011),
            (206.26367333617156, 3.7946799009011224e89, 0.012),
            (-666.4579096089169, 3.6392126720173664e-290, -0.014),
            (-1.0356896338195476, 0.354981489251566, -0.021),
            (0.0, 1.0, 0.0),
            (1e-9, 1.000000001, -0.370),
            (-1e-9, 0.999999999, -0.250),
            (0.1, 1.1051709180756477, -0.367),
            (-0.1, 0.9048374180359595, 0.455),
            (0.34657, 1.4142084849595797, -0.336),
            (-0.34658, 0.7071022488445762, 0.391),
            (3.0, 20.085536923187668, -0.051),
            (-1.0, 0.36787944117144233, -0.224),
            (17.3, 32605775.72099587, -0.409),
            (-88.8, 2.720507997802789e-39, 0.073),
            (300.1, 2.1467131625231985e130, -0.493),
            (-300.1, 4.658284196779334e-131, -0.247),
            (707.99, 2.9932999793505725e307, -0.106),
            (-707.99, 3.3407944639646856e-308, -0.235),
        ] {
            let nearest: f64 = nearest;
            let unit = f64::from_bits(nearest.to_bits() + 1) - nearest;
            let error = ((exp(x) - nearest) / unit - left).abs();
            assert!(error <= 1.25, "exp({x}): {error} units");
            worst = worst.max(error);
        }
        // The table holds hard numbers for this way of computing it.
        assert!((worst - 1.01).abs() < 1e-3, "{worst}");
    }

    #[test]
    fn neighbours_do_not_matter_and_the_ends_are_those_of_libm() {
        let ends = [-0.0, 708.0, -708.0, 709.5, 710.0, -745.0, -800.0, f64::INFINITY, f64::NEG_INFINITY, 0.5];
        let mut each = ends;
        exp_each(&mut each);
        for (x, y) in ends.iter().zip(each) {
            assert_eq!(y, exp(*x));
            assert!(y == x.exp() || (y / x.exp() - 1.0).abs() < 3e-16, "{x}");
        }
        let mut alone = [0.5];
        exp_each(&mut alone);
        assert_eq!(alone[0], each[9]);
        assert!(exp(f64::NAN).is_nan());
    }
}
