//! The distribution of a sequence of test statistics up to the look at which one of them leaves its bounds.
//!
//! With information fractions `t` the statistics `Z_k = S_k / √t_k` come from a Brownian motion `S` with drift θ, the
//! expected final statistic. The sub-density of `S_k` among trials that have not stopped before is carried from look to
//! look by numerical integration (Armitage, McPherson & Rowe 1969):
//!
//! ```text
//! p_k(s) = ∫ p_{k−1}(r) φ((s − r − θ Δ) / √Δ) / √Δ dr   over the region of continuation of look k − 1, Δ = t_k − t_{k−1}
//! ```
//!
//! **Points.** Between its bounds `p_k` is as smooth as the kernel that made it, and is next multiplied by a kernel of its
//! own width: together a normal curve of precision `c² = 1/Δ_k + 1/Δ_{k+1}`. On an interval of half width h a Gauss-Legendre
//! rule of `4 c h + 6` points integrates such a curve, wherever its centre is, to 1e-12 of its area. Five equal looks take
//! 45 to 55 points. Steps that are so short that a rule would be large share the interval among panels. A rule of `2.5 c h + 4`
//! points is good to some 1e-9 ([`Stage::rough`]), for a third of the work: the start of a search.
//!
//! **Other drifts.** `p_k` under θ is `p_k` under θ₀ times `exp((θ − θ₀) s − (θ² − θ₀²) t / 2)`, so the probabilities of
//! leaving at look k under every θ are sums over the points of one recursion ([`Stage::above_at`]).

use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use std::sync::OnceLock;

use crate::numeric::exp::{exp, exp_each};
use crate::numeric::quadrature::GaussLegendre;

/// Beyond so many standard deviations from its mean nothing is left of a normal density: `P(Z > 8.3)` is 5e-17.
pub(crate) const FAR: f64 = 8.3;

/// Rules have a multiple of so many points.
const STEP: usize = 4;

/// Points of a rule: so many for each precision and half width, and in any case.
const FINE: (f64, f64) = (4.0, 6.0);

/// The same where 1e-9 is enough.
const ROUGH: (f64, f64) = (2.5, 4.0);

/// The largest rule has so many times [`STEP`] points; wider intervals are divided.
const RULES: usize = 24;

/// The Gauss-Legendre rule of `STEP (k + 1)` points on [−1, 1], from left to right, made when it is first asked for.
fn rule(k: usize) -> &'static [(f64, f64)] {
    static MADE: [OnceLock<Vec<(f64, f64)>>; RULES] = [const { OnceLock::new() }; RULES];
    MADE[k].get_or_init(|| {
        let mut nodes: Vec<(f64, f64)> = GaussLegendre::of(STEP * (k + 1)).nodes(-1.0, 1.0).collect();
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0));
        nodes
    })
}

/// The sub-density of the statistic at a look, at the nodes of an integration rule over the region of continuation.
#[derive(Clone)]
pub(crate) struct Stage {
    /// Information fraction.
    t: f64,
    drift: f64,
    /// The largest and the smallest drift at which probabilities will be asked for.
    drifts: (f64, f64),
    /// Fraction and `S` from which all trials come.
    origin: (f64, f64),
    /// Nodes of `S`, increasing, and the density there times the weight.
    nodes: Vec<f64>,
    weights: Vec<f64>,
    /// Points for each precision and half width, and in any case.
    rate: (f64, f64),
}

