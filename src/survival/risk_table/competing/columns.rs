//! The columns of an unweighted table while it is written.

use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::fine::{Fine, FineRows};
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::Heads;

/// Columns of an unweighted table while they are written.
pub(super) struct Columns {
    time: Vec<f64>,
    at_risk: Vec<u32>,
    events: Vec<u32>,
    entered: Option<Vec<u32>>,
    by_cause: Vec<u32>,
    now: u32,
    subjects: u32,
    fine: Vec<Fine>,
    fine_causes: Vec<f64>,
}

impl Columns {
    pub(super) fn new(causes: usize, subjects: usize, late: usize, capacity: usize) -> Self {
        Self {
            time: Vec::with_capacity(capacity),
            at_risk: Vec::with_capacity(capacity),
            events: Vec::with_capacity(capacity),
            entered: (late > 0).then(Vec::new),
            by_cause: Vec::with_capacity(if causes > 1 { capacity * causes } else { 0 }),
            now: (subjects - late) as u32,
            subjects: subjects as u32,
            fine: Vec::new(),
            fine_causes: Vec::new(),
        }
    }

    /// One time: `counts` has the censored first, then the events of each cause; an array where their number is known, so that
    /// the compiler unrolls.
    #[inline]
    pub(super) fn push(&mut self, time: f64, counts: &(impl AsRef<[u32]> + ?Sized), entered: u32) {
        let counts = counts.as_ref();
        let events: u32 = counts[1..].iter().sum();
        self.time.push(time);
        self.at_risk.push(self.now);
        self.events.push(events);
        if counts.len() > 2 {
            self.by_cause.extend_from_slice(&counts[1..]);
        }
        if let Some(column) = &mut self.entered {
            column.push(entered);
        }
        self.now = self.now - events - counts[0] + entered;
    }

    /// Writes down that these were at `time` before they became a part of the row that comes next.
    pub(super) fn remember(&mut self, time: f64, counts: &[u32]) {
        let heads = Heads { events: counts[1..].iter().sum(), censored: counts[0], entered: 0 };
        self.fine.push(Fine { row: self.time.len() as u32, time, heads });
        if counts.len() > 2 {
            self.fine_causes.extend(counts[1..].iter().map(|&n| f64::from(n)));
        }
    }

    pub(super) fn finish(mut self, causes: &[String]) -> CompetingRiskTable {
        if self.time.len() < self.time.capacity() / 2 {
            self.time.shrink_to_fit();
            self.at_risk.shrink_to_fit();
            self.events.shrink_to_fit();
            self.by_cause.shrink_to_fit();
        }
        let by_cause = if causes.len() > 1 { ByCause::Subjects(self.by_cause) } else { ByCause::One };
        let all = RiskTable::from_columns(self.time, self.at_risk, self.events, self.entered, self.subjects);
        let all = RiskTable { fine: FineRows { rows: self.fine, sums: Vec::new() }, ..all };
        CompetingRiskTable {
            all,
            causes: causes.to_vec(),
            by_cause,
            fine: self.fine_causes,
            fine_lost: Vec::new(),
            lost: Vec::new(),
        }
    }
}
