//! Who is at risk at each event time, with the inverse of X'WX there.

use std::borrow::Cow;

use super::model::EstimationEnd;
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::groups::encode;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;

/// A risk set is nearly singular where a column keeps less than this share of its own square once the earlier ones are
/// taken out: what is left would be half lost to rounding. Columns are centred and scaled over all rows that are ever at risk,
/// and where that is not enough (an outlier that has left) over those of the risk set.
const SINGULAR: f64 = 1e-9;
/// So often other units are tried: each time costs a pass.
const MOST_UNITS: usize = 50;
/// Sums by taking away are summed again once they have fallen to this share of their peak.
const FALLEN: f64 = 1e-4;

/// Where a column is centred, and its unit.
#[derive(Debug, Clone)]
struct Units {
    centre: Vec<f64>,
    scale: Vec<f64>,
    /// Are the values of a column so close, measured by their size, that their differences are as good as none?
    close: bool,
}

/// The rows in order of time, with columns z = (1, (x − centre)/scale).
#[derive(Debug, Clone)]
pub(super) struct RiskSets {
    pub p: usize,
    /// Row-major; rows that are in no risk set have zeros.
    z: Vec<f64>,
    /// The covariates as they are, row-major.
    x: Vec<f64>,
    pub time: Vec<f64>,
    pub event: Vec<bool>,
    pub entry: Vec<f64>,
    pub weight: Vec<f64>,
    /// One for each row; clusters number theirs.
    pub cluster: Vec<u32>,
    pub clusters: usize,
    pub robust: bool,
    /// The first for all rows; those of later risk sets where these are too wide for them.
    units: Vec<Units>,
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
    /// Which units its columns have.
    units: usize,
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
        let event: Vec<bool> = order.iter().map(|&i| data.event()[i]).collect();
        let entry: Vec<f64> = order.iter().map(|&i| data.entry().map_or(0.0, |e| e[i])).collect();
        let matrix = design.matrix();
        let x: Vec<f64> = order.iter().flat_map(|&i| (0..p - 1).map(move |j| matrix[(i, j)])).collect();
        // A row that is in no risk set with an event has no say.
        let event_times: Vec<f64> = time.iter().zip(&event).filter(|(_, e)| **e).map(|(t, _)| *t).collect();
        let by = |at: f64| event_times.partition_point(|t| *t <= at);
        let ever: Vec<usize> = (0..n).filter(|&i| by(time[i]) > by(entry[i]) || event[i]).collect();
        let units = Units::of(&x, p - 1, &weight, &ever);
        let mut z = vec![0.0; n * p];
        for &i in &ever {
            units.place(&x[i * (p - 1)..(i + 1) * (p - 1)], &mut z[i * p..(i + 1) * p]);
        }
        let ids: Vec<u32> = match data.clusters() {
            Some(clusters) => order.iter().map(|&i| clusters[i]).collect(),
            None => (0..n as u32).collect(),
        };
        let (cluster, firsts) = encode(&ids);
        let mut sets = Self {
            p,
            z,
            x,
            event,
            entry,
            weight,
            cluster,
            clusters: firsts.len(),
            robust: data.is_robust(),
            units: vec![units],
            times: Vec::new(),
            start,
            end: None,
            time,
        };
        sets.find_times(until, min_at_risk);
        sets
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    /// The columns of a row in the units of a risk set.
    pub fn row_of(&self, set: &EventSet, i: usize) -> Cow<'_, [f64]> {
        if set.units == 0 { Cow::Borrowed(self.row(i)) } else { Cow::Owned(self.in_units(set.units, i)) }
    }

    fn in_units(&self, units: usize, i: usize) -> Vec<f64> {
        let mut z = vec![0.0; self.p];
        self.units[units].place(&self.x[i * (self.p - 1)..(i + 1) * (self.p - 1)], &mut z);
        z
    }

    /// The event times up to the first at which too few are at risk, or their columns are nearly collinear in units of their own.
    fn find_times(&mut self, until: f64, min_at_risk: usize) {
        let mut after = self.start;
        loop {
            let units = self.units.len() - 1;
            let found = self.walk(units, (after, until), min_at_risk);
            let usable = found.iter().take_while(|f| f.1).count();
            let failed = found.get(usable).map(|f| (f.0.time, f.0.first, f.0.at_risk));
            self.times.extend(found.into_iter().take(usable).map(|f| f.0));
            let Some((time, first, at_risk)) = failed else { return };
            let too_few = at_risk < min_at_risk;
            let own = usable == 0 && units > 0;
            let anew = !(too_few || own || at_risk < self.p || units == MOST_UNITS);
            let there = || (first..self.time.len()).filter(|&i| self.entry[i] < time).collect::<Vec<_>>();
            let next = anew.then(|| Units::of(&self.x, self.p - 1, &self.weight, &there()));
            let Some(next) = next.filter(|u| !u.close) else {
                self.end = Some(EstimationEnd { time, at_risk, too_few });
                return;
            };
            self.units.push(next);
            after = self.times.last().map_or(after, |set| set.time);
        }
    }

    /// Event times from the last to the first, with the sums of those who are there: in increasing order, and whether they are
    /// usable.
    fn walk(&self, units: usize, (after, until): (f64, f64), min_at_risk: usize) -> Vec<(EventSet, bool)> {
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
            if time <= after {
                break;
            }
            let first = self.time[..end].partition_point(|t| *t < time);
            for i in first..end {
                self.add(&mut sums, units, i, 1.0);
                at_risk += 1;
            }
            peak = peak.max(sums[0]);
            let before = next_late;
            while next_late < late.len() && self.entry[late[next_late]] >= time {
                self.add(&mut sums, units, late[next_late], -1.0);
                at_risk -= 1;
                next_late += 1;
            }
            if next_late > before && sums[0] < FALLEN * peak || at_risk == 0 {
                sums = vec![0.0; p * p];
                for i in (first..n).filter(|&i| self.entry[i] < time) {
                    self.add(&mut sums, units, i, 1.0);
                }
                peak = sums[0];
            }
            let last = first + self.event[first..end].iter().filter(|e| **e).count();
            if last > first && time <= until {
                let inverse = (at_risk >= min_at_risk).then(|| inverse(&sums, p)).flatten();
                let usable = inverse.is_some();
                let inverse = inverse.unwrap_or_default();
                found.push((EventSet { time, first, last, at_risk, inverse, units }, usable));
            }
            end = first;
        }
        found.reverse();
        found
    }

    fn add(&self, sums: &mut [f64], units: usize, i: usize, sign: f64) {
        if units == 0 {
            add(sums, self.row(i), sign * self.weight[i]);
        } else {
            add(sums, &self.in_units(units, i), sign * self.weight[i]);
        }
    }

    /// `(Z'WZ)⁻¹ z` of a row at a time.
    pub fn influence(&self, set: &EventSet, i: usize) -> Vec<f64> {
        let (p, z) = (self.p, self.row_of(set, i));
        (0..p).map(|a| (0..p).map(|b| set.inverse[a * p + b] * z[b]).sum()).collect()
    }

    /// Coefficients of the scaled columns of a risk set as those of the columns themselves.
    pub fn unscaled(&self, set: &EventSet, gamma: &[f64]) -> Vec<f64> {
        let units = &self.units[set.units];
        let mut beta = vec![gamma[0]];
        for j in 0..self.p - 1 {
            let b = gamma[j + 1] / units.scale[j];
            beta[0] -= units.centre[j] * b;
            beta.push(b);
        }
        beta
    }

    /// The diagonal of `(X'WX)⁻¹` of the columns themselves.
    pub fn diagonal(&self, set: &EventSet) -> Vec<f64> {
        let (p, units) = (self.p, &self.units[set.units]);
        // Row 0 of the transformation is (1, −centre/scale), row j is 1/scale at j.
        let top: Vec<f64> =
            std::iter::once(1.0).chain((0..p - 1).map(|j| -units.centre[j] / units.scale[j])).collect();
        let form: f64 =
            (0..p).map(|a| (0..p).map(|b| top[a] * set.inverse[a * p + b] * top[b]).sum::<f64>()).sum();
        std::iter::once(form)
            .chain((0..p - 1).map(|j| set.inverse[(j + 1) * (p + 1)] / units.scale[j] / units.scale[j]))
            .collect()
    }
}

