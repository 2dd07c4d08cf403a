//! Blocks of exact and right-censored rows of a location-scale family, without a branch in their loops.
//!
//! With `w = (y − η) e^−τ` and d = 1 for an event, the log density and the log survival function are one expression of w
//! and d, and so are their derivatives: the loops below are over plain columns, which the compiler turns into wide
//! registers. The exponential is one that it can widen too.

use crate::numeric::exp::exp_each;
use crate::survival::regression::parametric::lanes::{BLOCK, sum};
use crate::survival::regression::parametric::normal_tail::normal_tails;
use crate::survival::regression::parametric::standard::Standard;
use crate::survival::regression::parametric::tails::LOG_ROOT_TAU;

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
    /// Rows that are taken by themselves, and where they stand in the block.
    packed: [Lane; 6],
    place: [u32; BLOCK],
}

impl Work {
    pub fn new() -> Self {
        let lane = [0.0; BLOCK];
        Self {
            inverse: lane,
            w: lane,
            e: lane,
            first: lane,
            second: lane,
            terms: lane,
            packed: [lane; 6],
            place: [0; BLOCK],
        }
    }

    /// Fills the columns of derivatives (η, τ; ηη, ητ, ττ: of η alone where there is no scale) and gives the log
    /// likelihood of the block. Second derivatives only where they are asked for.
    pub fn fill(
        &mut self,
        standard: Standard,
        rows: Observed,
        (eta, log_scale): (&[f64], LogScale),
        gradient: &mut [Vec<f64>],
        hessian: Option<&mut [Vec<f64>]>,
    ) -> f64 {
        let m = eta.len();
        let inverse = &mut self.inverse[..m];
        match log_scale {
            LogScale::One(tau) => inverse.fill((-tau).exp()),
            LogScale::Each(tau) => {
                inverse.iter_mut().zip(tau).for_each(|(inverse, tau)| *inverse = -tau);
                exp_each(inverse);
            }
        }
        let (w, y, event) = (&mut self.w[..m], &rows.y[..m], &rows.event[..m]);
        for i in 0..m {
            w[i] = (y[i] - eta[i]) * inverse[i];
        }
        let logarithms = self.standard(standard, event, rows.weight);
        let value = self.value(rows, log_scale, m) + logarithms;
        self.fill_gradient(event, rows.weight, gradient);
        if let Some(hessian) = hessian {
            self.fill_hessian(m, rows.weight, hessian);
        }
        value
    }

    /// The sum of the terms, with the scale (and the Jacobian of the logarithm) in the density.
    fn value(&mut self, rows: Observed, log_scale: LogScale, m: usize) -> f64 {
        let (terms, y, event) = (&mut self.terms[..m], &rows.y[..m], &rows.event[..m]);
        match (log_scale, rows.of_logarithms) {
            (LogScale::One(tau), true) => (0..m).for_each(|i| terms[i] -= event[i] * (tau + y[i])),
            (LogScale::One(tau), false) => (0..m).for_each(|i| terms[i] -= event[i] * tau),
            (LogScale::Each(tau), true) => (0..m).for_each(|i| terms[i] -= event[i] * (tau[i] + y[i])),
            (LogScale::Each(tau), false) => (0..m).for_each(|i| terms[i] -= event[i] * tau[i]),
        }
        if let Some(weight) = rows.weight {
            weigh(terms, weight);
        }
        sum(terms)
    }

    fn fill_gradient(&self, event: &[f64], weight: Option<&[f64]>, gradient: &mut [Vec<f64>]) {
        let m = event.len();
        let (w, a, inverse) = (&self.w[..m], &self.first[..m], &self.inverse[..m]);
        let of_eta = &mut gradient[0][..m];
        for i in 0..m {
            of_eta[i] = -a[i] * inverse[i];
        }
        if let [_, of_tau, ..] = gradient {
            let of_tau = &mut of_tau[..m];
            for i in 0..m {
                of_tau[i] = -(a[i] * w[i] + event[i]);
            }
        }
        if let Some(weight) = weight {
            for column in &mut *gradient {
                weigh(&mut column[..m], weight);
            }
        }
    }

    fn fill_hessian(&self, m: usize, weight: Option<&[f64]>, hessian: &mut [Vec<f64>]) {
        let (w, a, b, inverse) = (&self.w[..m], &self.first[..m], &self.second[..m], &self.inverse[..m]);
        let [eta_eta, of_scale @ ..] = &mut *hessian else { return };
        let eta_eta = &mut eta_eta[..m];
        for i in 0..m {
            eta_eta[i] = b[i] * inverse[i] * inverse[i];
        }
        if let [eta_tau, tau_tau] = of_scale {
            let (eta_tau, tau_tau) = (&mut eta_tau[..m], &mut tau_tau[..m]);
            for i in 0..m {
                let mixed = b[i] * w[i] + a[i];
                eta_tau[i] = inverse[i] * mixed;
                tau_tau[i] = w[i] * mixed;
            }
        }
        if let Some(weight) = weight {
            for column in &mut *hessian {
                weigh(&mut column[..m], weight);
            }
        }
    }

