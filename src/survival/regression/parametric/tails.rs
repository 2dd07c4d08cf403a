//! Densities and tails of the standardised distributions, with their derivatives: by logarithms, so that they hold where
//! the survival function itself underflows.
//!
//! The generalised gamma and F densities are log-concave in `w`, the standardised logarithm of time, with their mode at 0.
//! So a tail is an integral that falls from the start on: it is taken over four panels of Gauss-Legendre nodes whose ends
//! follow from the fall of the density, and its derivatives in the shape are integrals of the density's. Written as below
//! both densities are smooth through their limits (Q → 0: normal; P → 0: the generalised gamma distribution), where the
//! textbook forms cancel.
//!
//! Prentice (1974), Biometrika 61:539; Prentice (1975), Biometrika 62:607; Cox (2008), Statist Med 27:4301.

use crate::numeric::quadrature::GaussLegendre;
use crate::survival::regression::parametric::jet::{Jet, Real};

/// `ln √(2π)`
pub(super) const LOG_ROOT_TAU: f64 = 0.918938533204672741780329736406;
/// From here on the asymptotic expansion of the normal tail is right to the last digit.
const FAR: f64 = 25.0;

/// `ln(1 − Φ(w))` and its first two derivatives (Abramowitz & Stegun 1964, 26.2.12).
pub(super) fn log_normal_survival(w: f64) -> [f64; 3] {
    let log_density = -0.5 * w * w - LOG_ROOT_TAU;
    let value = if w > FAR {
        let r = 1.0 / (w * w);
        log_density - w.ln() + (-r * (1.0 - r * (3.0 - r * (15.0 - r * (105.0 - r * 945.0))))).ln_1p()
    } else if w > 0.0 {
        (0.5 * libm::erfc(w * std::f64::consts::FRAC_1_SQRT_2)).ln()
    } else {
        (-0.5 * libm::erfc(-w * std::f64::consts::FRAC_1_SQRT_2)).ln_1p()
    };
    let hazard = (log_density - value).exp();
    let excess = if w > FAR { 1.0 / w - 2.0 / w.powi(3) + 10.0 / w.powi(5) } else { hazard - w };
    [value, -hazard, -hazard * excess]
}

/// `Σ c_k x^k`. With `while`: tests, built without optimisation, spend their time here, and an iterator costs several times what
/// it steps through.
pub(super) fn polynomial(terms: &[f64], x: f64) -> f64 {
    let (mut sum, mut k) = (0.0, terms.len());
    while k > 0 {
        k -= 1;
        sum = sum * x + terms[k];
    }
    sum
}

/// `φ₁ … φ₄` for |z| ≤ 1, `φ_k(z) = Σ_j z^j/(j + k)!`: a series for the last, the others by `φ_k = 1/k! + z φ_{k+1}`. Their
/// derivatives are `φ_k′ = φ_k − k φ_{k+1}`.
fn phi(z: f64) -> [f64; 4] {
    // 1/(j + 4)! for j up to 15: the next is 2e-17 of the sum.
    const TERMS: [f64; 16] = [
        4.1666666666666664e-2,
        8.333333333333333e-3,
        1.388888888888889e-3,
        1.984126984126984e-4,
        2.48015873015873e-5,
        2.7557319223985893e-6,
        2.755731922398589e-7,
        2.505210838544172e-8,
        2.08767569878681e-9,
        1.6059043836821613e-10,
        1.1470745597729725e-11,
        7.647163731819816e-13,
        4.779477332387385e-14,
        2.8114572543455206e-15,
        1.5619206968586225e-16,
        8.22063524662433e-18,
    ];
    let fourth = polynomial(&TERMS, z);
    let third = 1.0 / 6.0 + z * fourth;
    let second = 0.5 + z * third;
    [1.0 + z * second, second, third, fourth]
}

/// `(e^z − 1)/z` and its first two derivatives.
pub(super) fn relative_exp(z: f64) -> [f64; 3] {
    if z.abs() <= 1.0 {
        let [first, second, third, _] = phi(z);
        return [first, first - second, first - 2.0 * second + 2.0 * third];
    }
    let value = z.exp_m1() / z;
    let first = (z.exp() - value) / z;
    [value, first, (z.exp() - 2.0 * first) / z]
}