impl Units {
    /// Mean and spread of each of `q` columns over some rows, taken in parts of the largest value: no square overflows.
    fn of(x: &[f64], q: usize, weight: &[f64], rows: &[usize]) -> Self {
        let mut units = Self { centre: vec![0.0; q], scale: vec![1.0; q], close: false };
        let total: f64 = rows.iter().map(|&i| weight[i]).sum();
        for j in 0..q {
            let largest = rows.iter().map(|&i| x[i * q + j].abs()).fold(0.0, f64::max);
            if !(largest > 0.0 && total > 0.0) {
                units.close = true;
                continue;
            }
            let part = |i: &usize| x[i * q + j] / largest;
            let mean = rows.iter().map(|i| weight[*i] / total * part(i)).sum::<f64>();
            let spread =
                rows.iter().map(|i| weight[*i] / total * (part(i) - mean).powi(2)).sum::<f64>().sqrt();
            units.close |= spread * spread <= SINGULAR;
            units.centre[j] = mean * largest;
            if spread * largest > 0.0 {
                units.scale[j] = spread * largest;
            }
        }
        units
    }

    /// (1, (x − centre)/scale).
    fn place(&self, x: &[f64], z: &mut [f64]) {
        z[0] = 1.0;
        for (j, x) in x.iter().enumerate() {
            let moved = x - self.centre[j];
            // The difference of huge values overflows where that of their parts does not.
            z[j + 1] = if moved.is_finite() {
                moved / self.scale[j]
            } else {
                x / self.scale[j] - self.centre[j] / self.scale[j]
            };
        }
    }
}

/// Adds `w z z'` to a lower triangle.
fn add(sums: &mut [f64], z: &[f64], w: f64) {
    let p = z.len();
    for a in 0..p {
        let wa = w * z[a];
        for b in 0..=a {
            sums[a * p + b] += wa * z[b];
        }
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
