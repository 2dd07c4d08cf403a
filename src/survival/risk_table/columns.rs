//! The columns of a table while it is written, a row at a time; and tables of ready columns.

use crate::numeric::sums::Running;
use crate::survival::risk_table::table::{Counts, RiskTable, WeightedRow};
use crate::survival::risk_table::tally::{Kind, Sums};

/// The columns of an unweighted table while it is written.
pub(super) struct Columns {
    time: Vec<f64>,
    at_risk: Vec<u32>,
    events: Vec<u32>,
    entered: Option<Vec<u32>>,
    subjects: u32,
    now: u32,
}

impl Columns {
    pub(super) fn new(subjects: u32, late: u32, capacity: usize) -> Self {
        Self {
            time: Vec::with_capacity(capacity),
            at_risk: Vec::with_capacity(capacity),
            events: Vec::with_capacity(capacity),
            entered: (late > 0).then(|| Vec::with_capacity(capacity)),
            subjects,
            now: subjects - late,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    #[inline]
    pub(super) fn push(&mut self, time: f64, events: u32, censored: u32, entered: u32) {
        self.time.push(time);
        self.at_risk.push(self.now);
        self.events.push(events);
        if let Some(column) = &mut self.entered {
            column.push(entered);
        }
        self.now = self.now - events - censored + entered;
    }

    pub(super) fn finish(mut self) -> RiskTable {
        // Memory that ties left unused goes back.
        if self.time.len() < self.time.capacity() / 2 {
            self.time.shrink_to_fit();
            self.at_risk.shrink_to_fit();
            self.events.shrink_to_fit();
            self.entered.iter_mut().for_each(Vec::shrink_to_fit);
        }
        RiskTable {
            time: self.time,
            counts: Counts::Subjects { at_risk: self.at_risk, events: self.events, entered: self.entered },
            subjects: self.subjects,
            ..RiskTable::default()
        }
    }
}

/// The columns of a weighted table while it is written.
pub(super) struct WeightedColumns {
    time: Vec<f64>,
    rows: Vec<WeightedRow>,
    /// What rounding took from the sums of a row (events, censored, entered): mostly of no row.
    lost: Vec<(u32, [f64; 3])>,
}

impl WeightedColumns {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { time: Vec::with_capacity(capacity), rows: Vec::with_capacity(capacity), lost: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    #[inline]
    pub(super) fn push(&mut self, time: f64, sums: Sums) {
        let Sums { events, censored, entered, heads } = sums;
        let lows = [events.low, censored.low, entered.low];
        if lows != [0.0; 3] {
            self.lost.push((self.rows.len() as u32, lows));
        }
        self.time.push(time);
        self.rows.push(WeightedRow {
            at_risk: 0.0,
            events: events.high,
            censored: censored.high,
            entered: entered.high,
            subjects_at_risk: 0,
            event_subjects: heads.events,
            censored_subjects: heads.censored,
            entered_subjects: heads.entered,
        });
    }

    /// Those at risk are those who leave from here on, less those who are yet to enter: worked out from the last row
    /// backwards.
    pub(super) fn finish(mut self, kind: Kind) -> RiskTable {
        let (mut at_risk, mut subjects, mut total) = (Running::default(), 0_u32, 0_u32);
        let mut lost = self.lost.iter().rev().peekable();
        for (i, row) in self.rows.iter_mut().enumerate().rev() {
            let lows = lost.next_if(|&&(at, _)| at as usize == i).map_or([0.0; 3], |&(_, lows)| lows);
            let [events, censored, entered] = lows;
            let leaving = row.event_subjects + row.censored_subjects;
            let left = subjects.saturating_sub(row.entered_subjects);
            if row.entered_subjects > 0 {
                at_risk.add(-row.entered);
                at_risk.add(-entered);
            }
            if left == 0 {
                // Nobody remains: the sums must not keep a rounding residue that would be taken for someone.
                at_risk = Running::default();
            }
            if row.event_subjects == 0 || row.censored_subjects == 0 {
                at_risk.add(row.events + row.censored); // one of them is 0
            } else {
                at_risk.add(row.events);
                at_risk.add(row.censored);
            }
            if lows != [0.0; 3] {
                at_risk.add(events);
                at_risk.add(censored);
            }
            at_risk.normalise();
            subjects = left + leaving;
            total += leaving;
            (row.at_risk, row.subjects_at_risk) = (at_risk.value(), subjects);
            if kind.reversed {
                // `censored` holds the original events, which leave first. Where nobody remains, the number at risk
                // is the number censored, without a rounding residue.
                let mut stay = at_risk;
                stay.add(-row.censored);
                stay.add(-censored);
                row.subjects_at_risk -= row.censored_subjects;
                row.at_risk =
                    if row.subjects_at_risk == row.event_subjects { row.events } else { stay.value() };
            }
        }
        if self.time.len() < self.time.capacity() / 2 {
            self.time.shrink_to_fit();
            self.rows.shrink_to_fit();
        }
        let Kind { sampling, reversed } = kind;
        RiskTable {
            time: self.time,
            counts: Counts::Weighted { sampling, reversed, rows: self.rows, lost: self.lost },
            subjects: total,
            ..RiskTable::default()
        }
    }
}