/// `(e^z − 1 − z)/z²` and its first two derivatives.
fn relative_excess(z: f64) -> [f64; 3] {
    if z.abs() <= 1.0 {
        let [_, second, third, fourth] = phi(z);
        return [second, second - 2.0 * third, second - 4.0 * third + 6.0 * fourth];
    }
    let [f, first, second] = relative_exp(z);
    let value = (f - 1.0) / z;
    let slope = (first - value) / z;
    [value, slope, (second - 2.0 * slope) / z]
}

/// `(e^z − 1 − z)/z²` alone.
pub(super) fn relative_excess_value(z: f64) -> f64 {
    if z.abs() <= 1.0 { phi(z)[1] } else { (z.exp_m1() / z - 1.0) / z }
}

/// Stirling's remainder `ln Γ(x) − (x − ½) ln x + x − ln √(2π)`, with its first two derivatives.
pub(super) fn stirling(x: f64) -> [f64; 3] {
    // Σ B₂ₖ/(2k (2k − 1)) x^(1−2k)
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0];
    let mut sum = [0.0; 3];
    let mut x = x;
    while x < 12.0 {
        let (r, step) = (1.0 / (x * (x + 1.0)), (1.0 / x).ln_1p());
        sum[0] += (x + 0.5) * step - 1.0;
        sum[1] += step - (x + 0.5) * r;
        sum[2] += 0.5 * r * r;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let mut power = inverse;
    for (k, term) in TERMS.into_iter().enumerate() {
        let p = (2 * k + 1) as f64;
        sum[0] += term * power;
        sum[1] -= term * p * power * inverse;
        sum[2] += term * p * (p + 1.0) * power * inverse * inverse;
        power *= inverse * inverse;
    }
    sum
}

/// `r(Q^−2)` of Stirling's remainder r, with its derivatives in Q: smooth through 0.
fn stirling_of_shape(q: f64) -> [f64; 3] {
    let s = q * q;
    if s < 1.0 / 30.0 {
        // s/12 − s³/360 + s⁵/1260 − s⁷/1680 + s⁹/1188, chained with s = Q²
        let s2 = s * s;
        let value =
            s * (1.0 / 12.0 - s2 * (1.0 / 360.0 - s2 * (1.0 / 1260.0 - s2 * (1.0 / 1680.0 - s2 / 1188.0))));
        let first =
            1.0 / 12.0 - s2 * (3.0 / 360.0 - s2 * (5.0 / 1260.0 - s2 * (7.0 / 1680.0 - s2 * 9.0 / 1188.0)));
        let second = -s * (6.0 / 360.0 - s2 * (20.0 / 1260.0 - s2 * (42.0 / 1680.0 - s2 * 72.0 / 1188.0)));
        return [value, 2.0 * q * first, 2.0 * first + 4.0 * s * second];
    }
    let [value, first, second] = stirling(1.0 / s);
    [value, -2.0 * first / (s * q), 4.0 * second / (s * s * s) + 6.0 * first / (s * s)]
}

/// `ln f(w; Q)` of the generalised gamma distribution: `−ln √(2π) − r(Q^−2) − w² (e^{Qw} − 1 − Qw)/(Qw)²`; a function of
/// w and Q.
pub(super) fn log_gamma_density(w: f64, q: f64) -> Jet<2> {
    let z = q * w;
    let [excess, excess_1, excess_2] = relative_excess(z);
    let [slope, slope_1, _] = relative_exp(z);
    let [r, r_1, r_2] = stirling_of_shape(q);
    let cross = -w * w * slope_1;
    Jet {
        value: -LOG_ROOT_TAU - r - w * w * excess,
        gradient: [-w * slope, -r_1 - w * w * w * excess_1],
        hessian: [[-z.exp(), cross], [cross, -r_2 - w.powi(4) * excess_2]],
    }
}

