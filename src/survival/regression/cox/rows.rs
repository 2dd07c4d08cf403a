//! The rows in the order in which the partial likelihood walks them.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::numeric::threads;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;

/// Rows sorted by stratum, then time, events before censorings, with the covariates centred and scaled.
/// Rows of weight 0 are absent.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Rows {
    pub p: usize,
    /// Row-major, `order.len() × p`.
    pub x: Vec<f64>,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// No (centred and scaled) covariate is further from 0 than this.
    pub reach: Vec<f64>,
    pub weight: Vec<f64>,
    pub offset: Vec<f64>,
    pub time: Vec<f64>,
    pub event: Vec<bool>,
    /// Where each sorted row stood in the data.
    pub order: Vec<usize>,
    pub strata: Vec<Stratum>,
    /// The rows that are in no risk set with an event: they have no say.
    pub idle: Vec<usize>,
    /// Do replication weights count as that many subjects that fail together?
    pub repeated: bool,
}

#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Stratum {
    pub rows: Range<usize>,
    /// The event times, increasing.
    pub ties: Vec<Tie>,
    /// Rows that enter late, in order of entry.
    pub late: Vec<(f64, usize)>,
    /// The entry of each row of the stratum, −∞ where it is not late. Empty where none is.
    entry: Vec<f64>,
    /// Which stratum of the data this is.
    pub code: usize,
}

/// The rows that leave at one event time.
#[derive(Debug, Clone, Copy)]
pub(in crate::survival::regression) struct Tie {
    pub time: f64,
    pub start: usize,
    /// Events are `start..events_end`; the censored come after.
    pub events_end: usize,
    /// How many leave one after the other under Efron's rule, and the sum of their weights.
    pub leaving: f64,
    pub weight: f64,
}

impl Tie {
    /// Does one subject leave alone? (Weights of several rows may sum to 1 as well.)
    pub fn alone(&self) -> bool {
        self.events_end - self.start == 1 && self.leaving <= 1.0
    }
}

impl Stratum {
    /// When a row entered; −∞ where it was there from the start.
    pub fn entry_of(&self, row: usize) -> f64 {
        self.entry.get(row - self.rows.start).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// The rows under observation at an event time.
    pub fn at_risk(&self, tie: &Tie) -> impl Iterator<Item = usize> + '_ {
        let (time, start) = (tie.time, self.rows.start);
        (tie.start..self.rows.end).filter(move |&i| self.entry.get(i - start).is_none_or(|&e| e < time))
    }
}

