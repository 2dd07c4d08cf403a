//! How a unit of weight moves the probability of a state at a time, or the area under it until then.

use crate::numeric::sums::Balance;
use crate::survival::multi_state::flow::{Flow, Move, Spell};

/// What is asked of a state: its probability at a time, or the area under it until then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub state: usize,
    pub area: bool,
}

/// What a unit of weight moves in a function of the hazards, by the derivative of it in each.
pub(super) struct OfHazards<'a> {
    flow: &'a Flow,
    end: usize,
    /// At each step that of an event of each kind: the derivative over the number at risk, 0 where there is no event.
    of_event: Vec<f64>,
    /// By state: what a unit at risk there has moved before each step.
    of_risk: Vec<f64>,
}

impl<'a> OfHazards<'a> {
    /// Of the hazards until a step, whose derivatives are asked for step by step.
    pub fn new(flow: &'a Flow, end: usize, mut derivative: impl FnMut(usize, &Move) -> f64) -> Self {
        let (k, kinds) = (flow.states, flow.kinds.len());
        let (mut of_event, mut of_risk) = (vec![0.0; end * kinds], vec![0.0; (end + 1) * k]);
        for step in 0..end {
            let (before, after) = of_risk[step * k..].split_at_mut(k);
            after[..k].copy_from_slice(before);
            for m in flow.moves(step) {
                let moved = derivative(step, m) / m.at_risk;
                of_event[step * kinds + m.kind as usize] = moved;
                after[flow.kinds[m.kind as usize].from] -= m.events / m.at_risk * moved;
            }
        }
        Self { flow, end, of_event, of_risk }
    }

    /// Adds what so much weight in a spell moves.
    pub fn add(&self, spell: &Spell, weight: f64, moved: &mut Balance) {
        let (k, kinds) = (self.flow.states, self.flow.kinds.len());
        let (first, last) = places(self.flow, spell);
        let h = spell.state as usize;
        let (first, until) = (first.min(self.end), (last + 1).min(self.end));
        moved.add(weight * self.of_risk[until * k + h]);
        moved.add(-weight * self.of_risk[first * k + h]);
        if let Some(kind) = spell.events[0].checked_sub(1).filter(|_| last < self.end) {
            moved.add(weight * self.of_event[last * kinds + kind as usize]);
        }
    }
}

/// The derivative in the weight of a subject, the distribution at the start included.
pub(super) struct Influence<'a> {
    hazards: OfHazards<'a>,
    start: Start,
}

/// Of those at risk at the first event, whose shares are the distribution at the start.
struct Start {
    time: f64,
    all: f64,
    /// What a unit in each state is worth then, and what they are worth on average.
    worth: Vec<f64>,
    mean: f64,
}

impl<'a> Influence<'a> {
    /// Of a target at a time until which there are so many steps, from the distribution at the start.
    pub fn new(flow: &'a Flow, start: &[f64], target: Target, (t, end): (f64, usize)) -> Self {
        let k = flow.states;
        let start = &start[..k];
        let counts: Vec<bool> = (0..k).map(|h| h == target.state).collect();
        let worth = worth(flow, &counts, target.area, (t, end));
        let path = flow.path(start);
        let hazards = OfHazards::new(flow, end, |step, m| {
            let kind = &flow.kinds[m.kind as usize];
            flow.before(step, start, &path)[kind.from]
                * dot(&kind.effect, &worth[(step + 1) * k..(step + 2) * k])
        });
        let time = flow.first_event().unwrap_or(0.0);
        let (_, all) = flow.starting(time);
        let start = Start { time, all, mean: dot(start, &worth[..k]), worth: worth[..k].to_vec() };
        Self { hazards, start }
    }

    /// Of the spells of a subject.
    pub fn of(&self, own: &[Spell]) -> f64 {
        let Start { time, all, worth, mean } = &self.start;
        let starts = own.iter().filter(|s| s.start < *time && *time <= s.stop);
        let mut moved = Balance::default();
        starts.for_each(|s| moved.add((worth[s.state as usize] - mean) / all));
        for spell in own {
            self.hazards.add(spell, 1.0, &mut moved);
        }
        moved.value()
    }
}

/// The steps at which a spell is at risk: from one on, and that of its end.
pub(super) fn places(flow: &Flow, spell: &Spell) -> (usize, usize) {
    (flow.steps_until(spell.start), flow.steps_until(spell.stop) - 1)
}

/// Backwards: what a unit in each state just after each step is worth at a time `t`, until which there are so many steps: 1 in
/// the states that count, or with `area` the time in them until then.
pub(super) fn worth(flow: &Flow, counts: &[bool], area: bool, (t, end): (f64, usize)) -> Vec<f64> {
    let k = flow.states;
    let mut worth = vec![0.0; (end + 1) * k];
    let add = |to: &mut [f64], size: f64| {
        to.iter_mut().zip(counts).filter(|(_, counts)| **counts).for_each(|(to, _)| *to += size);
    };
    add(&mut worth[end * k..], if area { t - flow.time_before(end) } else { 1.0 });
    for step in (0..end).rev() {
        let (before, after) = worth[step * k..].split_at_mut(k);
        let after = &after[..k];
        before.copy_from_slice(after);
        for m in flow.moves(step) {
            let kind = &flow.kinds[m.kind as usize];
            before[kind.from] += m.events / m.at_risk * dot(&kind.effect, after);
        }
        if area {
            add(before, flow.times[step] - flow.time_before(step));
        }
    }
    worth
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