/// `ln S(w; Q)` of the generalised gamma distribution, a function of w and Q.
pub(super) fn log_gamma_survival(w: f64, q: f64) -> Jet<2> {
    let [r, r_1, r_2] = stirling_of_shape(q);
    let constant = Jet::<1> { value: -LOG_ROOT_TAU - r, gradient: [-r_1], hessian: [[-r_2]] };
    let kernel = |u: f64| {
        let [excess, excess_1, excess_2] = relative_excess(q * u);
        let square = u * u;
        Jet::<1> {
            value: -square * excess,
            gradient: [-square * u * excess_1],
            hessian: [[-square * square * excess_2]],
        }
    };
    let value = |u: f64| -u * u * relative_excess_value(q * u);
    let slope = -w * relative_exp(q * w)[0];
    survival(w, slope, constant + kernel(w), constant + log_tail(w, value, kernel))
}

/// A function of (w, shapes) from its jet in the shapes, its slope in w (with the slope's derivatives) and its curvature.
pub(super) fn lift<const M: usize, const K: usize>(shapes: Jet<M>, slope: Jet<M>, bend: f64) -> Jet<K> {
    let mut jet = Jet::<K>::constant(shapes.value);
    jet.gradient[0] = slope.value;
    jet.hessian[0][0] = bend;
    for i in 0..M {
        jet.gradient[i + 1] = shapes.gradient[i];
        jet.hessian[0][i + 1] = slope.gradient[i];
        jet.hessian[i + 1][0] = slope.gradient[i];
        for j in 0..M {
            jet.hessian[i + 1][j + 1] = shapes.hessian[i][j];
        }
    }
    jet
}

/// `ln S(w)` of a log-concave density with its mode at 0, a function of w (first) and the shapes: from the slope of the log
/// density at w, the log density there and the logarithm of the outer tail.
pub(super) fn survival<const M: usize, const K: usize>(
    w: f64,
    slope: f64,
    here: Jet<M>,
    tail: Jet<M>,
) -> Jet<K> {
    let log = if w >= 0.0 { tail } else { tail.ln_one_minus_exp() };
    // With h = f/S: d ln S/dw = −h, whose own derivatives are −h (ln f − ln S)'.
    let ratio = here - log;
    let hazard = -ratio.exp();
    let bend = hazard.value * (slope - hazard.value);
    lift(log, hazard, bend)
}

/// Nodes of a panel.
const NODES: usize = 20;
/// How far the logarithm of the density falls, about, until the end of each panel: beyond the last is less than e^−44.
const FALLS: [f64; 4] = [0.3, 4.0, 15.0, 44.0];

