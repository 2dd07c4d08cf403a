//! The product of the steps from one time on, with the covariance of its entries.

use crate::survival::curve::survival_curve::SAME_TIME;
use crate::survival::data::histories::Histories;
use crate::survival::multi_state::flow::{Flow, Kind, hazard_covariance};
use crate::survival::multi_state::probability::{TransitionMatrix, TransitionVariance};

/// The share of the largest variance on the way, carried on with the probabilities, below which a variance is rounding.
const NOISE: f64 = 1e-13;

/// `P(s, t)` and the covariance of its entries on the way.
pub(super) struct Product {
    states: usize,
    variance: TransitionVariance,
    p: Vec<f64>,
    /// Of entry (h, j) with (g, l), at `((h K + j) K + g) K + l`.
    covariance: Vec<f64>,
    /// The largest standard error of each entry so far, moved from state to state as the probabilities are.
    largest: Vec<f64>,
}

impl Product {
    pub fn new(k: usize, variance: TransitionVariance) -> Self {
        let p = (0..k * k).map(|i| f64::from(u8::from(i / k == i % k))).collect();
        let entries = if variance == TransitionVariance::None { 0 } else { k * k * k * k };
        Self { states: k, variance, p, covariance: vec![0.0; entries], largest: vec![0.0; k * k] }
    }

    /// One time: each row moves, and the covariance of the hazards is added. Entries that stay 0 are skipped.
    pub fn step(&mut self, flow: &Flow, step: usize) {
        let moves = flow.moves(step);
        if moves.is_empty() {
            return;
        }
        let k = self.states;
        let mut old = vec![0.0; k];
        let mut move_p = |p: &mut [f64]| p.chunks_mut(k).for_each(|row| flow.apply(step, row, &mut old));
        if self.variance == TransitionVariance::None {
            move_p(&mut self.p);
            return;
        }
        let greenwood = self.variance == TransitionVariance::Greenwood;
        self.move_covariance(flow, step);
        if !greenwood {
            move_p(&mut self.p);
        }
        for a in moves {
            for b in moves {
                let (ka, kb) = (&flow.kinds[a.kind as usize], &flow.kinds[b.kind as usize]);
                let c = hazard_covariance(a, b, ka.from == kb.from, greenwood);
                if c != 0.0 {
                    self.add_covariance(c, ka, kb);
                }
            }
        }
        if greenwood {
            move_p(&mut self.p);
        }
        move_p(&mut self.largest);
        for (e, largest) in self.largest.iter_mut().enumerate() {
            *largest = largest.max(self.covariance[e * (k * k + 1)].max(0.0).sqrt());
        }
    }

    /// The covariance without entries of which rounding alone is left.
    fn settled(&self) -> Vec<f64> {
        let (mut covariance, all) = (self.covariance.clone(), self.largest.len());
        let moves = |e: &usize| self.covariance[e * (all + 1)] > NOISE * self.largest[*e].powi(2);
        let still = (0..all).filter(|e| !covariance.is_empty() && !moves(e));
        for e in still.collect::<Vec<_>>() {
            for other in 0..all {
                (covariance[e * all + other], covariance[other * all + e]) = (0.0, 0.0);
            }
        }
        covariance
    }

    /// Moves the covariance over its last index, then over its second.
    fn move_covariance(&mut self, flow: &Flow, step: usize) {
        let k = self.states;
        let (mut row, mut old) = (vec![0.0; k], vec![0.0; k]);
        self.covariance.chunks_mut(k).for_each(|row| flow.apply(step, row, &mut old));
        for h in 0..k {
            for gl in 0..k * k {
                let at = |j: usize| (h * k + j) * k * k + gl;
                (0..k).for_each(|j| row[j] = self.covariance[at(j)]);
                if row.iter().any(|&x| x != 0.0) {
                    flow.apply(step, &mut row, &mut old);
                    (0..k).for_each(|j| self.covariance[at(j)] = row[j]);
                }
            }
        }
    }

    /// Adds what a covariance of the hazards of two kinds does to the entries.
    fn add_covariance(&mut self, c: f64, a: &Kind, b: &Kind) {
        let k = self.states;
        for (hg, block) in self.covariance.chunks_mut(k).enumerate() {
            // The entries ((h, j), (g, ·)).
            let (h, j, g) = (hg / (k * k), hg / k % k, hg % k);
            let scale = c * self.p[h * k + a.from] * self.p[g * k + b.from];
            for (entry, effect) in block.iter_mut().zip(&b.effect) {
                *entry += scale * a.effect[j] * effect;
            }
        }
    }

    pub fn matrix(&self, data: &Histories, flow: &Flow, (s, t): (f64, f64)) -> TransitionMatrix {
        let (states, p, covariance, k) = (data.states.clone(), self.p.clone(), self.settled(), self.states);
        let last = flow.times.last().map_or(0.0, |&t| t);
        let beyond = t > last * (1.0 + SAME_TIME);
        let left = |h: usize| flow.at_risk.iter().skip(h).step_by(k).any(|&n| n > 0);
        let stays = |row: &[f64]| row.iter().enumerate().all(|(j, p)| p.abs() < 1e-12 || !left(j));
        let known = p.chunks(k.max(1)).map(|row| !beyond || stays(row)).collect();
        TransitionMatrix { states, s, t, last, p, covariance, known }
    }
}
