//! The search: depth first through the orders of one arm, with every order accounted for.

use std::ops::ControlFlow;

use crate::trial::reconstruct::arm::problem::{Mark, Problem, State};
use crate::trial::reconstruct::arm::search::tail::Tails;

/// How far a search has come, as its observer sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Orders decided so far: found or excluded.
    pub decided: u128,
    /// All orders that there are.
    pub orders: u128,
    /// Orders found so far.
    pub found: u128,
    /// Steps taken.
    pub steps: u64,
}

/// Orders found that differ only in the number of censorings behind their last event.
#[derive(Debug)]
pub(in crate::trial::reconstruct) struct Found<'a> {
    /// Up to the last event or checkpoint.
    pub path: &'a [Mark],
    /// The numbers of later censorings that are possible.
    pub later: &'a [u32],
}

/// What the search has counted.
#[derive(Debug, Clone)]
pub(in crate::trial::reconstruct) struct Counts {
    pub orders: u128,
    pub found: u128,
    /// Orders that each fact excludes, in the order in which facts are checked.
    pub excluded: Vec<u128>,
    pub steps: u64,
    pub stopped: bool,
}

/// As many positions as a table may cover: 2²⁰ tails of 24 bytes.
const TABLE: u32 = 20;

/// Steps from one question to the observer to the next.
const REPORT: u64 = 1 << 16;

pub(in crate::trial::reconstruct) struct Search<'p, 's> {
    pub(super) problem: &'p Problem<'p>,
    pub(super) path: Vec<Mark>,
    pub(super) counts: Counts,
    budget: u64,
    /// The step at which the observer is asked next.
    report: u64,
    /// By number at risk.
    pub(super) tails: Vec<Option<Tails>>,
    /// Positions that are looked up and not walked.
    pub(super) table: u32,
    sink: &'s mut dyn FnMut(&Found) -> ControlFlow<()>,
    observer: &'s mut dyn FnMut(&Progress) -> ControlFlow<()>,
}

impl<'p, 's> Search<'p, 's> {
    /// Walks through all orders of `subjects`, hands those that agree with the facts to `sink`, and counts
    /// the rest by the fact that excludes them.
    pub fn run(
        problem: &'p Problem<'p>,
        subjects: u32,
        budget: u64,
        sink: &'s mut dyn FnMut(&Found) -> ControlFlow<()>,
        observer: &'s mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Counts {
        let counts = Counts {
            orders: problem.orders(0, subjects),
            found: 0,
            excluded: vec![0; problem.facts.len()],
            steps: 0,
            stopped: false,
        };
        let mut search = Self {
            problem,
            path: Vec::new(),
            counts,
            budget,
            report: REPORT,
            tails: (0..=subjects).map(|_| None).collect(),
            table: TABLE.min((subjects / 2).max(9)),
            sink,
            observer,
        };
        search.stage(0, &Problem::start(subjects));
        search.counts
    }

    pub(super) fn last(&self) -> usize {
        self.problem.stages.len() - 1
    }

    /// From the beginning of a stage, or from within one.
    fn stage(&mut self, stage: usize, state: &State) {
        if stage == self.last() && !self.problem.stages[stage].tied {
            return self.ending(state);
        }
        if self.step() {
            return;
        }
        if let Some(fact) = self.problem.excluded(stage, state) {
            self.counts.excluded[fact] += self.problem.orders(stage, state.tally.at_risk);
            return;
        }
        let path = &self.path;
        let tied_next = self.problem.stages.get(stage + 1).is_some_and(|s| s.tied);
        if let (true, Some((fact, r))) =
            (stage + 2 == self.problem.stages.len(), self.problem.ahead[stage].at_risk)
            && tied_next
            && state.tally.at_risk - r <= self.table
        {
            return self.look_up_tied(state, fact, r);
        }
        match self.problem.contradicted(stage, state, &|| path.clone()) {
            Some(fact) => {
                self.counts.excluded[fact] += self.problem.orders(stage + 1, state.tally.at_risk);
            }
            None if stage == self.last() => self.found(&[0]),
            None => self.take(Mark::Check, |search| search.stage(stage + 1, state)),
        }
        if state.tally.at_risk > 0 {
            let tied = self.problem.stages[stage].tied;
            for mark in [Mark::Event, Mark::Censored].into_iter().take(if tied { 1 } else { 2 }) {
                let next = self.problem.after(state, mark);
                self.take(mark, |search| search.stage(stage, &next));
            }
        }
    }