/// `ln ∫ e^g` from w outwards, away from the mode of g at 0: `value` is g, `kernel` has its derivatives in the shapes.
pub(super) fn log_tail<const M: usize>(
    w: f64,
    value: impl Fn(f64) -> f64,
    kernel: impl Fn(f64) -> Jet<M>,
) -> Jet<M> {
    let direction = if w >= 0.0 { 1.0 } else { -1.0 };
    let rule = GaussLegendre::of(NODES);
    let here = value(w);
    if !here.is_finite() {
        return Jet::constant(f64::NEG_INFINITY);
    }
    let fall = |v: f64| here - value(w + direction * v);
    let (mut total, mut first, mut second) = (0.0, [0.0; M], [[0.0; M]; M]);
    let (mut from, mut to) = (0.0, 0.1);
    for target in FALLS {
        // The fall is convex in v: doubling finds a v beyond the target, halving brings it near. (A secant from 0 overshoots
        // and returns without end where the fall is doubly exponential, as right of the mode with a large Q.)
        let mut short = from;
        while fall(to) < 0.8 * target {
            short = to;
            to *= 2.0;
        }
        while !(fall(to) <= 1.25 * target) && to - short > 1e-12 * to {
            let middle = f64::midpoint(short, to);
            if fall(middle) < 0.8 * target { short = middle } else { to = middle }
        }
        for (v, weight) in rule.nodes(from, to) {
            let jet = kernel(w + direction * v);
            let mass = weight * (jet.value - here).exp();
            if mass == 0.0 {
                continue;
            }
            total += mass;
            let mut i = 0;
            while i < M {
                let (slope, mut j) = (jet.gradient[i], 0);
                first[i] += mass * slope;
                while j <= i {
                    second[i][j] += mass * (jet.hessian[i][j] + slope * jet.gradient[j]);
                    j += 1;
                }
                i += 1;
            }
        }
        from = to;
        to *= 1.5;
    }
    let mut log = Jet::constant(here + total.ln());
    for i in 0..M {
        log.gradient[i] = first[i] / total;
    }
    for i in 0..M {
        for j in 0..=i {
            log.hessian[i][j] = second[i][j] / total - log.gradient[i] * log.gradient[j];
            log.hessian[j][i] = log.hessian[i][j];
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::regression::parametric::generalized_f::{log_f_density, log_f_survival};

    /// R 4.2.2: `pnorm(w, lower.tail = FALSE, log.p = TRUE)`.
    #[test]
    fn the_log_of_the_normal_tail_never_underflows() {
        for (w, log) in [(-5.0, -2.866516129637633e-07), (1.0, -1.841021645009264), (40.0, -804.608442013754)]
        {
            let got = log_normal_survival(w)[0];
            assert!((got / log - 1.0).abs() < 1e-13, "{w}: {got}");
        }
    }

    fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
        assert!(
            (got - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{what}: {got:?} {expected:?}"
        );
    }

    /// mpmath 1.3 with 40 digits: log(gammainc(Q**-2, exp(Q*w)/Q**2, regularized=True)).
    #[test]
    fn a_steep_side_of_the_mode_keeps_its_digits() {
        for (q, w, log) in [
            (2.0, 0.05, -1.42237965971339015),
            (3.34, -0.2, -1.56553567444226259),
            (3.34, 0.05, -1.88681047623459218),
            (3.34, 0.3, -2.35180553923331715),
            (5.0, -1.0, -1.33057333005076289),
            (5.0, 0.05, -2.36260059555231146),
            (5.0, 0.3, -2.95340852408912073),
            (0.5, 2.0, -5.21982687225198046),
            (1.0, 6.5, -665.141633044361841),
        ] {
            let got = log_gamma_survival(w, q).value;
            assert!((got / log - 1.0).abs() < 1e-12, "{q} {w}: {got:?} {log:?}");
        }
    }

    #[test]
    fn derivatives_in_the_shape_of_a_gamma_are_those_of_differences() {
        let h = 1e-5;
        for q in [-2.0, -0.3, -1e-3, 0.0, 0.05, 0.4, 1.0, 3.0] {
            for w in [-6.0, -1.0, 0.0, 0.5, 2.0] {
                for f in [log_gamma_density, log_gamma_survival] {
                    let jet = f(w, q);
                    let steps = [(f(w + h, q), f(w - h, q)), (f(w, q + h), f(w, q - h))];
                    for (k, (up, down)) in steps.into_iter().enumerate() {
                        let what = format!("gamma {q} {w} {k}");
                        close(&what, jet.gradient[k], (up.value - down.value) / (2.0 * h), 1e-7);
                        for l in 0..2 {
                            close(
                                &what,
                                jet.hessian[k][l],
                                (up.gradient[l] - down.gradient[l]) / (2.0 * h),
                                1e-6,
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn derivatives_in_the_shapes_of_an_f_are_those_of_differences() {
        let h = 1e-5;
        let shapes = [-2.0, -0.3, -1e-3, 0.0, 0.05, 0.4, 1.0, 3.0];
        for (q, w) in shapes.into_iter().flat_map(|q| [-6.0, -1.0, 0.0, 0.5, 2.0].map(|w| (q, w))) {
            for log_p in [-6.0, 0.0, 1.0] {
                for f in [log_f_density, log_f_survival] {
                    let jet = f(w, q, log_p);
                    let steps = [
                        (f(w + h, q, log_p), f(w - h, q, log_p)),
                        (f(w, q + h, log_p), f(w, q - h, log_p)),
                        (f(w, q, log_p + h), f(w, q, log_p - h)),
                    ];
                    for (k, (up, down)) in steps.into_iter().enumerate() {
                        let what = format!("F {q} {w} {log_p} {k}");
                        close(&what, jet.gradient[k], (up.value - down.value) / (2.0 * h), 1e-7);
                        for l in 0..3 {
                            let second = (up.gradient[l] - down.gradient[l]) / (2.0 * h);
                            close(&what, jet.hessian[k][l], second, 1e-6);
                        }
                    }
                }
            }
        }
    }
}
