//! The log partial likelihood as a function of the coefficients β and the log frailties b, one for each cluster.
//!
//! With the shares `s_c = Σ_{j in c} r_j / S0` of the clusters in a risk set the information about b is
//! `Σ_k d_k (diag s − s sᵀ)`. Of it the diagonal and the covariances with the covariates are sums of what a cluster has at risk
//! times running sums over the event times, which change only when one of its rows enters or leaves: O(n p). The whole is
//! never written down; its product with a vector is two passes over the rows.

use std::ops::Range;

use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;

/// The partial likelihood of some rows whose clusters have frailties.
#[derive(Debug)]
pub(super) struct Likelihood {
    pub rows: Rows,
    ties: Ties,
    /// The cluster of each row.
    cluster: Vec<u32>,
    pub clusters: usize,
    /// The events of each cluster, weighted.
    pub events: Vec<f64>,
    offset: Vec<f64>,
    workspace: Workspace,
    pub point: Point,
    /// Per row: before which event time (with one place more for each stratum) it enters and leaves.
    span: Vec<(u32, u32)>,
}

/// The information as far as it is written down.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrow {
    /// Of each log frailty.
    pub own: Vec<f64>,
    /// Of each log frailty with every column, row-major.
    pub cross: Vec<f64>,
}

impl Likelihood {
    /// `cluster` is a code below `clusters` for each row of the data.
    pub fn new(rows: Rows, data: &RightCensored, cluster: &[u32], clusters: usize, ties: Ties) -> Self {
        debug_assert_eq!(cluster.len(), data.len());
        let cluster: Vec<u32> = rows.order.iter().map(|&i| cluster[i]).collect();
        let mut events = vec![0.0; clusters];
        for (i, &c) in cluster.iter().enumerate().filter(|&(i, _)| rows.event[i]) {
            events[c as usize] += rows.weight[i];
        }
        let mut span = vec![(0, 0); rows.len()];
        let mut first = 0;
        for stratum in &rows.strata {
            for i in stratum.rows.clone() {
                let before = stratum.ties.partition_point(|t| t.time <= stratum.entry_of(i));
                let until = stratum.ties.partition_point(|t| t.start <= i);
                span[i] = (first + before.min(until) as u32, first + until as u32);
            }
            first += stratum.ties.len() as u32 + 1;
        }
        let offset = (0..rows.len()).map(|i| rows.offset[i]).collect();
        let (workspace, p) = (Workspace::new(&rows), rows.p);
        Self { rows, ties, cluster, clusters, events, offset, workspace, point: Point::new(p), span }
    }

    /// The log likelihood, with gradient and information of the columns in `point`.
    pub fn evaluate(&mut self, beta: &[f64], b: &[f64]) -> f64 {
        let offset = self.offset.iter().zip(&self.cluster).map(|(given, &c)| given + b[c as usize]);
        self.rows.set_offset(offset.collect());
        self.workspace.evaluate(&self.rows, beta, self.ties, &mut self.point);
        self.point.log_likelihood
    }

    /// Events less those expected, for each cluster, at the point of the last evaluation.
    pub fn residuals(&self) -> Vec<f64> {
        let mut residual = self.events.clone();
        let Workspace { risk, exposure, .. } = &self.workspace;
        for stratum in &self.rows.strata {
            let first = stratum.ties.first().map_or(stratum.rows.end, |t| t.start);
            for i in first..stratum.rows.end {
                residual[self.cluster[i] as usize] -= risk[i] * exposure[i];
            }
        }
        residual
    }

    /// The diagonal of the information about b, and that about b and β together, at the point of the last evaluation.
    pub fn arrow(&self) -> Arrow {
        let (p, k) = (self.rows.p, self.clusters);
        let mut sweep = Sweep {
            arrow: Arrow { own: vec![0.0; k], cross: vec![0.0; k * p] },
            at_risk: vec![Held::default(); k],
            x: vec![0.0; k * p],
            seen_x: vec![0.0; k * p],
            hazard: 0.0,
            square: 0.0,
            mean: vec![0.0; p],
        };
        let mut first = 0;
        for s in 0..self.rows.strata.len() {
            self.arrow_of(s, first, &mut sweep);
            first += self.rows.strata[s].ties.len();
        }
        sweep.arrow
    }