    /// In the last stage, at its beginning or just after an event: no further events, or some.
    fn ending(&mut self, state: &State) {
        let (last, m) = (self.last(), state.tally.at_risk);
        if self.step() {
            return;
        }
        if let Some(fact) = self.problem.excluded(last, state) {
            self.counts.excluded[fact] += self.problem.orders(last, m);
            return;
        }
        let path = std::mem::take(&mut self.path);
        let later = self.later(state, &|| path.clone());
        self.path = path;
        if !later.is_empty() {
            self.found(&later);
        }
        self.further(state);
    }

    /// The numbers of censorings behind the last event with which the order agrees with the facts.
    pub(super) fn later(&mut self, state: &State, path: &dyn Fn() -> Vec<Mark>) -> Vec<u32> {
        let (last, mut state) = (self.last(), *state);
        let mut later = Vec::new();
        for censored in 0..=state.tally.at_risk {
            let longer = || [path(), vec![Mark::Censored; censored as usize]].concat();
            match self.problem.contradicted(last, &state, &longer) {
                Some(fact) => self.counts.excluded[fact] += 1,
                None => later.push(censored),
            }
            if state.tally.at_risk > 0 {
                state = self.problem.after(&state, Mark::Censored);
            }
        }
        later
    }

    /// In the last stage, with at least one event to come.
    fn further(&mut self, state: &State) {
        let (last, m) = (self.last(), state.tally.at_risk);
        if m == 0 || self.step() {
            return;
        }
        if let Some(fact) = self.problem.excluded(last, state) {
            self.counts.excluded[fact] += self.with_events(m);
            return;
        }
        let staying = self.problem.ahead[last].at_risk.map_or(0, |(_, r)| r);
        if m - staying <= self.table {
            return self.look_up(state, m - staying);
        }
        let next = self.problem.after(state, Mark::Event);
        self.take(Mark::Event, |search| search.ending(&next));
        let next = self.problem.after(state, Mark::Censored);
        self.take(Mark::Censored, |search| search.further(&next));
    }

    /// The orders that continue with at least one event.
    pub(super) fn with_events(&self, at_risk: u32) -> u128 {
        self.problem.orders(self.last(), at_risk) - u128::from(at_risk + 1)
    }

    fn take(&mut self, mark: Mark, walk: impl FnOnce(&mut Self)) {
        if !self.counts.stopped {
            self.path.push(mark);
            walk(self);
            self.path.pop();
        }
    }

    pub(super) fn found(&mut self, later: &[u32]) {
        self.counts.found += later.len() as u128;
        let found = Found { path: &self.path, later };
        if (self.sink)(&found).is_break() {
            self.counts.stopped = true;
        }
    }

    /// Counts a step, asks the observer now and then, and says whether to stop.
    pub(super) fn step(&mut self) -> bool {
        let counts = &mut self.counts;
        counts.steps += 1;
        counts.stopped |= counts.steps >= self.budget;
        // Tails that are passed over count as steps too: a multiple may be jumped.
        if counts.steps >= self.report {
            self.report = counts.steps + REPORT;
            let decided = counts.found + counts.excluded.iter().sum::<u128>();
            let progress =
                Progress { decided, orders: counts.orders, found: counts.found, steps: counts.steps };
            counts.stopped |= (self.observer)(&progress).is_break();
        }
        counts.stopped
    }
}
