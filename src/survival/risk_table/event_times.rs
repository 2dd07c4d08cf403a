//! The loop that every test of groups shares: their event times, one after the other, with the hypergeometric variance.
//!
//! Given who is at risk, the events of a group at one time are hypergeometric where all groups share one hazard:
//! `d n_g/n` are expected, with the variance `d (n − d)/(n − 1) · (n_g/n)(1 − n_g/n)` (Mantel 1966).

use crate::survival::risk_table::table::RiskTable;

/// A sum of weights that is larger than 1 by no more than this is 1 but for rounding.
const ROUNDING: f64 = 1e-9;

/// `d (n − d)/(n − 1)`: the variance of a group's events at one time is this times `share (1 − share)`.
///
/// One subject has none. Nor have replication weights that add up to 1 or less: `n − 1` is no number of subjects there.
#[inline]
pub(crate) fn spread(at_risk: f64, events: f64) -> f64 {
    if at_risk > 1.0 + ROUNDING { events * ((at_risk - events) / (at_risk - 1.0)) } else { 0.0 }
}

/// Who was at risk and had the event in each group at one event time of a stratum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventTime<'a> {
    pub time: f64,
    /// At risk just before the time, per group and in all.
    pub at_risk: &'a [f64],
    pub total_at_risk: f64,
    /// Events at the time, per group and in all.
    pub events: &'a [f64],
    pub total_events: f64,
    /// The weight of one subject: 1, and under sampling weights the mean of those at risk.
    pub one: f64,
}

impl EventTime<'_> {
    /// The share of those at risk that a group holds.
    #[inline]
    pub(crate) fn share(&self, group: usize) -> f64 {
        self.at_risk[group] / self.total_at_risk
    }

    /// `d (n − d)/(n − 1)`, see [`spread`].
    #[inline]
    pub(crate) fn spread(&self) -> f64 {
        spread(self.total_at_risk, self.total_events)
    }

    /// The hypergeometric variance of a group's events. The share of the others is summed, not 1 less its own, so that a
    /// tiny one keeps its digits.
    #[inline]
    pub(crate) fn variance(&self, group: usize) -> f64 {
        let others: f64 = (0..self.at_risk.len()).filter(|&g| g != group).map(|g| self.share(g)).sum();
        self.spread() * self.share(group) * others
    }

    /// Has the time a hypergeometric variance, or no need of one because one group holds all at risk?
    fn is_comparable(&self) -> bool {
        self.total_at_risk > 1.0 + ROUNDING || self.at_risk.iter().filter(|&&n| n > 0.0).count() < 2
    }
}

/// Visits the event times of one stratum in increasing order. `tables` holds one table per group, on times
/// whose near ties have been merged over all of them.
///
/// Times at which two groups or more are at risk with replication weights of 1 or less in all have no variance: they
/// are left out of observed, expected and variance alike, and their number is returned. With sampling weights, whose
/// variance is robust, every time counts.
pub(crate) fn for_each_event_time(tables: &[RiskTable], mut visit: impl FnMut(EventTime)) -> usize {
    if let [a, b] = tables
        && let (Some(a), Some(b)) = (a.subject_columns(), b.subject_columns())
    {
        for_two(a, b, visit);
        return 0; // two subjects at risk are more than one
    }
    let every_time = tables.iter().any(RiskTable::has_sampling_weights);
    let mut left_out = 0;
    let k = tables.len();
    let mut next = vec![0; k];
    let (mut at_risk, mut events) = (vec![0.0; k], vec![0.0; k]);
    loop {
        let upcoming = tables.iter().zip(&next).filter_map(|(t, &i)| t.times().get(i).copied());
        let time = upcoming.fold(f64::INFINITY, f64::min);
        if time == f64::INFINITY {
            break;
        }
        let (mut total_at_risk, mut total_events, mut subjects) = (0.0, 0.0, 0.0);
        for (g, table) in tables.iter().enumerate() {
            (at_risk[g], events[g]) = (0.0, 0.0);
            if next[g] < table.len() {
                let row = table.row(next[g]);
                at_risk[g] = row.at_risk;
                subjects += f64::from(row.subjects_at_risk);
                if row.time == time {
                    events[g] = row.events;
                    next[g] += 1;
                }
            }
            total_at_risk += at_risk[g];
            total_events += events[g];
        }
        if total_events > 0.0 {
            let one = if every_time { total_at_risk / subjects } else { 1.0 };
            let (at_risk, events) = (&at_risk[..], &events[..]);
            let here = EventTime { time, at_risk, total_at_risk, events, total_events, one };
            if every_time || here.is_comparable() {
                visit(here);
            } else {
                left_out += 1;
            }
        }
    }
    left_out
}

type Columns<'a> = (&'a [f64], &'a [u32], &'a [u32]);

/// Two groups without weights, the common case, without a branch that depends on which group comes next.
fn for_two(a: Columns, b: Columns, mut visit: impl FnMut(EventTime)) {
    let ((times_a, risk_a, events_a), (times_b, risk_b, events_b)) = (a, b);
    let (mut i, mut j) = (0, 0);
    while i < times_a.len() || j < times_b.len() {
        let (ta, na) = if i < times_a.len() { (times_a[i], risk_a[i]) } else { (f64::INFINITY, 0) };
        let (tb, nb) = if j < times_b.len() { (times_b[j], risk_b[j]) } else { (f64::INFINITY, 0) };
        let (here_a, here_b) = (u32::from(ta <= tb), u32::from(tb <= ta));
        let da = if here_a == 1 { events_a[i] } else { 0 };
        let db = if here_b == 1 { events_b[j] } else { 0 };
        i += here_a as usize;
        j += here_b as usize;
        if da + db > 0 {
            let (at_risk, events) = ([f64::from(na), f64::from(nb)], [f64::from(da), f64::from(db)]);
            visit(EventTime {
                one: 1.0,
                time: ta.min(tb),
                at_risk: &at_risk,
                total_at_risk: at_risk[0] + at_risk[1],
                events: &events,
                total_events: events[0] + events[1],
            });
        }
    }
}
