//! Permuting Z: each allocation is standardised by its own hypergeometric variance.
//!
//! Z depends on a allocation only through how many of the first arm are at risk, and have the event, at each
//! event time. So allocations are built from the last event time back: a state is the number of the first arm
//! already placed, T and V so far; at each event time some of the `d` events and of the `c` censored until the next
//! event time are placed, in `C(d, i) C(c, j)` ways. States that agree are one. Strata are combined at the end.

use crate::error::{Error, Result, TestError};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::Weight;
use crate::survival::log_rank::weight::{Running, Weighing};
use crate::survival::permutation::scores::Subjects;
use crate::survival::permutation::states::LIMIT;
use crate::survival::result::tail::Tails;
use crate::survival::risk_table::event_times::spread;

/// T and V are kept as multiples of this share of their bound.
const UNIT: f64 = 1.0 / (1_u64 << 52) as f64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    placed: u32,
    t: i64,
    v: i64,
}

/// One stratum: its event times with who leaves at each and until the next.
struct Stratum {
    steps: Vec<Step>,
    subjects: usize,
    first_arm: usize,
    /// Those who leave before the first event time: they never matter, but they are allocated too.
    before: usize,
}

struct Step {
    weight: f64,
    at_risk: f64,
    events: u32,
    censored: u32,
    /// How many of each belong to the first arm in truth.
    observed: (u32, u32),
}

/// The observed Z, and the shares of allocations beyond it. `data` has its near ties merged; `counted` says that the
/// numbers of allocations fit `f64`.
pub(super) fn tails(
    data: &RightCensored,
    subjects: &Subjects,
    weight: &Weight,
    counted: bool,
) -> Result<(f64, Tails)> {
    const METHOD: &str = "permuting Z";
    if data.entry().is_some_and(|e| e.iter().any(|&e| e > 0.0)) {
        let instead = "permute T";
        return Err(Error::Unsupported { method: METHOD, with: "delayed entry", why: instead });
    }
    let strata = strata(data, subjects, weight);
    let bound: f64 = strata
        .iter()
        .flat_map(|s| &s.steps)
        .map(|s| f64::from(s.events) * s.weight.abs().max(s.weight * s.weight))
        .sum();
    let unit = if bound > 0.0 { bound * UNIT } else { 1.0 };
    let too_many = || Error::Test(TestError::TooManyStates { method: METHOD, limit: LIMIT });
    let mut all = vec![(Key { placed: 0, t: 0, v: 0 }, 1.0)];
    let (mut t, mut v) = (0, 0);
    for stratum in &strata {
        let states = stratum.states(unit, counted, LIMIT).ok_or_else(too_many)?;
        if all.len().saturating_mul(states.len()) > LIMIT {
            return Err(too_many());
        }
        let mut next = Vec::with_capacity(all.len() * states.len());
        for (a, p) in &all {
            next.extend(states.iter().map(|(b, q)| (Key { placed: 0, t: a.t + b.t, v: a.v + b.v }, p * q)));
        }
        all = joined(next);
        let (dt, dv) = stratum.observed(unit);
        (t, v) = (t + dt, v + dv);
    }
    let z = |t: i64, v: i64| {
        // Without variance there is no difference either.
        if v <= 0 { 0.0 } else { t as f64 * unit / (v as f64 * unit).sqrt() }
    };
    let observed = z(t, v);
    let tolerance = 1e-9 * observed.abs().max(1e-3);
    let mut tails = Tails::default();
    let mut total = 0.0;
    for (key, count) in &all {
        let z = z(key.t, key.v);
        total += count;
        for (tail, distance) in [
            (&mut tails.at_most, observed - z),
            (&mut tails.at_least, z - observed),
            (&mut tails.two_sided, z.abs() - observed.abs()),
        ] {
            tail.with += if distance >= -tolerance { *count } else { 0.0 };
            tail.without += if distance > tolerance { *count } else { 0.0 };
        }
    }
    for tail in [&mut tails.at_most, &mut tails.at_least, &mut tails.two_sided] {
        tail.with /= total;
        tail.without /= total;
    }
    Ok((observed, tails))
}

