//! The partial likelihood of a subdistribution in O(n) an evaluation: a walk from either end.
//!
//! The risk set at an event time t holds those under observation, whose sums grow from the last row backwards, and those
//! with another event before t, each with `W(t)/W(T)`: their sums `Σ r/W(T)` grow from the first row forwards and are
//! multiplied by `W(t)`. No row is repeated. With `dA = d/S0` the information is
//! `Σ r e x xᵀ − Σ d (S1/S0)(S1/S0)ᵀ`, where the exposure e of a row sums dA over the times at which it counts.

use std::sync::{Arc, OnceLock};

use crate::numeric::exp::exp_each;
use crate::survival::regression::cox::newton::RiskSets;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::fine_gray::censoring::{Walk, Weight};
use crate::survival::regression::fine_gray::columns::known_columns;
use crate::survival::regression::fine_gray::one_pass::{OnePass, Steps};
use crate::survival::regression::fine_gray::risk_set::RiskSet;

/// Running sums that have fallen to this share of their peak by taking away late entries are summed again.
const CANCELLED: f64 = 1e-4;

/// The rows of a fit with the weights of the subdistribution.
#[derive(Debug)]
pub(super) struct Scan {
    pub sets: Arc<RiskSet>,
    /// By stratum, where the general way is asked.
    strata: OnceLock<Vec<OfStratum>>,
    pub groups: usize,
    /// `r = w exp(η − shift)` of each row.
    pub risk: Vec<f64>,
    pub shift: f64,
    /// Of each row: what it was exposed to.
    exposure: Vec<f64>,
    /// By event time over all strata: `d/S0` and `S1/S0`.
    pub hazard: Vec<f64>,
    pub mean: Vec<f64>,
    eta: Vec<f64>,
    /// What the likelihood is had with in fewer walks, where it can be.
    one_pass: Option<OnePass>,
    /// Were risks, hazards and means had in this way?
    in_one_pass: bool,
}

/// What the scan needs to know of a stratum.
#[derive(Debug)]
pub(super) struct OfStratum {
    /// The first of its event times among those of all strata.
    pub first: usize,
    /// Rows with another event, in order of time.
    pub others: Vec<Other>,
    /// `W` before each event time, by time and group.
    pub weights: Vec<Weight>,
    /// Per row: the number of event times up to its time, and up to its entry.
    pub until: Vec<u32>,
    pub entered: Vec<u32>,
}

/// A row with another event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Other {
    pub row: usize,
    pub group: u32,
    pub own: Weight,
}

impl OfStratum {
    /// Of each stratum of the rows.
    fn of_rows(rows: &Rows, sets: &RiskSet) -> Vec<Self> {
        let mut first = 0;
        let one = |stratum: &Stratum| {
            let of = Self::new(rows, stratum, sets, first);
            first += stratum.ties.len();
            of
        };
        rows.strata.iter().map(one).collect()
    }

    fn new(rows: &Rows, stratum: &Stratum, sets: &RiskSet, first: usize) -> Self {
        let (weights, times) = (&sets.weights, &stratum.ties);
        let place = |t: f64| times.partition_point(|tie| tie.time <= t) as u32;
        // Rows and event times lie in order of time: places are found by walking along.
        let walks = || weights.iter().map(|_| Walk::default()).collect::<Vec<_>>();
        let mut of_rows = walks();
        let others = stratum.rows.clone().filter(|&i| sets.other[rows.order[i]]).map(|row| {
            let group = sets.group(rows.order[row]);
            let walk = &mut of_rows[group as usize];
            Other { row, group, own: weights[group as usize].walk_before(rows.time[row], walk) }
        });
        let mut entered = Vec::new();
        if !stratum.late.is_empty() {
            entered.resize(stratum.rows.len(), 0);
            for &(entry, i) in &stratum.late {
                entered[i - stratum.rows.start] = place(entry);
            }
        }
        let (mut of_ties, mut until) = (walks(), Walk::default());
        let mut before = Vec::with_capacity(times.len() * weights.len());
        for tie in times {
            let both = weights.iter().zip(&mut of_ties);
            before.extend(both.map(|(w, walk)| w.walk_before(tie.time, walk)));
        }
        let until = |i: usize| until.on(times.len(), |k| times[k].time <= rows.time[i]) as u32;
        Self {
            first,
            others: others.collect(),
            weights: before,
            until: stratum.rows.clone().map(until).collect(),
            entered,
        }
    }
}

