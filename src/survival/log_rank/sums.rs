//! The loop of the family: observed, expected and their covariance in one stratum.

use crate::survival::log_rank::shared_times::{EventTime, for_each_event_time};
use crate::survival::log_rank::test::StratumCounts;
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
            let (n, d, w) = (t.total_at_risk, t.total_events, weigh(&t));
            let per_subject = w * d / n;
            let (e0, e1) = (t.at_risk[0] * per_subject, t.at_risk[1] * per_subject);
            observed[0] += w * t.events[0];
            observed[1] += w * t.events[1];
            expected[0] += e0;
            expected[1] += e1;
            if n > 1.0 {
                v += w * e0 * (t.at_risk[1] / n) * ((n - d) / (n - 1.0));
            }
        });
        counts.observed.copy_from_slice(&observed);
        counts.expected.copy_from_slice(&expected);
        for (sum, sign) in variance.iter_mut().zip([1.0, -1.0, -1.0, 1.0]) {
            *sum += sign * v;
        }
        return counts;
    }
    for_each_event_time(tables, |t| {
        let (n, d, w) = (t.total_at_risk, t.total_events, weigh(&t));
        for g in 0..k {
            counts.observed[g] += w * t.events[g];
            counts.expected[g] += w * d * t.at_risk[g] / n;
        }
        if n > 1.0 {
            let factor = w * w * d * (n - d) / (n - 1.0);
            for g in 0..k {
                let share = t.at_risk[g] / n;
                for h in 0..k {
                    let own = if g == h { 1.0 } else { 0.0 };
                    variance[g * k + h] += factor * share * (own - t.at_risk[h] / n);
                }
            }
        }
    });
    counts
}
