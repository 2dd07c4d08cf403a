//! Blocks of exact and right-censored rows of a location-scale family, without a branch in their loops.
//!
//! With `w = (y − η) e^−τ` and d = 1 for an event, the log density and the log survival function are one expression of w
//! and d, and so are their derivatives: the loops below are over plain columns, which the compiler turns into wide
//! registers. The exponential is one that it can widen too.

use crate::survival::regression::parametric::lanes::sum;
use crate::survival::regression::parametric::likelihood::BLOCK;
use crate::survival::regression::parametric::standard::Standard;
use crate::survival::regression::parametric::tails::{LOG_ROOT_TAU, log_normal_survival};

/// The rows of a block: observed values, 1 for an event, weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed<'a> {
    pub y: &'a [f64],
    pub event: &'a [f64],
    /// A row of weight 0 counts for nothing, whatever its derivatives are.
    pub weight: Option<&'a [f64]>,
    /// Is y a logarithm, whose Jacobian belongs to the density?
    pub of_logarithms: bool,
}

/// The logarithms of the scales of a block: one, or one for each row.
#[derive(Debug, Clone, Copy)]
pub(super) enum LogScale<'a> {
    One(f64),
    Each(&'a [f64]),
}

type Lane = [f64; BLOCK];

/// Where the columns of a block are worked out.
#[derive(Debug)]
pub(super) struct Work {
    inverse: Lane,
    w: Lane,
    e: Lane,
    first: Lane,
    second: Lane,
    terms: Lane,
}

impl Work {
    pub fn new() -> Self {
        let lane = [0.0; BLOCK];
        Self { inverse: lane, w: lane, e: lane, first: lane, second: lane, terms: lane }
    }

    /// Fills the columns of derivatives (η, τ; ηη, ητ, ττ: of η alone where there is no scale) and gives the log
    /// likelihood of the block.
    pub fn fill(
        &mut self,
        standard: Standard,
        rows: Observed,
        eta: &[f64],
        log_scale: LogScale,
        gradient: &mut [Vec<f64>],
        hessian: &mut [Vec<f64>],
    ) -> f64 {
        let m = eta.len();
        let inverse = &mut self.inverse[..m];
        match log_scale {
            LogScale::One(tau) => inverse.fill((-tau).exp()),
            LogScale::Each(tau) => {
                inverse.iter_mut().zip(tau).for_each(|(inverse, tau)| *inverse = (-tau).exp());
            }
        }
        let (w, y, event) = (&mut self.w[..m], &rows.y[..m], &rows.event[..m]);
        for i in 0..m {
            w[i] = (y[i] - eta[i]) * inverse[i];
        }
        let softplus = self.standard(standard, event, rows.weight);
        let terms = &mut self.terms[..m];
        match log_scale {
            LogScale::One(tau) => terms.iter_mut().zip(event).for_each(|(term, d)| *term -= d * tau),
            LogScale::Each(tau) => {
                for i in 0..m {
                    terms[i] -= event[i] * tau[i];
                }
            }
        }
        if rows.of_logarithms {
            for i in 0..m {
                terms[i] -= event[i] * y[i];
            }
        }
        if let Some(weight) = rows.weight {
            weigh(terms, weight);
        }
        let value = sum(terms) - softplus;
        let (w, a, b, inverse) = (&self.w[..m], &self.first[..m], &self.second[..m], &self.inverse[..m]);
        let (of_eta, eta_eta) = (&mut gradient[0][..m], &mut hessian[0][..m]);
        for i in 0..m {
            of_eta[i] = -a[i] * inverse[i];
            eta_eta[i] = b[i] * inverse[i] * inverse[i];
        }
        if gradient.len() > 1 {
            let of_tau = &mut gradient[1][..m];
            for i in 0..m {
                of_tau[i] = -(a[i] * w[i] + event[i]);
            }
            let [_, eta_tau, tau_tau] = hessian else { return value };
            let (eta_tau, tau_tau) = (&mut eta_tau[..m], &mut tau_tau[..m]);
            for i in 0..m {
                let mixed = b[i] * w[i] + a[i];
                eta_tau[i] = inverse[i] * mixed;
                tau_tau[i] = w[i] * mixed;
            }
        }
        if let Some(weight) = rows.weight {
            gradient.iter_mut().chain(hessian).for_each(|column| weigh(&mut column[..m], weight));
        }
        value
    }