impl Scan {
    pub fn new(rows: &Rows, sets: Arc<RiskSet>) -> Self {
        let times = rows.strata.iter().map(|s| s.ties.len()).sum::<usize>();
        Self {
            strata: OnceLock::new(),
            groups: sets.weights.len(),
            risk: Vec::new(),
            shift: 0.0,
            exposure: Vec::new(),
            hazard: vec![0.0; times],
            mean: vec![0.0; times * rows.p],
            eta: Vec::new(),
            one_pass: OnePass::new(rows, &sets.other, &sets.weights),
            in_one_pass: false,
            sets,
        }
    }

    pub fn of_strata<'a>(&'a self, rows: &'a Rows) -> impl Iterator<Item = (&'a Stratum, &'a OfStratum)> {
        rows.strata.iter().zip(self.of_each_stratum(rows))
    }

    fn of_each_stratum(&self, rows: &Rows) -> &[OfStratum] {
        self.strata.get_or_init(|| OfStratum::of_rows(rows, &self.sets))
    }

    /// What the scan stands with, if its risks, hazards and means were had in one pass.
    pub fn stands_in_one_pass(&self) -> Option<&OnePass> {
        self.one_pass.as_ref().filter(|_| self.in_one_pass)
    }

    /// When each row is at risk for the last time, at the latest: a row with another event at the last event time at which
    /// it has a weight.
    pub fn last_at_risk(&self, rows: &Rows) -> Vec<f64> {
        let mut time = rows.time.to_vec();
        for (stratum, of) in self.of_strata(rows) {
            for o in &of.others {
                let g = o.group as usize;
                let weight = |k: usize| of.weights[k * self.groups + g];
                let last = (0..stratum.ties.len()).rev().find(|&k| weight(k).over(o.own) > 0.0);
                time[o.row] = last.map_or(time[o.row], |k| time[o.row].max(stratum.ties[k].time));
            }
        }
        time
    }

    /// Where the scan stands after it: risk weights, hazards and means at `beta`.
    pub fn stand_at(&mut self, rows: &Rows, beta: &[f64]) {
        let steps = Steps { risk: &mut self.risk, hazard: &mut self.hazard, mean: &mut self.mean };
        self.shift = 0.0;
        self.in_one_pass =
            self.one_pass.as_mut().is_some_and(|pass| pass.stand_at(rows, beta, steps).is_some());
        if !self.in_one_pass {
            known_columns!(rows.p, |p| self.hazards(rows, beta, p));
        }
    }

    /// Risk weights, hazards and means at `beta`; the log likelihood.
    // Asked for at each call, as of what it calls: the loops are short where the number of columns is known.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn hazards(&mut self, rows: &Rows, beta: &[f64], p: usize) -> f64 {
        self.set_risk(rows, beta);
        let mut sums = vec![0.0; p];
        let mut of_groups = Vec::new();
        let mut log_likelihood = 0.0;
        for number in 0..rows.strata.len() {
            self.forwards(rows, number, &mut of_groups, p);
            log_likelihood += self.backwards(rows, number, &mut sums, p);
        }
        log_likelihood
    }

    /// `r = w exp(η − shift)` of each row.
    fn set_risk(&mut self, rows: &Rows, beta: &[f64]) {
        rows.linear_predictor(beta, &mut self.eta);
        self.shift = self.eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shift = self.shift;
        self.risk.clear();
        self.risk.extend(self.eta.iter().map(|eta| eta - shift));
        exp_each(&mut self.risk);
        if let Some(weight) = rows.weight.own() {
            self.risk.iter_mut().zip(weight).for_each(|(r, w)| *r *= w);
        }
    }

    /// From the first row on: those with another event before each event time, into `hazard` (S0) and `mean` (S1).
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn forwards(&mut self, rows: &Rows, number: usize, sums: &mut Vec<f64>, p: usize) {
        let stratum = &rows.strata[number];
        let of = &self.strata.get_or_init(|| OfStratum::of_rows(rows, &self.sets))[number];
        sums.clear();
        sums.resize(self.groups * (p + 1), 0.0);
        let mut epochs = vec![0; self.groups];
        let mut others = of.others.as_slice();
        for (k, tie) in stratum.ties.iter().enumerate() {
            let at = &of.weights[k * self.groups..(k + 1) * self.groups];
            for ((sums, epoch), weight) in sums.chunks_exact_mut(p + 1).zip(&mut epochs).zip(at) {
                if weight.epoch != *epoch {
                    // Censoring had left nobody: earlier ones count no more.
                    sums.fill(0.0);
                    *epoch = weight.epoch;
                }
            }
            while let Some((o, rest)) = others.split_first().filter(|(o, _)| o.row < tie.start) {
                let g = o.group as usize;
                if o.own.epoch == epochs[g] {
                    let r = self.risk[o.row] / o.own.value;
                    let sum = &mut sums[g * (p + 1)..(g + 1) * (p + 1)];
                    sum[0] += r;
                    add(&mut sum[1..], &rows.x[o.row * p..(o.row + 1) * p], r);
                }
                others = rest;
            }
            let mean = &mut self.mean[(of.first + k) * p..(of.first + k + 1) * p];
            mean.fill(0.0);
            let mut s0 = 0.0;
            for (weight, sum) in at.iter().zip(sums.chunks_exact(p + 1)) {
                s0 += weight.value * sum[0];
                add(mean, &sum[1..], weight.value);
            }
            self.hazard[of.first + k] = s0;
        }
    }

    /// From the last row on: those under observation are added, and `hazard` and `mean` become what they are called.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn backwards(&mut self, rows: &Rows, number: usize, s1: &mut [f64], p: usize) -> f64 {
        let stratum = &rows.strata[number];
        let of = &self.strata.get_or_init(|| OfStratum::of_rows(rows, &self.sets))[number];
        let row = |i: usize| &rows.x[i * p..(i + 1) * p];
        let mut log_likelihood = 0.0;
        s1.fill(0.0);
        let (mut s0, mut peak) = (0.0, 0.0_f64);
        for change in stratum.backwards() {
            let (k, tie) = (change.at, change.tie);
            for i in change.joining.rev() {
                s0 += self.risk[i];
                add(&mut s1[..p], row(i), self.risk[i]);
            }
            peak = peak.max(s0);
            for &(_, i) in change.not_yet.iter().rev() {
                s0 -= self.risk[i];
                add(&mut s1[..p], row(i), -self.risk[i]);
            }
            if s0 < CANCELLED * peak {
                s0 = 0.0;
                s1.fill(0.0);
                for i in stratum.at_risk(tie) {
                    s0 += self.risk[i];
                    add(&mut s1[..p], row(i), self.risk[i]);
                }
                peak = s0;
            }
            let total = s0 + self.hazard[of.first + k];
            self.hazard[of.first + k] = tie.weight / total;
            let mean = &mut self.mean[(of.first + k) * p..(of.first + k + 1) * p];
            for (m, s) in mean.iter_mut().zip(&s1[..p]) {
                *m = (*m + s) / total;
            }
            let own: f64 =
                (tie.start..tie.events_end).map(|i| rows.weight[i] * (self.eta[i] - self.shift)).sum();
            log_likelihood += own - tie.weight * total.ln();
        }
        log_likelihood
    }

    /// What each row was exposed to.
    fn expose(&mut self, rows: &Rows) {
        let mut exposure = std::mem::take(&mut self.exposure);
        self.expose_to(rows, &self.hazard, &mut exposure);
        self.exposure = exposure;
    }

    /// `∫ wᵢ dA` of each row over its time at risk, where A jumps at the event times as told.
    pub fn exposures(&self, rows: &Rows, jumps: &[f64]) -> Vec<f64> {
        let mut exposure = Vec::new();
        self.expose_to(rows, jumps, &mut exposure);
        exposure
    }

    fn expose_to(&self, rows: &Rows, jumps: &[f64], exposure: &mut Vec<f64>) {
        exposure.clear();
        exposure.resize(rows.len(), 0.0);
        for (stratum, of) in self.of_strata(rows) {
            let times = stratum.ties.len();
            let jumps = &jumps[of.first..of.first + times];
            let mut before = Vec::with_capacity(times + 1);
            let mut sum = 0.0;
            before.push(sum);
            for h in jumps {
                sum += h;
                before.push(sum);
            }
            let start = stratum.rows.start;
            for (i, &until) in of.until.iter().enumerate() {
                exposure[start + i] = before[until as usize];
            }
            for (i, &entered) in of.entered.iter().enumerate() {
                exposure[start + i] -= before[entered as usize];
            }
            self.after_another(stratum, of, jumps, exposure);
        }
    }

    /// Adds what rows with another event are exposed to afterwards.
    fn after_another(&self, stratum: &Stratum, of: &OfStratum, jumps: &[f64], exposure: &mut [f64]) {
        let mut sums = vec![0.0; self.groups];
        let mut epochs: Vec<Option<u32>> = vec![None; self.groups];
        let mut k = stratum.ties.len();
        for o in of.others.iter().rev() {
            while k > of.until[o.row - stratum.rows.start] as usize {
                k -= 1;
                for g in 0..self.groups {
                    let weight = of.weights[k * self.groups + g];
                    if epochs[g] != Some(weight.epoch) {
                        (sums[g], epochs[g]) = (0.0, Some(weight.epoch));
                    }
                    sums[g] += weight.value * jumps[k];
                }
            }
            let g = o.group as usize;
            if epochs[g] == Some(o.own.epoch) {
                exposure[o.row] += sums[g] / o.own.value;
            }
        }
    }
}

