//! The normal tail of many numbers at once.
//!
//! With Mills' ratio `M(w) = (1 − Φ(w))/φ(w)`, the logarithm of the tail is `ln φ(w) + ln M(w)` for w ≥ 0, else
//! `ln(1 − φ(w) M(−w))`, and the hazard φ/(1 − Φ) is `1/M(w)`, or `φ(w)/(1 − φ(w) M(−w))`. M is one formula over all of
//! w ≥ 0: `(1 + √2 w) M(w)` as a polynomial of `t = (w − 5)/(w + 5)`, as Shepherd & Laframboise (1981, Math Comp 36:249) have
//! it for the complementary error function. The polynomial is Chebyshev's expansion to degree 23, worked out with 60
//! digits: what is left out is below 2.4e-17; of 4000 numbers up to 30 the largest relative error of M was 6e-16.

use crate::numeric::exp::exp_each;
use crate::survival::regression::parametric::tails::{LOG_ROOT_TAU, log_normal_survival};

/// The hazard less w cancels: beyond this the asymptotic expansion is better, and no square overflows.
const FAR: f64 = 25.0;
/// In powers of t.
const MILLS: [f64; 24] = [
    1.556167287834573,
    -0.1755953606875868,
    -0.010512067495234652,
    0.11943748176052607,
    -0.1432764883041711,
    0.11129144116797716,
    -0.06311327746575729,
    0.025589795554458988,
    -0.0061694767683561505,
    -0.00011179638969895008,
    0.0007090982762240251,
    -0.0001910320389895149,
    -4.19793283946811e-05,
    3.343497738646579e-05,
    4.510859910476585e-07,
    -4.887581230509829e-06,
    3.739923550432877e-07,
    7.367236382747402e-07,
    -8.250588474805242e-08,
    -1.1595462143423435e-07,
    1.1392728027651901e-08,
    1.64141021495815e-08,
    -8.697748796967334e-10,
    -1.4171645157023775e-09,
];

/// Mills' ratio of w ≥ 0.
#[allow(clippy::inline_always, reason = "only inside a loop can several be taken side by side")]
#[inline(always)]
fn mills(w: f64) -> f64 {
    let t = (w - 5.0) / (w + 5.0);
    let square = t * t;
    let (mut even, mut odd) = (MILLS[22], MILLS[23]);
    for k in (0..11).rev() {
        even = even * square + MILLS[2 * k];
        odd = odd * square + MILLS[2 * k + 1];
    }
    (even + t * odd) / (1.0 + std::f64::consts::SQRT_2 * w)
}

/// Of each w what the log of its tail is the sum of, a number and the logarithm of another one; then both derivatives of
/// the log of the tail. All slices have one length.
pub(super) fn normal_tails(w: &[f64], density: &mut [f64], [plain, inside, first, second]: [&mut [f64]; 4]) {
    let n = w.len();
    let (density, plain, inside) = (&mut density[..n], &mut plain[..n], &mut inside[..n]);
    let (first, second) = (&mut first[..n], &mut second[..n]);
    if !w.iter().fold(true, |all, w| all & (w.abs() <= FAR)) {
        for i in 0..n {
            [plain[i], first[i], second[i]] = log_normal_survival(w[i]);
            inside[i] = 1.0;
        }
        return;
    }
    for i in 0..n {
        density[i] = -0.5 * w[i] * w[i] - LOG_ROOT_TAU;
    }
    for i in 0..n {
        plain[i] = if w[i] >= 0.0 { density[i] } else { 0.0 };
    }
    exp_each(density);
    for i in 0..n {
        let ratio = mills(w[i].abs());
        let below = 1.0 - density[i] * ratio;
        let above = w[i] >= 0.0;
        inside[i] = if above { ratio } else { below };
        let hazard = if above { 1.0 } else { density[i] } / inside[i];
        first[i] = -hazard;
        second[i] = -hazard * (hazard - w[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside the function of one number, whose tails are libm's.
    #[test]
    fn each_is_what_it_is_alone() {
        let w: Vec<f64> = (-2500..=2500).map(|k| f64::from(k) * 0.01 + 0.0003).filter(|w| *w < FAR).collect();
        let n = w.len();
        let mut columns = vec![vec![0.0; n]; 5];
        let [density, plain, inside, first, second] = &mut columns[..] else { unreachable!() };
        normal_tails(&w, density, [plain, inside, first, second]);
        for i in 0..n {
            let [value, slope, curve] = log_normal_survival(w[i]);
            let near = |found: f64, alone: f64, tolerance: f64| {
                assert!((found - alone).abs() <= tolerance * alone.abs(), "{}: {found} {alone}", w[i]);
            };
            // 1 less the other tail has the rounding of 1: what is added up is of that size.
            let found = plain[i] + inside[i].ln();
            assert!((found - value).abs() <= 1e-15 + 1e-14 * value.abs(), "{}: {found} {value}", w[i]);
            // Both take a hazard from which w cancels: at 25 four digits are lost.
            near(first[i], slope, 1e-13);
            near(second[i], curve, 1e-14 * (1.0 + w[i].max(0.0).powi(2)) * 10.0);
        }
    }

    /// mpmath 1.3 with 60 digits: log(erfc(w/sqrt(2))/2) and minus the hazard.
    #[test]
    fn tails_and_hazards_beside_sixty_digits() {
        for (w, log, slope) in TABLE {
            let mut columns = [[0.0]; 5];
            let [density, plain, inside, first, second] = &mut columns;
            normal_tails(&[w], density, [plain, inside, first, second]);
            let value = plain[0] + inside[0].ln();
            assert!((value - log).abs() <= 4e-16 * log.abs().max(1.0), "{w}: {value} {log}");
            assert!((first[0] / slope - 1.0).abs() <= 2e-15, "{w}: {} {slope}", first[0]);
        }
    }

    const TABLE: [(f64, f64, f64); 13] = [
        (-24.5, 0.0, -1.81250279355152488e-131),
        (-8.0, -6.22096057427178606e-16, -5.05227108353689543e-15),
        (-3.25, -0.00057719158540995015, -0.00203021954481867935),
        (-1.0, -0.17275377902344989, -0.287599970939178361),
        (-0.125, -0.598313068912424994, -0.720047595502525383),
        (0.0, -0.693147180559945309, -0.797884560802865356),
        (0.125, -0.79792614275302409, -0.879127895756633992),
        (0.75, -1.48444822991965629, -1.32877796522120704),
        (2.0, -3.78318433368203195, -2.37321553282284087),
        (5.0, -15.0649983939887257, -5.18650396712584212),
        (9.5, -48.3060192989652303, -9.60305009038428209),
        (17.25, -152.551333537663693, -17.3075877646334809),
        (24.75, -310.410639899209936, -24.790273186268148),
    ];
}
