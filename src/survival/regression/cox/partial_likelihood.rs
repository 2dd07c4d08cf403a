//! The partial likelihood, its gradient and its information, under Breslow's and Efron's ties.
//!
//! With risk weights `r = w exp(η)`, `S0 = Σ r` and `S1 = Σ r x` over a risk set, and the hazard
//! `A(t) = Σ_{event times ≤ t} d/S0`, the information is `Xᵀ diag(r A) X − Σ_k d_k (S1_k/S0_k)(S1_k/S0_k)ᵀ`:
//! two symmetric products instead of n p² scalar updates (Therneau & Grambsch 2000, chapter 3). Efron's ties
//! change the weights within a tie and nothing else: of the l-th to leave, the tied events stay at risk with
//! the share 1 − l/d.

use std::ops::Range;

use crate::numeric::exp::exp_each;
use crate::numeric::threads;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::backwards::Change;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::log_sum::LogSum;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};
use crate::survival::regression::cox::symmetric::{SymmetricProduct, WeightedProduct};

/// Everything an evaluation needs, kept between evaluations: nothing is allocated in an iteration.
#[derive(Debug)]
pub(in crate::survival::regression) struct Workspace {
    pub eta: Vec<f64>,
    /// `w exp(η − shift)`.
    pub risk: Vec<f64>,
    /// Subtracted from η before the exponential, so that it cannot overflow.
    pub shift: f64,
    /// Per row: the cumulative hazard (at η = shift) that it was exposed to.
    pub exposure: Vec<f64>,
    /// Per event time, in the order of strata and ties.
    pub steps: Vec<HazardStep>,
    plus: WeightedProduct,
    minus: SymmetricProduct,
    s1: Vec<f64>,
    e1: Vec<f64>,
}

/// A running sum that has fallen to this share of its peak by taking away is summed again: so that no less than twelve
/// digits of it stand.
const CANCELLED: f64 = 1e-4;

/// The value, gradient and information at a point.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Point {
    pub log_likelihood: f64,
    pub gradient: Vec<f64>,
    /// Row-major, p × p.
    pub information: Vec<f64>,
}

impl Point {
    pub fn new(p: usize) -> Self {
        Self { log_likelihood: 0.0, gradient: vec![0.0; p], information: vec![0.0; p * p] }
    }
}

impl Workspace {
    pub fn new(rows: &Rows) -> Self {
        // The long columns are allocated by the first evaluation: most fits without ties need none of them.
        let p = rows.p;
        Self {
            eta: Vec::new(),
            risk: Vec::new(),
            shift: 0.0,
            exposure: Vec::new(),
            steps: Vec::new(),
            plus: WeightedProduct::new(p),
            minus: SymmetricProduct::new(p),
            s1: vec![0.0; p],
            e1: vec![0.0; p],
        }
    }

