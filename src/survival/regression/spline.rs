//! The natural cubic spline: a smooth effect that is linear beyond the outer knots.
//!
//! With knots `k₁ < … < k_m` the columns are x and, for `j = 1 … m − 2`,
//! `[(x − k_j)₊³ − ((x − k_{m−1})₊³ (k_m − k_j) − (x − k_m)₊³ (k_{m−1} − k_j))/(k_m − k_{m−1})] / (k_m − k₁)²`,
//! which are in units of x: the truncated power basis of Harrell (2015, Regression Modeling Strategies, section 2.4.5).

use crate::error::{Error, Result};

/// At least three finite, increasing knots.
pub(super) fn check(knots: &[f64]) -> Result<()> {
    let must_be = "at least 3 finite and increasing knots";
    if knots.len() < 3 {
        return Err(Error::OutOfRange { argument: "knots", value: knots.len() as f64, must_be });
    }
    let mut previous = f64::NEG_INFINITY;
    for &value in knots {
        if !(value > previous && value < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "knots", value, must_be });
        }
        previous = value;
    }
    Ok(())
}

/// Column `j` of the basis, from 1 to the number of knots less 2. (Column 0 is x itself.)
pub(super) fn column(x: f64, knots: &[f64], j: usize) -> f64 {
    let cube = |x: f64| x.max(0.0).powi(3);
    let m = knots.len();
    let (knot, before, last) = (knots[j - 1], knots[m - 2], knots[m - 1]);
    let outer = cube(x - before) * (last - knot) - cube(x - last) * (before - knot);
    (cube(x - knot) - outer / (last - before)) / (last - knots[0]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// By hand at 5.5: 3.5³/36 and 1.5³/36, since both lie before the outer pair of knots.
    #[test]
    fn the_basis_is_harrells() {
        let knots = [2.0, 4.0, 6.0, 8.0];
        assert_eq!(column(1.0, &knots, 1), 0.0);
        assert_relative_eq!(column(5.5, &knots, 1), 3.5_f64.powi(3) / 36.0, max_relative = 1e-15);
        assert_relative_eq!(column(5.5, &knots, 2), 1.5_f64.powi(3) / 36.0, max_relative = 1e-15);
        // Linear beyond the last knot: equal steps.
        for j in [1, 2] {
            let at = |x| column(x, &knots, j);
            assert_relative_eq!(at(11.0) - at(10.0), at(10.0) - at(9.0), max_relative = 1e-12);
        }
    }

    #[test]
    fn knots_are_finite_and_increase() {
        for knots in [&[1.0, 2.0][..], &[1.0, 1.0, 2.0], &[1.0, f64::NAN, 2.0], &[1.0, 2.0, f64::INFINITY]] {
            assert!(matches!(check(knots), Err(Error::OutOfRange { argument: "knots", .. })), "{knots:?}");
        }
        assert_eq!(check(&[1.0, 2.0, 4.0]), Ok(()));
    }
}
