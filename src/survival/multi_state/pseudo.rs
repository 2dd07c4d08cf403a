//! Pseudo-values of the probability of a state and of the mean time in it: `p(t)` and its area without each subject in turn.
//!
//! A subject at risk in state h over some steps takes one away from those at risk there, whatever else it does. So for each
//! state there is a tree of the products of the steps in which one less is at risk, and what is left without a subject is
//! `p(0)` times one such product for each of its spells, its last step apart: O(log n) for each spell. The time in a state is
//! one more component, to which each step adds the probability before it times the time since the step before.

use std::collections::HashMap;

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::survival::curve::pseudo::{Pseudo, PseudoValues};
use crate::survival::data::groups::encode;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::flow::{Flow, Spell};
use crate::survival::multi_state::state_influence::{Influence, Target, places};
use crate::survival::multi_state::transitions::{flow, spells};

impl Pseudo {
    /// Of the probability of a state (Aalen-Johansen), with a row for each subject in the order of the labels of
    /// [`Histories::ids`]. All rows of a subject are left out, and the distribution at the start is that of the others.
    ///
    /// # Cost
    /// O(n log n) for each time, times the square of the number of states.
    ///
    /// # Errors
    /// As [`survival`](Self::survival); [`Error::InconsistentHistory`] and [`Error::UnknownState`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    /// use greenwood::survival::curve::Pseudo;
    ///
    /// let to = [Some("ill"), Some("dead"), None, Some("dead")];
    /// let data = Histories::among(&["well", "ill", "dead"]).transitions(&["a", "a", "b", "c"], &[2.0, 5.0, 6.0, 4.0], &to)?;
    /// let pseudo = Pseudo::new(&[4.5]).occupation(&data, "ill")?;
    /// // Nobody is censored by 4.5: ill or not.
    /// for (value, ill) in pseudo.values().iter().zip([1.0, 0.0, 0.0]) {
    ///     assert!((value - ill).abs() < 1e-12);
    /// }
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn occupation(&self, data: &Histories, state: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_state(data, Target { state: data.position(state)?, area: false })
    }

    /// Of the mean time in a state from 0 to each time, the area under its probability. Under
    /// [`infinitesimal`](Self::infinitesimal) the squares of [`PseudoValues::influence`] add up to the variance of
    /// [`Occupation::time_in_state`](super::Occupation::time_in_state) with
    /// [`initial_error`](super::Occupation::initial_error); R's `pseudo(type = "sojourn")` is meant to be the same, but in survival
    /// 3.5 it is not the derivative of R's own mean time in the weight of each subject.
    ///
    /// # Cost
    /// As [`occupation`](Self::occupation).
    ///
    /// # Errors
    /// As [`occupation`](Self::occupation).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    /// use greenwood::survival::curve::Pseudo;
    ///
    /// let to = [Some("ill"), Some("dead"), None, Some("dead")];
    /// let data = Histories::among(&["well", "ill", "dead"]).transitions(&["a", "a", "b", "c"], &[2.0, 5.0, 6.0, 4.0], &to)?;
    /// let pseudo = Pseudo::new(&[4.5]).time_in_state(&data, "ill")?;
    /// // Nobody is censored by 4.5: the first was ill from 2 on, the others never.
    /// for (value, time_ill) in pseudo.values().iter().zip([2.5, 0.0, 0.0]) {
    ///     assert!((value - time_ill).abs() < 1e-12);
    /// }
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn time_in_state(&self, data: &Histories, state: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_state(data, Target { state: data.position(state)?, area: true })
    }

    fn of_state(&self, data: &Histories, target: Target) -> Result<PseudoValues> {
        let weights = subject_weights(data)?;
        let robust = data.clusters.is_some() || matches!(data.weights, Some(Weights::Sampling(_)));
        self.check_parts(robust, &weights)?;
        let units = robust.then(|| subject_units(data));
        // A value for each subject, whichever cluster it is in.
        let data = &Histories { clusters: None, ..data.clone() };
        let flow = flow(data, 0.0, |_| true)?;
        let last = flow.times.last().copied().unwrap_or(0.0);
        if let Some(&tau) = self.times().iter().find(|&&t| t > last) {
            return Err(Error::BeyondFollowUp { tau, last });
        }
        let subjects = by_subject(data, &flow);
        let n: f64 = weights.iter().sum();
        let mut left = LeftOut::new(&flow, target);
        let mut values = Array2::zeros((subjects.len(), self.times().len()));
        let mut estimate = Vec::new();
        for (k, &t) in self.times().iter().enumerate() {
            let end = flow.steps_until(t);
            let start = left.initial(&[]);
            let theta = left.value(&left.forward(start.clone(), 0, end, None), t, end);
            let influence = self.is_infinitesimal().then(|| Influence::new(&flow, &start, target, (t, end)));
            for (i, own) in subjects.iter().enumerate() {
                values[[i, k]] = if let Some(influence) = &influence {
                    theta + n * influence.of(own)
                } else {
                    let without = left.without(own, end);
                    let others = left.value(&without, t, end);
                    n * (theta - others) + others
                };
            }
            estimate.push(theta);
        }
        Ok(PseudoValues::new(self.times(), estimate, values, weights).with_units(units))
    }
}

