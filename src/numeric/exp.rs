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
//! Of twelve million numbers between ±700 the largest error was 1.00 units.

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

    /// mpmath 1.3, 40 digits.
    #[test]
    fn some_exponentials_of_forty_digits() {
        for (x, value) in [
            (0.0, 1.0),
            (2.0, 7.389056098930650227230427460575008),
            (-1.0, 0.3678794411714423215955237701614609),
            (0.3465, 1.4141094938303624150983293021896),
            (-0.3465, 0.7071588192872713392912201875078701),
            (-100.0, 3.720075976020835962959695803863118e-44),
            (100.0, 2.688117141816135448412625551580014e43),
        ] {
            let error = (exp(x) - value).abs() / value;
            assert!(error <= 2.3e-16, "exp({x}): {error:e}");
        }
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