fn strata(data: &RightCensored, subjects: &Subjects, weight: &Weight) -> Vec<Stratum> {
    // (time, censored?, first arm?) so that events come first at equal times.
    let mut lists: Vec<Vec<(f64, bool, bool)>> = vec![Vec::new(); subjects.block_count];
    for ((&row, &arm), &block) in subjects.rows.iter().zip(&subjects.arms).zip(&subjects.blocks) {
        let i = row as usize;
        lists[block as usize].push((data.time()[i], !data.event()[i], arm == 0));
    }
    let mut strata: Vec<Stratum> =
        lists.into_iter().filter(|l| !l.is_empty()).map(|l| Stratum::new(l, weight)).collect();
    // Z knows no unit of the weights, but the whole numbers that T and V become do: the largest weight is about 1.
    let largest = strata.iter().flat_map(|s| &s.steps).fold(0.0_f64, |m, s| m.max(s.weight.abs()));
    if largest > 0.0 && largest.is_finite() {
        let unit = largest.log2().floor().clamp(-1000.0, 1000.0).exp2();
        strata.iter_mut().flat_map(|s| &mut s.steps).for_each(|s| s.weight /= unit);
    }
    strata
}

/// The ways to place `n` subjects: C(n, i) of them in the first arm; or, where each is in it with the chance `share`,
/// the probability of that. From the mode outwards, so that nothing overflows.
fn ways(n: u32, share: Option<f64>) -> Vec<f64> {
    let mut ways = vec![1.0; n as usize + 1];
    let Some(share) = share else {
        for i in 0..n {
            ways[i as usize + 1] = ways[i as usize] * f64::from(n - i) / f64::from(i + 1);
        }
        return ways;
    };
    let odds = share / (1.0 - share);
    if !(odds > 0.0 && odds < f64::INFINITY) {
        // An arm with nobody, or with all.
        let only = if odds > 0.0 { n } else { 0 };
        return (0..=n).map(|i| if i == only { 1.0 } else { 0.0 }).collect();
    }
    let mode = ((f64::from(n) + 1.0) * share).floor().min(f64::from(n)) as u32;
    for i in mode..n {
        ways[i as usize + 1] = ways[i as usize] * odds * f64::from(n - i) / f64::from(i + 1);
    }
    for i in (0..mode).rev() {
        ways[i as usize] = ways[i as usize + 1] / odds * f64::from(i + 1) / f64::from(n - i);
    }
    let total: f64 = ways.iter().sum();
    for way in &mut ways {
        *way /= total;
    }
    ways
}

impl Stratum {
    fn new(mut list: Vec<(f64, bool, bool)>, weight: &Weight) -> Self {
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut running = Running::new(Weighing::Named(weight));
        let first_arm = list.iter().filter(|s| s.2).count();
        let mut stratum = Self { steps: Vec::new(), subjects: list.len(), first_arm, before: 0 };
        let mut at = 0;
        while at < list.len() {
            let time = list[at].0;
            let upto = at + list[at..].iter().take_while(|s| s.0 == time && !s.1).count();
            if upto == at {
                // A censoring after the last event time seen, if there was one.
                match stratum.steps.last_mut() {
                    Some(step) => {
                        step.censored += 1;
                        step.observed.1 += u32::from(list[at].2);
                    }
                    None => stratum.before += 1,
                }
                at += 1;
                continue;
            }
            let (n, d) = ((list.len() - at) as f64, (upto - at) as u32);
            let own = list[at..upto].iter().filter(|s| s.2).count() as u32;
            let weight = running.weigh_pooled(time, n, f64::from(d));
            stratum.steps.push(Step { weight, at_risk: n, events: d, censored: 0, observed: (own, 0) });
            at = upto;
        }
        stratum
    }

