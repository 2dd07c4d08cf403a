//! Who is at risk at each event time, with the inverse of X'WX there.

use super::model::EstimationEnd;
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::groups::encode;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;

/// A risk set is nearly singular where a column keeps less than this share of its own square once the earlier ones are
/// taken out: columns are centred and scaled over all rows, and what is left would be half lost to rounding.
const SINGULAR: f64 = 1e-9;
/// Sums by taking away are summed again once they have fallen to this share of their peak.
const FALLEN: f64 = 1e-4;

/// The rows in order of time, with columns z = (1, (x − centre)/scale).
#[derive(Debug, Clone)]
pub(super) struct RiskSets {
    pub p: usize,
    /// Row-major.
    pub z: Vec<f64>,
    pub time: Vec<f64>,
    pub event: Vec<bool>,
    pub entry: Vec<f64>,
    pub weight: Vec<f64>,
    /// One for each row; clusters number theirs.
    pub cluster: Vec<u32>,
    pub clusters: usize,
    pub robust: bool,
    centre: Vec<f64>,
    scale: Vec<f64>,
    /// The event times that are used.
    pub times: Vec<EventSet>,
    pub start: f64,
    pub end: Option<EstimationEnd>,
}

/// One event time.
#[derive(Debug, Clone)]
pub(super) struct EventSet {
    pub time: f64,
    /// Its events: rows `first..last`.
    pub first: usize,
    pub last: usize,
    pub at_risk: usize,
    /// `(Z'WZ)⁻¹`, row-major.
    pub inverse: Vec<f64>,
}

impl RiskSets {
    pub fn new(
        data: &RightCensored,
        design: &Design,
        (start, until): (f64, f64),
        min_at_risk: usize,
    ) -> Self {
        let (data, (order, time)) = data.in_order();
        let n = order.len();
        let p = design.columns() + 1;
        let weight: Vec<f64> =
            order.iter().map(|&i| data.weights().map_or(1.0, |w: &Weights| w.values()[i])).collect();
        let total: f64 = weight.iter().sum();
        let x = design.matrix();
        let mut centre = vec![0.0; p - 1];
        let mut scale = vec![0.0; p - 1];
        for j in 0..p - 1 {
            centre[j] = order.iter().zip(&weight).map(|(&i, w)| w * x[(i, j)]).sum::<f64>() / total;
            let square = |(&i, w): (&usize, &f64)| w * (x[(i, j)] - centre[j]).powi(2);
            let spread = (order.iter().zip(&weight).map(square).sum::<f64>() / total).sqrt();
            scale[j] = if spread > 0.0 { spread } else { 1.0 };
        }
        let mut z = Vec::with_capacity(n * p);
        for &i in &order {
            z.push(1.0);
            z.extend((0..p - 1).map(|j| (x[(i, j)] - centre[j]) / scale[j]));
        }
        let ids: Vec<u32> = match data.clusters() {
            Some(clusters) => order.iter().map(|&i| clusters[i]).collect(),
            None => (0..n as u32).collect(),
        };
        let (cluster, firsts) = encode(&ids);
        let mut sets = Self {
            p,
            z,
            event: order.iter().map(|&i| data.event()[i]).collect(),
            entry: order.iter().map(|&i| data.entry().map_or(0.0, |e| e[i])).collect(),
            weight,
            cluster,
            clusters: firsts.len(),
            robust: data.is_robust(),
            centre,
            scale,
            times: Vec::new(),
            start,
            end: None,
            time,
        };
        sets.walk(until, min_at_risk);
        sets
    }

