//! The win statistics with weights for censoring: who is compared with which weight, and what each subject adds.

use crate::error::{Error, Result};
use crate::survival::contrast::win_ratio::statistics::Divisor;
use crate::survival::data::right_censored::RightCensored;

/// A subject up to the horizon.
struct Seen {
    /// Until when it was under observation, and whether by censoring that ended.
    end: f64,
    censored: bool,
    /// Per endpoint: the end of observation or the event, and whether it was the event.
    outcome: Vec<(f64, bool)>,
    /// Per endpoint, of the event; of the horizon last: how many censoring times of either group lie before.
    before: Vec<[usize; 2]>,
    /// The same of the event on the first endpoint; beyond all without it.
    exit: [usize; 2],
    /// How many censoring times of its own group it outlasted; one more would be its own. Beyond all if it was not censored.
    observed: usize,
}

/// Of one group: at which times subjects were censored, and the probability G of not being so.
struct Censoring {
    times: Vec<f64>,
    censored: Vec<f64>,
    /// Those who could be censored: without the events at the time.
    at_risk: Vec<f64>,
    /// G just after each number of times: 1 before the first.
    probability: Vec<f64>,
}

/// What all pairs of a stratum come to.
pub(super) struct WeightedTally {
    /// The weighted share of the pairs that the first group won and lost on each endpoint.
    pub by_endpoint: Vec<[f64; 2]>,
    pub variance: Option<[f64; 3]>,
}

impl WeightedTally {
    pub fn zero(endpoints: usize) -> Self {
        Self { by_endpoint: vec![[0.0; 2]; endpoints], variance: Some([0.0; 3]) }
    }

    /// Adds a stratum that counts for `share` of the whole. One without a variance leaves the whole without.
    pub fn add(&mut self, share: f64, stratum: &Self) {
        for (sum, own) in self.by_endpoint.iter_mut().flatten().zip(stratum.by_endpoint.iter().flatten()) {
            *sum += share * own;
        }
        let both = self.variance.zip(stratum.variance);
        self.variance = both.map(|(sum, own)| [0, 1, 2].map(|i: usize| sum[i] + share * share * own[i]));
    }
}

/// All pairs of the first group's `members` with the second's. Near ties of `endpoints` are merged; of those that are `wanted` the event
/// is a win.
pub(super) fn tally(
    endpoints: &[&RightCensored],
    wanted: &[bool],
    members: &[Vec<usize>; 2],
    horizon: f64,
    divisor: Divisor,
) -> Result<WeightedTally> {
    let mut seen =
        [0, 1].map(|g: usize| members[g].iter().map(|&i| cut(endpoints, i, horizon)).collect::<Vec<_>>());
    check_follow_up(&seen, horizon)?;
    let censoring = [Censoring::new(&seen[0]), Censoring::new(&seen[1])];
    let before = |t: f64| [0, 1].map(|g: usize| censoring[g].times.partition_point(|&u| u < t));
    for (g, subject) in seen.iter_mut().enumerate().flat_map(|(g, all)| all.iter_mut().map(move |s| (g, s))) {
        if subject.censored {
            subject.observed = before(subject.end)[g];
        }
        subject.before = subject.outcome.iter().map(|o| before(o.0)).chain([before(horizon)]).collect();
        if subject.outcome[0].1 {
            subject.exit = subject.before[0];
        }
    }
    let mut sums = Sums::new(endpoints.len(), &seen, &censoring);
    for (i, a) in seen[0].iter().enumerate() {
        for (j, b) in seen[1].iter().enumerate() {
            if let Some(mut decided) = decide(a, b) {
                decided.won ^= wanted[decided.endpoint];
                sums.add([i, j], &decided, &censoring);
            }
        }
    }
    Ok(sums.finish(&seen, &censoring, divisor))
}

