//! The rows in the order in which the partial likelihood walks them.

pub(super) mod covariates;
mod per_row;
mod regrouped;
pub(in crate::survival::regression) mod stratum;

use std::sync::Arc;

use crate::error::{Error, ModelError, Result, check_len};
use crate::numeric::numbers::Numbers;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::lanes::{self, plan::Plan};
use crate::survival::regression::cox::rows::covariates::Covariates;
use crate::survival::regression::cox::rows::per_row::PerRow;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::standardise::{Counts, Layout, Standardised, standardise};
use crate::survival::regression::design::Design;

/// Rows sorted by stratum, then time, events before censorings, with the covariates centred and scaled.
/// Rows of weight 0 are absent.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Rows {
    pub p: usize,
    /// Row-major, `order.len() × p`, or in lanes.
    pub x: Covariates,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// No (centred and scaled) covariate is further from 0 than this.
    pub reach: Vec<f64>,
    /// The fingerprints of the columns of the design, where they are known.
    pub strands: Option<Vec<u64>>,
    pub weight: PerRow,
    pub offset: PerRow,
    pub time: Arc<Numbers<f64>>,
    pub event: Arc<Vec<bool>>,
    /// Where each sorted row stood in the data.
    pub order: Numbers<usize>,
    pub strata: Vec<Stratum>,
    /// The rows that are in no risk set with an event: they have no say.
    pub idle: Vec<usize>,
    /// Do replication weights count as that many subjects that fail together?
    pub repeated: bool,
}

