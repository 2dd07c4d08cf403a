//! The event times of two groups, stratum by stratum.

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::event_times::for_each_event_time;
use crate::survival::risk_table::table::RiskTable;

/// A time at which somebody of either group had the event: the first group, then the reference.
pub(super) struct EventRow {
    pub time: f64,
    pub at_risk: [f64; 2],
    pub events: [f64; 2],
}

impl EventRow {
    pub fn total_at_risk(&self) -> f64 {
        self.at_risk[0] + self.at_risk[1]
    }

    pub fn total_events(&self) -> f64 {
        self.events[0] + self.events[1]
    }

    /// A time at which one group alone is at risk compares nothing.
    pub fn is_compared(&self) -> bool {
        self.at_risk[0] > 0.0 && self.at_risk[1] > 0.0
    }
}

/// One stratum of two groups: its event times up to the end of the comparison.
pub(super) struct Stratum {
    pub rows: Vec<EventRow>,
    /// The subjects of both groups: sum of weights.
    pub subjects: f64,
    /// Until when both groups were under observation.
    pub last: f64,
    /// Did everybody of a group have the event before its observation ended?
    pub ends_at_zero: bool,
}

/// `data` has its near ties merged.
pub(super) fn strata(
    data: &RightCensored,
    groups: &Groups,
    pair: [usize; 2],
    tau: Option<f64>,
) -> Result<Vec<Stratum>> {
    let end = tau.unwrap_or(f64::INFINITY);
    let subjects = subjects(data, groups, pair);
    let stratum = |(tables, subjects): (Vec<RiskTable>, f64)| {
        let pair = pair.map(|g| tables[g].clone());
        let mut rows = Vec::new();
        for_each_event_time(&pair, |t| {
            if t.time <= end {
                let [at_risk, events] = [t.at_risk, t.events].map(|x| [x[0], x[1]]);
                rows.push(EventRow { time: t.time, at_risk, events });
            }
        });
        let last = |table: &RiskTable| table.last_time().unwrap_or(0.0);
        let all_had_it = |table: &RiskTable| {
            let row = table.rows().next_back();
            row.is_some_and(|row| row.at_risk > 0.0 && row.censored_subjects + row.entered_subjects == 0)
        };
        Stratum {
            rows,
            subjects,
            last: last(&pair[0]).min(last(&pair[1])),
            ends_at_zero: pair.iter().any(|t| all_had_it(t) && last(t) <= end),
        }
    };
    Ok(RiskTable::by_stratum_and_group(data, groups)?.into_iter().zip(subjects).map(stratum).collect())
}

/// The subjects of the two groups in each stratum, those of several rows counted once: sums of weights.
fn subjects(data: &RightCensored, groups: &Groups, pair: [usize; 2]) -> Vec<f64> {
    let mut sums = vec![0.0; data.strata().map_or(1, Groups::count)];
    let mut seen = vec![false; data.ids().map_or(0, Groups::count)];
    for i in 0..data.len() {
        let known = data.ids().is_some_and(|ids| std::mem::replace(&mut seen[ids.codes()[i] as usize], true));
        if pair.contains(&(groups.codes()[i] as usize)) && !known {
            sums[data.strata().map_or(0, |s| s.codes()[i] as usize)] +=
                data.weights().map_or(1.0, |w| w.values()[i]);
        }
    }
    sums
}

/// The Kaplan-Meier estimate just before each row, of `group` or (`None`) of both together.
pub(super) fn survival_before(rows: &[EventRow], group: Option<usize>) -> Vec<f64> {
    let mut survival = 1.0;
    let before = |row: &EventRow| {
        let now = survival;
        let (n, d) = match group {
            Some(g) => (row.at_risk[g], row.events[g]),
            None => (row.total_at_risk(), row.total_events()),
        };
        if d > 0.0 {
            survival *= (1.0 - d / n).max(0.0);
        }
        now
    };
    rows.iter().map(before).collect()
}
