//! The pairs of an event and a row at risk with it: whether a direction lets one of them fall behind.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::separation::vectors::{add, norm};

/// Of the [size](Pairs::size) of the scores along a direction, a violation that is rounding.
const ROUNDING: f64 = 1e-13;
/// A row at risk, with the larger score first.
#[derive(PartialEq)]
struct AtRisk(f64, usize);

impl Eq for AtRisk {}

impl PartialOrd for AtRisk {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AtRisk {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

/// The pairs of events and rows at risk with them, in the columns `free`.
pub(in crate::survival::regression::cox) struct Pairs<'a> {
    pub rows: &'a Rows,
    pub ties: Ties,
    pub free: &'a [usize],
    /// No covariate of a row that is in a pair is further from 0 than this.
    pub(super) reach: Vec<f64>,
}

impl<'a> Pairs<'a> {
    pub fn new(rows: &'a Rows, ties: Ties, free: &'a [usize]) -> Self {
        let mut reach = vec![0.0_f64; free.len()];
        // Idle rows are in no pair, and may be anywhere.
        let mut idle = rows.idle.iter().peekable();
        for i in (0..rows.len()).filter(|i| idle.next_if_eq(&i).is_none()) {
            for (r, &j) in reach.iter_mut().zip(free) {
                *r = r.max(rows.row(i)[j].abs());
            }
        }
        Self { rows, ties, free, reach }
    }

    /// The same pairs, in which so many times more counts as rounding.
    pub fn with_more_rounding(&self, times: f64) -> Self {
        Self { reach: self.reach.iter().map(|r| r * times).collect(), ..*self }
    }

    /// The size of the terms of which the scores along a direction are summed.
    pub fn size(&self, direction: &[f64]) -> f64 {
        self.reach.iter().zip(direction).map(|(r, d)| r * d.abs()).sum()
    }

    pub(super) fn scores(&self, direction: &[f64]) -> Vec<f64> {
        let score = |i: usize| self.free.iter().zip(direction).map(|(&j, d)| self.rows.row(i)[j] * d).sum();
        (0..self.rows.len()).map(score).collect()
    }

    /// Is there no direction along which the likelihood rises without end?
    pub(super) fn have_a_maximum(&self) -> bool {
        self.are_alike() || {
            let (total, size) = self.total();
            self.residual(&total, size).is_none()
        }
    }

    /// Do the rows of each pair have the same covariates?
    fn are_alike(&self) -> bool {
        self.free.iter().all(|&j| {
            let mut score: Vec<f64> = (0..self.rows.len()).map(|i| self.rows.row(i)[j]).collect();
            let alike = self.worst(&score, 0.0, 0.0).is_none();
            for x in &mut score {
                *x = -*x;
            }
            alike && self.worst(&score, 0.0, 0.0).is_none()
        })
    }

    pub fn difference(&self, (i, j): (usize, usize)) -> Vec<f64> {
        let (x, y) = (self.rows.row(i), self.rows.row(j));
        self.free.iter().map(|&k| x[k] - y[k]).collect()
    }

    /// `Σ (x_i − mean)` over the events, and the sum of the lengths of these.
    pub(super) fn total(&self) -> (Vec<f64>, f64) {
        let (k, rows) = (self.free.len(), self.rows);
        let (mut total, mut size) = (vec![0.0; k], 0.0);
        for stratum in &rows.strata {
            let (mut sum, mut count) = (vec![0.0; k], 0.0);
            let mut change = |sum: &mut Vec<f64>, i: usize, sign: f64| {
                for (s, &j) in sum.iter_mut().zip(self.free) {
                    *s += sign * rows.row(i)[j];
                }
                count += sign;
                count
            };
            let mut at_risk = 0.0;
            for step in stratum.backwards() {
                let tie = step.tie;
                for i in step.others() {
                    at_risk = change(&mut sum, i, 1.0);
                }
                if !self.ties.of_sets() {
                    for i in step.events() {
                        at_risk = change(&mut sum, i, 1.0);
                    }
                }
                for &(_, i) in step.not_yet.iter().rev() {
                    at_risk = change(&mut sum, i, -1.0);
                }
                if at_risk > 0.0 {
                    for i in tie.start..tie.events_end {
                        let own: Vec<f64> =
                            self.free.iter().zip(&sum).map(|(&j, s)| rows.row(i)[j] - s / at_risk).collect();
                        size += norm(&own);
                        add(&mut total, &own, 1.0);
                    }
                }
                if self.ties.of_sets() {
                    for i in tie.start..tie.events_end {
                        at_risk = change(&mut sum, i, 1.0);
                    }
                }
            }
        }
        (total, size)
    }

    /// The pair that a direction violates most: an event whose score is below that of a row at risk with it.
    pub fn most_violated(&self, direction: &[f64]) -> Option<(usize, usize)> {
        self.worst(&self.scores(direction), ROUNDING * self.size(direction), f64::INFINITY)
    }

    /// The pair of an event and a row at risk with a score that is larger by most, and by more than `rounding`; the first that is
    /// larger by more than `enough` will do.
    pub(super) fn worst(&self, score: &[f64], rounding: f64, enough: f64) -> Option<(usize, usize)> {
        let mut worst: Option<(f64, (usize, usize))> = None;
        for stratum in &self.rows.strata {
            // From the last time backwards; who has not yet entered is passed over when it comes up.
            let mut at_risk = BinaryHeap::new();
            let entered = |i: usize, time: f64| stratum.entry_of(i) < time;
            let delayed = !stratum.late.is_empty();
            let join = |at_risk: &mut BinaryHeap<AtRisk>, i: usize| {
                let row = AtRisk(score[i], i);
                // Without late entries the largest alone can count.
                if delayed || at_risk.peek().is_none_or(|top| row > *top) {
                    if !delayed {
                        at_risk.clear();
                    }
                    at_risk.push(row);
                }
            };
            for step in stratum.backwards() {
                let tie = step.tie;
                step.others().for_each(|i| join(&mut at_risk, i));
                if !self.ties.of_sets() {
                    step.events().for_each(|i| join(&mut at_risk, i));
                }
                while at_risk.peek().is_some_and(|top| !entered(top.1, tie.time)) {
                    at_risk.pop();
                }
                let least = (tie.start..tie.events_end).min_by(|&a, &b| score[a].total_cmp(&score[b]));
                if let (Some(top), Some(i)) = (at_risk.peek(), least) {
                    let violation = top.0 - score[i];
                    if violation > worst.map_or(rounding, |w| w.0) {
                        worst = Some((violation, (i, top.1)));
                        if violation > enough {
                            return Some((i, top.1));
                        }
                    }
                }
                if self.ties.of_sets() {
                    (tie.start..tie.events_end).for_each(|i| join(&mut at_risk, i));
                }
            }
        }
        worst.map(|w| w.1)
    }
}