impl Scan {
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn evaluate_with(&mut self, rows: &Rows, beta: &[f64], p: usize, point: &mut Point) {
        point.log_likelihood = self.hazards(rows, beta, p);
        self.expose(rows);
        let (gradient, information) = (&mut point.gradient[..p], &mut point.information[..p * p]);
        gradient.fill(0.0);
        information.fill(0.0);
        for (stratum, of) in self.of_strata(rows) {
            for (k, tie) in stratum.ties.iter().enumerate() {
                let mean = &self.mean[(of.first + k) * p..(of.first + k + 1) * p];
                for i in tie.start..tie.events_end {
                    add(gradient, &rows.x[i * p..(i + 1) * p], rows.weight[i]);
                }
                add(gradient, mean, -tie.weight);
                upper(information, mean, -tie.weight, p);
            }
        }
        for i in 0..rows.len() {
            upper(information, &rows.x[i * p..(i + 1) * p], self.risk[i] * self.exposure[i], p);
        }
        symmetric(information, p);
    }

    /// `Σ g V`: the information of each event time, multiplied by a number of that time.
    pub fn information_along(&self, rows: &Rows, g: &[f64]) -> Vec<f64> {
        let p = rows.p;
        let mut information = vec![0.0; p * p];
        let ties = rows.strata.iter().flat_map(|s| &s.ties);
        for (k, (tie, mean)) in ties.zip(self.mean.chunks_exact(p.max(1))).enumerate() {
            upper(&mut information, mean, -tie.weight * g[k], p);
        }
        let jumps: Vec<f64> = self.hazard.iter().zip(g).map(|(h, g)| h * g).collect();
        for (i, exposure) in self.exposures(rows, &jumps).into_iter().enumerate() {
            upper(&mut information, rows.row(i), self.risk[i] * exposure, p);
        }
        symmetric(&mut information, p);
        information
    }
}

/// The lower triangle from the upper.
pub(super) fn symmetric(matrix: &mut [f64], p: usize) {
    for a in 0..p {
        for b in 0..a {
            matrix[a * p + b] = matrix[b * p + a];
        }
    }
}

impl RiskSets for &mut Scan {
    fn evaluate(&mut self, rows: &Rows, beta: &[f64], point: &mut Point) {
        if self.one_pass.as_mut().is_some_and(|pass| pass.evaluate(rows, beta, point).is_some()) {
            return;
        }
        known_columns!(rows.p, |p| self.evaluate_with(rows, beta, p, point));
    }
}

#[inline]
pub(super) fn add(to: &mut [f64], from: &[f64], factor: f64) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}

/// Adds `factor x xᵀ` to the upper triangle.
#[inline]
pub(super) fn upper(matrix: &mut [f64], x: &[f64], factor: f64, p: usize) {
    for a in 0..p {
        let scaled = factor * x[a];
        for (m, x) in matrix[a * p + a..(a + 1) * p].iter_mut().zip(&x[a..p]) {
            *m += scaled * x;
        }
    }
}
