//! The jackknife variance of a flow in one pass: clusters are moved by a tree of composed maps, and only when they change.

use std::collections::HashMap;

use crate::survival::multi_state::flow::{Flow, Spell};

/// Steps in one map of the lowest level of the tree.
const BLOCK: usize = 16;

/// `U ← U H − w D`, both K × K: composed over the steps of blocks, of pairs of blocks, and so on.
struct Tree {
    levels: Vec<Vec<f64>>,
}

/// The share of the largest variance on the way, and of the largest term that was added to one, both carried on with the
/// probabilities, below which a variance is rounding: where all have moved on alike, what adds up to 0 leaves about 1e-16
/// of its terms.
const NOISE: f64 = 1e-13;

/// A cluster on its way: its influence after `step` steps, and its weight at risk in each state.
pub(super) struct Walk<'a> {
    flow: &'a Flow,
    initial: &'a [f64],
    path: &'a [f64],
    tree: Tree,
    u: Vec<f64>,
    w: Vec<f64>,
    step: Vec<u32>,
    m: Vec<f64>,
    v: Vec<f64>,
    w2: Vec<f64>,
    drift: Vec<f64>,
    old: Vec<f64>,
    fresh: Vec<f64>,
    /// The roots of the largest variances and terms so far, moved from state to state as the probabilities are.
    largest: Vec<f64>,
}

impl<'a> Walk<'a> {
    pub fn new(flow: &'a Flow, initial: &'a [f64], start: &HashMap<u32, Vec<f64>>, path: &'a [f64]) -> Self {
        let k = flow.states;
        let clusters = flow.first.len() - 1;
        let mut walk = Self {
            flow,
            initial,
            path,
            tree: Tree { levels: Vec::new() },
            u: vec![0.0; clusters * k],
            w: vec![0.0; clusters * k],
            step: vec![0; clusters],
            m: vec![0.0; k * k],
            v: vec![0.0; k * k],
            w2: vec![0.0; k * k],
            drift: vec![0.0; k * k],
            old: vec![0.0; k],
            fresh: vec![0.0; k],
            largest: vec![0.0; k],
        };
        walk.plant();
        let mut known: Vec<_> = start.iter().collect();
        known.sort_unstable_by_key(|(c, _)| **c);
        for (&c, u) in known {
            walk.u[c as usize * k..(c as usize + 1) * k].copy_from_slice(u);
            let count = flow.spells[flow.first[c as usize]].count;
            add_outer(&mut walk.m, u, u, count);
        }
        walk
    }

    /// One step of the influence in `u` of a cluster with the weights `w`.
    fn advance(&mut self, step: usize, u: &mut [f64], w: &[f64]) {
        let (flow, k) = (self.flow, self.flow.states);
        if flow.moves(step).is_empty() {
            return;
        }
        flow.apply(step, u, &mut self.old);
        let p = flow.before(step, self.initial, self.path);
        for mv in flow.moves(step) {
            let kind = &flow.kinds[mv.kind as usize];
            let c = w[kind.from] * (p[kind.from] / mv.at_risk) * (mv.events / mv.at_risk);
            if c != 0.0 {
                (0..k).for_each(|i| u[i] -= c * kind.effect[i]);
            }
        }
    }

    fn plant(&mut self) {
        let k = self.flow.states;
        let size = 2 * k * k;
        let blocks = self.flow.steps() / BLOCK;
        let mut lowest = vec![0.0; blocks * size];
        for (b, map) in lowest.chunks_mut(size.max(1)).enumerate() {
            for h in 0..k {
                // The rows of H: what becomes of one unit. The rows of −D: what being at risk in h adds.
                map[h * k + h] = 1.0;
                let mut risk = vec![0.0; k];
                risk[h] = 1.0;
                for step in b * BLOCK..(b + 1) * BLOCK {
                    self.flow.apply(step, &mut map[h * k..(h + 1) * k], &mut self.old);
                    let row = k * k + h * k;
                    self.advance(step, &mut map[row..row + k], &risk);
                }
            }
        }
        self.tree.levels.push(lowest);
        while let Some(below) = self.tree.levels.last().filter(|l| l.len() >= 2 * size) {
            let pairs = below.len() / size / 2;
            let mut next = vec![0.0; pairs * size];
            for (b, map) in next.chunks_mut(size).enumerate() {
                let (first, second) = (&below[2 * b * size..][..size], &below[(2 * b + 1) * size..][..size]);
                for row in 0..2 * k {
                    for to in 0..k {
                        let moved: f64 = (0..k).map(|j| first[row * k + j] * second[j * k + to]).sum();
                        let own = if row < k { 0.0 } else { second[row * k + to] };
                        map[row * k + to] = moved + own;
                    }
                }
            }
            self.tree.levels.push(next);
        }
    }

    /// Brings a cluster from its own step to `to`.
    fn bring(&mut self, cluster: usize, to: usize) {
        let k = self.flow.states;
        let size = 2 * k * k;
        let (range, mut at) = (cluster * k..(cluster + 1) * k, self.step[cluster] as usize);
        self.step[cluster] = to as u32;
        let mut u = std::mem::take(&mut self.fresh);
        u.copy_from_slice(&self.u[range.clone()]);
        let w = self.w[range.clone()].to_vec();
        while at < to {
            let block = at / BLOCK;
            if at % BLOCK != 0 || at + BLOCK > to || (block + 1) * size > self.tree.levels[0].len() {
                self.advance(at, &mut u, &w);
                at += 1;
                continue;
            }
            let (mut level, mut b) = (0, block);
            while b % 2 == 0
                && at + (BLOCK << (level + 1)) <= to
                && level + 1 < self.tree.levels.len()
                && (b / 2 + 1) * size <= self.tree.levels[level + 1].len()
            {
                level += 1;
                b /= 2;
            }
            let map = &self.tree.levels[level][b * size..][..size];
            self.old.copy_from_slice(&u);
            for i in 0..k {
                u[i] = (0..k).map(|j| self.old[j] * map[j * k + i] + w[j] * map[k * k + j * k + i]).sum();
            }
            at += BLOCK << level;
        }
        self.u[range].copy_from_slice(&u);
        self.fresh = u;
    }

