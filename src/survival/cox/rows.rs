//! The rows in the order in which the partial likelihood walks them.

use std::ops::Range;

use super::super::data::{RightCensored, Weights};
use super::design::Design;
use crate::error::{Error, Result};

/// Rows sorted by stratum, then time, events before censorings, with the covariates centred and scaled.
/// Rows of weight 0 are absent.
#[derive(Debug)]
pub(super) struct Rows {
    pub p: usize,
    /// Row-major, `order.len() × p`.
    pub x: Vec<f64>,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    pub weight: Vec<f64>,
    pub offset: Vec<f64>,
    pub time: Vec<f64>,
    pub event: Vec<bool>,
    /// Where each sorted row stood in the data.
    pub order: Vec<usize>,
    pub strata: Vec<Stratum>,
    /// Do replication weights count as that many subjects that fail together?
    pub repeated: bool,
}

#[derive(Debug)]
pub(super) struct Stratum {
    pub rows: Range<usize>,
    /// The event times, increasing.
    pub ties: Vec<Tie>,
    /// Rows that enter late, in order of entry.
    pub late: Vec<(f64, usize)>,
    /// Which stratum of the data this is.
    pub code: usize,
}

/// The rows that leave at one event time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tie {
    pub time: f64,
    pub start: usize,
    /// Events are `start..events_end`; the censored come after.
    pub events_end: usize,
    /// How many leave one after the other under Efron's rule, and the sum of their weights.
    pub leaving: f64,
    pub weight: f64,
}

impl Rows {
    pub fn new(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<Self> {
        if design.rows() != data.len() {
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
        let data = data.merged();
        let weights = data.weights().map(Weights::values);
        let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i] as usize);
        let order = sorted(&data, weights);
        let n = order.len();
        let p = design.columns();
        // Centred at the weighted mean, scaled to a mean absolute deviation of 1: so no user tunes a step.
        let total: f64 = order.iter().map(|&i| weight(i)).sum();
        let (mut centre, mut scale) = (vec![0.0; p], vec![1.0; p]);
        for j in 0..p {
            let column = design.column(j);
            let mean =
                |f: &dyn Fn(f64) -> f64| order.iter().map(|&i| weight(i) * f(column[i])).sum::<f64>() / total;
            // A first pass may overflow where values are near the largest number; the deviations do not.
            let first = column[order[0]];
            centre[j] = first + mean(&|x| x - first);
            let deviation = mean(&|x| (x - centre[j]).abs());
            // Below the rounding of the values themselves nothing varies.
            let largest = order.iter().map(|&i| column[i].abs()).fold(0.0, f64::max);
            scale[j] = if deviation > 4.0 * f64::EPSILON * largest { deviation } else { 0.0 };
        }
        let factor: Vec<f64> = scale.iter().map(|&s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
        let matrix = design.matrix();
        let mut x = Vec::with_capacity(n * p);
        for &i in &order {
            x.extend(matrix.row(i).iter().zip(&centre).zip(&factor).map(|((v, c), f)| (v - c) * f));
        }
        let mut rows = Self {
            p,
            x,
            centre,
            scale,
            weight: order.iter().map(|&i| weight(i)).collect(),
            offset: order.iter().map(|&i| offset.map_or(0.0, |o| o[i])).collect(),
            time: order.iter().map(|&i| data.time()[i]).collect(),
            event: order.iter().map(|&i| data.event()[i]).collect(),
            strata: Vec::new(),
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
            let mut late: Vec<(f64, usize)> = data.entry().map_or(Vec::new(), |entry| {
                let at = |i: usize| (entry[rows.order[i]], i);
                (start..end).map(at).filter(|&(e, _)| e > 0.0).collect()
            });
            late.sort_by(|a, b| a.0.total_cmp(&b.0));
            let ties = rows.ties(start..end);
            rows.strata.push(Stratum { rows: start..end, ties, late, code });
            start = end;
        }
        Ok(rows)
    }

    fn ties(&self, rows: Range<usize>) -> Vec<Tie> {
        let mut ties = Vec::new();
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
        let dot = |x: &[f64]| x.iter().zip(beta).map(|(a, b)| a * b).sum::<f64>();
        eta.extend(self.x.chunks_exact(self.p).zip(&self.offset).map(|(x, o)| dot(x) + o));
    }
}

/// Rows with a weight, by stratum, time, events first.
fn sorted(data: &RightCensored, weights: Option<&[f64]>) -> Vec<usize> {
    let strata = data.strata().map(|s| s.codes());
    let key = |i: usize| crate::numeric::order::pack(data.time()[i], !data.event()[i]);
    let mut keyed: Vec<(u32, u64, u32)> = (0..data.len())
        .filter(|&i| weights.is_none_or(|w| w[i] > 0.0))
        .map(|i| (strata.map_or(0, |s| s[i]), key(i), i as u32))
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, _, i)| i as usize).collect()
}
