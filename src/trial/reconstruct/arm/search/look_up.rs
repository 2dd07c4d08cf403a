//! The half of the search that is looked up: the tails of an order, in the last stage or in the last but one.

use crate::trial::reconstruct::arm::problem::{Mark, Problem, State, Window};
use crate::trial::reconstruct::arm::search::depth_first::Search;
use crate::trial::reconstruct::arm::search::tail::{Tail, Tails};

impl Search<'_, '_> {
    pub(super) fn look_up(&mut self, state: &State, free: u32) {
        let m = state.tally.at_risk;
        let convention = self.problem.convention;
        let tails = self.tails[m as usize].take().unwrap_or_else(|| Tails::new(m, free, convention));
        self.among(&tails, state);
        self.tails[m as usize] = Some(tails);
    }

    fn among(&mut self, tails: &Tails, state: &State) {
        let problem = self.problem;
        let ahead = &problem.ahead[self.last()];
        let m = state.tally.at_risk;
        let reach = Reach::new(problem, ahead.survival, state);
        let wanted = match ahead.events {
            Some((fact, d)) => {
                // How many orders have another number of events: all but C(m + 1, k + 1).
                let k = d - state.tally.events;
                let orders = if k == 0 { 0 } else { binomial(m + 1, k + 1) };
                self.counts.excluded[fact] += self.with_events(m) - orders;
                k..=k
            }
            None => 1..=m,
        };
        for k in wanted.filter(|k| *k > 0) {
            // Orders that leave fewer than the published number at risk are in no table.
            if let Some((fact, _)) = ahead.at_risk {
                self.counts.excluded[fact] += binomial(m + 1, k + 1) - tails.orders(k);
            }
            let mut seen = 0;
            for tail in tails.between(k, reach.low, reach.high) {
                let orders = u128::from(m - tail.len() + 1);
                seen += orders;
                match reach.excludes(tail) {
                    Some(fact) => {
                        self.counts.excluded[fact] += orders;
                        self.counts.steps += 1;
                    }
                    None => self.candidate(tail, state),
                }
                if self.counts.stopped {
                    return;
                }
            }
            if let Some(window) = ahead.survival {
                self.counts.excluded[window.fact] += tails.orders(k) - seen;
            }
        }
    }

    fn candidate(&mut self, tail: &Tail, state: &State) {
        if self.step() {
            return;
        }
        let before = self.path.len();
        let end = self.follow(tail, tail.len(), state);
        let path = std::mem::take(&mut self.path);
        let later = self.later(&end, &|| path.clone());
        self.path = path;
        if !later.is_empty() {
            self.found(&later);
        }
        self.path.truncate(before);
    }

    /// Adds the first `len` positions of a tail to the path.
    fn follow(&mut self, tail: &Tail, len: u32, state: &State) -> State {
        let mut end = *state;
        let events = tail.events.count_ones();
        end.tally.events += events;
        end.tally.censored += len - events;
        if events > 0 {
            end.tally.at_last_event = end.tally.at_risk + 1 - tail.len();
        }
        end.tally.at_risk -= len;
        end.survival *= tail.factor;
        end.sum += tail.sum;
        let mark = |i| if tail.events >> i & 1 == 1 { Mark::Event } else { Mark::Censored };
        self.path.extend((0..len).map(mark));
        end
    }

