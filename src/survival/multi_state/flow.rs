//! The engine below state occupation, time in state and mean functions: a linear system that moves by steps.
//!
//! A row vector `p` (one component a state) moves at each distinct time by `p ← p + Σ p_h a_k e_k`: `a_k = d_k/Y_h` is the
//! hazard of the events of kind k among those at risk in state h, and `e_k` their effect: `e_j − e_h` for a transition.
//!
//! # Standard errors in one pass
//! The influence U of a subject (or cluster) on `p` moves by the same map, less `w_h d_h` for its weight at risk in h,
//! `d_h = p_h/Y_h Σ a_k e_k`, plus `w p_h/Y_h e_k` at its own event. So `Σ UᵀU` needs only the sums `Σ wᵀU` and `Σ wᵀw`
//! beside itself while nobody changes, and the U of one cluster only when that one enters, moves or leaves. It is brought
//! there by a tree of composed maps: O(n log n) time and O(n) memory, where a table of influences takes O(n²).

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::numeric::sums::Sum;

/// Events of one kind: who may have them, and what one does to `p`.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub from: usize,
    pub effect: Vec<f64>,
}

/// A time `(start, stop]` at risk in one state, and up to two kinds of events at its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spell {
    pub start: f64,
    pub stop: f64,
    pub state: u32,
    /// One more than the number of the kind, 0 for none.
    pub events: [u32; 2],
    pub cluster: u32,
    /// The weight of the row.
    pub size: f64,
    /// How many subjects the row stands for.
    pub count: f64,
}

impl Spell {
    fn order(&self, other: &Self) -> Ordering {
        (self.stop.total_cmp(&other.stop))
            .then(self.start.total_cmp(&other.start))
            .then(self.state.cmp(&other.state))
            .then(self.events.cmp(&other.events))
            .then(self.size.total_cmp(&other.size))
            .then(self.count.total_cmp(&other.count))
    }

    fn weight(&self) -> f64 {
        self.size * self.count
    }
}

/// The events of one kind at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub kind: u32,
    pub events: f64,
    pub at_risk: f64,
}

/// The spells in an order that their content decides, and the hazards at each distinct time.
#[derive(Debug)]
pub(crate) struct Flow {
    pub states: usize,
    pub kinds: Vec<Kind>,
    /// By cluster.
    pub spells: Vec<Spell>,
    /// Where each cluster begins.
    first: Vec<usize>,
    pub times: Vec<f64>,
    moves: Vec<Move>,
    move_starts: Vec<usize>,
    /// Rows at risk just before each time, by state.
    pub at_risk: Vec<u32>,
    /// Their weights.
    pub weight_at_risk: Vec<f64>,
    /// Rows whose observation ends at each time without an event.
    pub censored: Vec<u32>,
}

impl Flow {
    pub fn new(states: usize, kinds: Vec<Kind>, mut spells: Vec<Spell>) -> Self {
        spells.sort_unstable_by(|a, b| a.cluster.cmp(&b.cluster).then_with(|| a.order(b)));
        let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
        for i in 0..spells.len() {
            match ranges.last_mut() {
                Some(r) if spells[r.start].cluster == spells[i].cluster => r.end = i + 1,
                _ => ranges.push(i..i + 1),
            }
        }
        // Whatever the order of the rows was: clusters of equal content give equal sums.
        ranges.sort_by(|a, b| {
            let (a, b) = (&spells[a.clone()], &spells[b.clone()]);
            let unequal = a.iter().zip(b).map(|(x, y)| x.order(y)).find(|o| *o != Ordering::Equal);
            unequal.unwrap_or(a.len().cmp(&b.len()))
        });
        let mut sorted = Vec::with_capacity(spells.len());
        let mut first = Vec::with_capacity(ranges.len() + 1);
        for (c, range) in ranges.into_iter().enumerate() {
            first.push(sorted.len());
            sorted.extend(spells[range].iter().map(|s| Spell { cluster: c as u32, ..*s }));
        }
        first.push(sorted.len());
        let mut flow = Self {
            states,
            kinds,
            spells: sorted,
            first,
            times: Vec::new(),
            moves: Vec::new(),
            move_starts: vec![0],
            at_risk: Vec::new(),
            weight_at_risk: Vec::new(),
            censored: Vec::new(),
        };
        flow.count();
        flow
    }