impl Rows {
    pub fn new(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<Self> {
        Self::build(data, design, offset, true)
    }

    /// Rows for risk sets of another kind, in which any row may be.
    pub fn for_other_risk_sets(data: &RightCensored, design: &Design) -> Result<Self> {
        Self::build(data, design, None, false)
    }

    fn build(
        data: &RightCensored,
        design: &Design,
        offset: Option<&[f64]>,
        cox_risk_sets: bool,
    ) -> Result<Self> {
        if design.columns() > 0 && design.rows() != data.len() {
            let (len, expected) = (design.rows(), data.len());
            return Err(Error::LengthMismatch { argument: "the design", len, other: "time", expected });
        }
        if let Some(offset) = offset {
            if offset.len() != data.len() {
                let (len, expected) = (offset.len(), data.len());
                return Err(Error::LengthMismatch { argument: "offset", len, other: "time", expected });
            }
            if let Some((index, &value)) = offset.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::InvalidCovariate { covariate: "offset".into(), index, value });
            }
        }
        let (data, (order, time)) = data.in_order();
        let weights = data.weights().map(Weights::values);
        let event: Vec<bool> = order.iter().map(|&i| data.event()[i]).collect();
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i] as usize);
        let n = order.len();
        let p = design.columns();
        let matrix = design.matrix();
        let matrix = matrix.as_standard_layout();
        let flat = matrix.as_slice().unwrap_or(&[]);
        let mut rows = Self {
            p,
            x: Vec::new(),
            centre: Vec::new(),
            scale: Vec::new(),
            reach: Vec::new(),
            weight: weights.map_or_else(|| vec![1.0; n], |w| order.iter().map(|&i| w[i]).collect()),
            offset: offset.map_or_else(|| vec![0.0; n], |o| order.iter().map(|&i| o[i]).collect()),
            time,
            event,
            strata: Vec::new(),
            idle: Vec::new(),
            repeated: matches!(data.weights(), Some(Weights::Replication(_))),
            order,
        };
        let mut start = 0;
        while start < n {
            let code = stratum(rows.order[start]);
            let mut end = start;
            while end < n && stratum(rows.order[end]) == code {
                end += 1;
            }
            let late: Vec<(f64, usize)> = data.entry().map_or(Vec::new(), |entry| {
                let at = |i: usize| (entry[rows.order[i]], i);
                (start..end).map(at).filter(|&(e, _)| e > 0.0).collect()
            });
            rows.push_stratum(start..end, late, code);
            start = end;
        }
        if cox_risk_sets {
            rows.find_idle();
        }
        let order = &rows.order;
        // Who is in no risk set has no say in centre and scale.
        let without_idle: Option<Vec<f64>> = (p > 0 && !rows.idle.is_empty()).then(|| {
            let mut w = weights.map_or_else(|| vec![1.0; flat.len() / p], <[f64]>::to_vec);
            rows.idle.iter().for_each(|&i| w[order[i]] = 0.0);
            w
        });
        let weights = without_idle.as_deref().or(weights);
        let standardised = match p {
            0 => Standardised::default(),
            // The same code with a known number of columns, which the compiler unrolls.
            1 => standardise(flat, 1, weights, order),
            2 => standardise(flat, 2, weights, order),
            3 => standardise(flat, 3, weights, order),
            4 => standardise(flat, 4, weights, order),
            5 => standardise(flat, 5, weights, order),
            6 => standardise(flat, 6, weights, order),
            7 => standardise(flat, 7, weights, order),
            8 => standardise(flat, 8, weights, order),
            p => standardise(flat, p, weights, order),
        };
        let Standardised { centre, scale, reach, x } = standardised;
        (rows.centre, rows.scale, rows.reach, rows.x) = (centre, scale, reach, x);
        Ok(rows)
    }

    /// Adds a stratum of sorted rows; `late` are those who enter late, in any order.
    fn push_stratum(&mut self, rows: Range<usize>, mut late: Vec<(f64, usize)>, code: usize) {
        late.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ties = self.ties(rows.clone());
        let mut entry = Vec::new();
        if !late.is_empty() {
            entry.resize(rows.len(), f64::NEG_INFINITY);
            for &(e, i) in &late {
                entry[i - rows.start] = e;
            }
        }
        self.strata.push(Stratum { rows, ties, late, entry, code });
    }

    /// The rows that are in no risk set with an event: censored before the first event of their stratum, or under
    /// observation between two event times.
    fn find_idle(&mut self) {
        self.idle.clear();
        for stratum in &self.strata {
            let first = stratum.ties.first().map_or(stratum.rows.end, |t| t.start);
            self.idle.extend(stratum.rows.start..first);
            if stratum.late.is_empty() {
                continue;
            }
            self.idle.extend((first..stratum.rows.end).filter(|&i| {
                // The last event time that the row outlives is the only one to ask.
                let last = stratum.ties.partition_point(|t| t.start <= i);
                last == 0 || stratum.entry_of(i) >= stratum.ties[last - 1].time
            }));
        }
    }

    /// The same rows with each stratum split by the level of its rows.
    pub fn split_by(&self, level: &[usize]) -> Self {
        let mut split = Self {
            p: self.p,
            x: Vec::with_capacity(self.x.len()),
            centre: self.centre.clone(),
            scale: self.scale.clone(),
            reach: self.reach.clone(),
            weight: Vec::new(),
            offset: Vec::new(),
            time: Vec::new(),
            event: Vec::new(),
            order: Vec::new(),
            strata: Vec::new(),
            idle: Vec::new(),
            repeated: self.repeated,
        };
        for stratum in &self.strata {
            let mut members: Vec<usize> = stratum.rows.clone().collect();
            // Stable: within a level the order of times stays.
            members.sort_by_key(|&i| level[i]);
            for part in members.chunk_by(|&a, &b| level[a] == level[b]) {
                let start = split.order.len();
                let mut late = Vec::new();
                for &i in part {
                    let entry = stratum.entry_of(i);
                    if entry > 0.0 {
                        late.push((entry, split.order.len()));
                    }
                    split.x.extend_from_slice(self.row(i));
                    split.weight.push(self.weight[i]);
                    split.offset.push(self.offset[i]);
                    split.time.push(self.time[i]);
                    split.event.push(self.event[i]);
                    split.order.push(self.order[i]);
                }
                split.push_stratum(start..split.order.len(), late, stratum.code);
            }
        }
        split.find_idle();
        split
    }

    /// The same rows without offset, each of weight 1.
    pub fn unweighted(&self) -> Self {
        let mut rows = self.clone();
        rows.offset.fill(0.0);
        rows.weight.fill(1.0);
        rows.repeated = false;
        for tie in rows.strata.iter_mut().flat_map(|s| &mut s.ties) {
            let events = (tie.events_end - tie.start) as f64;
            (tie.leaving, tie.weight) = (events, events);
        }
        rows
    }

    /// Moves the covariates of each stratum so that they are about 0, which the likelihood does not see: a column that is
    /// constant within the strata is then 0 to the last bit, where elsewhere it leaves the rounding of a difference of squares.
    pub fn centre_within_strata(&mut self) {
        let p = self.p;
        if self.strata.len() < 2 || p == 0 {
            return;
        }
        // Idle rows may be anywhere, and tell nothing of the middle.
        let mut counts = vec![1.0; self.order.len()];
        for &i in &self.idle {
            counts[i] = 0.0;
        }
        for stratum in &self.strata {
            let first = stratum.ties.first().map_or(stratum.rows.start, |tie| tie.start);
            let base = self.x[first * p..(first + 1) * p].to_vec();
            let counts = &counts[stratum.rows.clone()];
            let members = &mut self.x[stratum.rows.start * p..stratum.rows.end * p];
            let (mut mean, total) = (vec![0.0; p], counts.iter().sum::<f64>().max(1.0));
            for (row, count) in members.chunks_exact_mut(p).zip(counts) {
                for ((x, b), m) in row.iter_mut().zip(&base).zip(&mut mean) {
                    *x -= b;
                    *m += *x * (count / total);
                }
            }
            for row in members.chunks_exact_mut(p) {
                row.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
            }
        }
        // A row is no further from the middle of its stratum than two are from each other.
        self.reach.iter_mut().for_each(|r| *r *= 2.0);
    }

    fn ties(&self, rows: Range<usize>) -> Vec<Tie> {
        // Nearly as many as events where times are continuous: allocated once.
        let mut ties = Vec::with_capacity(self.event[rows.clone()].iter().filter(|&&e| e).count());
        let mut i = rows.start;
        while i < rows.end {
            let (start, time) = (i, self.time[i]);
            let mut weight = 0.0;
            while i < rows.end && self.time[i] == time && self.event[i] {
                weight += self.weight[i];
                i += 1;
            }
            if i > start {
                let leaving = if self.repeated { weight } else { (i - start) as f64 };
                ties.push(Tie { time, start, events_end: i, leaving, weight });
            }
            while i < rows.end && self.time[i] == time {
                i += 1;
            }
        }
        ties
    }

    /// Do two rows have the event at one time of one stratum?
    pub fn has_tied_events(&self) -> bool {
        self.strata.iter().flat_map(|s| &s.ties).any(|tie| tie.events_end - tie.start > 1)
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.p..(i + 1) * self.p]
    }

    /// `X β + offset` in the scaled covariates.
    pub fn linear_predictor(&self, beta: &[f64], eta: &mut Vec<f64>) {
        eta.clear();
        if self.p == 0 {
            eta.extend_from_slice(&self.offset);
            return;
        }
        // Four sums side by side: one alone would wait for itself at every step.
        let dot = |x: &[f64]| {
            let (xs, bs) = (x.chunks_exact(4), beta.chunks_exact(4));
            let rest: f64 = xs.remainder().iter().zip(bs.remainder()).map(|(a, b)| a * b).sum();
            let mut sums = [0.0; 4];
            for (x, b) in xs.zip(bs) {
                for lane in 0..4 {
                    sums[lane] += x[lane] * b[lane];
                }
            }
            (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
        };
        eta.extend(self.x.chunks_exact(self.p).zip(&self.offset).map(|(x, o)| dot(x) + o));
    }
}

