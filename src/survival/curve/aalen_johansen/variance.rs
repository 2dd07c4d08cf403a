//! What one row of a risk table adds to the variance of a cumulative incidence.
//!
//! Every form is a sum over event times of a variance of `Σ_m x_m Δh_m`, where `Δh_m = d_m/n` is the increment of cause
//! m's hazard and `x_m` what it does to the incidence at t. With `g = F(t) − F(tⱼ)`, what is still to come,
//! `x_m = S(tⱼ−) 1{m = k} − g/(1 − h)`. So the row's term is a quadratic in g, and a running sum of three numbers gives
//! the variance at every time.

use std::fmt;

/// How the variance of a cumulative incidence is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IncidenceVariance {
    /// The infinitesimal jackknife (R's multi-state `survfit`): the sum of squared influences of subjects, or clusters.
    /// Without weights, clusters and late entries it equals [`Delta`](Self::Delta). The one that sampling weights and
    /// clusters need.
    #[default]
    Jackknife,
    /// Aalen (1978), as in R's cmprsk `cuminc`: increments of the causes are independent, tied events hypergeometric.
    Aalen,
    /// Greenwood's for several causes (etm; Andersen, Borgan, Gill & Keiding 1993, IV.4.1.3): the increments at one time
    /// are multinomial. Without censoring it is the binomial variance.
    Delta,
}

impl fmt::Display for IncidenceVariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Jackknife => "jackknife",
            Self::Aalen => "Aalen",
            Self::Delta => "delta",
        })
    }
}

/// Events and number at risk at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hazard {
    pub at_risk: f64,
    /// Events of any cause.
    pub events: f64,
    /// S just before.
    pub free: f64,
}

impl Hazard {
    /// `1/(1 − h)`; 0 where all at risk have an event, after which nothing is still to come.
    pub fn survived(self) -> f64 {
        if self.events < self.at_risk { self.at_risk / (self.at_risk - self.events) } else { 0.0 }
    }

    /// The variance of the increment of a cause with `d` events, tied ones drawn without replacement.
    pub fn hypergeometric(self, d: f64) -> f64 {
        let n = self.at_risk;
        let tied = if d > 1.0 { 1.0 - (d - 1.0) / (n - 1.0) } else { 1.0 };
        tied * d / (n * n)
    }

    /// `1/n`, 0 where nobody is at risk.
    #[inline]
    pub fn unit(self) -> f64 {
        let unit = self.at_risk.recip();
        if self.at_risk > 0.0 { unit } else { 0.0 }
    }

    /// `(a, b, c)` of the row's term `a g² − 2 b g + c` for a cause with `d` events, `all` being those of each cause, with
    /// independent increments.
    pub fn aalen(self, d: f64, all: &[f64]) -> (f64, f64, f64) {
        let s = self.free;
        let (own, survived) = (self.hypergeometric(d), self.survived());
        let sum: f64 = all.iter().map(|&d| self.hypergeometric(d)).sum();
        (survived * survived * sum, s * own * survived, s * s * own)
    }

    /// The step of the incidence and `(b, c)` with multinomial increments, whose `a` is Greenwood's term; `unit` is
    /// [`unit`](Self::unit).
    #[inline]
    pub fn multinomial(self, d: f64, unit: f64) -> (f64, f64, f64) {
        let h = d * unit;
        let by = self.free * h;
        (by, by * unit, self.free * by * (1.0 - h) * unit)
    }

    /// The variance of `Σ_m x_m Δh_m` with `x_m` = `own` for the cause with `d` events and `other` for the rest.
    pub fn of_sum(
        self,
        kind: IncidenceVariance,
        (own, d): (f64, f64),
        other: f64,
        all: impl Iterator<Item = f64>,
    ) -> f64 {
        let n = self.at_risk;
        if kind == IncidenceVariance::Aalen {
            let own_variance = self.hypergeometric(d);
            let rest: f64 = all.map(|d| self.hypergeometric(d)).sum::<f64>() - own_variance;
            return own * own * own_variance + other * other * rest.max(0.0);
        }
        let (h, rest) = (d / n, (self.events - d) / n);
        let mean = own * h + other * rest;
        (own * own * h + other * other * rest - mean * mean) / n
    }
}

/// The variances of the causes' incidences as they grow: of each V, half its derivative in F, and half its second derivative,
/// which the causes share.
#[derive(Debug, Clone)]
pub(super) struct Growing<E> {
    variance: E,
    slope: E,
    /// What has come in, of which the rest is a difference.
    added: E,
    curvature: f64,
}

impl<E: Clone + AsRef<[f64]> + AsMut<[f64]>> Growing<E> {
    pub fn new(zero: &E) -> Self {
        Self { variance: zero.clone(), slope: zero.clone(), added: zero.clone(), curvature: 0.0 }
    }

    /// Numbers that [`write`](Self::write) writes.
    pub fn width(causes: usize) -> usize {
        1 + 3 * causes
    }

    pub fn write(&self, to: &mut Vec<f64>) {
        to.push(self.curvature);
        for each in [&self.variance, &self.slope, &self.added] {
            to.extend_from_slice(each.as_ref());
        }
    }

    pub fn read(zero: &E, from: &[f64]) -> Self {
        let causes = zero.as_ref().len();
        let mut growing = Self { curvature: from[0], ..Self::new(zero) };
        let all = [&mut growing.variance, &mut growing.slope, &mut growing.added];
        for (each, from) in all.into_iter().zip(from[1..].chunks_exact(causes)) {
            each.as_mut().copy_from_slice(from);
        }
        growing
    }

    /// Each incidence has grown by `by`; then the row's own term `(a, b, c)` comes in: `of_cause` tells both of cause k.
    #[inline]
    pub fn step(&mut self, of_cause: impl Fn(usize) -> (f64, (f64, f64, f64))) {
        let before = self.curvature;
        let (variance, slope, added) = (self.variance.as_mut(), self.slope.as_mut(), self.added.as_mut());
        for k in 0..variance.len() {
            let (by, (a, b, c)) = of_cause(k);
            let moved = by * before;
            variance[k] += by * (2.0 * slope[k] + moved) + c;
            slope[k] += moved - b;
            added[k] += c;
            self.curvature = before + a;
        }
    }

    /// The variance of cause k now: 0 where what is left is rounding (all have had an event, and no cause but this).
    #[inline]
    pub fn value(&self, k: usize) -> f64 {
        let (variance, added) = (self.variance.as_ref()[k], self.added.as_ref()[k]);
        if variance > 1e-14 * added { variance } else { 0.0 }
    }
}