    /// The positions of the spells in order of a time, equal times in the order of the spells.
    fn by_time(&self, time: impl Fn(&Spell) -> f64) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> =
            self.spells.iter().enumerate().map(|(i, s)| (time(s).to_bits(), i as u32)).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, i)| i).collect()
    }

    fn count(&mut self) {
        let (entries, exits) = (self.by_time(|s| s.start), self.by_time(|s| s.stop));
        let (mut weight, mut rows) = (vec![Sum::default(); self.states], vec![0_u32; self.states]);
        let (mut entered, mut at) = (0, 0);
        let mut sums = vec![(Sum::default(), 0_u32); self.kinds.len()];
        while at < exits.len() {
            let t = self.spells[exits[at] as usize].stop;
            while entered < entries.len() && self.spells[entries[entered] as usize].start < t {
                let s = &self.spells[entries[entered] as usize];
                weight[s.state as usize].add(s.weight());
                rows[s.state as usize] += 1;
                entered += 1;
            }
            let end = at + exits[at..].partition_point(|&i| self.spells[i as usize].stop <= t);
            self.times.push(t);
            self.at_risk.extend(&rows);
            self.weight_at_risk.extend(weight.iter().map(|w| w.value()));
            let (mut censored, mut touched) = (0, Vec::new());
            for &i in &exits[at..end] {
                let s = self.spells[i as usize];
                censored += u32::from(s.events == [0, 0]);
                for k in s.events.into_iter().filter(|&k| k > 0) {
                    let (sum, n) = &mut sums[k as usize - 1];
                    if *n == 0 {
                        touched.push(k - 1);
                    }
                    sum.add(s.weight());
                    *n += 1;
                }
            }
            touched.sort_unstable();
            for kind in touched {
                let (sum, n) = std::mem::take(&mut sums[kind as usize]);
                let from = self.kinds[kind as usize].from;
                let events = sum.value();
                // All at risk have it: the sums may differ in the last digit.
                let at_risk = if n == rows[from] { events } else { weight[from].value() };
                if events > 0.0 {
                    self.moves.push(Move { kind, events, at_risk });
                }
            }
            self.move_starts.push(self.moves.len());
            self.censored.push(censored);
            for &i in &exits[at..end] {
                let s = self.spells[i as usize];
                let h = s.state as usize;
                rows[h] -= 1;
                weight[h].add(-s.weight());
                if rows[h] == 0 {
                    weight[h] = Sum::default();
                }
            }
            at = end;
        }
    }

    pub fn steps(&self) -> usize {
        self.times.len()
    }

    pub fn moves(&self, step: usize) -> &[Move] {
        &self.moves[self.move_starts[step]..self.move_starts[step + 1]]
    }

    pub fn clusters(&self) -> impl Iterator<Item = &[Spell]> {
        self.first.windows(2).map(|w| &self.spells[w[0]..w[1]])
    }

    /// The number of steps until a time, that one included.
    pub fn steps_until(&self, t: f64) -> usize {
        self.times.partition_point(|&x| x <= t)
    }

    /// The first time with an event, or the first of all where there is none.
    pub fn first_event(&self) -> Option<f64> {
        (0..self.steps())
            .find(|&i| !self.moves(i).is_empty())
            .map_or(self.times.first().copied(), |i| Some(self.times[i]))
    }

    /// One step of a row vector: `row` before it becomes `row` after it. `old` is room for a copy.
    pub fn apply(&self, step: usize, row: &mut [f64], old: &mut [f64]) {
        let moves = self.moves(step);
        if moves.is_empty() {
            return;
        }
        old.copy_from_slice(row);
        for m in moves {
            let kind = &self.kinds[m.kind as usize];
            let x = old[kind.from] * (m.events / m.at_risk);
            for (to, e) in row.iter_mut().zip(&kind.effect) {
                *to += x * e;
            }
        }
    }

    /// `d_h = p_h/Y_h Σ a_k e_k` of a step by state, given `p` before it: `out` is K × K.
    fn drift(&self, step: usize, p: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for m in self.moves(step) {
            let kind = &self.kinds[m.kind as usize];
            let c = p[kind.from] / m.at_risk * (m.events / m.at_risk);
            for (x, e) in out[kind.from * self.states..].iter_mut().zip(&kind.effect) {
                *x += c * e;
            }
        }
    }

    /// `p` after each step, from `initial` before the first.
    pub fn path(&self, initial: &[f64]) -> Vec<f64> {
        let mut p = initial.to_vec();
        let mut old = p.clone();
        let mut all = Vec::with_capacity(self.steps() * self.states);
        for i in 0..self.steps() {
            self.apply(i, &mut p, &mut old);
            all.extend(&p);
        }
        all
    }

    /// `p` before a step.
    fn before<'a>(&self, step: usize, initial: &'a [f64], path: &'a [f64]) -> &'a [f64] {
        let k = self.states;
        if step == 0 { initial } else { &path[(step - 1) * k..step * k] }
    }

    /// The weights of those at risk at `t` by state, and their sum.
    pub fn starting(&self, t: f64) -> (Vec<f64>, f64) {
        let mut sums = vec![Sum::default(); self.states];
        for s in self.spells.iter().filter(|s| s.start < t && t <= s.stop) {
            sums[s.state as usize].add(s.weight());
        }
        let shares: Vec<f64> = sums.into_iter().map(Sum::value).collect();
        let all = shares.iter().sum();
        (shares, all)
    }

    /// The influence of each cluster on the starting distribution at `t`: `Σ w (e_h − p)/W` over its spells at risk.
    pub fn starting_influence(&self, t: f64, p: &[f64], all: f64) -> HashMap<u32, Vec<f64>> {
        let mut out: HashMap<u32, Vec<f64>> = HashMap::new();
        if p.contains(&1.0) {
            return out;
        }
        for s in self.spells.iter().filter(|s| s.start < t && t <= s.stop) {
            let u = out.entry(s.cluster).or_insert_with(|| vec![0.0; self.states]);
            for (h, x) in u.iter_mut().enumerate() {
                *x += s.size * (f64::from(u8::from(h == s.state as usize)) - p[h]) / all;
            }
        }
        out
    }

    /// The jackknife variance of each component after each step, and before the first.
    pub fn jackknife(
        &self,
        initial: &[f64],
        start: &HashMap<u32, Vec<f64>>,
        path: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        Walk::new(self, initial, start, path).run()
    }

    /// The variance from independent increments, the initial distribution fixed: Greenwood's multinomial covariance of the
    /// hazards at a time, or Aalen's Poisson one.
    pub fn increments(&self, initial: &[f64], path: &[f64], greenwood: bool) -> Vec<f64> {
        let k = self.states;
        let (mut m, mut old) = (vec![0.0; k * k], vec![0.0; k]);
        let mut out = Vec::with_capacity(path.len());
        for step in 0..self.steps() {
            let p = self.before(step, initial, path);
            self.both_sides(step, &mut m, &mut old);
            for a in self.moves(step) {
                for b in self.moves(step) {
                    let (ka, kb) = (&self.kinds[a.kind as usize], &self.kinds[b.kind as usize]);
                    let c = hazard_covariance(a, b, ka.from == kb.from, greenwood);
                    let scale = c * p[ka.from] * p[kb.from];
                    for i in 0..k {
                        for j in 0..k {
                            m[i * k + j] += scale * ka.effect[i] * kb.effect[j];
                        }
                    }
                }
            }
            out.extend((0..k).map(|i| m[i * k + i].max(0.0)));
        }
        out
    }

    /// `M ← HᵀMH` for a symmetric M.
    fn both_sides(&self, step: usize, m: &mut [f64], old: &mut [f64]) {
        if self.moves(step).is_empty() {
            return;
        }
        for _ in 0..2 {
            m.chunks_mut(self.states).for_each(|row| self.apply(step, row, old));
            transpose(m, self.states);
        }
    }

    /// Linear functionals of the whole path: with `time = true` the area under each component from `from` to `tau`, else
    /// its value at `tau`. Returns the values and the influence of every cluster on them, with the cluster's count.
    pub fn functional(
        &self,
        (from, tau, area): (f64, f64, bool),
        initial: &[f64],
        start: &HashMap<u32, Vec<f64>>,
    ) -> (Vec<f64>, Vec<(Vec<f64>, f64)>) {
        let k = self.states;
        let m = self.steps_until(tau);
        let path = self.path(initial);
        let identity =
            |x: f64| (0..k * k).map(|i| if i / k == i % k { x } else { 0.0 }).collect::<Vec<f64>>();
        // What one unit in a state just after each step is worth from then on.
        let mut worth = vec![Vec::new(); m + 1];
        let time_of = |i: usize| if i == 0 { from } else { self.times[i - 1] };
        worth[m] = identity(if area { tau - time_of(m) } else { 1.0 });
        for i in (0..m).rev() {
            let after = &worth[i + 1];
            let mut value = after.clone();
            for mv in self.moves(i) {
                let kind = &self.kinds[mv.kind as usize];
                let a = mv.events / mv.at_risk;
                for to in 0..k {
                    let gain: f64 = (0..k).map(|j| kind.effect[j] * after[j * k + to]).sum();
                    value[kind.from * k + to] += a * gain;
                }
            }
            if area {
                let dt = self.times[i] - time_of(i);
                (0..k).for_each(|j| value[j * k + j] += dt);
            }
            worth[i] = value;
        }
        let times_worth = |u: &[f64], w: &[f64]| -> Vec<f64> {
            (0..k).map(|to| (0..k).map(|h| u[h] * w[h * k + to]).sum()).collect()
        };
        // What being at risk in each state has cost until after each step.
        let mut cost = vec![0.0; (m + 1) * k * k];
        let mut drift = vec![0.0; k * k];
        for i in 0..m {
            self.drift(i, self.before(i, initial, &path), &mut drift);
            for h in 0..k {
                let gain = times_worth(&drift[h * k..(h + 1) * k], &worth[i + 1]);
                for to in 0..k {
                    let at = (i * k + h) * k + to;
                    cost[at + k * k] = cost[at] + gain[to];
                }
            }
        }
        let influence = |spells: &[Spell]| {
            let mut u = vec![0.0; k];
            if let Some(s) = start.get(&spells[0].cluster) {
                u = times_worth(s, &worth[0]);
            }
            for s in spells.iter().filter(|s| s.start < tau) {
                let (a, b) = (self.steps_until(s.start).min(m), self.steps_until(s.stop).min(m));
                let h = s.state as usize;
                for to in 0..k {
                    u[to] -= s.size * (cost[(b * k + h) * k + to] - cost[(a * k + h) * k + to]);
                }
                if s.stop > tau {
                    continue;
                }
                for e in s.events.into_iter().filter(|&e| e > 0) {
                    let Some(mv) = self.moves(b - 1).iter().find(|mv| mv.kind == e - 1) else { continue };
                    let c = s.size * self.before(b - 1, initial, &path)[h] / mv.at_risk;
                    let gain = times_worth(&self.kinds[mv.kind as usize].effect, &worth[b]);
                    u.iter_mut().zip(gain).for_each(|(u, g)| *u += c * g);
                }
            }
            (u, spells[0].count)
        };
        (times_worth(initial, &worth[0]), self.clusters().map(influence).collect())
    }
}

