//! The loop of the family: observed, expected and their covariance in one stratum.

use crate::survival::log_rank::test::StratumCounts;
use crate::survival::risk_table::event_times::{EventTime, for_each_event_time};
use crate::survival::risk_table::table::RiskTable;

/// Observed and expected of one stratum; its covariance is added to `variance`.
pub(super) fn one_stratum(
    tables: &[RiskTable],
    mut weigh: impl FnMut(&EventTime) -> f64,
    variance: &mut [f64],
) -> StratumCounts {
    let k = tables.len();
    let mut counts = StratumCounts { observed: vec![0.0; k], expected: vec![0.0; k] };
    if k == 2 {
        // The same sums with one number of each kind.
        let (mut observed, mut expected, mut v) = ([0.0; 2], [0.0; 2], 0.0);
        for_each_event_time(tables, |t| {
            let w = weigh(&t);
            for g in 0..2 {
                observed[g] += w * t.events[g];
                expected[g] += w * t.total_events * t.share(g);
            }
            v += w * w * t.variance(0);
        });
        counts.observed.copy_from_slice(&observed);
        counts.expected.copy_from_slice(&expected);
        for (sum, sign) in variance.iter_mut().zip([1.0, -1.0, -1.0, 1.0]) {
            *sum += sign * v;
        }
        return counts;
    }
    for_each_event_time(tables, |t| {
        let w = weigh(&t);
        let factor = w * w * t.spread();
        for g in 0..k {
            counts.observed[g] += w * t.events[g];
            counts.expected[g] += w * t.total_events * t.share(g);
            for h in 0..k {
                let own = if g == h { 1.0 } else { 0.0 };
                variance[g * k + h] += factor * t.share(g) * (own - t.share(h));
            }
        }
    });
    counts
}
