//! The exact marginal likelihood of tied events: they have some order, which was not seen (Kalbfleisch & Prentice 1973,
//! Biometrika 60:267; SAS `TIES=EXACT`, Stata `exactm`).
//!
//! An event time adds the probability that its d events, with risk weights θ, come before all others at risk, whose risk
//! weights sum to R: the sum over all d! orders of what the partial likelihood gives to each. With one exponential
//! variable for each row this is `∫₀^∞ Π (1 − exp(−θ_j t/R)) exp(−t) dt` (`DeLong`, Guirguis & So 1994, Biometrika 81:607). On the
//! scale `x = log t` the integrand is log-concave, analytic in the strip `|Im x| < π/2` and falls exponentially on either side: there
//! the trapezoidal rule converges exponentially (Trefethen & Weideman 2014, SIAM Rev 56:385), whatever d. Its step is halved
//! until a halving changes the integral by less than [`SETTLED`]; what is left is about the square of that. Score and information
//! are means and covariances over the same nodes. The integrand is written as its ratio to that at the mode, so that
//! ties of any size keep their digits.
//!
//! The likelihood is log-concave in the coefficients, as the integral of a log-concave density over a convex set (Prékopa 1973).

use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};
use crate::survival::regression::cox::tied_sets::TieMoments;

/// A halving of the step that changes the integral by a smaller share was the last: an error falls to its square or less.
const SETTLED: f64 = 1e-8;
/// Of the value at the mode, what is left out on either side.
const TAIL: f64 = 1e-20;
/// Above this number `1 − exp(−h)` is asked by its difference from 1.
const LARGE: f64 = 30.0;
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
        let log_likelihood = integral.of(events.map(|i| (eta[i] - log_sum, rows.weight[i])), &self.z, p);
        let total: f64 = integral.weight.iter().zip(&integral.share).map(|(w, u)| w * u).sum();
        for (j, z) in self.z.chunks_exact(p.max(1)).enumerate() {
            let (u, c) = (integral.weight[j] * integral.share[j], integral.weight[j] * integral.slope[j]);
            for a in 0..p {
                self.mean[a] -= u * z[a];
                for b in 0..p {
                    self.covariance[a * p + b] += c * z[a] * z[b];
                }
            }
        }
        for a in 0..p {
            for b in 0..p {
                let own = others.s2[a * p + b] / others.s0 - self.average[a] * self.average[b];
                self.covariance[a * p + b] += total * own - integral.covariance[a * p + b];
            }
        }
        log_likelihood
    }
}

/// The integral of one tie and its derivatives, with `h_j = θ_j t/R` and `q(h) = h/(exp(h) − 1)`.
#[derive(Default)]
struct Integral {
    /// `log(θ_j/R)`.
    log_ratio: Vec<f64>,
    /// How often each event is there.
    weight: Vec<f64>,
    /// `E q_j`: the derivative of the logarithm of the integral in `log θ_j`.
    share: Vec<f64>,
    /// `E h_j (−q'(h_j))`.
    slope: Vec<f64>,
    /// `Cov Σ q_j z_j`.
    covariance: Vec<f64>,
    /// At the mode: h and exp(h) − 1.
    mode: Vec<(f64, f64)>,
    /// At the mode: q.
    q_mode: Vec<f64>,
    /// `Σ w (q_j − q_j at the mode) z_j` of a node, and its sum over the nodes.
    moved: Vec<f64>,
    sum: Vec<f64>,
    q: Vec<f64>,
}

impl Integral {
    /// The logarithm of the integral, for events of some `log(θ/R)` and weight with covariates `z`, p numbers each.
    fn of(&mut self, events: impl Iterator<Item = (f64, f64)>, z: &[f64], p: usize) -> f64 {
        (self.log_ratio, self.weight) = events.unzip();
        let d = self.log_ratio.len();
        for (to, len) in
            [(&mut self.share, d), (&mut self.slope, d), (&mut self.covariance, p * p), (&mut self.sum, p)]
        {
            to.clear();
            to.resize(len, 0.0);
        }
        if d == 1 && self.weight[0] == 1.0 {
            // θ/(θ + R).
            let (less, more) =
                (1.0 / (1.0 + self.log_ratio[0].exp()), 1.0 / (1.0 + (-self.log_ratio[0]).exp()));
            (self.share[0], self.slope[0]) = (less, less * more);
            return -(-self.log_ratio[0]).exp().ln_1p();
        }
        let (mode, curvature) = self.find_mode();
        if !curvature.is_finite() {
            return f64::NAN;
        }
        self.set_mode(mode);
        let mut step = 1.0 / curvature.sqrt();
        let mut total = self.nodes(mode.exp(), 0.0, step, z, p);
        loop {
            // The new nodes are in the middle between the old.
            let more = self.nodes(mode.exp(), 0.5, step, z, p);
            step *= 0.5;
            let change = (more - total).abs();
            total += more;
            if change <= SETTLED * total || step < 1e-3 / curvature.sqrt() || !total.is_finite() {
                break;
            }
        }
        for value in [&mut self.share, &mut self.slope, &mut self.covariance, &mut self.sum] {
            for v in value.iter_mut() {
                *v /= total;
            }
        }
        for a in 0..p {
            for b in 0..p {
                self.covariance[a * p + b] -= self.sum[a] * self.sum[b];
            }
        }
        let log_at_mode: f64 =
            self.log_ratio.iter().zip(&self.weight).map(|(l, w)| w * log_of_complement(l + mode)).sum();
        log_at_mode - mode.exp() + mode + (total * step).ln()
    }

