//! The loop that every two-sample test shares: the event times of several groups, one after the other.

use crate::survival::risk_table::table::RiskTable;

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
}

/// Visits the event times of one stratum in increasing order. `tables` holds one table per group, on times
/// whose near ties have been merged over all of them.
pub(crate) fn for_each_event_time(tables: &[RiskTable], mut visit: impl FnMut(EventTime)) {
    if let [a, b] = tables
        && let (Some(a), Some(b)) = (a.subject_columns(), b.subject_columns())
    {
        return for_two(a, b, visit);
    }
    let k = tables.len();
    let mut next = vec![0; k];
    let (mut at_risk, mut events) = (vec![0.0; k], vec![0.0; k]);
    loop {
        let upcoming = tables.iter().zip(&next).filter_map(|(t, &i)| t.times().get(i).copied());
        let time = upcoming.fold(f64::INFINITY, f64::min);
        if time == f64::INFINITY {
            break;
        }
        let (mut total_at_risk, mut total_events) = (0.0, 0.0);
        for (g, table) in tables.iter().enumerate() {
            (at_risk[g], events[g]) = (0.0, 0.0);
            if next[g] < table.len() {
                let row = table.row(next[g]);
                at_risk[g] = row.at_risk;
                if row.time == time {
                    events[g] = row.events;
                    next[g] += 1;
                }
            }
            total_at_risk += at_risk[g];
            total_events += events[g];
        }
        if total_events > 0.0 {
            visit(EventTime { time, at_risk: &at_risk, total_at_risk, events: &events, total_events });
        }
    }
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
                time: ta.min(tb),
                at_risk: &at_risk,
                total_at_risk: at_risk[0] + at_risk[1],
                events: &events,
                total_events: events[0] + events[1],
            });
        }
    }
}