/// The weight of each subject, which must be the same in all its rows.
fn subject_weights(data: &Histories) -> Result<Vec<f64>> {
    let mut of = vec![None; data.ids.count()];
    for (row, &id) in data.ids.codes().iter().enumerate() {
        if *of[id as usize].get_or_insert(data.weight(row)) != data.weight(row) {
            return Err(Error::Unsupported {
                method: "a pseudo-value of a subject",
                with: "weights that change within a subject",
                why: "it is the derivative in one weight of all its rows: give each subject one weight",
            });
        }
    }
    Ok(of.into_iter().map(|w| w.unwrap_or(1.0)).collect())
}

/// What is independent of each other: the cluster of each subject (of its last row), or the subject.
fn subject_units(data: &Histories) -> Vec<u32> {
    let mut of: Vec<u32> = (0..data.ids.count() as u32).collect();
    if let Some(clusters) = &data.clusters {
        data.ids.codes().iter().zip(clusters).for_each(|(&id, &c)| of[id as usize] = c);
    }
    encode(&of).0
}

/// The spells of each subject, in order of time.
fn by_subject(data: &Histories, flow: &Flow) -> Vec<Vec<Spell>> {
    let kind = |i: usize| {
        let of = |k: &crate::survival::multi_state::flow::Kind| {
            data.to[i].checked_sub(1).is_some_and(|to| {
                let (from, to) = (data.from[i] as usize, to as usize);
                // A move to the state that is held has no effect.
                let moves = if from == to { k.effect.iter().all(|&e| e == 0.0) } else { k.effect[to] > 0.0 };
                k.from == from && moves
            })
        };
        [flow.kinds.iter().position(of).map_or(0, |k| k as u32 + 1), 0]
    };
    let mut subjects = vec![Vec::new(); data.ids.count()];
    for spell in spells(data, 0.0, (1, |_| 0), kind).into_iter().flatten() {
        subjects[spell.cluster as usize].push(spell);
    }
    subjects
}

/// `p` without a subject, and where an area is asked for that under its target as one component more.
struct LeftOut<'a> {
    flow: &'a Flow,
    target: Target,
    /// By state, of which one less is at risk, and last with all: products of the steps, a matrix of the components each.
    trees: Vec<Tree>,
    /// The weights at risk at a step, by state, and their sum.
    starting: HashMap<usize, (Vec<f64>, f64)>,
}

impl<'a> LeftOut<'a> {
    fn new(flow: &'a Flow, target: Target) -> Self {
        let less = (0..flow.states).map(Some).chain([None]);
        let components = flow.states + usize::from(target.area);
        let tree = |h| Tree::new((flow.steps(), components), |step| matrix(flow, step, target, (h, 0)));
        Self { flow, target, trees: less.map(tree).collect(), starting: HashMap::new() }
    }

    /// What is asked for, at a time after so many steps.
    fn value(&self, p: &[f64], t: f64, steps: usize) -> f64 {
        let now = p[self.target.state];
        if self.target.area { p[self.flow.states] + (t - self.flow.time_before(steps)) * now } else { now }
    }

    /// The distribution at the start without some spells: shares at the first event of the others.
    fn initial(&mut self, own: &[Spell]) -> Vec<f64> {
        let flow = self.flow;
        let of_own = |t: f64| own.iter().filter(|s| s.events[0] > 0 && s.stop == t).count() as f64;
        let events = |step: usize| flow.moves(step).iter().map(|m| m.events).sum::<f64>();
        let first = (0..flow.steps()).find(|&i| events(i) > of_own(flow.times[i])).unwrap_or(0);
        let t = flow.times[first];
        let (shares, all) = self.starting.entry(first).or_insert_with(|| flow.starting(t));
        let (mut shares, mut all) = (shares.clone(), *all);
        for s in own.iter().filter(|s| s.start < t && t <= s.stop) {
            shares[s.state as usize] -= 1.0;
            all -= 1.0;
        }
        let share = |w: &f64| if all > 0.0 { w / all } else { 0.0 };
        shares.iter().map(share).chain(self.target.area.then_some(0.0)).collect()
    }

