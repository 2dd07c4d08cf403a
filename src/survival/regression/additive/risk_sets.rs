//! Who is at risk at each event time, with the inverse of X'WX there.

use super::estimation_end::EstimationEnd;
use super::units::Units;
use crate::numeric::cholesky::Cholesky;
use crate::numeric::sums::whole_count;
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;

/// A risk set is nearly singular where a column keeps less than this share of its own square once the earlier ones are
/// taken out: columns are centred and scaled over all rows, and what is left would be half lost to rounding.
const SINGULAR: f64 = 1e-9;
/// Sums by taking away are summed again once they have fallen to this share of their peak.
const FALLEN: f64 = 1e-4;

/// The rows in order of time, with columns z = (an indicator of each stratum, (x − centre)/scale).
#[derive(Debug, Clone)]
pub(super) struct RiskSets {
    pub p: usize,
    /// How many of the columns are intercepts: one for each stratum.
    pub intercepts: usize,
    stratum: Vec<u32>,
    /// Is a row ever in a risk set with an event?
    ever: Vec<bool>,
    /// The columns as they were given, row-major and in order of time; 0 in rows that are in no risk set with an event.
    x: Vec<f64>,
    /// Centre and scale of the columns, and z by them: one, and another from each time on at which the first tell too little of
    /// those who are left.
    units: Vec<Units>,
    pub time: Vec<f64>,
    pub event: Vec<bool>,
    pub entry: Vec<f64>,
    pub weight: Vec<f64>,
    /// How many subjects each row stands for: its replication weight.
    count: Vec<f64>,
    /// One for each row; clusters number theirs.
    pub cluster: Vec<u32>,
    pub clusters: usize,
    pub robust: bool,
    /// The event times that are used.
    pub times: Vec<EventSet>,
    pub start: f64,
    until: f64,
    pub end: Option<EstimationEnd>,
}

/// One event time.
#[derive(Debug, Clone)]
pub(super) struct EventSet {
    pub time: f64,
    /// Its events: rows `first..last`.
    pub first: usize,
    pub last: usize,
    /// Those at risk, a replication weight of 2 as two.
    pub at_risk: f64,
    /// Which units its columns have.
    units: usize,
    /// `(Z'WZ)⁻¹`, row-major; zeros where a stratum has nobody at risk.
    pub inverse: Vec<f64>,
}

impl EventSet {
    /// As it is reported: somebody is at risk at an event, however little a row counts.
    pub fn reported(&self) -> usize {
        whole_count(self.at_risk).max(1)
    }
}

/// Are as many at risk as were asked for, but for the rounding of sums of weights?
fn enough(at_risk: f64, least: usize) -> bool {
    at_risk >= least as f64 * (1.0 - 1e-12)
}

impl RiskSets {
    pub fn new(
        data: &RightCensored,
        design: &Design,
        (start, until): (f64, f64),
        min_at_risk: usize,
    ) -> Self {
        let (strata, data) = (data.strata(), data.without_strata());
        let (data, (order, time)) = data.in_order();
        let n = order.len();
        let intercepts = strata.map_or(1, Groups::count).max(1);
        let covariates = design.columns();
        let p = covariates + intercepts;
        let stratum: Vec<u32> = order.iter().map(|&i| strata.map_or(0, |s| s.codes()[i])).collect();
        let weight: Vec<f64> =
            order.iter().map(|&i| data.weights().map_or(1.0, |w: &Weights| w.values()[i])).collect();
        let count = match data.weights() {
            Some(Weights::Replication(_)) => weight.clone(),
            _ => vec![1.0; n],
        };
        let event: Vec<bool> = order.iter().map(|&i| data.event()[i]).collect();
        let entry: Vec<f64> = order.iter().map(|&i| data.entry().map_or(0.0, |e| e[i])).collect();
        // A row that is in no risk set with an event has no say in the unit of a column, however far out it is.
        let event_times: Vec<f64> = time.iter().zip(&event).filter(|(_, e)| **e).map(|(t, _)| *t).collect();
        let by = |at: f64| event_times.partition_point(|t| *t <= at);
        let ever: Vec<bool> = (0..n).map(|i| event[i] || by(time[i]) > by(entry[i])).collect();
        let given = design.matrix();
        let mut x = Vec::with_capacity(n * covariates);
        for (k, &i) in order.iter().enumerate() {
            x.extend((0..covariates).map(|j| if ever[k] { given[(i, j)] } else { 0.0 }));
        }
        let ids: Vec<u32> = match data.clusters() {
            Some(clusters) => order.iter().map(|&i| clusters[i]).collect(),
            None => (0..n as u32).collect(),
        };
        let (cluster, firsts) = encode(&ids);
        let mut sets = Self {
            p,
            intercepts,
            stratum,
            ever,
            x,
            units: Vec::new(),
            event,
            entry,
            weight,
            count,
            cluster,
            clusters: firsts.len(),
            robust: data.is_robust(),
            times: Vec::new(),
            start,
            until,
            end: None,
            time: time.to_vec(),
        };
        sets.set_units(&sets.ever.clone());
        sets.find_times(until, min_at_risk);
        sets
    }

