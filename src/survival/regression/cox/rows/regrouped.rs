//! The same rows in other strata, at other times, without weights or about another middle.

use std::ops::Range;
use std::sync::Arc;

use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::per_row::PerRow;
use crate::survival::regression::cox::rows::stratum::Stratum;

/// In deviations of its column, a value that is far from all others.
const EXTREME: f64 = 1e4;

impl Rows {
    /// These rows, of which the undecided pairs are those of `left`, in the strata of these pairs. `order` of `left` names
    /// rows of `self`; `stays` the rows of the data that remain.
    pub fn split_as(&self, left: &Self, stays: &[bool]) -> Self {
        let mut level = vec![0; self.len()];
        for (number, stratum) in left.strata.iter().enumerate() {
            stratum.rows.clone().for_each(|i| level[left.order[i]] = number);
        }
        self.split_by(&level).with_idle_hidden(stays)
    }

    /// The rows with those in no risk set set to 0; `stays` names the rows of the data that remain after their time.
    pub fn with_idle_hidden(mut self, stays: &[bool]) -> Self {
        self.find_idle(stays);
        self.hide_idle();
        self
    }

    /// The same rows with each stratum split by the level of its rows.
    pub fn split_by(&self, level: &[usize]) -> Self {
        let mut chosen = Vec::with_capacity(self.len());
        let mut parts = Vec::new();
        for stratum in &self.strata {
            let mut members: Vec<usize> = stratum.rows.clone().collect();
            // Stable: within a level the order of times stays.
            members.sort_by_key(|&i| level[i]);
            for part in members.chunk_by(|&a, &b| level[a] == level[b]) {
                parts.push((chosen.len()..chosen.len() + part.len(), stratum));
                chosen.extend_from_slice(part);
            }
        }
        let mut split = self.chosen(&chosen);
        for (rows, stratum) in parts {
            split.push_part(rows, stratum, &chosen);
        }
        split.find_idle(&[]);
        split
    }

    /// The same rows, unweighted, that leave at other times; `order` then names rows of `self`.
    pub fn leaving_at(&self, time: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..self.len()).collect();
        for stratum in &self.strata {
            order[stratum.rows.clone()]
                .sort_by(|&a, &b| time[a].total_cmp(&time[b]).then(self.event[b].cmp(&self.event[a])));
        }
        let mut moved = self.chosen(&order);
        (moved.weight, moved.offset, moved.repeated) = (PerRow::all(1.0), PerRow::all(0.0), false);
        moved.time = Arc::new(order.iter().map(|&i| time[i]).collect());
        for stratum in &self.strata {
            moved.push_part(stratum.rows.clone(), stratum, &order);
        }
        moved.find_idle(&[]);
        moved.order = order.into();
        moved
    }

    /// Some rows, not yet in strata.
    fn chosen(&self, rows: &[usize]) -> Self {
        Self {
            x: rows.iter().flat_map(|&i| self.row(i)).copied().collect(),
            centre: self.centre.clone(),
            scale: self.scale.clone(),
            reach: self.reach.clone(),
            strands: None,
            weight: self.weight.select(rows),
            offset: self.offset.select(rows),
            time: Arc::new(rows.iter().map(|&i| self.time[i]).collect()),
            event: Arc::new(rows.iter().map(|&i| self.event[i]).collect()),
            order: rows.iter().map(|&i| self.order[i]).collect(),
            strata: Vec::new(),
            idle: Vec::new(),
            ..*self
        }
    }

    /// Makes some of the rows a stratum, which were `chosen` from this one.
    fn push_part(&mut self, rows: Range<usize>, from: &Stratum, chosen: &[usize]) {
        let entered = |i: usize| (from.entry_of(chosen[i]), i);
        let late = rows.clone().map(entered).filter(|e| e.0 > 0.0).collect();
        self.push_stratum(rows, late, from.code);
    }

    /// The same rows without offset, each of weight 1.
    pub fn unweighted(&self) -> Self {
        let mut rows = self.clone();
        (rows.weight, rows.offset, rows.repeated) = (PerRow::all(1.0), PerRow::all(0.0), false);
        for stratum in std::mem::take(&mut rows.strata) {
            rows.push_stratum(stratum.rows, stratum.late, stratum.code);
        }
        rows
    }

    /// The same rows, where those that are far from all others in some column have the covariates of an ordinary one: a
    /// combination of columns that is constant among the others stays one. Returns `None` if there is none, or no other.
    pub fn without_extremes(&self) -> Option<Self> {
        if self.reach.iter().all(|r| *r <= EXTREME) {
            return None;
        }
        let is_extreme = |i: &usize| self.row(*i).iter().any(|x| x.abs() > EXTREME);
        let ordinary = (0..self.len()).find(|i| !is_extreme(i) && self.idle.binary_search(i).is_err())?;
        let own = self.row(ordinary).to_vec();
        let extremes: Vec<usize> = (0..self.len()).filter(is_extreme).collect();
        let mut rows = self.clone();
        for i in &extremes {
            rows.x[i * self.p..(i + 1) * self.p].copy_from_slice(&own);
        }
        (!extremes.is_empty()).then_some(rows)
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
}
