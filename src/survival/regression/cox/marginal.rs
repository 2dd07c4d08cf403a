//! The exact marginal likelihood of tied events: they have some order, which was not seen (Kalbfleisch & Prentice 1973,
//! Biometrika 60:267; SAS `TIES=EXACT`, Stata `exactm`).
//!
//! An event time adds the probability that its d events, with risk weights θ, come before all others at risk, whose risk
//! weights sum to R: the sum over all d! orders of what the partial likelihood gives to each. With one exponential
//! variable for each row this is `∫₀^∞ Π (1 − exp(−θ_j t/R)) exp(−t) dt` (`DeLong`, Guirguis & So 1994, Biometrika 81:607): taken by
//! quadrature, whatever d ([`integral`]). Of few events the orders are summed ([`orders`]), which costs far less.
//!
//! The likelihood is log-concave in the coefficients, as the integral of a log-concave density over a convex set (Prékopa 1973).

mod integral;
mod orders;

use crate::survival::regression::cox::marginal::integral::Integral;
use crate::survival::regression::cox::marginal::orders::Orders;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};
use crate::survival::regression::cox::tie_moments::TieMoments;

/// The sum of those at risk has lost its digits when so little is left of its peak.
const CANCELLED: f64 = 1e-4;

/// What each event time adds to the log likelihood, in the order of strata and ties; the workspace keeps the linear predictor.
/// A replication weight of k is a row that is there k times.
pub(super) fn each_tie(
    rows: &Rows,
    beta: &[f64],
    workspace: &mut Workspace,
    mut visit: impl FnMut(&Tie, TieMoments),
) {
    let p = rows.p;
    rows.linear_predictor(beta, &mut workspace.eta);
    let eta = &workspace.eta;
    let mut integral = Integral::default();
    let mut moments = Moments::new(p);
    // Ties are met from the last backwards, and told from the first.
    let (mut told, mut values): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for stratum in &rows.strata {
        told.clear();
        values.clear();
        let mut others = Others::new(p);
        // Those with the event at a time are among the others of the times before it.
        let mut events = 0..0;
        for change in stratum.backwards() {
            let tie = change.tie;
            for i in events.rev().chain(change.others().rev()) {
                others.add(eta[i], rows.weight[i], rows.row(i));
            }
            events = change.events();
            for &(_, i) in change.not_yet.iter().rev() {
                others.take(eta[i], rows.weight[i], rows.row(i));
            }
            if others.has_lost_digits() {
                others = Others::of(rows, stratum, tie, eta);
            }
            values.push(moments.of_tie(rows, tie, eta, &others, &mut integral));
            told.extend_from_slice(&moments.mean);
            told.extend_from_slice(&moments.covariance);
        }
        for (k, tie) in stratum.ties.iter().enumerate() {
            let at = stratum.ties.len() - 1 - k;
            let (mean, covariance) = told[at * (p + p * p)..(at + 1) * (p + p * p)].split_at(p);
            visit(tie, TieMoments { log_likelihood: values[at], mean, covariance });
        }
    }
}

/// Sums over those at risk who do not have the event: `Σ w exp(η)` and those of x and xx', over exp(shift).
struct Others {
    rows: usize,
    shift: f64,
    s0: f64,
    s1: Vec<f64>,
    s2: Vec<f64>,
    peak: f64,
    taken: bool,
}

impl Others {
    fn new(p: usize) -> Self {
        Self {
            rows: 0,
            shift: f64::NEG_INFINITY,
            s0: 0.0,
            s1: vec![0.0; p],
            s2: vec![0.0; p * p],
            peak: 0.0,
            taken: false,
        }
    }

    fn of(rows: &Rows, stratum: &Stratum, tie: &Tie, eta: &[f64]) -> Self {
        let mut others = Self::new(rows.p);
        for i in stratum.at_risk(tie).filter(|&i| i >= tie.events_end) {
            others.add(eta[i], rows.weight[i], rows.row(i));
        }
        others
    }

    fn add(&mut self, eta: f64, weight: f64, x: &[f64]) {
        if eta > self.shift {
            let factor = (self.shift - eta).exp();
            self.shift = eta;
            self.s0 *= factor;
            self.peak *= factor;
            self.s1.iter_mut().chain(&mut self.s2).for_each(|s| *s *= factor);
        }
        self.rows += 1;
        self.change((eta - self.shift).exp() * weight, x);
        self.peak = self.peak.max(self.s0);
    }

