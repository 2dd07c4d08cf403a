//! The integral of a tie by the trapezoidal rule.
//!
//! On the scale `x = log t` the integrand is log-concave, analytic in the strip `|Im x| < π/2` and falls exponentially on either
//! side: there the trapezoidal rule converges exponentially (Trefethen & Weideman 2014, SIAM Rev 56:385), whatever d. Its step is
//! halved until a halving changes the integral by less than [`SETTLED`]; what is left is about the square of that. Score and
//! information are means and covariances over the same nodes. The integrand is written as its ratio to that at the mode, so
//! that ties of any size keep their digits.

/// A halving of the step that changes the integral by a smaller share was the last: an error falls to its square or less.
const SETTLED: f64 = 1e-8;
/// Of the value at the mode, what is left out on either side.
const TAIL: f64 = 1e-20;
/// Above this number `1 − exp(−h)` is asked by its difference from 1.
const LARGE: f64 = 30.0;

/// The integral of one tie and its derivatives, with `h_j = θ_j t/R` and `q(h) = h/(exp(h) − 1)`.
#[derive(Default)]
pub(super) struct Integral {
    /// `log(θ_j/R)`.
    log_ratio: Vec<f64>,
    /// How often each event is there.
    pub weight: Vec<f64>,
    /// `E q_j`: the derivative of the logarithm of the integral in `log θ_j`.
    pub share: Vec<f64>,
    /// `E h_j (−q'(h_j))`.
    pub slope: Vec<f64>,
    /// `Cov Σ q_j z_j`.
    pub covariance: Vec<f64>,
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
    pub fn of(&mut self, events: impl Iterator<Item = (f64, f64)>, z: &[f64], p: usize) -> f64 {
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
