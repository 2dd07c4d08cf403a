//! The rows in the order in which the partial likelihood walks them.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::standardise::{Standardised, standardise};
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
    /// Is a weight other than 1, or an offset other than 0? Else the columns need not be read.
    pub weighted: bool,
    pub offset: Vec<f64>,
    pub has_offset: bool,
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
    /// Does each event have a time of its own?
    pub apart: bool,
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
        Self::build(data, design, offset, &[])
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
        rows.set_covariates(data, design, offset);
        Ok(rows)
    }

    /// The rows in their order, without covariates.
    fn in_order(data: &RightCensored, stays: &[bool]) -> Self {
        let (data, (order, time)) = data.in_order();
        let event: Vec<bool> = order.iter().map(|&i| data.event()[i]).collect();
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i] as usize);
        let n = order.len();
        let mut rows = Self {
            p: 0,
            x: Vec::new(),
            centre: Vec::new(),
            scale: Vec::new(),
            reach: Vec::new(),
            weight: match data.weights().map(Weights::values) {
                Some(w) => order.iter().map(|&i| w[i]).collect(),
                None => vec![1.0; n],
            },
            weighted: data.weights().is_some(),
            // Zeros that nobody writes cost no memory.
            offset: vec![0.0; n],
            has_offset: false,
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
        rows.find_idle(stays);
        rows
    }

    /// Other covariates and offset for the same rows; lengths were checked.
    fn set_covariates(&mut self, data: &RightCensored, design: &Design, offset: Option<&[f64]>) {
        let (rows, p) = (self, design.columns());
        rows.p = p;
        match offset {
            Some(o) => rows.offset.iter_mut().zip(&rows.order).for_each(|(own, &i)| *own = o[i]),
            None if rows.has_offset => rows.offset.fill(0.0),
            None => {}
        }
        rows.has_offset = offset.is_some();
        let weights = data.weights().map(Weights::values);
        let matrix = design.matrix();
        let matrix = matrix.as_standard_layout();
        let flat = matrix.as_slice().unwrap_or(&[]);
        let order = &rows.order;
        // Who is in no risk set has no say in centre and scale.
        let without_idle: Option<Vec<f64>> = (p > 0 && !rows.idle.is_empty()).then(|| {
            let mut w = weights.map_or_else(|| vec![1.0; flat.len() / p], <[f64]>::to_vec);
            rows.idle.iter().for_each(|&i| w[order[i]] = 0.0);
            w
        });
        let weights = without_idle.as_deref().or(weights);
        let x = std::mem::take(&mut rows.x);
        let standardised = match p {
            0 => Standardised::default(),
            // The same code with a known number of columns, which the compiler unrolls.
            1 => standardise(flat, 1, weights, order, x),
            2 => standardise(flat, 2, weights, order, x),
            3 => standardise(flat, 3, weights, order, x),
            4 => standardise(flat, 4, weights, order, x),
            5 => standardise(flat, 5, weights, order, x),
            6 => standardise(flat, 6, weights, order, x),
            7 => standardise(flat, 7, weights, order, x),
            8 => standardise(flat, 8, weights, order, x),
            p => standardise(flat, p, weights, order, x),
        };
        let Standardised { centre, scale, reach, x } = standardised;
        (rows.centre, rows.scale, rows.reach, rows.x) = (centre, scale, reach, x);
    }

    /// The rows of these data with other covariates, if they are those of `self`; else all anew.
    pub(super) fn renew(
        self,
        same: bool,
        data: &RightCensored,
        design: &Design,
        offset: Option<&[f64]>,
    ) -> Result<Self> {
        check_lengths(data, design, offset)?;
        let mut rows = if same { self } else { Self::in_order(data, &[]) };
        rows.set_covariates(data, design, offset);
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
        let apart = ties.iter().all(|tie| tie.events_end - tie.start == 1);
        self.strata.push(Stratum { rows, ties, late, entry, apart, code });
    }

    /// The rows that are in no risk set with an event: censored before the first event of their stratum, or under
    /// observation between two event times. Those that stay (by their places in the data) are in all after their entry.
    fn find_idle(&mut self, stays: &[bool]) {
        self.idle.clear();
        for stratum in &self.strata {
            let remains = |i: usize| stays.get(self.order[i]).copied().unwrap_or(false);
            let last_event = stratum.ties.last().map_or(f64::NEG_INFINITY, |t| t.time);
            let outlasts = |i: usize| remains(i) && stratum.entry_of(i) < last_event;
            let first = stratum.ties.first().map_or(stratum.rows.end, |t| t.start);
            self.idle.extend((stratum.rows.start..first).filter(|&i| !outlasts(i)));
            if stratum.late.is_empty() {
                continue;
            }
            self.idle.extend((first..stratum.rows.end).filter(|&i| {
                // The last event time that the row outlives is the only one to ask.
                let last = stratum.ties.partition_point(|t| t.start <= i);
                !outlasts(i) && (last == 0 || stratum.entry_of(i) >= stratum.ties[last - 1].time)
            }));
        }
    }

    /// Sets the covariates of idle rows to 0: for risk sets of another kind, whose sums are taken over all rows.
    fn hide_idle(&mut self) {
        let p = self.p;
        for &i in &self.idle {
            self.x[i * p..(i + 1) * p].fill(0.0);
        }
    }

    /// These rows, of which the undecided pairs are those of `left`, in the strata of these pairs. `order` of `left` names
    /// rows of `self`; `stays` the rows of the data that remain.
    pub fn split_as(&self, left: &Self, stays: &[bool]) -> Self {
        let mut level = vec![0; self.len()];
        for (number, stratum) in left.strata.iter().enumerate() {
            stratum.rows.clone().for_each(|i| level[left.order[i]] = number);
        }
        let mut split = self.split_by(&level);
        split.find_idle(stays);
        split.hide_idle();
        split
    }

    /// The same rows, unweighted, that leave at other times; `order` then names rows of `self`.
    pub fn leaving_at(&self, time: &[f64]) -> Self {
        let mut moved = Self { order: (0..self.len()).collect(), time: time.to_vec(), ..self.unweighted() };
        let rows = std::mem::take(&mut moved.strata);
        let mut order = moved.order.clone();
        for stratum in &rows {
            order[stratum.rows.clone()]
                .sort_by(|&a, &b| time[a].total_cmp(&time[b]).then(self.event[b].cmp(&self.event[a])));
        }
        moved.x = order.iter().flat_map(|&i| self.row(i)).copied().collect();
        moved.time = order.iter().map(|&i| time[i]).collect();
        moved.event = order.iter().map(|&i| self.event[i]).collect();
        moved.order = order;
        for stratum in rows {
            let entered = |i: usize| (stratum.entry_of(moved.order[i]), i);
            let late = stratum.rows.clone().map(entered).filter(|e| e.0 > 0.0).collect();
            moved.push_stratum(stratum.rows.clone(), late, stratum.code);
        }
        moved.find_idle(&[]);
        moved
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
            weighted: self.weighted,
            offset: Vec::new(),
            has_offset: self.has_offset,
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
        split.find_idle(&[]);
        split
    }

    /// The same rows without offset, each of weight 1.
    pub fn unweighted(&self) -> Self {
        let mut rows = self.clone();
        rows.offset.fill(0.0);
        rows.weight.fill(1.0);
        (rows.weighted, rows.has_offset) = (false, false);
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

    /// Do two rows have the event at one time of one stratum, or one row that is there more than once?
    pub fn has_tied_events(&self) -> bool {
        self.strata.iter().flat_map(|s| &s.ties).any(|tie| !tie.alone())
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

/// Do design and offset have as many rows as the data?
fn check_lengths(data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<()> {
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
    Ok(())
}