/// `P(Z > z)`, with its relative precision in the tail.
pub(crate) fn above(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// `φ(z)`; 0 far out.
fn density(z: f64) -> f64 {
    exp(-0.5 * z * z) / TAU.sqrt()
}

/// The sum of terms that rise to one top and fall, but for the weights of a rule, which dip at the ends of its panels: what comes
/// after a term so small is nothing.
fn sum_from_the_bound(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for term in terms {
        sum += term;
        if term < 1e-22 * sum {
            break;
        }
    }
    sum
}

impl Stage {
    /// Before the first look: all trials are at 0.
    pub(crate) fn start(drift: f64) -> Self {
        Self::at(0.0, 0.0, drift)
    }

    /// A trial that has the statistic `z` at fraction `t`.
    pub(crate) fn at(t: f64, z: f64, drift: f64) -> Self {
        let s = z * t.sqrt();
        Self {
            t,
            drift,
            drifts: (drift, drift),
            origin: (t, s),
            nodes: vec![s],
            weights: vec![1.0],
            rate: FINE,
        }
    }

    /// With fewer points: probabilities are good to some 1e-9.
    pub(crate) fn rough(self) -> Self {
        Self { rate: ROUGH, ..self }
    }

    /// Whether the probabilities are good to 1e-12.
    pub(crate) fn is_fine(&self) -> bool {
        self.rate == FINE
    }

    /// Where the probabilities of other drifts will be asked for, too.
    pub(crate) fn reaching(self, low: f64, high: f64) -> Self {
        Self { drifts: (self.drift.min(low), self.drift.max(high)), ..self }
    }

    /// The probability that the statistic at fraction `t` is above `bound`, and no look before had stopped the trial.
    pub(crate) fn above(&self, t: f64, bound: f64) -> f64 {
        self.beyond(t, bound, 1.0)
    }

    /// The same for below.
    pub(crate) fn below(&self, t: f64, bound: f64) -> f64 {
        self.beyond(t, bound, -1.0)
    }

    fn beyond(&self, t: f64, bound: f64, sign: f64) -> f64 {
        if bound.is_infinite() {
            return if bound * sign > 0.0 { 0.0 } else { self.weights.iter().sum() };
        }
        let sd = (t - self.t).sqrt();
        let place = (bound * t.sqrt() - self.drift * (t - self.t)) / sd;
        let nodes = self.nodes.iter().zip(&self.weights);
        let term = |(s, w): (&f64, &f64)| w * above(sign * (place - s / sd));
        if sign > 0.0 {
            sum_from_the_bound(nodes.rev().map(term))
        } else {
            sum_from_the_bound(nodes.map(term))
        }
    }

    /// [`above`](Self::above), and the density of the statistic at the bound.
    pub(crate) fn above_with_density(&self, t: f64, bound: f64) -> (f64, f64) {
        (self.above(t, bound), self.density_at(t, bound))
    }

    /// [`below`](Self::below), and the density of the statistic at the bound.
    pub(crate) fn below_with_density(&self, t: f64, bound: f64) -> (f64, f64) {
        (self.below(t, bound), self.density_at(t, bound))
    }

    /// The density of the statistic at fraction `t` and value `z` among trials that reach this look.
    pub(crate) fn density_at(&self, t: f64, z: f64) -> f64 {
        let sd = (t - self.t).sqrt();
        let place = (z * t.sqrt() - self.drift * (t - self.t)) / sd;
        let nodes = self.nodes.iter().zip(&self.weights).rev();
        sum_from_the_bound(nodes.map(|(s, w)| w * density(place - s / sd))) * t.sqrt() / sd
    }

    /// The probability above `bound` under another drift θ, which lies among those of [`reaching`](Self::reaching).
    pub(crate) fn above_at(&self, t: f64, bound: f64, theta: f64) -> f64 {
        let sd = (t - self.t).sqrt();
        let place = (bound * t.sqrt() - theta * (t - self.t)) / sd;
        let nodes = self.nodes.iter().zip(&self.weights).rev();
        sum_from_the_bound(nodes.map(|(s, w)| w * self.ratio(*s, theta) * above(place - s / sd)))
    }

    /// The likelihood of drift θ against that of the recursion, for a trial that stands at `s`.
    fn ratio(&self, s: f64, theta: f64) -> f64 {
        let (tilt, (from, start)) = (theta - self.drift, self.origin);
        exp(tilt * (s - start - 0.5 * (theta + self.drift) * (self.t - from)))
    }

    /// The probability below `bound` under another drift, and the density of the statistic there.
    pub(crate) fn below_at(&self, t: f64, bound: f64, theta: f64) -> (f64, f64) {
        let sd = (t - self.t).sqrt();
        let place = (bound * t.sqrt() - theta * (t - self.t)) / sd;
        let (mut tail, mut slope) = (0.0, 0.0);
        for (s, w) in self.nodes.iter().zip(&self.weights) {
            let (w, x) = (w * self.ratio(*s, theta), place - s / sd);
            tail += w * above(-x);
            slope += w * density(x);
        }
        (tail, slope * t.sqrt() / sd)
    }

    /// The trials that go on after the look at `t`: those strictly between the bounds. The look after it is at `following`.
    pub(crate) fn next(&self, t: f64, lower: f64, upper: f64, following: f64) -> Self {
        // A look that stops nobody changes nothing: the motion goes on from where it was.
        if lower == f64::NEG_INFINITY && upper == f64::INFINITY {
            return self.clone();
        }
        let (from, start) = self.origin;
        let reach = FAR * (t - from).sqrt();
        let low = (lower * t.sqrt()).max(start + self.drifts.0 * (t - from) - reach);
        let high = (upper * t.sqrt()).min(start + self.drifts.1 * (t - from) + reach);
        let mut next = Self { t, nodes: Vec::new(), weights: Vec::new(), ..self.clone() };
        if low < high {
            next.place(low, high, ((t - self.t).recip() + (following - t).recip()).sqrt());
            self.carry(t, &mut next);
        }
        next
    }

    /// Nodes and plain weights for curves of this precision.
    fn place(&mut self, low: f64, high: f64, precision: f64) {
        let (each, always) = self.rate;
        let wanted = |half: f64| each * precision * half + always;
        let most = (STEP * RULES) as f64;
        let half = 0.5 * (high - low);
        let panels = ((wanted(half) - always) / (most - always)).ceil().max(1.0);
        let half = half / panels;
        let rule = rule(((wanted(half) / STEP as f64).ceil() as usize).clamp(1, RULES) - 1);
        for panel in 0..panels as usize {
            let centre = low + (2 * panel + 1) as f64 * half;
            self.nodes.extend(rule.iter().map(|(x, _)| centre + half * x));
            self.weights.extend(rule.iter().map(|(_, w)| half * w));
        }
    }

    /// The density of this stage's trials at the nodes of the next, into its weights.
    fn carry(&self, t: f64, next: &mut Self) {
        let gain = t - self.t;
        let (sd, shift) = (gain.sqrt(), self.drift * gain);
        let scale = 1.0 / (sd * TAU.sqrt());
        // Nodes that are further from each other have nothing to say to each other (φ(9) is 1e-18), nor in the tails that other drifts
        // bring to the middle (φ(30) is 1e-196).
        let window = if self.drifts.0 < self.drifts.1 { 30.0 } else { 9.0 } * sd;
        let scaled: Vec<f64> = self.nodes.iter().map(|r| (r + shift) / sd).collect();
        let mut kernel = vec![0.0; self.nodes.len()];
        let (mut first, mut last) = (0, 0);
        for (s, weight) in next.nodes.iter().zip(&mut next.weights) {
            while first < self.nodes.len() && self.nodes[first] + shift < s - window {
                first += 1;
            }
            while last < self.nodes.len() && self.nodes[last] + shift <= s + window {
                last += 1;
            }
            let place = s / sd;
            let kernel = &mut kernel[..last - first];
            for (k, r) in kernel.iter_mut().zip(&scaled[first..last]) {
                let x = place - r;
                *k = -0.5 * x * x;
            }
            exp_each(kernel);
            let sum: f64 = kernel.iter().zip(&self.weights[first..last]).map(|(k, w)| k * w).sum();
            *weight *= scale * sum;
        }
    }
}