/// Covariates in the order of the rows, centred at the weighted mean and scaled to a mean absolute deviation of 1: so no
/// user tunes a step.
#[derive(Default)]
struct Standardised {
    centre: Vec<f64>,
    scale: Vec<f64>,
    reach: Vec<f64>,
    x: Vec<f64>,
}

/// So many rows are asked for ahead of their use.
const AHEAD: usize = 64;

// Asked for at each call: the loops are short where the number of columns is known.
#[allow(clippy::inline_always)]
#[inline(always)]
fn standardise(flat: &[f64], p: usize, weights: Option<&[f64]>, order: &[usize]) -> Standardised {
    // In the order of the data, which is how the matrix lies in memory.
    let rows = || flat.chunks_exact(p).enumerate();
    let total: f64 = weights.map_or(order.len() as f64, |w| order.iter().map(|&i| w[i]).sum());
    let total = if total > 0.0 { total } else { 1.0 };
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let first = order.iter().find(|&&i| weight(i) > 0.0).map_or(&[][..], |&i| &flat[i * p..(i + 1) * p]);
    let (mut centre, mut largest) = (vec![0.0; p], vec![0.0_f64; p]);
    if first.len() == p {
        for (i, x) in rows().filter(|&(i, _)| weight(i) > 0.0) {
            let w = weight(i) / total;
            for j in 0..p {
                // Deviations from a first value: the values themselves may be near the largest number.
                centre[j] += w * (x[j] - first[j]);
                largest[j] = if x[j].abs() > largest[j] { x[j].abs() } else { largest[j] };
            }
        }
        for j in 0..p {
            centre[j] += first[j];
        }
    }
    let mut scale = vec![0.0; p];
    for (i, x) in rows().filter(|&(i, _)| weight(i) > 0.0) {
        let w = weight(i) / total;
        for j in 0..p {
            scale[j] += w * (x[j] - centre[j]).abs();
        }
    }
    for j in 0..p {
        // Below the rounding of the values themselves nothing varies.
        if scale[j] <= 4.0 * f64::EPSILON * largest[j] {
            scale[j] = 0.0;
        }
    }
    let factor: Vec<f64> = scale.iter().map(|&s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
    let mut sorted = vec![0.0; order.len() * p];
    threads::blocks((&mut sorted, AHEAD * p), (order, AHEAD), |to, order| {
        // The rows lie anywhere in memory. Asking for all of a block before any is used lets the waits overlap.
        std::hint::black_box(order.iter().map(|&i| flat[i * p] + flat[i * p + p - 1]).sum::<f64>());
        for (to, &i) in to.chunks_exact_mut(p).zip(order) {
            let from = &flat[i * p..(i + 1) * p];
            for j in 0..p {
                to[j] = (from[j] - centre[j]) * factor[j];
            }
        }
    });
    let reach = (0..p).map(|j| (largest[j] + centre[j].abs()) * factor[j]).collect();
    Standardised { centre, scale, reach, x: sorted }
}