    /// The last stage but one ends with `at_risk` at risk, and the last holds the events at that very time.
    pub(super) fn look_up_tied(&mut self, state: &State, at_risk_fact: usize, at_risk: u32) {
        let (problem, last, m) = (self.problem, self.last(), state.tally.at_risk);
        let (free, convention) = (m - at_risk, problem.convention);
        let tails = self.tails[m as usize].take().unwrap_or_else(|| Tails::new(m, free, convention));
        let ahead = &problem.ahead[last];
        // Every order of the right length has 0 to `at_risk` tied events behind it; all others miss the
        // number at risk.
        let right = (1_u128 << free) * u128::from(at_risk + 1);
        self.counts.excluded[at_risk_fact] += problem.orders(last - 1, m) - right;
        let mut undecided = right;
        for tied in 0..=at_risk {
            let (mut factor, mut sum) = (1.0, 0.0);
            for n in (at_risk - tied + 1..=at_risk).rev() {
                factor *= convention.factor(n);
                sum += convention.term(n).unwrap_or(f64::INFINITY);
            }
            let end = State { survival: state.survival * factor, sum: state.sum + sum, ..*state };
            let reach = Reach::new(problem, ahead.survival, &end);
            let wanted: Vec<u32> = (0..=free)
                .filter(|k| ahead.events.is_none_or(|(_, d)| state.tally.events + tied + k == d))
                .collect();
            if let Some((fact, _)) = ahead.events {
                let with = wanted.iter().map(|&k| binomial(free, k)).sum::<u128>();
                self.counts.excluded[fact] += (1 << free) - with;
                undecided -= (1 << free) - with;
            }
            for tail in wanted.into_iter().flat_map(|k| tails.between(k, reach.low, reach.high)) {
                undecided -= 1;
                match reach.excludes(tail) {
                    Some(fact) => {
                        self.counts.excluded[fact] += 1;
                        self.counts.steps += 1;
                    }
                    None => self.candidate_tied(tail, tied, state),
                }
                if self.counts.stopped {
                    return;
                }
            }
        }
        if let Some(window) = ahead.survival {
            self.counts.excluded[window.fact] += undecided;
        }
        self.tails[m as usize] = Some(tails);
    }

    fn candidate_tied(&mut self, tail: &Tail, tied: u32, state: &State) {
        if self.step() {
            return;
        }
        let (last, before) = (self.last(), self.path.len());
        let mut end = self.follow(tail, state.tally.at_risk - self.left(), state);
        let path = &self.path;
        let mut contradicted = self.problem.contradicted(last - 1, &end, &|| path.clone());
        if contradicted.is_none() {
            self.path.push(Mark::Check);
            for _ in 0..tied {
                end = self.problem.after(&end, Mark::Event);
                self.path.push(Mark::Event);
            }
            let path = &self.path;
            contradicted = self.problem.contradicted(last, &end, &|| path.clone());
        }
        match contradicted {
            Some(fact) => self.counts.excluded[fact] += 1,
            None => self.found(&[0]),
        }
        self.path.truncate(before);
    }

    /// The published number at risk before the last stage.
    fn left(&self) -> u32 {
        self.problem.ahead[self.last() - 1].at_risk.map_or(0, |(_, r)| r)
    }
}

/// What the rest of an order may do to the curve, if it is to end where it is published.
struct Reach {
    low: f64,
    high: f64,
    /// The sum in the variance, and the fact that bounds it.
    sum: Option<(usize, f64, f64)>,
}

impl Reach {
    /// Candidates are decided exactly afterwards: the margin is far wider than any rounding error.
    fn new(problem: &Problem, window: Option<Window>, state: &State) -> Self {
        const MARGIN: f64 = 1e-8;
        let Some(w) = window else { return Self { low: 0.0, high: f64::INFINITY, sum: None } };
        let sum = w.variance.filter(|_| problem.convention.is_sum()).map(|(fact, low, high)| {
            let least = low / (w.high * w.high) * (1.0 - MARGIN) - state.sum;
            (fact, least - MARGIN, high / (w.low * w.low) * (1.0 + MARGIN) - state.sum + MARGIN)
        });
        let (low, high) = (w.low / state.survival, w.high / state.survival);
        Self { low: low * (1.0 - MARGIN), high: high * (1.0 + MARGIN), sum }
    }

    fn excludes(&self, tail: &Tail) -> Option<usize> {
        self.sum.and_then(|(fact, low, high)| (!(low <= tail.sum && tail.sum <= high)).then_some(fact))
    }
}

/// `n` choose `k`, which stays below 2¹²⁸ for the at most 100 subjects of a search.
fn binomial(n: u32, k: u32) -> u128 {
    if k > n {
        return 0;
    }
    (0..k.min(n - k)).fold(1, |c, i| c * u128::from(n - i) / u128::from(i + 1))
}