    /// The standard log density (where d is 1) or log survival function of each row, and both derivatives in w. What is
    /// better taken from a product of rows than from each is not in the terms: it is given back.
    fn standard(&mut self, standard: Standard, event: &[f64], weight: Option<&[f64]>) -> f64 {
        let m = event.len();
        let (w, e, terms) = (&self.w[..m], &mut self.e[..m], &mut self.terms[..m]);
        let (first, second) = (&mut self.first[..m], &mut self.second[..m]);
        match standard {
            // d w − e^w
            Standard::Smallest => {
                exponentials(w, e);
                for i in 0..m {
                    first[i] = event[i] - e[i];
                    second[i] = -e[i];
                    terms[i] = event[i] * w[i] - e[i];
                }
                0.0
            }
            // d w − (1 + d) ln(1 + e^w), by u = e^−|w|: ln(1 + e^w) = max(w, 0) + ln(1 + u)
            Standard::Logistic => {
                for i in 0..m {
                    terms[i] = -w[i].abs();
                }
                exponentials(terms, e);
                for i in 0..m {
                    let (u, r) = (e[i], 1.0 / (1.0 + e[i]));
                    let p = if w[i] >= 0.0 { r } else { u * r };
                    let times = 1.0 + event[i];
                    first[i] = event[i] - times * p;
                    second[i] = -times * u * r * r;
                    terms[i] = event[i] * w[i] - times * w[i].max(0.0);
                }
                logarithms(e, event, weight)
            }
            Standard::Normal => {
                for i in 0..m {
                    [terms[i], first[i], second[i]] = if event[i] > 0.0 {
                        [-0.5 * w[i] * w[i] - LOG_ROOT_TAU, -w[i], -1.0]
                    } else {
                        log_normal_survival(w[i])
                    };
                }
                0.0
            }
        }
    }
}

fn weigh(column: &mut [f64], weight: &[f64]) {
    column.iter_mut().zip(weight).for_each(|(x, w)| *x = if *w > 0.0 { *x * w } else { 0.0 });
}

/// `Σ (1 + d) ln(1 + u)` for u in [0, 1]: the logarithm of a product, which 64 rows of at most 2² each keep finite.
fn logarithms(u: &[f64], event: &[f64], weight: Option<&[f64]>) -> f64 {
    if let Some(weight) = weight {
        let term = |i: usize| weight[i] * (1.0 + event[i]) * u[i].ln_1p();
        return (0..u.len()).filter(|i| weight[*i] > 0.0).map(term).sum();
    }
    let mut sum = 0.0;
    for (u, event) in u.chunks(64).zip(event.chunks(64)) {
        let mut product = [1.0; 4];
        for (k, (u, d)) in u.iter().zip(event).enumerate() {
            product[k % 4] *= (1.0 + u) * (1.0 + d * u);
        }
        sum += product.into_iter().product::<f64>().ln();
    }
    sum
}

/// `e^x` of each number: the library's function where one is large, else one that is widened.
pub(super) fn exponentials(x: &[f64], into: &mut [f64]) {
    if x.iter().all(|x| x.abs() < 700.0) {
        x.iter().zip(into).for_each(|(x, e)| *e = exponential(*x));
    } else {
        x.iter().zip(into).for_each(|(x, e)| *e = x.exp());
    }
}

/// `e^x` for |x| < 700, to two units in the last place: `x = k ln 2 + r` with |r| below 0.347, Taylor's polynomial of
/// degree 13 (whose error is 4e-18), and 2^k put together from its bits.
#[inline(always)]
fn exponential(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the lowest bits.
    const ROUND: f64 = 6755399441055744.0;
    /// ln 2 in two parts, the first with zeros at its end, so that k times it is exact.
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// 1/13!, 1/12!, …, 1/2!
    const TERMS: [f64; 12] = [
        1.0 / 6227020800.0,
        1.0 / 479001600.0,
        1.0 / 39916800.0,
        1.0 / 3628800.0,
        1.0 / 362880.0,
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * HIGH) - k * LOW;
    let mut sum = TERMS[0];
    for term in &TERMS[1..] {
        sum = sum * r + term;
    }
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    power * (1.0 + (r + r * r * sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_right_to_two_units_in_the_last_place() {
        let x: Vec<f64> = (-69990..69990).map(|k| f64::from(k) * 0.01 + 0.003).collect();
        let mut e = vec![0.0; x.len()];
        exponentials(&x, &mut e);
        for (x, e) in x.iter().zip(e) {
            assert!((e / x.exp() - 1.0).abs() <= 4.5e-16, "{x}: {e} {}", x.exp());
        }
        let mut e = [0.0; 3];
        exponentials(&[-1e4, 800.0, 0.0], &mut e);
        assert_eq!(e, [0.0, f64::INFINITY, 1.0]);
    }
}