/// A subject as it is known up to the horizon. Its observation ends with the event on the first endpoint, or where any endpoint
/// is censored before that.
fn cut(endpoints: &[&RightCensored], i: usize, horizon: f64) -> Seen {
    let first = (endpoints[0].time()[i], endpoints[0].event()[i]);
    let lost = |data: &&&RightCensored| !data.event()[i] && (!first.1 || data.time()[i] < first.0);
    let end = endpoints.iter().filter(lost).map(|data| data.time()[i]).fold(f64::INFINITY, f64::min);
    let (end, censored) = if end.is_finite() { (end, true) } else { (first.0, false) };
    let known = if censored { end.min(horizon) } else { horizon };
    let outcome = |data: &&RightCensored| {
        let (time, event) = (data.time()[i], data.event()[i]);
        (time.min(known), event && time <= known)
    };
    let outcome = endpoints.iter().map(outcome).collect();
    Seen { end, censored, outcome, before: Vec::new(), exit: [usize::MAX; 2], observed: usize::MAX }
}

/// Is either group under observation up to the horizon, or known to have had the event before?
fn check_follow_up(seen: &[Vec<Seen>; 2], tau: f64) -> Result<()> {
    let last = |g: usize| seen[g].iter().map(|s| s.end).fold(0.0, f64::max);
    let complete = |g: usize| !seen[g].iter().any(|s| s.censored && s.end == last(g));
    let reaches = |g: usize| last(g) >= tau || complete(g) || complete(1 - g) && last(1 - g) <= last(g);
    match (0..2).find(|&g| !reaches(g)) {
        Some(g) => Err(Error::BeyondFollowUp { tau, last: last(g) }),
        None => Ok(()),
    }
}

impl Censoring {
    /// The Kaplan-Meier estimate of censoring: events leave before censorings at one time.
    fn new(seen: &[Seen]) -> Self {
        let mut ends: Vec<(f64, bool)> = seen.iter().map(|s| (s.end, s.censored)).collect();
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut of = Self { times: vec![], censored: vec![], at_risk: vec![], probability: vec![1.0] };
        for (rank, &(time, censored)) in ends.iter().enumerate() {
            if !censored {
                continue;
            }
            if of.times.last() == Some(&time) {
                *of.censored.last_mut().unwrap_or(&mut 0.0) += 1.0;
            } else {
                of.times.push(time);
                of.censored.push(1.0);
                of.at_risk.push((ends.len() - rank) as f64);
            }
        }
        let mut g = 1.0;
        for (c, r) in of.censored.iter().zip(&of.at_risk) {
            g *= 1.0 - c / r;
            of.probability.push(g);
        }
        of
    }
}

/// A pair that an endpoint decided.
struct Decided {
    endpoint: usize,
    won: bool,
    /// Of either subject: how many censoring times of its group it had to pass for that to be known.
    passed: [usize; 2],
}

/// Who wins by being longer without the event, if that is known. A tie on a more important endpoint has to be one up to the horizon.
fn decide(a: &Seen, b: &Seen) -> Option<Decided> {
    let mut needed = [0, 0];
    let later = |needed: [usize; 2], by: [usize; 2]| [needed[0].max(by[0]), needed[1].max(by[1])];
    let horizon = a.before[a.outcome.len()];
    for (endpoint, (x, y)) in a.outcome.iter().zip(&b.outcome).enumerate() {
        let won = y.1 && (y.0 < x.0 || y.0 == x.0 && !x.1);
        let lost = x.1 && (x.0 < y.0 || x.0 == y.0 && !y.1);
        if won || lost {
            needed = later(needed, if won { b.before[endpoint] } else { a.before[endpoint] });
            let passed = [needed[0].min(a.exit[0]), needed[1].min(b.exit[1])];
            let known = passed[0] <= a.observed && passed[1] <= b.observed;
            return known.then_some(Decided { endpoint, won, passed });
        }
        // Two events at one time are a tie then; else both have to be free of it up to the horizon.
        needed = later(needed, if x.1 && y.1 { a.before[endpoint] } else { horizon });
    }
    None
}

/// Weighted sums over the pairs, of wins and losses.
struct Sums {
    by_endpoint: Vec<[f64; 2]>,
    /// Of each subject.
    own: [Vec<[f64; 2]>; 2],
    /// Of the pairs that had to pass so many censoring times of the group.
    passed: [Vec<[f64; 2]>; 2],
}