    pub fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    /// Event times from the last to the first, with the sums of those who are there.
    fn walk(&mut self, until: f64, min_at_risk: usize) {
        let n = self.time.len();
        let mut late: Vec<usize> = (0..n).filter(|&i| self.entry[i] > 0.0).collect();
        late.sort_unstable_by(|&a, &b| self.entry[b].total_cmp(&self.entry[a]));
        let mut next_late = 0;
        let p = self.p;
        let mut sums = vec![0.0; p * p];
        let (mut at_risk, mut peak) = (0usize, 0.0_f64);
        let mut found: Vec<(EventSet, bool)> = Vec::new();
        let mut end = n;
        while end > 0 {
            let time = self.time[end - 1];
            let first = self.time[..end].partition_point(|t| *t < time);
            for i in first..end {
                self.add(&mut sums, i, 1.0);
                at_risk += 1;
            }
            peak = peak.max(sums[0]);
            let before = next_late;
            while next_late < late.len() && self.entry[late[next_late]] >= time {
                self.add(&mut sums, late[next_late], -1.0);
                at_risk -= 1;
                next_late += 1;
            }
            if next_late > before && sums[0] < FALLEN * peak || at_risk == 0 {
                sums = vec![0.0; p * p];
                for i in (first..n).filter(|&i| self.entry[i] < time) {
                    self.add(&mut sums, i, 1.0);
                }
                peak = sums[0];
            }
            let last = first + self.event[first..end].iter().filter(|e| **e).count();
            if last > first && time > self.start && time <= until {
                let inverse = (at_risk >= min_at_risk).then(|| inverse(&sums, p)).flatten();
                let usable = inverse.is_some();
                let inverse = inverse.unwrap_or_default();
                found.push((EventSet { time, first, last, at_risk, inverse }, usable));
            }
            end = first;
        }
        for (set, usable) in found.into_iter().rev() {
            if !usable {
                let reason = set.at_risk < min_at_risk;
                self.end = Some(EstimationEnd { time: set.time, at_risk: set.at_risk, too_few: reason });
                break;
            }
            self.times.push(set);
        }
    }

    fn add(&self, sums: &mut [f64], i: usize, sign: f64) {
        let (p, z, w) = (self.p, self.row(i), sign * self.weight[i]);
        for a in 0..p {
            let wa = w * z[a];
            for b in 0..=a {
                sums[a * p + b] += wa * z[b];
            }
        }
    }

    /// `(Z'WZ)⁻¹ z` of a row at a time.
    pub fn influence(&self, set: &EventSet, i: usize) -> Vec<f64> {
        let (p, z) = (self.p, self.row(i));
        (0..p).map(|a| (0..p).map(|b| set.inverse[a * p + b] * z[b]).sum()).collect()
    }

    /// Coefficients of the scaled columns as those of the columns themselves.
    pub fn unscaled(&self, gamma: &[f64]) -> Vec<f64> {
        let mut beta = vec![gamma[0]];
        for j in 0..self.p - 1 {
            let b = gamma[j + 1] / self.scale[j];
            beta[0] -= self.centre[j] * b;
            beta.push(b);
        }
        beta
    }

    /// The diagonal of `(X'WX)⁻¹` of the columns themselves.
    pub fn diagonal(&self, set: &EventSet) -> Vec<f64> {
        let p = self.p;
        // Row 0 of the transformation is (1, −centre/scale), row j is 1/scale at j.
        let top: Vec<f64> =
            std::iter::once(1.0).chain((0..p - 1).map(|j| -self.centre[j] / self.scale[j])).collect();
        let form: f64 =
            (0..p).map(|a| (0..p).map(|b| top[a] * set.inverse[a * p + b] * top[b]).sum::<f64>()).sum();
        std::iter::once(form)
            .chain((0..p - 1).map(|j| set.inverse[(j + 1) * (p + 1)] / self.scale[j] / self.scale[j]))
            .collect()
    }
}

/// The inverse of the matrix with this lower triangle; `None` where it is nearly singular.
fn inverse(lower: &[f64], p: usize) -> Option<Vec<f64>> {
    let mut full = lower.to_vec();
    for a in 0..p {
        for b in 0..a {
            full[b * p + a] = full[a * p + b];
        }
    }
    let floor = full[0] * 1e-6;
    if !(full[0] > 0.0) || Cholesky::independent(&full, p, SINGULAR, floor).len() < p {
        return None;
    }
    Some(Cholesky::new(&full, p, &(0..p).collect::<Vec<_>>())?.inverse())
}