    /// The risk weights and hazard steps at `beta`; returns the log likelihood. NaN or −∞ where a risk set has
    /// no weight left.
    pub fn hazards(&mut self, rows: &Rows, beta: &[f64], ties: Ties) -> f64 {
        rows.linear_predictor(beta, &mut self.eta);
        // Who is in no risk set has no say, however large the predictor.
        for &i in &rows.idle {
            self.eta[i] = f64::NEG_INFINITY;
        }
        self.shift = self.eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Where nobody is in a risk set nothing is shifted.
        self.shift = if self.shift == f64::NEG_INFINITY { 0.0 } else { self.shift };
        let shift = self.shift;
        self.risk.clear();
        self.risk.extend(self.eta.iter().map(|eta| eta - shift));
        exp_each(&mut self.risk);
        if let Some(weight) = rows.weight.own() {
            self.risk.iter_mut().zip(weight).for_each(|(r, w)| *r *= w);
        }
        self.exposure.resize(rows.len(), 0.0);
        self.steps.resize(rows.strata.iter().map(|s| s.ties.len()).sum(), HazardStep::default());
        let (mut log_likelihood, mut logs) = (0.0, LogSum::ZERO);
        let mut first = 0;
        for stratum in &rows.strata {
            let steps = &mut self.steps[first..first + stratum.ties.len()];
            first += stratum.ties.len();
            // From the last time backwards: who is at risk are those who leave later, less those yet to enter.
            let (mut at_risk, mut peak, mut taken) = (0.0, 0.0, false);
            for change in stratum.backwards() {
                let (tie, step) = (change.tie, &mut steps[change.at]);
                for i in change.others().rev() {
                    at_risk += self.risk[i];
                }
                let mut others = at_risk;
                for i in change.events().rev() {
                    at_risk += self.risk[i];
                }
                peak = f64::max(peak, at_risk);
                for &(_, i) in change.not_yet.iter().rev() {
                    at_risk -= self.risk[i];
                    others -= self.risk[i];
                    taken = true;
                }
                let events: f64 = self.risk[tie.start..tie.events_end].iter().sum();
                peak = f64::max(peak, at_risk);
                // Taking away leaves the rounding of what was taken. Where little remains it is summed again.
                let recomputed = taken && at_risk <= CANCELLED * peak;
                if recomputed {
                    at_risk = stratum.at_risk(tie).map(|i| self.risk[i]).sum();
                    let others_at_risk = stratum.at_risk(tie).filter(|&i| i >= tie.events_end);
                    others = others_at_risk.map(|i| self.risk[i]).sum();
                    (peak, taken) = (at_risk, false);
                }
                *step = if tie.alone() && tie.weight == 1.0 && (1e-100..1e100).contains(&at_risk) {
                    logs.add(1.0, at_risk);
                    HazardStep::of_one(at_risk)
                } else {
                    HazardStep::new(tie, ties, at_risk, others.max(0.0), events)
                };
                step.recomputed = recomputed;
                let own: f64 =
                    (tie.start..tie.events_end).map(|i| rows.weight[i] * (self.eta[i] - self.shift)).sum();
                log_likelihood += own - step.log;
            }
        }
        log_likelihood - logs.value()
    }

    /// The exposure of every row: the hazard up to its time, less that up to its entry. `weigh` multiplies the
    /// step of each event time.
    fn expose(&mut self, rows: &Rows, weigh: impl Fn(usize) -> f64) {
        let mut first = 0;
        for stratum in &rows.strata {
            let mut hazard = 0.0;
            let mut next = stratum.rows.start;
            let mut late = stratum.late.as_slice();
            for (k, tie) in stratum.ties.iter().enumerate() {
                let step = self.steps[first + k];
                // A subject who entered before this time was not exposed to what came before the entry.
                while let Some((&(entry, i), rest)) = late.split_first() {
                    if entry >= tie.time {
                        break;
                    }
                    self.exposure[i] = -hazard;
                    late = rest;
                }
                let entered = |exposure: f64| if stratum.late.is_empty() { 0.0 } else { exposure };
                for i in next..tie.start {
                    self.exposure[i] = hazard + entered(self.exposure[i]);
                }
                let g = weigh(first + k);
                for i in tie.start..tie.events_end {
                    self.exposure[i] = hazard + g * step.own + entered(self.exposure[i]);
                }
                hazard += g * step.all;
                next = tie.events_end;
            }
            for &(_, i) in late {
                self.exposure[i] = -hazard;
            }
            let entered = |exposure: f64| if stratum.late.is_empty() { 0.0 } else { exposure };
            for i in next..stratum.rows.end {
                self.exposure[i] = hazard + entered(self.exposure[i]);
            }
            self.expose_recomputed(stratum, first, &weigh);
            first += stratum.ties.len();
        }
    }

