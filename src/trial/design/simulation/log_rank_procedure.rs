//! The log-rank test of a simulated trial, by one sort and one pass.

use crate::survival::result::{Estimate, Scale};
use crate::trial::design::simulation::finding::Finding;
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::Sample;

/// The log-rank test, strata left out; its estimate is Peto's hazard ratio, `exp((O − E) / V)`, which lies nearer to 1 than the
/// ratio of the hazards where that is far from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LogRankProcedure;

/// The log-rank test within strata, with Peto's hazard ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StratifiedLogRankProcedure;

impl Procedure for LogRankProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let rows = sample.time.iter().zip(&sample.event).zip(&sample.experimental);
        let mut keys: Vec<u64> = rows.map(|((&time, &event), &own)| key(time, event, own)).collect();
        found(sums(&mut keys))
    }
}

impl Procedure for StratifiedLogRankProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        if sample.stratum.is_empty() {
            return LogRankProcedure.analyse(sample);
        }
        let mut keys: Vec<Vec<u64>> = vec![Vec::new(); sample.strata.len()];
        for (i, &stratum) in sample.stratum.iter().enumerate() {
            keys[stratum as usize].push(key(sample.time[i], sample.event[i], sample.experimental[i]));
        }
        let own = keys.iter_mut().map(sums);
        found(own.fold((0.0, 0.0), |total, own| (total.0 + own.0, total.1 + own.1)))
    }
}

/// The two lowest bits of a time hold the event and the arm: 50 bits of it are more than any clock has.
fn key(time: f64, event: bool, experimental: bool) -> u64 {
    (time.to_bits() & !3) | (u64::from(event) << 1) | u64::from(experimental)
}

/// More keys than this do not stay near the processor.
const NEAR: usize = 1 << 14;
/// More keys than this in one place are not sorted by insertion.
const CROWDED: u32 = 24;

/// Sorts keys of times that are spread over their range: each goes near its place at once, and insertion does the rest. Where they
/// are not spread (or too many), the sort of the standard library.
fn sort(keys: &mut Vec<u64>) {
    let n = keys.len();
    let longest = keys.iter().copied().max().unwrap_or(0);
    let places = 2 * n;
    let scale = places as f64 / f64::from_bits(longest & !3);
    if !(32..NEAR).contains(&n) || !scale.is_finite() {
        return keys.sort_unstable();
    }
    let place = |key: u64| ((f64::from_bits(key & !3) * scale) as u32 as usize).min(places);
    let mut starts = vec![0_u32; places + 2];
    for &key in keys.iter() {
        starts[place(key) + 1] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        if *start > CROWDED {
            return keys.sort_unstable();
        }
        sum += *start;
        *start = sum;
    }
    let mut sorted = vec![0; n];
    for &key in keys.iter() {
        let next = &mut starts[place(key)];
        sorted[*next as usize] = key;
        *next += 1;
    }
    for i in 1..n {
        let key = sorted[i];
        let mut j = i;
        while j > 0 && sorted[j - 1] > key {
            sorted[j] = sorted[j - 1];
            j -= 1;
        }
        sorted[j] = key;
    }
    *keys = sorted;
}

fn found((difference, variance): (f64, f64)) -> Finding {
    if !(variance > 0.0) {
        return Finding::none();
    }
    let ratio = Estimate::new(Scale::Log, difference / variance, variance.sqrt().recip());
    Finding::none().with_estimate(&ratio).with_statistic(-difference / variance.sqrt())
}

/// Observed less expected events of the experimental arm, and the variance.
fn sums(keys: &mut Vec<u64>) -> (f64, f64) {
    sort(keys);
    let experimental = keys.iter().filter(|&key| key & 1 == 1).count() as f64;
    // At risk: all, and those of the experimental arm.
    let (mut n, mut own) = (keys.len() as f64, experimental);
    let (mut difference, mut variance) = (0.0, 0.0);
    if keys.windows(2).all(|pair| pair[0] & !3 != pair[1] & !3) {
        // No ties, as is the rule: one row at a time, the censored ones times 0, so that nothing branches.
        for key in keys.iter() {
            let (arm, event, share) = ((key & 1) as f64, ((key >> 1) & 1) as f64, own / n);
            difference += event * (arm - share);
            variance += event * (share * (1.0 - share));
            n -= 1.0;
            own -= arm;
        }
        return (difference, variance);
    }
    let mut i = 0;
    while i < keys.len() {
        let first = keys[i];
        let (time, mut arm, mut events) = (first & !3, (first & 1) as f64, ((first >> 1) & 1) as f64);
        let (mut leaving, mut own_events) = (1.0, events * arm);
        i += 1;
        while i < keys.len() && keys[i] & !3 == time {
            let (of_arm, event) = ((keys[i] & 1) as f64, ((keys[i] >> 1) & 1) as f64);
            leaving += 1.0;
            arm += of_arm;
            events += event;
            own_events += event * of_arm;
            i += 1;
        }
        if events > 0.0 {
            let share = own / n;
            difference += own_events - events * share;
            if n > 1.0 {
                variance += share * (1.0 - share) * events * (n - events) / (n - 1.0);
            }
        }
        n -= leaving;
        own -= arm;
    }
    (difference, variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn spread_crowded_and_few_keys_are_sorted() {
        let mut random = Random::new(3, 4);
        for n in [0_usize, 1, 2, 31, 32, 300, 5_000, 20_000] {
            for shape in 0..6 {
                let mut time = |i: usize| match shape {
                    0 => -random.uniform().ln(),
                    1 => 36.0 * random.uniform(),
                    2 => (10.0 * random.uniform()).floor(),
                    3 => 0.0,
                    4 => random.uniform().powi(40) * 1e-300,
                    _ => {
                        if i == 0 {
                            1e300
                        } else {
                            random.uniform()
                        }
                    }
                };
                let mut keys: Vec<u64> = (0..n).map(|i| key(time(i), i % 3 == 0, i % 2 == 0)).collect();
                let mut expected = keys.clone();
                expected.sort_unstable();
                sort(&mut keys);
                assert_eq!(keys, expected, "{n} {shape}");
            }
        }
    }
}