    /// All clusters together through one step.
    fn sums(&mut self, step: usize) {
        let (flow, k) = (self.flow, self.flow.states);
        if flow.moves(step).is_empty() {
            return;
        }
        let mut drift = std::mem::take(&mut self.drift);
        flow.drift(step, flow.before(step, self.initial, self.path), &mut drift);
        flow.both_sides(step, &mut self.m, &mut self.old);
        self.v.chunks_mut(k).for_each(|row| flow.apply(step, row, &mut self.old));
        flow.apply(step, &mut self.largest, &mut self.old);
        // M ← M − Dᵀ V − Vᵀ D + Dᵀ W D and V ← V − W D, with V moved already.
        let mut wd = vec![0.0; k * k];
        for h in 0..k {
            for l in (0..k).filter(|&l| self.w2[h * k + l] != 0.0) {
                for j in 0..k {
                    wd[h * k + j] += self.w2[h * k + l] * drift[l * k + j];
                }
            }
        }
        for h in 0..k {
            for i in (0..k).filter(|&i| drift[h * k + i] != 0.0) {
                for j in 0..k {
                    let x = drift[h * k + i] * self.v[h * k + j];
                    self.m[i * k + j] += drift[h * k + i] * wd[h * k + j] - x;
                    self.m[j * k + i] -= x;
                }
                let term = drift[h * k + i] * wd[h * k + i].abs().max(self.v[h * k + i].abs());
                self.largest[i] = self.largest[i].max(term.abs().sqrt());
            }
        }
        self.v.iter_mut().zip(&wd).for_each(|(v, x)| *v -= x);
        self.drift = drift;
    }

    /// A spell begins (`sign` 1) or ends (−1) after `step` steps.
    fn change(&mut self, spell: &Spell, step: usize, sign: f64) {
        let (c, k) = (spell.cluster as usize, self.flow.states);
        let range = c * k..(c + 1) * k;
        if self.step[c] as usize != step {
            self.bring(c, step);
        }
        let h = spell.state as usize;
        let count = spell.count;
        if sign < 0.0 && spell.events != [0, 0] {
            let u = self.u[range.clone()].to_vec();
            let p = self.flow.before(step - 1, self.initial, self.path)[h];
            for e in spell.events.into_iter().filter(|&e| e > 0) {
                let moves = self.flow.moves(step - 1);
                let Some(mv) = moves.iter().find(|mv| mv.kind == e - 1) else { continue };
                let x = spell.size * (p / mv.at_risk);
                let effect = &self.flow.kinds[mv.kind as usize].effect;
                self.u[range.clone()].iter_mut().zip(effect).for_each(|(u, e)| *u += x * e);
            }
            let after = &self.u[range.clone()];
            let gain: Vec<f64> = after.iter().zip(&u).map(|(a, b)| a - b).collect();
            for (i, largest) in self.largest.iter_mut().enumerate() {
                *largest = largest.max((count * gain[i] * after[i].abs().max(u[i].abs())).abs().sqrt());
            }
            // U'U'ᵀ − UUᵀ without the difference of squares.
            add_outer(&mut self.m, &gain, after, count);
            add_outer(&mut self.m, &u, &gain, count);
            add_outer(&mut self.v, &self.w[range.clone()], &gain, count);
        }
        let x = sign * spell.size;
        let u = &self.u[range.clone()];
        for i in 0..k {
            self.v[h * k + i] += count * x * u[i];
            self.w2[h * k + i] += count * x * self.w[c * k + i];
            self.w2[i * k + h] += count * x * self.w[c * k + i];
        }
        self.w2[h * k + h] += count * x * x;
        self.w[c * k + h] += x;
    }

    /// The variances after a step; 0 where what is left is rounding.
    fn variances(&mut self) -> Vec<f64> {
        let k = self.flow.states;
        let of = |(i, largest): (usize, &mut f64)| {
            let variance = self.m[i * k + i].max(0.0);
            *largest = largest.max(variance.sqrt());
            if variance > NOISE * *largest * *largest { variance } else { 0.0 }
        };
        self.largest.iter_mut().enumerate().map(of).collect()
    }

    pub fn run(mut self) -> (Vec<f64>, Vec<f64>) {
        let (flow, k) = (self.flow, self.flow.states);
        let first = self.variances();
        let (entries, exits) = (flow.by_time(|s| s.start), flow.by_time(|s| s.stop));
        let (mut entered, mut left) = (0, 0);
        let mut out = Vec::with_capacity(flow.steps() * k);
        for step in 0..flow.steps() {
            let t = flow.times[step];
            while entered < entries.len() && flow.spells[entries[entered] as usize].start < t {
                self.change(&flow.spells[entries[entered] as usize], step, 1.0);
                entered += 1;
            }
            self.sums(step);
            while left < exits.len() && flow.spells[exits[left] as usize].stop <= t {
                self.change(&flow.spells[exits[left] as usize], step + 1, -1.0);
                left += 1;
            }
            out.extend(self.variances());
        }
        (first, out)
    }
}

fn add_outer(m: &mut [f64], a: &[f64], b: &[f64], scale: f64) {
    let k = b.len();
    for (row, x) in m.chunks_mut(k).zip(a) {
        let x = scale * x;
        row.iter_mut().zip(b).for_each(|(m, b)| *m += x * b);
    }
}
