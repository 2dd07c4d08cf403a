//! The generalised F distribution: log density and tail of the standardised logarithm of time, with their derivatives in closed form.
//!
//! Behind Q and ln P stand two shapes x and y. At a given w the log density is `c(x, y) + g(w; x, y)` with a constant of Stirling's
//! remainders, taken once for a row, and a kernel g whose gradient and Hessian in x and y are a few products beside one
//! logarithm: a tail is an integral over some hundred nodes, and at each of them nothing else is worked out.
//!
//! Prentice (1975), Biometrika 62:607; Cox (2008), Statist Med 27:4301.

use crate::survival::regression::parametric::jet::{Jet, Real};
use crate::survival::regression::parametric::tails::{
    LOG_ROOT_TAU, lift, log_tail, polynomial, stirling, survival,
};

/// The shapes of the F distribution behind Q and ln P: `s₁` and `s₂` without cancellation, and `δ = √(Q² + 2P)`.
fn f_shapes(q: f64, log_p: f64) -> [Jet<2>; 3] {
    let (shape, p) = (Jet::<2>::variable(q, 0), Jet::<2>::variable(log_p, 1).exp());
    let delta = (shape * shape + p.scale(2.0)).sqrt();
    let sum = if q >= 0.0 { delta + shape } else { delta - shape };
    // 2/(δ(δ + |Q|)) and (δ + |Q|)/(δP)
    let near = (delta * sum).recip().scale(2.0);
    let far = sum * (delta * p).recip();
    if q >= 0.0 { [near, far, delta] } else { [far, near, delta] }
}

/// The factor of the density of the logarithm of an F variable times its shapes' ratio that does not depend on w, by
/// logarithms: `½ ln(x y/(x + y)) − ln √(2π)` and Stirling's remainders, a function of Q and ln P.
fn log_f_constant([x, y, _]: [Jet<2>; 3]) -> Jet<2> {
    let remainder = |x: Jet<2>| x.map(stirling(x.value));
    let constant = (x.ln() - (x * y.recip()).ln_1p()).scale(0.5).shift(-LOG_ROOT_TAU);
    constant + remainder(x + y) - remainder(x) - remainder(y)
}

/// `z − ln(1 + z)` for −0.4 < z < 0.7, without cancellation: with s = z/(2 + z), `z s − 2 (s³/3 + s⁵/5 + …)`.
fn log_excess(z: f64) -> f64 {
    // s² is below 1/14: what is left out is below 1e-16.
    const TERMS: [f64; 12] = [
        1.0 / 3.0,
        1.0 / 5.0,
        1.0 / 7.0,
        1.0 / 9.0,
        1.0 / 11.0,
        1.0 / 13.0,
        1.0 / 15.0,
        1.0 / 17.0,
        1.0 / 19.0,
        1.0 / 21.0,
        1.0 / 23.0,
        1.0 / 25.0,
    ];
    let s = z / (2.0 + z);
    let square = s * s;
    z * s - 2.0 * s * square * polynomial(&TERMS, square)
}