impl Sums {
    fn new(endpoints: usize, seen: &[Vec<Seen>; 2], censoring: &[Censoring; 2]) -> Self {
        Self {
            by_endpoint: vec![[0.0; 2]; endpoints],
            own: [0, 1].map(|g: usize| vec![[0.0; 2]; seen[g].len()]),
            passed: [0, 1].map(|g: usize| vec![[0.0; 2]; censoring[g].probability.len()]),
        }
    }

    fn add(&mut self, pair: [usize; 2], decided: &Decided, censoring: &[Censoring; 2]) {
        let probability = |g: usize| censoring[g].probability[decided.passed[g]];
        let (weight, side) = (1.0 / (probability(0) * probability(1)), usize::from(!decided.won));
        self.by_endpoint[decided.endpoint][side] += weight;
        for g in 0..2 {
            self.own[g][pair[g]][side] += weight;
            self.passed[g][decided.passed[g]][side] += weight;
        }
    }

    fn finish(
        mut self,
        seen: &[Vec<Seen>; 2],
        censoring: &[Censoring; 2],
        divisor: Divisor,
    ) -> WeightedTally {
        let pairs = (seen[0].len() * seen[1].len()) as f64;
        self.by_endpoint.iter_mut().flatten().for_each(|x| *x /= pairs);
        let variance = |g: usize| self.variance_of(g, &seen[g], &censoring[g], divisor);
        let variance = variance(0).zip(variance(1)).map(|(a, b)| [0, 1, 2].map(|i: usize| a[i] + b[i]));
        WeightedTally { by_endpoint: self.by_endpoint, variance }
    }

    /// What the subjects of a group add: its own share of wins (losses) less the mean, and what its being censored, or not, does to
    /// the weights of others, `n Σ (dNᶜ − Yᶜ c/R) B/(R − c)` over the censoring times, B the share of the pairs that had to
    /// pass the time.
    fn variance_of(
        &self,
        g: usize,
        seen: &[Seen],
        censoring: &Censoring,
        divisor: Divisor,
    ) -> Option<[f64; 3]> {
        let (n, opponents) = (seen.len() as f64, self.own[1 - g].len() as f64);
        let divide_by = if divisor == Divisor::N { n } else { n - 1.0 };
        if divide_by <= 0.0 {
            return None;
        }
        let steps = self.steps(g, censoring, n * opponents);
        let mut mean = [0.0; 2];
        for own in &self.own[g] {
            mean = [0, 1].map(|side: usize| mean[side] + own[side] / (n * opponents));
        }
        let mut total = [0.0; 3];
        for (subject, own) in seen.iter().zip(&self.own[g]) {
            let place = censoring.times.partition_point(|&t| t < subject.end);
            let influence = [0, 1].map(|side: usize| {
                let own = own[side] / opponents - mean[side];
                let at_own = if subject.censored { steps.at[place][side] } else { 0.0 };
                let while_at_risk = steps.up_to[place + usize::from(subject.censored)][side];
                own + n * (at_own - while_at_risk)
            });
            let [w, l] = influence;
            for (sum, x) in total.iter_mut().zip([w * w, l * l, w * l]) {
                *sum += x / (divide_by * n);
            }
        }
        Some(total)
    }

    /// `B/(R − c)` at each censoring time, and the running sums of `c/R` times it.
    fn steps(&self, g: usize, censoring: &Censoring, pairs: f64) -> Steps {
        let mut steps = Steps { at: vec![[0.0; 2]; censoring.times.len()], up_to: vec![[0.0; 2]] };
        let mut beyond = [0.0; 2];
        for k in (0..censoring.times.len()).rev() {
            let left = censoring.at_risk[k] - censoring.censored[k];
            for side in 0..2 {
                beyond[side] += self.passed[g][k + 1][side] / pairs;
                // Nobody passes a time at which all are censored.
                steps.at[k][side] = if left > 0.0 { beyond[side] / left } else { 0.0 };
            }
        }
        let mut sum = [0.0; 2];
        for (k, at) in steps.at.iter().enumerate() {
            let share = censoring.censored[k] / censoring.at_risk[k];
            sum = [0, 1].map(|side: usize| sum[side] + share * at[side]);
            steps.up_to.push(sum);
        }
        steps
    }
}

struct Steps {
    at: Vec<[f64; 2]>,
    up_to: Vec<[f64; 2]>,
}
