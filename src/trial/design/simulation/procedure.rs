//! What is asked of every trial: a statistic that grows with the benefit.

use crate::survival::contrast::restricted_means::MeanMeasure;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::log_rank::{LogRank, Weight};
use crate::trial::design::simulation::sample::Sample;

/// A test of the experimental arm against the control arm: a statistic that is standard normal where there is no effect
/// and grows with the benefit; `None` where the sample does not allow it.
///
/// A function of a [`Sample`] is one, so every test of the crate can be.
pub trait Procedure: Sync {
    /// The statistic.
    fn statistic(&self, sample: &Sample) -> Option<f64>;
}

impl<F: Fn(&Sample) -> Option<f64> + Sync> Procedure for F {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        self(sample)
    }
}

/// The log-rank test, by one sort and one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogRankProcedure;

impl Procedure for LogRankProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        // The two lowest bits of a time hold the event and the arm: 50 bits of it are more than any clock has.
        let mut keys: Vec<u64> = (0..sample.time.len())
            .map(|i| {
                (sample.time[i].to_bits() & !3)
                    | (u64::from(sample.event[i]) << 1)
                    | u64::from(sample.experimental[i])
            })
            .collect();
        keys.sort_unstable();
        let mut at_risk = [0.0_f64, 0.0];
        for key in &keys {
            at_risk[(key & 1) as usize] += 1.0;
        }
        let (mut difference, mut variance) = (0.0, 0.0);
        let mut i = 0;
        while i < keys.len() {
            let time = keys[i] & !3;
            let (mut events, mut leaving) = ([0.0, 0.0], [0.0, 0.0]);
            while i < keys.len() && keys[i] & !3 == time {
                let arm = (keys[i] & 1) as usize;
                leaving[arm] += 1.0;
                events[arm] += ((keys[i] >> 1) & 1) as f64;
                i += 1;
            }
            let (n, d) = (at_risk[0] + at_risk[1], events[0] + events[1]);
            if d > 0.0 {
                let share = at_risk[1] / n;
                difference += events[1] - d * share;
                if n > 1.0 {
                    variance += d * share * (1.0 - share) * (n - d) / (n - 1.0);
                }
            }
            at_risk = [at_risk[0] - leaving[0], at_risk[1] - leaving[1]];
        }
        (variance > 0.0).then(|| -difference / variance.sqrt())
    }
}

/// A weighted log-rank test.
#[derive(Debug, Clone)]
pub struct WeightedProcedure(pub Weight);

impl Procedure for WeightedProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        let (data, arms) = sample.data().ok()?;
        // The statistic is that of the first group, the control arm: more of its events than expected is a benefit.
        LogRank::weighted(self.0.clone()).test(&data, &arms).ok()?.z()
    }
}

/// The difference of restricted mean survival times up to a horizon over its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMeanProcedure(pub f64);

impl Procedure for RestrictedMeanProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        let (data, arms) = sample.data().ok()?;
        let curves = KaplanMeier::by_group(&data, &arms).ok()?;
        let contrast =
            curves.get(1)?.restricted_mean_contrast(curves.first()?, self.0, MeanMeasure::Difference).ok()?;
        contrast.z(0.0)
    }
}