    /// The standard log density (where d is 1) or log survival function of each row, and both derivatives in w. Logarithms
    /// that are better taken of a product of rows than of each are not in the terms: their sum is given back.
    fn standard(&mut self, standard: Standard, event: &[f64], weight: Option<&[f64]>) -> f64 {
        match standard {
            Standard::Smallest => self.smallest(event),
            Standard::Logistic => self.logistic(event, weight),
            Standard::Normal => self.normal(event, weight),
        }
    }

    /// `d w − e^w`
    fn smallest(&mut self, event: &[f64]) -> f64 {
        let m = event.len();
        let (w, e, terms) = (&self.w[..m], &mut self.e[..m], &mut self.terms[..m]);
        let (first, second) = (&mut self.first[..m], &mut self.second[..m]);
        e.copy_from_slice(w);
        exp_each(e);
        for i in 0..m {
            first[i] = event[i] - e[i];
            second[i] = -e[i];
            terms[i] = event[i] * w[i] - e[i];
        }
        0.0
    }

    /// `d w − (1 + d) ln(1 + e^w)`, by `u = e^−|w|`: `ln(1 + e^w) = max(w, 0) + ln(1 + u)`
    fn logistic(&mut self, event: &[f64], weight: Option<&[f64]>) -> f64 {
        let m = event.len();
        let (w, e, terms) = (&self.w[..m], &mut self.e[..m], &mut self.terms[..m]);
        let (first, second) = (&mut self.first[..m], &mut self.second[..m]);
        for i in 0..m {
            e[i] = -w[i].abs();
        }
        exp_each(e);
        for i in 0..m {
            let (u, r) = (e[i], 1.0 / (1.0 + e[i]));
            let p = if w[i] >= 0.0 { r } else { u * r };
            let times = 1.0 + event[i];
            first[i] = event[i] - times * p;
            second[i] = -times * u * r * r;
            terms[i] = event[i] * w[i] - times * w[i].max(0.0);
        }
        if let Some(weight) = weight {
            let term = |i: usize| weight[i] * (1.0 + event[i]) * e[i].ln_1p();
            return -(0..m).filter(|i| weight[*i] > 0.0).map(term).sum::<f64>();
        }
        for i in 0..m {
            // 1 + u, or its square.
            e[i] = (1.0 + e[i]) * (1.0 + event[i] * e[i]);
        }
        -log_of_product(e)
    }

    /// `−w²/2 − ln √2π` where d is 1; the tails of the others side by side.
    fn normal(&mut self, event: &[f64], weight: Option<&[f64]>) -> f64 {
        let m = event.len();
        let (w, terms) = (&self.w[..m], &mut self.terms[..m]);
        let (first, second) = (&mut self.first[..m], &mut self.second[..m]);
        for i in 0..m {
            terms[i] = -0.5 * w[i] * w[i] - LOG_ROOT_TAU;
            first[i] = -w[i];
            second[i] = -1.0;
        }
        let mut others = 0;
        for i in 0..m {
            self.place[others] = i as u32;
            self.packed[0][others] = w[i];
            others += usize::from(event[i] == 0.0);
        }
        let [of, density, plain, inside, slope, curve] = &mut self.packed;
        let [of, density, plain, inside, slope, curve] =
            [of, density, plain, inside, slope, curve].map(|column| &mut column[..others]);
        normal_tails(of, density, [plain, inside, slope, curve]);
        for (k, &i) in self.place[..others].iter().enumerate() {
            let i = i as usize;
            (terms[i], first[i], second[i]) = (plain[k], slope[k], curve[k]);
        }
        let Some(weight) = weight else { return log_of_product(inside) };
        for (k, &i) in self.place[..others].iter().enumerate() {
            // A row of weight 0 counts for nothing, whatever its tail is.
            let weight = weight[i as usize];
            inside[k] = if weight > 0.0 { weight * inside[k].ln() } else { 0.0 };
        }
        sum(inside)
    }
}

fn weigh(column: &mut [f64], weight: &[f64]) {
    column.iter_mut().zip(weight).for_each(|(x, w)| *x = if *w > 0.0 { *x * w } else { 0.0 });
}

/// `Σ ln u`: the logarithm of a product, which 64 numbers between 0.03 and 4 keep within bounds.
fn log_of_product(u: &[f64]) -> f64 {
    let mut sum = 0.0;
    for u in u.chunks(64) {
        let mut product = [1.0; 4];
        for (k, u) in u.iter().enumerate() {
            product[k % 4] *= u;
        }
        sum += product.into_iter().product::<f64>().ln();
    }
    sum
}