    /// A row vector through some steps, one less at risk in a state.
    fn forward(&self, p: Vec<f64>, from: usize, until: usize, less: Option<usize>) -> Vec<f64> {
        self.trees[less.unwrap_or(self.flow.states)].apply(p, from, until)
    }

    fn without(&mut self, own: &[Spell], end: usize) -> Vec<f64> {
        let mut p = self.initial(own);
        let mut at = 0;
        for spell in own {
            let (first, last) = places(self.flow, spell);
            let state = spell.state as usize;
            let (first, until) = (first.min(end).max(at), last.min(end));
            p = self.forward(p, at, first, None);
            p = self.forward(p, first, until.max(first), Some(state));
            at = until.max(first);
            if last < end {
                p = times(&p, &matrix(self.flow, last, self.target, (Some(state), spell.events[0])));
                at = last + 1;
            }
        }
        self.forward(p, at.min(end), end, None)
    }
}

/// `I + dA` of a step, where one less is at risk in a state, and one event of a kind (one more than its number) is none.
fn matrix(flow: &Flow, step: usize, target: Target, (less, event): (Option<usize>, u32)) -> Vec<f64> {
    let k = flow.states + usize::from(target.area);
    let mut m: Vec<f64> = (0..k * k).map(|i| f64::from(u8::from(i / k == i % k))).collect();
    for of in flow.moves(step) {
        let kind = &flow.kinds[of.kind as usize];
        let own = f64::from(u8::from(less == Some(kind.from)));
        let events = of.events - if event == of.kind + 1 { 1.0 } else { 0.0 };
        if events > 0.0 && of.at_risk > own {
            let hazard = events / (of.at_risk - own);
            let row = &mut m[kind.from * k..(kind.from + 1) * k];
            row.iter_mut().zip(&kind.effect).for_each(|(x, e)| *x += hazard * e);
        }
    }
    if target.area {
        m[target.state * k + flow.states] = flow.times[step] - flow.time_before(step);
    }
    m
}

/// A row vector times a matrix.
fn times(p: &[f64], m: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; p.len()];
    for (x, row) in p.iter().zip(m.chunks_exact(p.len())) {
        out.iter_mut().zip(row).for_each(|(out, m)| *out += x * m);
    }
    out
}

/// Products of successive matrices, one row for each component, of any stretch in O(log n).
struct Tree {
    components: usize,
    size: usize,
    nodes: Vec<f64>,
}

impl Tree {
    fn new((steps, k): (usize, usize), leaf: impl Fn(usize) -> Vec<f64>) -> Self {
        let size = steps.next_power_of_two();
        let mut nodes: Vec<f64> =
            (0..2 * size * k * k).map(|i| f64::from(u8::from((i % (k * k)) / k == i % k))).collect();
        let square = k * k;
        for step in 0..steps {
            nodes[(size + step) * square..(size + step + 1) * square].copy_from_slice(&leaf(step));
        }
        for i in (1..size).rev() {
            let (left, right) = (2 * i * square, (2 * i + 1) * square);
            for row in 0..k {
                let p = nodes[left + row * k..left + (row + 1) * k].to_vec();
                let product = times(&p, &nodes[right..right + square]);
                nodes[i * square + row * k..i * square + (row + 1) * k].copy_from_slice(&product);
            }
        }
        Self { components: k, size, nodes }
    }

    fn apply(&self, p: Vec<f64>, from: usize, until: usize) -> Vec<f64> {
        let square = self.components * self.components;
        let (mut a, mut b) = (from + self.size, until.max(from) + self.size);
        let (mut p, mut right) = (p, Vec::new());
        let node = |i: usize| &self.nodes[i * square..(i + 1) * square];
        while a < b {
            if a % 2 == 1 {
                p = times(&p, node(a));
                a += 1;
            }
            if b % 2 == 1 {
                b -= 1;
                right.push(b);
            }
            a /= 2;
            b /= 2;
        }
        right.into_iter().rev().fold(p, |p, i| times(&p, node(i)))
    }
}