    /// One stratum, from the last time backwards.
    fn arrow_of(&self, number: usize, first: usize, sweep: &mut Sweep) {
        let (rows, p) = (&self.rows, self.rows.p);
        let stratum = &rows.strata[number];
        let (risk, steps) = (&self.workspace.risk, &self.workspace.steps);
        let mut late = stratum.late.as_slice();
        let (mut next, mut s1) = (stratum.rows.end, vec![0.0; p]);
        for (k, tie) in stratum.ties.iter().enumerate().rev() {
            let step = &steps[first + k];
            for i in (tie.start..next).rev() {
                sweep.change(self.cluster[i] as usize, risk[i], rows.row(i), 1);
                s1.iter_mut().zip(rows.row(i)).for_each(|(s, x)| *s += risk[i] * x);
            }
            next = tie.start;
            while let Some((&(entry, i), rest)) = late.split_last() {
                if entry < tie.time {
                    break;
                }
                sweep.change(self.cluster[i] as usize, -risk[i], rows.row(i), -1);
                s1.iter_mut().zip(rows.row(i)).for_each(|(s, x)| *s -= risk[i] * x);
                late = rest;
            }
            if step.recomputed {
                s1.fill(0.0);
                for i in stratum.at_risk(tie) {
                    s1.iter_mut().zip(rows.row(i)).for_each(|(s, x)| *s += risk[i] * x);
                }
            }
            let unit = step.at_risk.recip();
            let [m0, m1, m2] = step.square.map(|s| s * unit * unit);
            let mut e1 = vec![0.0; if m1 > 0.0 { p } else { 0 }];
            if m1 > 0.0 {
                for i in tie.start..tie.events_end {
                    e1.iter_mut().zip(rows.row(i)).for_each(|(e, x)| *e += risk[i] * x);
                }
            }
            sweep.hazard += step.all;
            sweep.square += m0;
            for j in 0..p {
                sweep.mean[j] += m0 * s1[j] - e1.get(j).map_or(0.0, |e| m1 * e);
            }
            if m1 > 0.0 {
                let together = Together { gone: step.all - step.own, m1, m2, s1: &s1, e1: &e1 };
                self.leave_together(tie.start..tie.events_end, &together, sweep);
            }
        }
        for i in next..stratum.rows.end {
            sweep.settle(self.cluster[i] as usize);
        }
        sweep.clear(self.cluster[next..stratum.rows.end].iter().map(|&c| c as usize), p);
    }

    /// Clusters with tied events leave in part: what the running sums say of them is put right.
    fn leave_together(&self, events: Range<usize>, tie: &Together, sweep: &mut Sweep) {
        let (rows, p, risk) = (&self.rows, self.rows.p, &self.workspace.risk);
        let mut tied: Vec<(u32, usize)> = events.map(|i| (self.cluster[i], i)).collect();
        tied.sort_unstable();
        for own in tied.chunk_by(|a, b| a.0 == b.0) {
            let leaves: f64 = own.iter().map(|&(_, i)| risk[i]).sum();
            let c = own[0].0 as usize;
            let held = sweep.at_risk[c].risk;
            sweep.arrow.own[c] += 2.0 * held * leaves * tie.m1 - leaves * tie.gone - leaves * leaves * tie.m2;
            for j in 0..p {
                let x: f64 = own.iter().map(|&(_, i)| risk[i] * rows.row(i)[j]).sum();
                sweep.arrow.cross[c * p + j] +=
                    leaves * (tie.m1 * tie.s1[j] - tie.m2 * tie.e1[j]) - x * tie.gone;
            }
        }
    }