    /// The exposure of late rows is a difference of hazards; where little is left of it, it is summed again.
    fn expose_recomputed(&mut self, stratum: &Stratum, first: usize, weigh: &impl Fn(usize) -> f64) {
        if stratum.late.is_empty() {
            return;
        }
        // The hazard up to each event time.
        let mut hazards = Vec::with_capacity(stratum.ties.len());
        let mut hazard = 0.0;
        for k in 0..stratum.ties.len() {
            hazard += weigh(first + k) * self.steps[first + k].all;
            hazards.push(hazard);
        }
        for &(entry, i) in &stratum.late {
            let from = stratum.ties.partition_point(|t| t.time <= entry);
            let before = if from == 0 { 0.0 } else { hazards[from - 1] };
            if self.exposure[i] > CANCELLED * before {
                continue;
            }
            // Ties start at or before the row where the row outlives them.
            let to = stratum.ties.partition_point(|t| t.start <= i);
            self.exposure[i] = (from..to)
                .map(|k| {
                    let step = self.steps[first + k];
                    let own = i < stratum.ties[k].events_end;
                    weigh(first + k) * if own { step.own } else { step.all }
                })
                .sum();
        }
    }

    /// The log likelihood, gradient and information at `beta`.
    pub fn evaluate(&mut self, rows: &Rows, beta: &[f64], ties: Ties, point: &mut Point) {
        point.log_likelihood = self.hazards(rows, beta, ties);
        self.products(rows, |_| 1.0, &mut point.gradient, &mut point.information);
    }

    /// The exposures under the steps as they are.
    pub fn martingale(&mut self, rows: &Rows) {
        self.clear_entries(rows);
        self.expose(rows, |_| 1.0);
    }

    fn clear_entries(&mut self, rows: &Rows) {
        if rows.strata.iter().any(|s| !s.late.is_empty()) {
            self.exposure.fill(0.0);
        }
    }

    /// `Σ_k weigh(k) V_k` with `V_k` the covariance of the covariates over the risk set of event time k (summed
    /// over those who leave there). With weights of 1 it is the information. Weights may not be negative.
    pub fn information(&mut self, rows: &Rows, weigh: impl Fn(usize) -> f64 + Send, information: &mut [f64]) {
        self.products(rows, weigh, &mut vec![0.0; rows.p], information);
    }

    /// The gradient `Xᵀ (δ − r A)` and the information.
    fn products(
        &mut self,
        rows: &Rows,
        weigh: impl Fn(usize) -> f64 + Send,
        gradient: &mut [f64],
        information: &mut [f64],
    ) {
        self.clear_entries(rows);
        self.expose(rows, &weigh);
        let Self { risk, exposure, steps, plus, minus, s1, e1, .. } = self;
        let (risk, exposure) = (&*risk, &*exposure);
        plus.clear();
        minus.clear();
        let mut exposed = Exposed { rows, risk, exposure, plus, left: 0..0 };
        let mut means = Means { rows, risk, steps: &*steps, weigh, minus, s1, e1 };
        let mut firsts = Vec::with_capacity(rows.strata.len());
        rows.strata.iter().fold(0, |first, stratum| {
            firsts.push(first);
            first + stratum.ties.len()
        });
        let strata = || rows.strata.iter().zip(&firsts);
        if threads::several(rows.x.len()) {
            threads::join(
                rows.x.len(),
                || rows.strata.iter().for_each(|stratum| exposed.over(stratum)),
                || strata().for_each(|(stratum, &first)| means.over(stratum, first, |_| {})),
            );
        } else {
            // What the one has just read the other finds in the cache.
            for (stratum, &first) in strata() {
                exposed.begin(stratum);
                means.over(stratum, first, |done| exposed.down_to(done));
                exposed.end();
            }
        }
        plus.copy_to(gradient, information);
        minus.add_to(-1.0, information);
    }
}

/// `Xᵀ diag(r A) X` and the gradient, by blocks of rows from the last to the first.
struct Exposed<'a> {
    rows: &'a Rows,
    risk: &'a [f64],
    exposure: &'a [f64],
    plus: &'a mut WeightedProduct,
    /// The rows of the stratum that are not yet taken.
    left: Range<usize>,
}

