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

mod functional;
mod jackknife;

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

    /// The time of the last of so many steps, 0 before the first.
    pub fn time_before(&self, steps: usize) -> f64 {
        steps.checked_sub(1).map_or(0.0, |i| self.times[i])
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
    pub fn before<'a>(&self, step: usize, initial: &'a [f64], path: &'a [f64]) -> &'a [f64] {
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
        jackknife::Walk::new(self, initial, start, path).run()
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