    /// Units of the columns in these rows.
    fn set_units(&mut self, rows: &[bool]) {
        let units = Units::new(&self.x, &self.weight, rows, &self.stratum, self.intercepts);
        self.units.push(units);
    }

    /// The event times that are used. Where a risk set is nearly singular in its units, those who are at risk from there on may still
    /// differ by far more than rounding: who was far out has left. Then they get units of their own.
    fn find_times(&mut self, until: f64, min_at_risk: usize) {
        let mut from = self.start;
        loop {
            let found = self.walk((from, until), min_at_risk);
            let before = self.times.len();
            let mut stopped = None;
            for set in found {
                if set.inverse.is_empty() {
                    stopped = Some(set);
                    break;
                }
                self.times.push(set);
            }
            let Some(set) = stopped else { return };
            let too_few = !enough(set.at_risk, min_at_risk);
            // In units of their own the first of them must do, or it is the end.
            let renewed = self.units.len() > 1 && self.times.len() == before;
            if too_few || renewed || !self.renew_units(set.time) {
                self.end = Some(EstimationEnd { time: set.time, at_risk: set.reported(), too_few });
                return;
            }
            from = self.times.last().map_or(self.start, |t| t.time);
        }
    }

    /// Other units from an event time on; false where they would be no better.
    fn renew_units(&mut self, time: f64) -> bool {
        let later: Vec<bool> = (0..self.time.len()).map(|i| self.time[i] >= time && self.ever[i]).collect();
        self.set_units(&later);
        match self.units.as_slice() {
            [.., last, new] if new.are_finer_than(last) => true,
            _ => {
                self.units.pop();
                false
            }
        }
    }

    /// The last time of each stratum, or that until which events are used where it comes first: 0 without rows.
    pub fn last_of_strata(&self) -> Vec<f64> {
        let mut last = vec![0.0; self.intercepts];
        self.stratum.iter().zip(&self.time).for_each(|(s, t)| last[*s as usize] = t.min(self.until));
        last
    }

    /// z of a row, in the units of an event time.
    pub fn row(&self, set: &EventSet, i: usize) -> &[f64] {
        self.units[set.units].row(i)
    }

    /// The event times in a range, its end included, with the inverse of the sums of those who are there in the newest units; without
    /// it where they are few, or nearly collinear.
    fn walk(&self, (after, until): (f64, f64), min_at_risk: usize) -> Vec<EventSet> {
        let newest = self.units.len() - 1;
        let n = self.time.len();
        let mut late: Vec<usize> = (0..n).filter(|&i| self.entry[i] > 0.0).collect();
        late.sort_unstable_by(|&a, &b| self.entry[b].total_cmp(&self.entry[a]));
        let mut next_late = 0;
        let p = self.p;
        let mut sums = vec![0.0; p * p];
        // Of each stratum, how many are there, and the peak of their weights.
        let (mut there, mut peak) = (vec![0usize; self.intercepts], vec![0.0_f64; self.intercepts]);
        let mut at_risk = 0.0;
        let mut found: Vec<EventSet> = Vec::new();
        let mut end = n;
        while end > 0 {
            let time = self.time[end - 1];
            if time <= after {
                break;
            }
            let first = self.time[..end].partition_point(|t| *t < time);
            for i in first..end {
                self.add(&mut sums, i, 1.0);
                let s = self.stratum[i] as usize;
                there[s] += 1;
                at_risk += self.count[i];
                peak[s] = peak[s].max(sums[s * (p + 1)]);
            }
            let mut fallen = false;
            while next_late < late.len() && self.entry[late[next_late]] >= time {
                let i = late[next_late];
                self.add(&mut sums, i, -1.0);
                let s = self.stratum[i] as usize;
                there[s] -= 1;
                at_risk -= self.count[i];
                fallen |= sums[s * (p + 1)] < FALLEN * peak[s];
                next_late += 1;
            }
            if fallen {
                sums = vec![0.0; p * p];
                for i in (first..n).filter(|&i| self.entry[i] < time) {
                    self.add(&mut sums, i, 1.0);
                }
                for (s, peak) in peak.iter_mut().enumerate() {
                    *peak = sums[s * (p + 1)];
                }
            }
            let last = first + self.event[first..end].iter().filter(|e| **e).count();
            if last > first && time <= until {
                let inverse = enough(at_risk, min_at_risk).then(|| inverse(&sums, p, &there)).flatten();
                let inverse = inverse.unwrap_or_default();
                found.push(EventSet { time, first, last, at_risk, units: newest, inverse });
            }
            end = first;
        }
        found.reverse();
        found
    }

