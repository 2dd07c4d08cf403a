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

    /// `(a, b, c)` of the row's term `a g² − 2 b g + c` for a cause with `d` events.
    pub fn terms(self, kind: IncidenceVariance, d: f64, all: impl Iterator<Item = f64>) -> (f64, f64, f64) {
        let (n, s) = (self.at_risk, self.free);
        if kind == IncidenceVariance::Aalen {
            let (own, survived) = (self.hypergeometric(d), self.survived());
            let sum: f64 = all.map(|d| self.hypergeometric(d)).sum();
            return (survived * survived * sum, s * own * survived, s * s * own);
        }
        let a = if self.events < n { self.events / (n * (n - self.events)) } else { 0.0 };
        let h = d / n;
        (a, s * h / n, s * s * h * (1.0 - h) / n)
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

/// The variance of one cause's incidence as it grows: V, half its derivative in F, and half its second derivative,
/// which the causes share.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Growing {
    variance: f64,
    slope: f64,
    /// What has come in, of which the rest is a difference.
    added: f64,
}

impl Growing {
    /// The incidence has grown by `by`; then the row's own term comes in.
    #[inline]
    pub fn step(&mut self, by: f64, curvature: f64, (b, c): (f64, f64)) {
        self.variance += by * (2.0 * self.slope + by * curvature) + c;
        self.slope += by * curvature - b;
        self.added += c;
    }

    /// The variance now: 0 where what is left is rounding (all have had an event, and no cause but this).
    #[inline]
    pub fn value(&self) -> f64 {
        if self.variance > 1e-14 * self.added { self.variance } else { 0.0 }
    }
}