impl Exposed<'_> {
    fn over(&mut self, stratum: &Stratum) {
        self.begin(stratum);
        self.down_to(self.left.start);
        self.end();
    }

    /// Rows that leave before the first event are never exposed.
    fn begin(&mut self, stratum: &Stratum) {
        self.left = stratum.first..stratum.rows.end;
    }

    /// The whole blocks of the rows from `start` on: the same blocks, however often this is asked.
    #[inline]
    fn down_to(&mut self, start: usize) {
        while self.left.end - start >= WeightedProduct::ROWS {
            self.take(self.left.end - WeightedProduct::ROWS);
        }
    }

    fn end(&mut self) {
        self.take(self.left.start);
    }

    fn take(&mut self, start: usize) {
        let (rows, block) = (self.rows, start..self.left.end);
        let x = &rows.x[block.start * rows.p..block.end * rows.p];
        let (risk, exposure) = (&self.risk[block.clone()], &self.exposure[block.clone()]);
        let event = &rows.event[block.clone()];
        self.plus.add(x, |i| {
            let expected = risk[i] * exposure[i];
            let own = if event[i] { rows.weight[block.start + i] } else { 0.0 };
            (own - expected, expected.max(0.0))
        });
        self.left.end = start;
    }
}

/// `Σ c (S1 − f E1)(S1 − f E1)ᵀ / S0_l²` over all who leave, time by time.
struct Means<'a, W> {
    rows: &'a Rows,
    risk: &'a [f64],
    steps: &'a [HazardStep],
    weigh: W,
    minus: &'a mut SymmetricProduct,
    s1: &'a mut [f64],
    e1: &'a mut [f64],
}

impl<W: Fn(usize) -> f64> Means<'_, W> {
    /// `first` is the number of the first event time among those of all strata; `done` hears from which row on all have joined.
    fn over(&mut self, stratum: &Stratum, first: usize, mut done: impl FnMut(usize)) {
        self.s1.fill(0.0);
        for change in stratum.backwards() {
            self.join(stratum, &change, self.steps[first + change.at].recomputed);
            self.leave(change.tie, first + change.at);
            done(change.tie.start);
        }
    }

    /// The sums over the risk set of a time. Those over who leave together are kept apart; who leaves alone needs none.
    fn join(&mut self, stratum: &Stratum, change: &Change, recomputed: bool) {
        let (rows, risk, tie) = (self.rows, self.risk, change.tie);
        let add = |sums: &mut [f64], i: usize, factor: f64| {
            for (s, x) in sums.iter_mut().zip(rows.row(i)) {
                *s += factor * x;
            }
        };
        let together = !tie.alone();
        let split = if together { tie.events_end } else { tie.start };
        for i in (split..change.joining.end).rev() {
            add(self.s1, i, risk[i]);
        }
        if together {
            self.e1.fill(0.0);
            (tie.start..split).rev().for_each(|i| add(self.e1, i, risk[i]));
            for (s, e) in self.s1.iter_mut().zip(self.e1.iter()) {
                *s += e;
            }
        }
        for &(_, i) in change.not_yet.iter().rev() {
            add(self.s1, i, -risk[i]);
        }
        if recomputed {
            self.s1.fill(0.0);
            stratum.at_risk(tie).for_each(|i| add(self.s1, i, risk[i]));
        }
    }

    /// One or two outer products, however many leave at the `k`-th event time of all.
    fn leave(&mut self, tie: &Tie, k: usize) {
        let step = self.steps[k];
        let unit = step.at_risk.recip();
        let [root, cross, rest] = step.outer((self.weigh)(k));
        if !(root > 0.0) {
            return;
        }
        if tie.alone() {
            for (m, s) in self.minus.next_row().iter_mut().zip(self.s1.iter()) {
                *m = root * (s * unit);
            }
            return;
        }
        for ((m, s), e) in self.minus.next_row().iter_mut().zip(self.s1.iter()).zip(self.e1.iter()) {
            *m = root * (s * unit) - cross * (e * unit);
        }
        if rest > 0.0 {
            for (m, e) in self.minus.next_row().iter_mut().zip(self.e1.iter()) {
                *m = rest * (e * unit);
            }
        }
    }
}