    fn add(&self, sums: &mut [f64], i: usize, sign: f64) {
        let (p, w) = (self.p, sign * self.weight[i]);
        let Some(z) = self.units.last().map(|u| u.row(i)) else { return };
        for a in 0..p {
            let wa = w * z[a];
            for b in 0..=a {
                sums[a * p + b] += wa * z[b];
            }
        }
    }

    /// `(Z'WZ)⁻¹ z` of a row at a time.
    pub fn influence(&self, set: &EventSet, i: usize) -> Vec<f64> {
        let (p, z) = (self.p, self.row(set, i));
        (0..p).map(|a| (0..p).map(|b| set.inverse[a * p + b] * z[b]).sum()).collect()
    }

    /// Coefficients of the scaled columns as those of the columns themselves, at a time.
    pub fn unscaled(&self, set: &EventSet, gamma: &[f64]) -> Vec<f64> {
        let (units, mut beta) = (&self.units[set.units], gamma.to_vec());
        let (own, of_covariates) = beta.split_at_mut(self.intercepts);
        let mut moved = 0.0;
        for ((b, scale), centre) in of_covariates.iter_mut().zip(&units.scale).zip(&units.centre) {
            *b /= scale;
            moved += centre * *b;
        }
        for (_, intercept) in own.iter_mut().enumerate().filter(|(s, _)| self.has(set, *s)) {
            *intercept -= moved;
        }
        beta
    }

    /// Is anybody of a stratum at risk at a time?
    fn has(&self, set: &EventSet, stratum: usize) -> bool {
        set.inverse[stratum * (self.p + 1)] > 0.0
    }

    /// The diagonal of `(X'WX)⁻¹` of the columns themselves; 0 where a stratum has nobody at risk.
    pub fn diagonal(&self, set: &EventSet) -> Vec<f64> {
        let (p, first, units) = (self.p, self.intercepts, &self.units[set.units]);
        // The row of an intercept in the transformation is (1, −centre/scale), that of a covariate 1/scale at its place.
        let top: Vec<f64> = units.centre.iter().zip(&units.scale).map(|(c, s)| -c / s).collect();
        let of_covariates: f64 = (0..p - first)
            .map(|a| {
                let row = &set.inverse[(first + a) * p + first..(first + a + 1) * p];
                top[a] * row.iter().zip(&top).map(|(v, t)| v * t).sum::<f64>()
            })
            .sum();
        let intercept = |s: usize| {
            if !self.has(set, s) {
                return 0.0;
            }
            let row = &set.inverse[s * p + first..(s + 1) * p];
            let mixed: f64 = row.iter().zip(&top).map(|(v, t)| v * t).sum();
            set.inverse[s * (p + 1)] + 2.0 * mixed + of_covariates
        };
        let own =
            (0..p - first).map(|j| set.inverse[(first + j) * (p + 1)] / units.scale[j] / units.scale[j]);
        (0..first).map(intercept).chain(own).collect()
    }
}

/// The inverse of the matrix with this lower triangle, without the strata of which nobody is there. Returns `None` if
/// it is nearly singular.
fn inverse(lower: &[f64], p: usize, there: &[usize]) -> Option<Vec<f64>> {
    let used: Vec<usize> = (0..p).filter(|j| there.get(*j).is_none_or(|n| *n > 0)).collect();
    let mut full = lower.to_vec();
    for a in 0..p {
        for b in 0..a {
            full[b * p + a] = full[a * p + b];
        }
    }
    for a in (0..there.len()).filter(|a| there[*a] == 0) {
        for b in 0..p {
            full[a * p + b] = 0.0;
            full[b * p + a] = 0.0;
        }
    }
    let total: f64 = (0..there.len()).map(|s| full[s * (p + 1)]).sum();
    if !(total > 0.0) || Cholesky::independent(&full, p, SINGULAR, total * 1e-6) != used {
        return None;
    }
    Some(Cholesky::new(&full, p, &used)?.inverse())
}