    /// The information times a vector, by its meaning: how the gradient moves with the linear predictor.
    pub fn times(&self, beta: &[f64], b: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (rows, p) = (&self.rows, self.rows.p);
        let (risk, steps) = (&self.workspace.risk, &self.workspace.steps);
        let moved = |i: usize| -> f64 {
            rows.row(i).iter().zip(beta).map(|(x, b)| x * b).sum::<f64>() + b[self.cluster[i] as usize]
        };
        // Σ r u over each risk set: what enters before a time and leaves at or after it.
        let places = steps.len() + rows.strata.len() + 1;
        let mut sums = vec![0.0; places];
        let change: Vec<f64> = (0..rows.len()).map(moved).collect();
        for (i, &(from, to)) in self.span.iter().enumerate().filter(|(_, s)| s.0 < s.1) {
            let x = risk[i] * change[i];
            sums[to as usize] += x;
            sums[from as usize] -= x;
        }
        let (mut hazards, mut means) = (vec![0.0; places], vec![0.0; places]);
        let mut own = vec![0.0; rows.len()];
        let (mut first, mut place) = (0, 0);
        for stratum in &rows.strata {
            let times = stratum.ties.len();
            let mut sum = 0.0;
            for at in (place..=place + times).rev() {
                let here = sums[at];
                sums[at] = sum;
                sum += here;
            }
            for (k, tie) in stratum.ties.iter().enumerate() {
                let step = &steps[first + k];
                let unit = step.at_risk.recip();
                let [m0, m1, m2] = step.square.map(|s| s * unit * unit);
                let leaving: f64 = (tie.start..tie.events_end).map(|i| risk[i] * change[i]).sum();
                let all = m0 * sums[place + k] - m1 * leaving;
                let (gone, gone_mean) = (step.all - step.own, m1 * sums[place + k] - m2 * leaving);
                hazards[place + k + 1] = hazards[place + k] + step.all;
                means[place + k + 1] = means[place + k] + all;
                for i in tie.start..tie.events_end {
                    own[i] = gone_mean - change[i] * gone;
                }
            }
            first += times;
            place += times + 1;
        }
        let (mut out, mut out_b) = (vec![0.0; p], vec![0.0; self.clusters]);
        for (i, &(from, to)) in self.span.iter().enumerate().filter(|(_, s)| s.0 < s.1) {
            let (from, to) = (from as usize, to as usize);
            let hazard = hazards[to] - hazards[from];
            let x = risk[i] * (hazard * change[i] - (means[to] - means[from]) + own[i]);
            out.iter_mut().zip(rows.row(i)).for_each(|(o, z)| *o += x * z);
            out_b[self.cluster[i] as usize] += x;
        }
        (out, out_b)
    }
}

/// An event time at which several leave.
struct Together<'a> {
    /// The hazard that those who leave miss.
    gone: f64,
    /// The moments of the shares of which those who leave have gone, in units of the risk set.
    m1: f64,
    m2: f64,
    /// `Σ r x` over the risk set, and over those who leave.
    s1: &'a [f64],
    e1: &'a [f64],
}

/// What a cluster has at risk, and up to where the running sums were read for it.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    rows: usize,
    risk: f64,
    hazard: f64,
    square: f64,
}

/// The sums over event times from the last one backwards, `Σ d/S0`, `Σ d/S0²`, `Σ d S1/S0²`, and what is read off them.
struct Sweep {
    arrow: Arrow,
    at_risk: Vec<Held>,
    /// `Σ r x` of a cluster, and `mean` as it was read last.
    x: Vec<f64>,
    seen_x: Vec<f64>,
    hazard: f64,
    square: f64,
    mean: Vec<f64>,
}

impl Sweep {
    /// Adds what the event times since the last change mean for a cluster.
    fn settle(&mut self, c: usize) {
        let p = self.mean.len();
        let held = &mut self.at_risk[c];
        let (hazard, square) = (self.hazard - held.hazard, self.square - held.square);
        if held.rows > 0 {
            self.arrow.own[c] += held.risk * hazard - held.risk * held.risk * square;
            for j in 0..p {
                let mean = self.mean[j] - self.seen_x[c * p + j];
                self.arrow.cross[c * p + j] += self.x[c * p + j] * hazard - held.risk * mean;
            }
        }
        (held.hazard, held.square) = (self.hazard, self.square);
        self.seen_x[c * p..(c + 1) * p].copy_from_slice(&self.mean);
    }

    fn change(&mut self, c: usize, risk: f64, x: &[f64], rows: isize) {
        self.settle(c);
        let p = self.mean.len();
        let held = &mut self.at_risk[c];
        held.rows = held.rows.saturating_add_signed(rows);
        // Of nobody the risk is 0, not what rounding leaves of a difference.
        if held.rows == 0 {
            held.risk = 0.0;
            self.x[c * p..(c + 1) * p].fill(0.0);
        } else {
            held.risk += risk;
            self.x[c * p..(c + 1) * p].iter_mut().zip(x).for_each(|(s, x)| *s += risk * x);
        }
    }

    /// Nobody is at risk in the next stratum yet.
    fn clear(&mut self, clusters: impl Iterator<Item = usize>, p: usize) {
        for c in clusters {
            self.at_risk[c] = Held::default();
            self.x[c * p..(c + 1) * p].fill(0.0);
            self.seen_x[c * p..(c + 1) * p].fill(0.0);
        }
        (self.hazard, self.square) = (0.0, 0.0);
        self.mean.fill(0.0);
    }
}