/// `g(w) = x w − (x + y) ln(1 + p(e^w − 1))`, p = x/(x + y): the rest of the log density, a function of the shapes x and y.
///
/// With `z = p(e^w − 1)` and `z′ = (1 − p)(e^−w − 1)` it is `−x ln(1 + z′) − y ln(1 + z)`; its derivatives in x and y are
/// `κ(z′)` and `κ(z)`, `κ(z) = z/(1 + z) − ln(1 + z)`, and its Hessian is `r² (1 − p, −p)(1 − p, −p)ᵀ/(x + y)` with
/// `r = (e^w − 1)/(1 + z)`. Near the mode x and y may be 1e9, and all is taken from `z − ln(1 + z)`.
fn log_f_kernel(w: f64, x: f64, y: f64) -> Jet<2> {
    if w < 0.0 {
        let Jet { value, gradient: [of_y, of_x], hessian: [[of_yy, of_xy], [_, of_xx]] } =
            log_f_kernel(-w, y, x);
        return Jet { value, gradient: [of_x, of_y], hessian: [[of_xx, of_xy], [of_xy, of_yy]] };
    }
    let sum = x + y;
    let (p, other) = (x / sum, y / sum);
    // 1 − e^−w and e^w − 1; far out, where e^w would overflow, it is taken out of the logarithm.
    let fall = -(-w).exp_m1();
    let ratio = fall / (1.0 - fall + p * fall);
    let rise = w.exp_m1();
    let z = p * rise;
    let log = if w < 700.0 { z.ln_1p() } else { w + p.ln() };
    let excess = if z < 0.5 { log_excess(z) } else { f64::NAN };
    let of_y = if z < 0.5 { excess - z * p * ratio } else { p * ratio - log };
    let (value, of_x) = if w < 0.5 {
        let mirrored = log_excess(-other * fall);
        let value = x * mirrored + y * log_excess(z) - x * other * rise * fall;
        (value, mirrored - other * other * fall * ratio)
    } else {
        (x * (w - log) - y * log, w - log - other * ratio)
    };
    let outer = ratio * ratio / sum;
    let cross = -outer * p * other;
    Jet { value, gradient: [of_x, of_y], hessian: [[outer * other * other, cross], [cross, outer * p * p]] }
}

/// `g(w)` alone.
fn log_f_kernel_value(w: f64, x: f64, y: f64) -> f64 {
    if w < 0.0 {
        return log_f_kernel_value(-w, y, x);
    }
    let (p, other) = (x / (x + y), y / (x + y));
    let z = p * w.exp_m1();
    if w < 0.5 {
        let fall = -(-w).exp_m1();
        return x * log_excess(-other * fall) + y * log_excess(z) - y * z * fall;
    }
    let log = if w < 700.0 { z.ln_1p() } else { w + p.ln() };
    x * (w - log) - y * log
}

/// `ln f(w; Q, ln P)` of the generalised F distribution; a function of all three.
pub(super) fn log_f_density(w: f64, q: f64, log_p: f64) -> Jet<3> {
    let shapes = f_shapes(q, log_p);
    let [x, y, _] = shapes;
    let inner = log_f_constant(shapes) + Jet::compose([x, y], &log_f_kernel(w, x.value, y.value));
    // d/dw = x − (x + y) p e^w/(1 + p(e^w − 1)) = x y (1 − e^w)/(y + x e^w)
    // divided by e^w right of the mode, so that nothing overflows
    let (of_x, of_y) = if w > 0.0 { (1.0, (-w).exp()) } else { (w.exp(), 1.0) };
    let slope = x * y * (y.scale(of_y) + x.scale(of_x)).recip();
    let slope = slope.scale(of_y - of_x);
    let (x, y) = (x.value, y.value);
    let bend = -x * y * (x + y) * of_x * of_y / (y * of_y + x * of_x).powi(2);
    lift(inner, slope, bend)
}

/// `ln S(w; Q, ln P)` of the generalised F distribution; a function of all three.
pub(super) fn log_f_survival(w: f64, q: f64, log_p: f64) -> Jet<3> {
    let shapes = f_shapes(q, log_p);
    let (x, y) = (shapes[0].value, shapes[1].value);
    let (of_x, of_y) = if w > 0.0 { (1.0, (-w).exp()) } else { (w.exp(), 1.0) };
    let slope = x * y * (of_y - of_x) / (y * of_y + x * of_x);
    let (constant, kernel) = (log_f_constant(shapes), |u: f64| log_f_kernel(u, x, y));
    let of_shapes = |jet: &Jet<2>| constant + Jet::compose([shapes[0], shapes[1]], jet);
    let tail = log_tail(w, |u| log_f_kernel_value(u, x, y), kernel);
    survival(w, slope, of_shapes(&kernel(w)), of_shapes(&tail))
}

/// `δ` of the generalised F distribution, a function of Q and ln P.
pub(super) fn f_delta(q: f64, log_p: f64) -> Jet<2> {
    f_shapes(q, log_p)[2]
}
