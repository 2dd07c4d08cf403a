//! Tail probabilities and quantiles that hold where tests need them: far out.
//!
//! statrs 0.19's `erfc` is good to 1e-10 only (its `Normal::sf(1.96)` has ten right digits), so the normal
//! tail is taken from the incomplete gamma function, which holds 1e-12 down to 1e-300:
//! `P(Z > z) = Q(1/2, z²/2) / 2`. Its normal quantile is right to 1e-15 and is used as it is.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::gamma_ur;

/// `P(Z > z)` of a standard normal variable.
pub(crate) fn normal_sf(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    if z.is_infinite() {
        return if z > 0.0 { 0.0 } else { 1.0 };
    }
    let tail = if z == 0.0 { 0.5 } else { 0.5 * gamma_ur(0.5, 0.5 * z * z) };
    if z >= 0.0 { tail } else { 1.0 - tail }
}

/// `P(|Z| > |z|)`: the two-sided p-value of a z statistic.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    2.0 * normal_sf(z.abs())
}

/// The `p`-quantile of a standard normal variable, for `0 < p < 1`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// `P(X > x)` of a chi-square variable with `df ≥ 1` degrees of freedom.
pub(crate) fn chi_square_sf(x: f64, df: usize) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    gamma_ur(df as f64 / 2.0, x / 2.0)
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
}
