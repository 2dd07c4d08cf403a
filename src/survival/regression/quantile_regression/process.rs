//! The coefficients along the grid: each step is the linear programme of `numeric::hinges` with what the steps before have
//! told about the censored rows.

use super::method::QuantileMethod;
use super::rows::Rows;
use crate::numeric::hinges::{Hinges, Vertex};

/// A residual below this share of the spread of y is 0.
const ROUNDING: f64 = 1e-9;

/// The coefficients of the standard columns at each τ, up to the last that the data tell.
pub(super) fn run(rows: &Rows, weight: &[f64], method: QuantileMethod, grid: &[f64]) -> Vec<Vec<f64>> {
    let Some(walk) = Walk::new(rows, weight, method) else { return Vec::new() };
    match method {
        QuantileMethod::PengHuang => walk.martingale(grid),
        QuantileMethod::Portnoy => walk.reweighted(grid),
    }
}

struct Walk {
    p: usize,
    hinges: Hinges,
    z: Vec<f64>,
    y: Vec<f64>,
    event: Vec<bool>,
    weight: Vec<f64>,
    /// Below it a residual is 0.
    zero: f64,
}

impl Walk {
    fn new(rows: &Rows, weight: &[f64], method: QuantileMethod) -> Option<Self> {
        let p = rows.columns.p;
        let kept: Vec<usize> = (0..rows.len()).filter(|&i| weight[i] > 0.0).collect();
        let z: Vec<f64> = kept.iter().flat_map(|&i| rows.columns.row(i).to_vec()).collect();
        let y: Vec<f64> = kept.iter().map(|&i| rows.y[i]).collect();
        let event: Vec<bool> = kept.iter().map(|&i| rows.event[i]).collect();
        let of = |pick: fn(f64, f64) -> f64| y.iter().copied().reduce(pick).unwrap_or(0.0);
        let zero = ROUNDING * (of(f64::max) - of(f64::min));
        // Events alone hold a quantile of Peng and Huang; of Portnoy's those who are not passed do so too.
        let holds = |i: usize| event[i] || method == QuantileMethod::Portnoy;
        // A censoring comes after the events at its time.
        let hinges = Hinges::new(p, z.clone(), y.clone(), holds, |i| !event[i])?;
        let weight = kept.iter().map(|&i| weight[i]).collect();
        Some(Self { p, hinges, z, y, event, weight, zero })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    fn residual(&self, i: usize, b: &[f64]) -> f64 {
        self.y[i] - self.row(i).iter().zip(b).map(|(z, b)| z * b).sum::<f64>()
    }

    /// `Σ a z`.
    fn sum(&self, a: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.p];
        for i in 0..self.y.len() {
            let a = a(i);
            sum.iter_mut().zip(self.row(i)).for_each(|(s, z)| *s += a * z);
        }
        sum
    }

    /// `Σ w z [N(τⱼ) − Σ_{k<j} 1(y ≥ z'β(τₖ)) (H(τₖ₊₁) − H(τₖ))] = 0` with `H(u) = −log(1 − u)` and everybody at risk at 0.
    fn martingale(mut self, grid: &[f64]) -> Vec<Vec<f64>> {
        let n = self.y.len();
        let v: Vec<f64> = (0..n).map(|i| if self.event[i] { self.weight[i] } else { 0.0 }).collect();
        let mut hazard = vec![0.0; n];
        let (mut path, mut before): (Vec<Vec<f64>>, f64) = (Vec::new(), 0.0);
        for tau in grid {
            let to = -(-tau).ln_1p();
            for i in 0..n {
                if path.last().is_none_or(|b| self.residual(i, b) >= -self.zero) {
                    hazard[i] += to - before;
                }
            }
            before = to;
            let c = self.sum(|i| self.weight[i] * hazard[i]);
            match self.hinges.minimise(&v, &c) {
                Vertex::At(b) => path.push(b),
                Vertex::Unbounded => break,
            }
        }
        path
    }

    /// A censored row that is passed at τ̂ has from there on the share `(τ − τ̂)/(1 − τ̂)` of its weight where it is. It is passed
    /// within a step where the quantile of its covariates, linear between the two ends, is its time.
    fn reweighted(mut self, grid: &[f64]) -> Vec<Vec<f64>> {
        let total: f64 = self.weight.iter().sum();
        let start = grid.first().map_or(0.5, |first| (first / 2.0).min(0.5 / total.max(1.0)));
        let mut censored = vec![Censored::Ahead; self.y.len()];
        let Some(mut last) = self.settle(&mut censored, start, None) else { return Vec::new() };
        // Those who are left must determine the coefficients.
        let stays = |i: usize| censored[i] != Censored::LeftOut;
        let again = Hinges::new(self.p, self.z.clone(), self.y.clone(), stays, |i| !self.event[i]);
        let Some(hinges) = again else { return Vec::new() };
        self.hinges = hinges;
        let (mut path, mut before) = (Vec::new(), start);
        for &tau in grid {
            let Some(b) = self.settle(&mut censored, tau, Some((before, &last))) else { break };
            path.push(b.clone());
            (last, before) = (b, tau);
        }
        path
    }

    /// The coefficients at τ, searched again until no further censored row is passed. `before` is the step before.
    fn settle(
        &mut self,
        censored: &mut [Censored],
        tau: f64,
        before: Option<(f64, &[f64])>,
    ) -> Option<Vec<f64>> {
        loop {
            let v: Vec<f64> = (0..self.y.len()).map(|i| self.weight[i] * censored[i].share(tau)).collect();
            let c = self.sum(|i| if censored[i] == Censored::LeftOut { 0.0 } else { tau * self.weight[i] });
            let Vertex::At(b) = self.hinges.minimise(&v, &c) else { return None };
            let mut news = false;
            for i in 0..self.y.len() {
                if self.event[i] || censored[i] != Censored::Ahead {
                    continue;
                }
                let now = self.residual(i, &b);
                if now < -self.zero || (now <= self.zero && self.hinges.holds(i)) {
                    news = true;
                    censored[i] = match before {
                        // Before any event: its weight is with all who are later.
                        None => Censored::LeftOut,
                        Some((from, b)) => {
                            let share = crossing(self.residual(i, b), now);
                            Censored::Passed(from + (tau - from) * share)
                        }
                    };
                }
            }
            if !news {
                return Some(b);
            }
        }
    }
}

/// Where a censored row stands; events stay ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Censored {
    Ahead,
    /// At this τ.
    Passed(f64),
    LeftOut,
}

impl Censored {
    /// The share of its weight that is where it was censored.
    fn share(self, tau: f64) -> f64 {
        match self {
            Self::Ahead => 1.0,
            Self::Passed(at) => ((tau - at) / (1.0 - at)).clamp(0.0, 1.0),
            Self::LeftOut => 0.0,
        }
    }
}

/// Where between two residuals, the first at least 0, a line through them is 0.
fn crossing(then: f64, now: f64) -> f64 {
    if then > now { (then / (then - now)).clamp(0.0, 1.0) } else { 1.0 }
}