impl Rows {
    pub fn new(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<Self> {
        Self::build(data, design, offset, &[])
    }

    /// Rows that a search walks again and again: in lanes, where they suit.
    pub fn for_search(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<Self> {
        check_lengths(data, design, offset)?;
        let mut rows = Self::in_order(data, &[]);
        rows.set_covariates(data, design, offset, true);
        rows.check_scale(design)?;
        Ok(rows)
    }

    /// Rows for risk sets in which those that `stays` names, by their places in the data, remain after their time.
    pub fn for_other_risk_sets(data: &RightCensored, design: &Design, stays: &[bool]) -> Result<Self> {
        let mut rows = Self::build(data, design, None, stays)?;
        rows.hide_idle();
        Ok(rows)
    }

    fn build(data: &RightCensored, design: &Design, offset: Option<&[f64]>, stays: &[bool]) -> Result<Self> {
        check_lengths(data, design, offset)?;
        let mut rows = Self::in_order(data, stays);
        rows.set_covariates(data, design, offset, false);
        rows.check_scale(design)?;
        Ok(rows)
    }

    /// The square of a column's scale, which variances need, is a number with all its digits.
    fn check_scale(&self, design: &Design) -> Result<()> {
        match self.scale.iter().position(|&s| s > 0.0 && !(1e-150..1e150).contains(&s)) {
            Some(j) => {
                let (covariate, size) = (design.names()[j].clone(), self.scale[j]);
                Err(Error::Model(ModelError::CovariateScale { covariate, size }))
            }
            None => Ok(()),
        }
    }

    /// The rows in their order, without covariates.
    fn in_order(data: &RightCensored, stays: &[bool]) -> Self {
        let (data, (order, time)) = data.in_order();
        let event = order.iter().map(|&i| data.event()[i]).collect();
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i] as usize);
        let n = order.len();
        let mut rows = Self {
            p: 0,
            x: Covariates::default(),
            centre: Vec::new(),
            scale: Vec::new(),
            reach: Vec::new(),
            strands: None,
            weight: PerRow::of(1.0, data.weights().map(Weights::values), &order),
            offset: PerRow::all(0.0),
            time: Arc::new(time),
            event: Arc::new(event),
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
        rows.find_idle(stays);
        rows
    }

    /// Another offset of each row, in the order of the rows.
    pub fn set_offset(&mut self, offset: Vec<f64>) {
        self.offset = PerRow::each(offset);
    }

    /// Other covariates and offset for the same rows; lengths were checked.
    fn set_covariates(
        &mut self,
        data: &RightCensored,
        design: &Design,
        offset: Option<&[f64]>,
        search: bool,
    ) {
        let (rows, p) = (self, design.columns());
        rows.p = p;
        rows.offset = PerRow::of(0.0, offset, &rows.order);
        let weights = data.weights().map(Weights::values);
        let matrix = design.matrix();
        let matrix = matrix.as_standard_layout();
        let flat = matrix.as_slice().unwrap_or(&[]);
        let order = &rows.order;
        // Who is in no risk set has no say in centre and scale.
        let mut without: Vec<usize> = rows.idle.iter().map(|&i| order[i]).collect();
        let of_row: Option<Vec<f64>> = weights.filter(|_| !without.is_empty()).map(|w| {
            let mut w = w.to_vec();
            for &i in &without {
                w[i] = 0.0;
            }
            w
        });
        without.sort_unstable();
        let counts = match of_row.as_deref().or(weights) {
            Some(weight) => Counts::Weighted(weight),
            None => Counts::AllBut(&without),
        };
        // A robust variance asks row by row.
        let plan = (search && (1..=lanes::WIDEST).contains(&p) && !data.is_robust())
            .then(|| Plan::of(rows))
            .flatten();
        let layout = match plan {
            Some(plan) => Layout::Lanes(plan, &rows.event),
            None => Layout::ByRow(std::mem::take(&mut rows.x).into_numbers()),
        };
        let standardised = match p {
            0 => Standardised::default(),
            // The same code with a known number of columns, which the compiler unrolls.
            1 => standardise(flat, 1, &counts, order, layout),
            2 => standardise(flat, 2, &counts, order, layout),
            3 => standardise(flat, 3, &counts, order, layout),
            4 => standardise(flat, 4, &counts, order, layout),
            5 => standardise(flat, 5, &counts, order, layout),
            6 => standardise(flat, 6, &counts, order, layout),
            7 => standardise(flat, 7, &counts, order, layout),
            8 => standardise(flat, 8, &counts, order, layout),
            p => standardise(flat, p, &counts, order, layout),
        };
        let Standardised { centre, scale, reach, x, strands } = standardised;
        (rows.centre, rows.scale, rows.reach, rows.x, rows.strands) = (centre, scale, reach, x, strands);
    }

    /// The rows of these data with other covariates, if they are those of `self`; else all are prepared again. `search`: in lanes, where
    /// they suit.
    pub(super) fn renew(
        self,
        same: bool,
        data: &RightCensored,
        design: &Design,
        offset: Option<&[f64]>,
        search: bool,
    ) -> Result<Self> {
        check_lengths(data, design, offset)?;
        let mut rows = if same { self } else { Self::in_order(data, &[]) };
        rows.set_covariates(data, design, offset, search);
        rows.check_scale(design)?;
        Ok(rows)
    }

    /// The sum of the weights of the events.
    pub fn event_weight(&self) -> f64 {
        let events = self.event.iter().enumerate().filter(|&(_, &event)| event);
        match self.weight.own() {
            Some(weight) => events.map(|(i, _)| weight[i]).sum(),
            None => events.count() as f64,
        }
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
        if beta.iter().all(|&b| b == 0.0) {
            eta.extend((0..self.len()).map(|i| self.offset[i]));
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
        eta.extend(self.x.chunks_exact(self.p).map(dot));
        if let Some(offset) = self.offset.own() {
            eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
        }
    }
}

/// Do design and offset have as many rows as the data?
fn check_lengths(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<()> {
    if design.columns() > 0 && design.rows() != data.len() {
        let (len, expected) = (design.rows(), data.len());
        return Err(Error::LengthMismatch { argument: "the design", len, other: "time", expected });
    }
    if let Some(offset) = offset {
        check_len("offset", offset.len(), "time", data.len())?;
        if let Some((index, &value)) = offset.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "offset".into(),
                index,
                value,
            }));
        }
    }
    Ok(())
}