    /// T and V of an event time at which `own` of the first arm are at risk and `events` have the event.
    fn increments(step: &Step, own: u32, events: u32, unit: f64) -> (i64, i64) {
        let (n, d, w) = (step.at_risk, f64::from(step.events), step.weight);
        let share = f64::from(own) / n;
        let t = w * (f64::from(events) - d * share);
        let v = w * w * spread(n, d) * share * (1.0 - share);
        ((t / unit).round() as i64, (v / unit).round() as i64)
    }

    fn observed(&self, unit: f64) -> (i64, i64) {
        let (mut own, mut t, mut v) = (0, 0, 0);
        for step in self.steps.iter().rev() {
            own += step.observed.0 + step.observed.1;
            let (dt, dv) = Self::increments(step, own, step.observed.0, unit);
            (t, v) = (t + dt, v + dv);
        }
        (t, v)
    }

    /// All (T, V) with their shares of the allocations, up to a common factor. Returns `None` if they are more than
    /// `limit`.
    fn states(&self, unit: f64, counted: bool, limit: usize) -> Option<Vec<(Key, f64)>> {
        let first_arm = self.first_arm as u32;
        let share = (!counted).then(|| self.first_arm as f64 / self.subjects as f64);
        let mut states = vec![(Key { placed: 0, t: 0, v: 0 }, 1.0)];
        let mut left = self.subjects as u32;
        for step in self.steps.iter().rev() {
            let (d, c) = (step.events, step.censored);
            left -= d + c;
            let placing = Placing { step, ways: [ways(d, share), ways(c, share)], first_arm, left, unit };
            let mut next = Vec::with_capacity(states.len() * 2);
            for &(key, count) in &states {
                placing.place(key, count, &mut next);
                if next.len() > 4 * limit {
                    next = joined(next);
                    if next.len() > limit {
                        return None;
                    }
                }
            }
            states = joined(next);
            if states.len() > limit {
                return None;
            }
        }
        // Those who left before the first event time take what remains of the arm.
        let of_earlier = ways(self.before as u32, share);
        for (key, count) in &mut states {
            *count *= of_earlier[(first_arm - key.placed) as usize];
            key.placed = 0;
        }
        let mut states = joined(states);
        if !counted {
            let total: f64 = states.iter().map(|s| s.1).sum();
            for state in &mut states {
                state.1 /= total;
            }
        }
        Some(states)
    }
}

/// Those who leave at an event time and until the next one, to be placed in the arms.
struct Placing<'a> {
    step: &'a Step,
    /// The ways to place the events and the censored.
    ways: [Vec<f64>; 2],
    first_arm: u32,
    /// How many left before.
    left: u32,
    unit: f64,
}

impl Placing<'_> {
    /// Adds every state that a state becomes, with its share of the allocations.
    fn place(&self, key: Key, count: f64, next: &mut Vec<(Key, f64)>) {
        let [of_events, of_censored] = &self.ways;
        for (i, p) in (0..).zip(of_events) {
            for (j, q) in (0..).zip(of_censored) {
                let placed = key.placed + i + j;
                // The earlier subjects must be able to take the rest of the arm.
                if placed <= self.first_arm && self.first_arm - placed <= self.left {
                    let (t, v) = Stratum::increments(self.step, placed, i, self.unit);
                    next.push((Key { placed, t: key.t + t, v: key.v + v }, count * p * q));
                }
            }
        }
    }
}

/// Equal states as one.
fn joined(mut states: Vec<(Key, f64)>) -> Vec<(Key, f64)> {
    states.sort_unstable_by_key(|s| s.0);
    states.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distinct event times double the states at almost every step, so a list stops soon after it passes the limit; one
    /// limit higher than what is needed gives the whole distribution.
    #[test]
    fn a_list_ends_at_its_limit() {
        let list: Vec<_> = (0..14).map(|i| (f64::from(i), false, i * i % 7 % 2 == 0)).collect();
        let stratum = Stratum::new(list, &Weight::LogRank);
        let all = stratum.states(UNIT, true, LIMIT).unwrap();
        assert!(all.len() > 1000, "{}", all.len());
        assert!(stratum.states(UNIT, true, 500).is_none());
        assert_eq!(stratum.states(UNIT, true, LIMIT - 1).unwrap(), all);
    }
}