/// The covariance of two hazards of one time.
pub(crate) fn hazard_covariance(a: &Move, b: &Move, same_state: bool, greenwood: bool) -> f64 {
    let own = if a.kind == b.kind { a.events / (a.at_risk * a.at_risk) } else { 0.0 };
    let joint =
        if greenwood && same_state { a.events / a.at_risk * (b.events / a.at_risk) / a.at_risk } else { 0.0 };
    own - joint
}

fn transpose(m: &mut [f64], k: usize) {
    for i in 0..k {
        for j in 0..i {
            m.swap(i * k + j, j * k + i);
        }
    }
}

/// Steps in one map of the lowest level of the tree.
const BLOCK: usize = 16;

/// `U ← U H − w D`, both K × K: composed over the steps of blocks, of pairs of blocks, and so on.
struct Tree {
    levels: Vec<Vec<f64>>,
}

/// A cluster on its way: its influence after `step` steps, and its weight at risk in each state.
struct Walk<'a> {
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
}

impl<'a> Walk<'a> {
    fn new(flow: &'a Flow, initial: &'a [f64], start: &HashMap<u32, Vec<f64>>, path: &'a [f64]) -> Self {
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

    fn run(mut self) -> (Vec<f64>, Vec<f64>) {
        let (flow, k) = (self.flow, self.flow.states);
        let diagonal = |m: &[f64]| (0..k).map(|i| m[i * k + i].max(0.0)).collect::<Vec<f64>>();
        let first = diagonal(&self.m);
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
            out.extend(diagonal(&self.m));
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
