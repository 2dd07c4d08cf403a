//! Areas under the path of a flow, and its values at one time, with the influence of every cluster on them.

use std::collections::HashMap;

use crate::survival::multi_state::flow::{Flow, Spell};

impl Flow {
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