    /// Where the logarithm of the integrand, as a function of log t, is largest, and minus its second derivative there.
    fn find_mode(&self) -> (f64, f64) {
        let total: f64 = self.weight.iter().sum();
        // The slope, `Σ w q − t + 1`, falls: not below 0 at t = 1, not above at t = Σ w + 1.
        let (mut low, mut high) = (0.0, total.ln_1p());
        let mut x = high;
        let mut curvature = f64::NAN;
        for _ in 0..200 {
            let t = x.exp();
            let (mut slope, mut fall) = (1.0 - t, t);
            for (l, w) in self.log_ratio.iter().zip(&self.weight) {
                let (q, c) = share_and_slope((l + x).exp());
                slope += w * q;
                fall += w * c;
            }
            curvature = fall;
            if slope > 0.0 {
                low = x;
            } else {
                high = x;
            }
            let step = slope / fall;
            // Where it is exactly need not be known.
            if !(step.abs() > 1e-3 / fall.sqrt()) {
                break;
            }
            let next = x + step;
            x = if next > low && next < high { next } else { 0.5 * (low + high) };
        }
        (x, curvature)
    }

    fn set_mode(&mut self, mode: f64) {
        self.mode.clear();
        self.q_mode.clear();
        for l in &self.log_ratio {
            let h = (l + mode).exp().max(f64::MIN_POSITIVE);
            self.mode.push((h, h.exp_m1()));
            self.q_mode.push(share_and_slope(h).0);
        }
    }

    /// Adds the nodes `(k + first) step`, k any whole number, from the mode; returns the sum of the integrand over them, as a
    /// share of that at the mode.
    fn nodes(&mut self, t: f64, first: f64, step: f64, z: &[f64], p: usize) -> f64 {
        let mut total = 0.0;
        for side in [1.0, -1.0] {
            // The mode itself is one node, not two.
            let mut k = if first == 0.0 && side < 0.0 { 1.0 } else { first };
            loop {
                let value = self.node(t, side * k * step, z, p);
                total += value;
                if !(value > TAIL) {
                    break;
                }
                k += 1.0;
            }
        }
        total
    }

    fn node(&mut self, t: f64, delta: f64, z: &[f64], p: usize) -> f64 {
        let grown = delta.exp_m1();
        let mut log = delta - t * grown;
        self.q.clear();
        for (&(h, growth), w) in self.mode.iter().zip(&self.weight) {
            let (ratio, q) = moved(h, growth, grown);
            log += w * ratio;
            self.q.push(q);
        }
        let value = log.exp();
        if !(value > 0.0) {
            return value;
        }
        self.moved.clear();
        self.moved.resize(p, 0.0);
        for (j, &q) in self.q.iter().enumerate() {
            let h = self.mode[j].0 * (1.0 + grown);
            self.share[j] += value * q;
            self.slope[j] += value * slope_of(h, q);
            let by = self.weight[j] * (q - self.q_mode[j]);
            for (m, z) in self.moved.iter_mut().zip(&z[j * p..]) {
                *m += by * z;
            }
        }
        for a in 0..p {
            self.sum[a] += value * self.moved[a];
            for b in 0..p {
                self.covariance[a * p + b] += value * self.moved[a] * self.moved[b];
            }
        }
        value
    }
}

/// Where h grows by the share `grown`: the logarithm of the ratio of `1 − exp(−h)` after to before, and q after. `growth` is
/// `exp(h) − 1` before.
fn moved(h: f64, growth: f64, grown: f64) -> (f64, f64) {
    let new = h * (1.0 + grown);
    if h > LARGE {
        let below = |h: f64| (-(-h).exp_m1()).ln();
        return (
            if new > 1.0 { (-(-new).exp()).ln_1p() } else { below(new) } - (-(-h).exp()).ln_1p(),
            share_of(new),
        );
    }
    // exp(−Δ) − 1, Δ the growth of h: (1 − exp(−h − Δ))/(1 − exp(−h)) = 1 − (exp(−Δ) − 1)/(exp(h) − 1).
    let fall = (-h * grown).exp_m1();
    let rest = growth - fall;
    if !(rest > 1e-6 * growth) {
        return (log_of_complement(new.max(f64::MIN_POSITIVE).ln()) - (-(-h).exp_m1()).ln(), share_of(new));
    }
    ((-fall / growth).ln_1p(), new * (1.0 + fall) / rest)
}

/// `log(1 − exp(−exp(l)))`.
fn log_of_complement(l: f64) -> f64 {
    let h = l.exp();
    if h < 1e-17 {
        l
    } else if h < 1.0 {
        (-(-h).exp_m1()).ln()
    } else {
        (-(-h).exp()).ln_1p()
    }
}

/// `q(h) = h/(exp(h) − 1)`.
fn share_of(h: f64) -> f64 {
    if h < 1e-17 {
        1.0
    } else if h > 745.0 {
        0.0
    } else {
        h / h.exp_m1()
    }
}

/// `−h q'(h) = q (q + h − 1)`.
fn slope_of(h: f64, q: f64) -> f64 {
    // For a small h the sum is a difference: by its series, whose next term is h⁶/30240.
    let sum = if h < 0.02 { h * (0.5 + h * (1.0 / 12.0 - h * h / 720.0)) } else { q + h - 1.0 };
    if q > 0.0 { q * sum } else { 0.0 }
}

fn share_and_slope(h: f64) -> (f64, f64) {
    let q = share_of(h);
    (q, slope_of(h, q))
}
