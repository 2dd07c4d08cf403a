//! The loop of the family: observed, expected and their covariance, summed over event times and strata.

use crate::survival::log_rank::stratum_counts::StratumCounts;
use crate::survival::risk_table::event_times::{EventTime, for_each_event_time};
use crate::survival::risk_table::table::RiskTable;

/// With more groups than this the covariances are summed subject by subject.
const MANY: usize = 8;

/// What the family sums up, k groups at a time.
pub(super) struct Sums {
    k: usize,
    pub strata: Vec<StratumCounts>,
    /// Row-major; the lower triangle without its diagonal until [`complete`](Self::complete).
    pub variance: Vec<f64>,
    /// Event times left out, see [`for_each_event_time`].
    pub left_out: usize,
}

impl Sums {
    pub(super) fn new(k: usize) -> Self {
        Self { k, strata: Vec::new(), variance: vec![0.0; k * k], left_out: 0 }
    }

    /// Adds a stratum: one table per group, and the weight of each event time.
    pub(super) fn add_stratum(&mut self, tables: &[RiskTable], mut weigh: impl FnMut(&EventTime) -> f64) {
        let k = self.k;
        let mut counts = StratumCounts { observed: vec![0.0; k], expected: vec![0.0; k] };
        if k == 2 {
            // The same sums with one number of each kind.
            let (mut observed, mut expected, mut v) = ([0.0; 2], [0.0; 2], 0.0);
            self.left_out += for_each_event_time(tables, |t| {
                let w = weigh(&t);
                for g in 0..2 {
                    observed[g] += w * t.events[g];
                    expected[g] += w * t.total_events * t.share(g);
                }
                v += w * (w * t.variance(0));
            });
            counts.observed.copy_from_slice(&observed);
            counts.expected.copy_from_slice(&expected);
            self.variance[2] -= v;
        } else {
            let by_leaving = k > MANY && !tables.iter().any(|t| t.rows().any(|r| r.entered > 0.0));
            let mut shares = vec![0.0; k];
            let (mut times, mut sum) = (Vec::new(), 0.0);
            self.left_out += for_each_event_time(tables, |t| {
                let w = weigh(&t);
                for g in 0..k {
                    shares[g] = t.share(g);
                    counts.observed[g] += w * t.events[g];
                    counts.expected[g] += w * t.total_events * shares[g];
                }
                let factor = w * (w * t.spread());
                if by_leaving {
                    sum += factor / t.total_at_risk / t.total_at_risk;
                    times.push((t.time, sum));
                    return;
                }
                for g in (1..k).filter(|&g| t.at_risk[g] > 0.0) {
                    let own = factor * shares[g];
                    for (sum, share) in self.variance[g * k..g * k + g].iter_mut().zip(&shares) {
                        *sum -= own * share;
                    }
                }
            });
            if by_leaving {
                self.add_by_leaving(tables, &times);
            }
        }
        self.strata.push(counts);
    }

    /// The covariances of many groups with k numbers per subject instead of k² per event time.
    ///
    /// With `c(s) = w² d (n − d)/((n − 1) n²)` and `C(t) = Σ_{s ≤ t} c(s)` (in `times`), the covariance of groups g and h
    /// is `−Σ_s c(s) n_g n_h = −Σ_{i ∈ g} Σ_{j ∈ h} C(min(Xᵢ, Xⱼ))`, since i and j are both at risk up to the earlier of
    /// their times. Those of h who have left when i leaves have C at their own time, the others at that of i: all terms
    /// have one sign. Nobody enters late.
    fn add_by_leaving(&mut self, tables: &[RiskTable], times: &[(f64, f64)]) {
        let k = self.k;
        let mut leaving: Vec<(f64, usize, f64)> = Vec::new();
        let (mut remain, mut gone) = (vec![0.0; k], vec![0.0; k]);
        for (g, table) in tables.iter().enumerate() {
            leaving.extend(table.rows().map(|r| (r.time, g, r.events + r.censored)));
            remain[g] = table.rows().map(|r| r.events + r.censored).sum::<f64>();
        }
        leaving.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut next, mut c) = (0, 0.0);
        for (time, g, weight) in leaving {
            while next < times.len() && times[next].0 <= time {
                c = times[next].1;
                next += 1;
            }
            let own = &mut self.variance[g * k..g * k + g];
            for ((sum, gone), remain) in own.iter_mut().zip(&gone).zip(&remain) {
                *sum -= weight * (gone + c * remain);
            }
            gone[g] += weight * c;
            // What fractional weights leave of 1e-17 is nobody.
            let rest = remain[g] - weight;
            remain[g] = if rest > 1e-12 * weight { rest } else { 0.0 };
        }
    }

    /// Observed and expected in another unit.
    pub(super) fn divide_counts(&mut self, unit: f64) {
        if unit != 1.0 {
            let all = self.strata.iter_mut().flat_map(|s| s.observed.iter_mut().chain(&mut s.expected));
            all.for_each(|x| *x /= unit);
        }
    }

    /// Mirrors the triangle. Every row adds up to 0, which gives the diagonal as a sum of numbers of one sign.
    pub(super) fn complete(&mut self) {
        let k = self.k;
        for g in 0..k {
            for h in 0..g {
                self.variance[h * k + g] = self.variance[g * k + h];
            }
        }
        for g in 0..k {
            self.variance[g * k + g] =
                -(0..k).filter(|&h| h != g).map(|h| self.variance[g * k + h]).sum::<f64>();
        }
    }
}
