//! The log-rank test of a simulated trial, by one sort and one pass.

use crate::survival::result::{Estimate, Scale};
use crate::trial::design::simulation::finding::Finding;
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::Sample;

/// The log-rank test, strata left out; its estimate is Peto's hazard ratio, `exp((O − E) / V)`, which lies nearer to 1 than the
/// ratio of the hazards where that is far from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogRankProcedure;

/// The log-rank test within strata, with Peto's hazard ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StratifiedLogRankProcedure;

impl Procedure for LogRankProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let mut keys: Vec<u64> = (0..sample.time.len()).map(|i| key(sample, i)).collect();
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
            keys[stratum as usize].push(key(sample, i));
        }
        let own = keys.iter_mut().map(|k| sums(k));
        found(own.fold((0.0, 0.0), |total, own| (total.0 + own.0, total.1 + own.1)))
    }
}

/// The two lowest bits of a time hold the event and the arm: 50 bits of it are more than any clock has.
fn key(sample: &Sample, i: usize) -> u64 {
    (sample.time[i].to_bits() & !3) | (u64::from(sample.event[i]) << 1) | u64::from(sample.experimental[i])
}

fn found((difference, variance): (f64, f64)) -> Finding {
    if !(variance > 0.0) {
        return Finding::none();
    }
    let ratio = Estimate::new(Scale::Log, difference / variance, variance.sqrt().recip());
    Finding::none().with_estimate(&ratio).with_statistic(-difference / variance.sqrt())
}

/// Observed less expected events of the experimental arm, and the variance.
fn sums(keys: &mut [u64]) -> (f64, f64) {
    keys.sort_unstable();
    let experimental = keys.iter().filter(|&key| key & 1 == 1).count() as f64;
    // At risk: all, and those of the experimental arm.
    let (mut n, mut own) = (keys.len() as f64, experimental);
    let (mut difference, mut variance) = (0.0, 0.0);
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
                // One event at a time is the rule, and needs no second division.
                let ties = if events == 1.0 { 1.0 } else { events * (n - events) / (n - 1.0) };
                variance += share * (1.0 - share) * ties;
            }
        }
        n -= leaving;
        own -= arm;
    }
    (difference, variance)
}
