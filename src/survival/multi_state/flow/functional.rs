//! Areas under the path of a flow, and its values at one time, with the influence of every cluster on them.

use std::collections::HashMap;

use crate::numeric::sums::Balance;
use crate::survival::multi_state::flow::{Flow, Spell};

impl Flow {
    /// Linear functionals of the whole path: with `area = true` the area under each component from `from` to `tau`, else
    /// its value at `tau`. Returns the values and the influence of every cluster on them, with the cluster's count.
    pub fn functional(
        &self,
        (from, tau, area): (f64, f64, bool),
        initial: &[f64],
        start: &HashMap<u32, Vec<f64>>,
    ) -> (Vec<f64>, Vec<(Vec<f64>, f64)>) {
        let steps = self.steps_until(tau);
        let path = self.path(initial);
        let worth = self.worth((from, tau, area), steps);
        let cost = self.cost(initial, &path, &worth);
        let of = Functional { flow: self, tau, steps, initial, path, worth, cost };
        let influence = |spells: &[Spell]| (of.influence(spells, start), spells[0].count);
        (of.times_worth(initial, 0), self.clusters().map(influence).collect())
    }

    /// What one unit in a state just after each step is worth from then on: a matrix from state to component for each step.
    fn worth(&self, (from, tau, area): (f64, f64, bool), steps: usize) -> Vec<Vec<f64>> {
        let k = self.states;
        let identity = |x: f64| (0..k * k).map(|i| if i / k == i % k { x } else { 0.0 }).collect();
        let time_of = |i: usize| if i == 0 { from } else { self.times[i - 1] };
        let mut worth: Vec<Vec<f64>> = vec![Vec::new(); steps + 1];
        worth[steps] = identity(if area { tau - time_of(steps) } else { 1.0 });
        for i in (0..steps).rev() {
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
        worth
    }

    /// What being at risk in each state has cost until after each step, state by component.
    fn cost(&self, initial: &[f64], path: &[f64], worth: &[Vec<f64>]) -> Vec<f64> {
        let k = self.states;
        let mut cost = vec![0.0; worth.len() * k * k];
        let mut drift = vec![0.0; k * k];
        for i in 0..worth.len() - 1 {
            self.drift(i, self.before(i, initial, path), &mut drift);
            for h in 0..k {
                let gain = product(&drift[h * k..(h + 1) * k], &worth[i + 1]);
                for to in 0..k {
                    let at = (i * k + h) * k + to;
                    cost[at + k * k] = cost[at] + gain[to];
                }
            }
        }
        cost
    }
}

/// A functional of a flow, with what steps and time at risk do to it.
struct Functional<'a> {
    flow: &'a Flow,
    tau: f64,
    steps: usize,
    initial: &'a [f64],
    path: Vec<f64>,
    worth: Vec<Vec<f64>>,
    cost: Vec<f64>,
}

impl Functional<'_> {
    /// What a distribution over the states just after a step is worth.
    fn times_worth(&self, of_states: &[f64], step: usize) -> Vec<f64> {
        product(of_states, &self.worth[step])
    }

    /// The influence of one cluster: by where it started, the time that it was at risk, and its events.
    fn influence(&self, spells: &[Spell], start: &HashMap<u32, Vec<f64>>) -> Vec<f64> {
        let (flow, k) = (self.flow, self.flow.states);
        let started = start.get(&spells[0].cluster).map(|s| self.times_worth(s, 0));
        let mut u = vec![Balance::default(); k];
        u.iter_mut().zip(started.iter().flatten()).for_each(|(u, x)| u.add(*x));
        for s in spells.iter().filter(|s| s.start < self.tau) {
            let upto = |time: f64| flow.steps_until(time).min(self.steps);
            let (a, b) = (upto(s.start), upto(s.stop));
            let h = s.state as usize;
            for to in 0..k {
                u[to].add(-s.size * self.cost[(b * k + h) * k + to]);
                u[to].add(s.size * self.cost[(a * k + h) * k + to]);
            }
            if s.stop > self.tau {
                continue;
            }
            for e in s.events.into_iter().filter(|&e| e > 0) {
                let Some(mv) = flow.moves(b - 1).iter().find(|mv| mv.kind == e - 1) else { continue };
                let c = s.size * flow.before(b - 1, self.initial, &self.path)[h] / mv.at_risk;
                let gain = self.times_worth(&flow.kinds[mv.kind as usize].effect, b);
                u.iter_mut().zip(gain).for_each(|(u, g)| u.add(c * g));
            }
        }
        u.into_iter().map(Balance::value).collect()
    }
}

/// A row vector times a square matrix.
fn product(u: &[f64], w: &[f64]) -> Vec<f64> {
    let k = u.len();
    (0..k).map(|to| (0..k).map(|h| u[h] * w[h * k + to]).sum()).collect()
}
