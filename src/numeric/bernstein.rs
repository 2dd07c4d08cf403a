//! The largest value of a polynomial in [0, 1] that is given by its Bernstein coefficients.
//!
//! `f(u) = Σ cₛ C(N, s) uˢ (1 − u)^(N−s)` is, for coefficients in [0, 1], the expectation of `c` at a binomial number:
//! the form in which the rejection probability of an unconditional test depends on its nuisance parameter. The
//! coefficients of a piece (de Casteljau's subdivision: averages only, so no digit is lost) bound f there from above,
//! and the first and last are its values at the ends. Pieces whose bound does not exceed the best value are dropped;
//! the bound closes in with the square of a piece's width, so some hundred subdivisions at O(N²) prove the maximum.
//!
//! Farin (2002), Curves and Surfaces for CAGD, chapters 5 and 6.

/// How far the true maximum may lie above the one found, relatively.
pub(crate) const TOLERANCE: f64 = 1e-12;
/// A piece of a width of 2⁻⁴⁸ is a point.
const DEEPEST: u32 = 48;

/// The maximum of f over [0, 1], within [`TOLERANCE`], and where it lies.
pub(crate) fn maximum(coefficients: &[f64]) -> (f64, f64) {
    let last = coefficients.len() - 1;
    let mut best = (coefficients[0], 0.0);
    if coefficients[last] > best.0 {
        best = (coefficients[last], 1.0);
    }
    let mut open = vec![(0.0, 1.0, 0, coefficients.to_vec())];
    while let Some((low, width, depth, mut right)) = open.pop() {
        let bound = right.iter().copied().fold(0.0, f64::max);
        if bound <= best.0 * (1.0 + TOLERANCE) || depth == DEEPEST {
            continue;
        }
        // The left half is the first coefficient of each row of averages, the right half the last.
        let mut left = Vec::with_capacity(right.len());
        for row in (0..right.len()).rev() {
            left.push(right[0]);
            for i in 0..row {
                right[i] = 0.5 * (right[i] + right[i + 1]);
            }
        }
        // After the loop `right[i]` holds the i-th row's last average, in order.
        let (half, middle) = (0.5 * width, low + 0.5 * width);
        if right[0] > best.0 {
            best = (right[0], middle);
        }
        let top = |c: &[f64]| c.iter().copied().fold(0.0, f64::max);
        let (of_left, of_right) = ((low, half, depth + 1, left), (middle, half, depth + 1, right));
        // The more promising half first: its value prunes the other.
        if top(&of_left.3) > top(&of_right.3) {
            open.extend([of_right, of_left]);
        } else {
            open.extend([of_left, of_right]);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::maximum;
    use approx::assert_relative_eq;

    #[test]
    fn the_maximum_is_that_of_the_polynomial() {
        // 2u(1 − u): at ½.
        assert_relative_eq!(maximum(&[0.0, 1.0, 0.0]).0, 0.5, max_relative = 1e-12);
        // C(5, 2) u²(1 − u)³ at 2/5.
        let (value, at) = maximum(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_relative_eq!(value, 10.0 * 0.4_f64.powi(2) * 0.6_f64.powi(3), max_relative = 1e-12);
        // A maximum is level to second order: a value right to 1e-12 puts its place within the square root of that.
        assert_relative_eq!(at, 0.4, epsilon = 1e-5);
        // Constant, and at an end.
        assert_eq!(maximum(&[0.25; 7]), (0.25, 0.0));
        assert_eq!(maximum(&[0.0, 0.5, 1.0]), (1.0, 1.0));
        // Two peaks of one height.
        let (value, _) = maximum(&[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let f = |u: f64| 8.0 * (u * (1.0 - u).powi(7) + u.powi(7) * (1.0 - u));
        let grid = (0..=1_000_000).map(|i| f(f64::from(i) * 1e-6)).fold(0.0, f64::max);
        assert_relative_eq!(value, grid, max_relative = 1e-9);
    }
}