    fn take(&mut self, eta: f64, weight: f64, x: &[f64]) {
        self.rows -= 1;
        self.taken = true;
        self.change(-(eta - self.shift).exp() * weight, x);
    }

    fn change(&mut self, by: f64, x: &[f64]) {
        self.s0 += by;
        for (s, x) in self.s1.iter_mut().zip(x) {
            *s += by * x;
        }
        for (row, a) in self.s2.chunks_exact_mut(x.len().max(1)).zip(x) {
            for (s, b) in row.iter_mut().zip(x) {
                *s += by * a * b;
            }
        }
    }

    fn has_lost_digits(&self) -> bool {
        self.taken && self.rows > 0 && self.s0 <= CANCELLED * self.peak
    }
}

/// What one event time adds: the score is what the events' covariates have beyond `mean`.
struct Moments {
    mean: Vec<f64>,
    covariance: Vec<f64>,
    average: Vec<f64>,
    /// The covariates of the events less the average of the others.
    z: Vec<f64>,
}

impl Moments {
    fn new(p: usize) -> Self {
        Self { mean: vec![0.0; p], covariance: vec![0.0; p * p], average: vec![0.0; p], z: Vec::new() }
    }

    /// The log likelihood of a tie.
    fn of_tie(
        &mut self,
        rows: &Rows,
        tie: &Tie,
        eta: &[f64],
        others: &Others,
        integral: &mut Integral,
    ) -> f64 {
        let p = rows.p;
        let events = tie.start..tie.events_end;
        self.covariance.fill(0.0);
        self.mean.fill(0.0);
        for i in events.clone() {
            for (m, x) in self.mean.iter_mut().zip(rows.row(i)) {
                *m += rows.weight[i] * x;
            }
        }
        // All at risk have the event: in some order they do.
        if others.rows == 0 {
            return 0.0;
        }
        for (a, s) in self.average.iter_mut().zip(&others.s1) {
            *a = s / others.s0;
        }
        self.z.clear();
        for i in events.clone() {
            self.z.extend(rows.row(i).iter().zip(&self.average).map(|(x, a)| x - a));
        }
        let log_sum = others.shift + others.s0.ln();
        let ratios = events.map(|i| (eta[i] - log_sum, rows.weight[i]));
        let (log_likelihood, total) = if Orders::are_few(ratios.clone()) {
            let orders = Orders::of(ratios.map(|(log_ratio, _)| log_ratio));
            self.add_orders(&orders, p);
            (orders.log_sum, orders.share().sum())
        } else {
            let log_likelihood = integral.of(ratios, &self.z, p);
            self.add_integral(integral, p);
            (log_likelihood, integral.weight.iter().zip(&integral.share).map(|(w, u)| w * u).sum::<f64>())
        };
        for a in 0..p {
            for b in 0..p {
                let own = others.s2[a * p + b] / others.s0 - self.average[a] * self.average[b];
                self.covariance[a * p + b] += total * own;
            }
        }
        log_likelihood
    }

    fn add_orders(&mut self, orders: &Orders, p: usize) {
        let z = |j: usize| &self.z[j * p..(j + 1) * p];
        for (j, share) in orders.share().enumerate() {
            for a in 0..p {
                self.mean[a] -= share * z(j)[a];
            }
            for k in 0..orders.events {
                let curvature = orders.curvature(j, k);
                for a in 0..p {
                    for b in 0..p {
                        self.covariance[a * p + b] -= curvature * z(j)[a] * z(k)[b];
                    }
                }
            }
        }
    }

    fn add_integral(&mut self, integral: &Integral, p: usize) {
        for (j, z) in self.z.chunks_exact(p.max(1)).enumerate() {
            let (u, c) = (integral.weight[j] * integral.share[j], integral.weight[j] * integral.slope[j]);
            for a in 0..p {
                self.mean[a] -= u * z[a];
                for b in 0..p {
                    self.covariance[a * p + b] += c * z[a] * z[b];
                }
            }
        }
        self.covariance.iter_mut().zip(&integral.covariance).for_each(|(c, i)| *c -= i);
    }
}
