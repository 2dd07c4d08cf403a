//! Tail probabilities and quantiles that hold where tests need them: far out.
//!
//! The normal tail is taken from the incomplete gamma function, `P(Z > z) = Q(1/2, z²/2)/2`, which holds a relative
//! error of 1e-12 down to 1e-300; statrs 0.19's `erfc` has ten right digits only. Its normal quantile is right to 1e-15
//! and is used as it is. The incomplete gamma function is asked only where its argument is a positive number: z² neither
//! underflows nor overflows. Abramowitz & Stegun (1964), 26.2 and 26.4.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::{gamma_ur, ln_gamma};

/// Beyond this a normal tail is less than the smallest number above 0.
const NORMAL_FAR: f64 = 39.0;
/// Within this the normal distribution function is a straight line: the cubic term is below 1e-24.
const NORMAL_NEAR: f64 = 1e-8;

/// `P(Z > z)` of a standard normal variable.
pub(crate) fn normal_sf(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    let tail = match z.abs() {
        far if far > NORMAL_FAR => 0.0,
        near if near < NORMAL_NEAR => 0.5 - near / std::f64::consts::TAU.sqrt(),
        size => 0.5 * gamma_ur(0.5, 0.5 * size * size),
    };
    if z >= 0.0 { tail } else { 1.0 - tail }
}

/// `P(|Z| > |z|)`: the two-sided p-value of a z statistic.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    2.0 * normal_sf(z.abs())
}

/// `P(|T| > |t|)` of Student's t with `df > 0` degrees of freedom; beyond a million of them the normal distribution,
/// which then differs by less than 1e-6 of the probability within six standard errors.
pub(crate) fn student_two_sided(t: f64, df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        // Where t² overflows the tail is 0 for every df that a test has.
        Ok(student) if df < 1e6 && t.abs() < 1e150 => 2.0 * student.sf(t.abs()),
        Ok(_) if df < 1e6 && !t.is_nan() => 0.0,
        _ => normal_two_sided(t),
    }
}

/// The `p`-quantile of a standard normal variable, for `0 < p < 1`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// `P(X > x)` of a chi-square variable with `df ≥ 1` degrees of freedom.
pub(crate) fn chi_square_sf(x: f64, df: usize) -> f64 {
    chi_square_sf_of(x, df as f64)
}

/// The same where the degrees of freedom, above 0, need not be a whole number.
pub(crate) fn chi_square_sf_of(x: f64, df: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    let (shape, y) = (df / 2.0, x / 2.0);
    // Q(a, y) ≤ y^(a−1) e^−y / (Γ(a) (1 − (a − 1)/y)) for y > a − 1: below the smallest number above 0 it is 0.
    if y > 2.0 * shape + 2.0 && (shape - 1.0) * y.ln() - y - ln_gamma(shape) < -750.0 {
        return 0.0;
    }
    if y < f64::MIN_POSITIVE { 1.0 } else { gamma_ur(shape, y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// R 4.2.2: `pnorm(z, lower.tail = FALSE)`, checked with 30-digit arithmetic (mpmath).
    #[test]
    fn the_normal_tail_holds_to_1e_300() {
        for (z, p) in [
            (0.5, 3.08537538725986896e-1),
            (1.0, 1.58655253931457051e-1),
            (1.96, 2.49978951482204281e-2),
            (5.0, 2.86651571879193912e-7),
            (9.0, 1.12858840595384065e-19),
            (20.0, 2.75362411860623370e-89),
            (37.0, 5.72557122252457682e-300),
        ] {
            assert_relative_eq!(normal_sf(z), p, max_relative = 1e-12);
            assert_relative_eq!(normal_sf(-z), 1.0 - p, max_relative = 1e-12);
        }
        assert_eq!(normal_sf(0.0), 0.5);
    }

    /// R 4.2.2: `qnorm(p)`.
    #[test]
    fn normal_quantiles_hold_to_1e_300() {
        for (p, z) in [
            (1e-300, -37.0470962993612005),
            (1e-100, -21.2734535609653186),
            (1e-20, -9.26234008979840517),
            (1e-5, -4.26489079392282555),
            (0.025, -1.95996398454005383),
            (0.3, -0.524400512708040667),
            (0.975, 1.95996398454005361),
            (0.999999, 4.75342430881708911),
        ] {
            assert_relative_eq!(normal_quantile(p), z, max_relative = 1e-12);
        }
    }

    /// R 4.2.2: `pchisq(x, df, lower.tail = FALSE)`.
    #[test]
    fn the_chi_square_tail_holds_to_1e_300() {
        for (df, x, p) in [
            (1, 0.01, 9.20344325445942024e-1),
            (1, 50.0, 1.53745979442803433e-12),
            (1, 500.0, 9.50539776655409272e-111),
            (1, 1300.0, 1.13037284414927441e-284),
            (2, 1300.0, 5.11195194865115596e-283),
            (3, 100.0, 1.55415943138960509e-21),
            (3, 1300.0, 1.47174371069801039e-281),
            (10, 500.0, 4.41473609991373162e-101),
            (50, 50.0, 0.47339846855634935672),
            (50, 1300.0, 2.76766910812346913e-239),
        ] {
            assert_relative_eq!(chi_square_sf(x, df), p, max_relative = 1e-12);
        }
        assert_eq!(chi_square_sf(0.0, 1), 1.0);
    }

    /// No z, however large or small, is outside the domain: squares of 1e160 overflow, those of 1e-170 underflow.
    #[test]
    fn every_number_has_a_tail() {
        for z in [1e-320, 1e-170, 1e-162, 1e-100, 1e-9] {
            assert_relative_eq!(normal_sf(z), 0.5, epsilon = 1e-9);
            assert_relative_eq!(normal_two_sided(-z), 1.0, epsilon = 1e-8);
        }
        for z in [40.0, 1e100, 1e154, 1e160, f64::MAX, f64::INFINITY] {
            assert_eq!((normal_sf(z), normal_sf(-z)), (0.0, 1.0));
            assert_eq!((student_two_sided(z, 1e7), normal_two_sided(z)), (0.0, 0.0));
        }
        for (x, p) in [(1e-320, 1.0), (1e-300, 1.0), (1e4, 0.0), (1e160, 0.0), (f64::INFINITY, 0.0)] {
            for df in [1, 2, 5, 50] {
                assert_eq!(chi_square_sf(x, df), p, "{x} on {df}");
            }
        }
        assert!(normal_sf(f64::NAN).is_nan() && chi_square_sf(f64::NAN, 1).is_nan());
        // Both sides of the straight piece: R 4.2.2, pnorm(2e-8, lower = FALSE) = 0.49999999202115442.
        assert_relative_eq!(normal_sf(2e-8), 0.49999999202115442, max_relative = 1e-15);
    }

    /// R 4.2.2: `2 * pt(-abs(t), df)`.
    #[test]
    fn students_t_is_that_of_r() {
        for (t, df, p) in
            [(2.0, 3.5, 0.12613852257591349), (-1.0, 1.0, 0.5), (10.0, 30.0, 4.5752514082296097e-11)]
        {
            assert_relative_eq!(student_two_sided(t, df), p, max_relative = 1e-10);
        }
    }
}
