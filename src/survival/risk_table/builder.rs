//! Tables are written here: what happened at each time, in order of time, becomes columns.

use std::ops::{Add, AddAssign};

use crate::numeric::sums::{Running, Twofold};
use crate::survival::risk_table::table::{Counts, Fine, FineRows, RiskTable, Row, WeightedRow};

/// Who left and entered at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<C> {
    pub time: f64,
    pub counts: C,
}

/// What can be added up over subjects: numbers of them, or sums of their weights beside the numbers.
pub(super) trait Tally: Copy + Default + AddAssign {
    fn heads(&self) -> Heads;
    /// Writes down that these were at `time` before they became a part of `row`.
    fn remember(&self, fine: &mut FineRows, row: u32, time: f64);
    fn table(rows: impl ExactSizeIterator<Item = At<Self>> + Clone, kind: Kind) -> RiskTable;
    /// The same while rows are counted: one number of each kind changes per row, found without a branch.
    type Place: Copy + Default;
    fn count(place: &mut Self::Place, what: What, weight: f64);
    fn read(place: &Self::Place) -> Self;
}

/// What a row does at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Censored = 0,
    Event = 1,
    Enters = 2,
}

impl What {
    #[inline]
    pub(super) fn leaves(event: bool) -> Self {
        if event { Self::Event } else { Self::Censored }
    }
}

/// Numbers of subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Heads {
    pub events: u32,
    pub censored: u32,
    pub entered: u32,
}

impl Heads {
    pub(super) fn leaving(self) -> u32 {
        self.events + self.censored
    }

    pub(super) fn is_nobody(self) -> bool {
        self == Self::default()
    }
}

impl Heads {
    pub(super) fn subtract(&mut self, other: Self) {
        self.events -= other.events;
        self.censored -= other.censored;
        self.entered -= other.entered;
    }
}

impl AddAssign for Heads {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.censored += other.censored;
        self.entered += other.entered;
    }
}

/// Sums of weights, with nothing lost to rounding, and the numbers of subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub events: Twofold,
    pub censored: Twofold,
    pub entered: Twofold,
    pub heads: Heads,
}

impl Sums {
    /// Events for censorings: what the censoring distribution sees.
    pub(super) fn swapped(self) -> Self {
        let Heads { events, censored, entered } = self.heads;
        Self {
            events: self.censored,
            censored: self.events,
            entered: self.entered,
            heads: Heads { events: censored, censored: events, entered },
        }
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.events.subtract(other.events);
        self.censored.subtract(other.censored);
        self.entered.subtract(other.entered);
        self.heads.subtract(other.heads);
    }
}

impl AddAssign for Sums {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.events.add_twofold(other.events);
        self.censored.add_twofold(other.censored);
        self.entered.add_twofold(other.entered);
        self.heads += other.heads;
    }
}

impl Add for Sums {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

/// What the numbers of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Sums of sampling weights, whose variance a table cannot give.
    pub sampling: bool,
    /// Seen from the censoring: `events` holds the censorings, and the real events leave first.
    pub reversed: bool,
}

impl Tally for Heads {
    type Place = [u32; 3];

    #[inline]
    fn count(place: &mut Self::Place, what: What, _: f64) {
        place[what as usize] += 1;
    }

    fn read(&[censored, events, entered]: &Self::Place) -> Self {
        Self { events, censored, entered }
    }

    #[inline]
    fn heads(&self) -> Heads {
        *self
    }

    fn remember(&self, fine: &mut FineRows, row: u32, time: f64) {
        fine.rows.push(Fine { row, time, heads: *self });
    }

    fn table(rows: impl ExactSizeIterator<Item = At<Self>> + Clone, _: Kind) -> RiskTable {
        let (mut subjects, mut late) = (0, 0);
        for row in rows.clone() {
            subjects += row.counts.leaving();
            late += row.counts.entered;
        }
        let mut columns = Columns::new(subjects, late, rows.len());
        for At { time, counts } in rows {
            if !counts.is_nobody() {
                columns.push(time, counts.events, counts.censored, counts.entered);
            }
        }
        columns.finish()
    }
}

impl Tally for Sums {
    type Place = [(Twofold, u32); 3];

    #[inline]
    fn count(place: &mut Self::Place, what: What, weight: f64) {
        let (sum, subjects) = &mut place[what as usize];
        sum.add(weight);
        *subjects += 1;
    }

    fn read(&[censored, events, entered]: &Self::Place) -> Self {
        let heads = Heads { events: events.1, censored: censored.1, entered: entered.1 };
        Self { events: events.0, censored: censored.0, entered: entered.0, heads }
    }

    fn heads(&self) -> Heads {
        self.heads
    }

    fn remember(&self, fine: &mut FineRows, row: u32, time: f64) {
        fine.rows.push(Fine { row, time, heads: self.heads });
        let pair = |s: Twofold| [s.high, s.low];
        fine.sums.push([pair(self.events), pair(self.censored), pair(self.entered)]);
    }

    fn table(rows: impl ExactSizeIterator<Item = At<Self>> + Clone, kind: Kind) -> RiskTable {
        let mut columns = WeightedColumns::with_capacity(rows.len());
        rows.filter(|row| !row.counts.heads.is_nobody()).for_each(|row| columns.push(row.time, row.counts));
        columns.finish(kind)
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

/// Rows in order of time, of which those that are near ties of each other become one; what they were is kept.
///
/// `chained` has the times that are near ties of an earlier one, each with the first of its chain. Rows between which
/// somebody would enter and leave at once stay apart.
pub(super) fn coarsened<C: Tally>(mut rows: Vec<At<C>>, chained: &[(f64, f64)], kind: Kind) -> RiskTable {
    if chained.is_empty() {
        return C::table(rows.iter().copied(), kind);
    }
    let first_of = |t: f64| match chained.binary_search_by(|&(x, _)| x.total_cmp(&t)) {
        Ok(i) => chained[i].1,
        Err(_) => t,
    };
    let late: u32 = rows.iter().map(|r| r.counts.heads().entered).sum();
    let mut at_risk = rows.iter().map(|r| r.counts.heads().leaving()).sum::<u32>() - late;
    let mut fine = FineRows::default();
    // Rows move up in place: no more are written than were read.
    let mut coarse = 0;
    let (mut next, mut from) = (0, 0);
    while from < rows.len() {
        // Only rows at a chained time, or followed by one, need a look.
        while next < chained.len() && chained[next].0 < rows[from].time {
            next += 1;
        }
        let (mut to, mut sum) = (from + 1, rows[from].counts);
        let near = next < chained.len() && chained[next].1 <= rows[from].time;
        let time = if near { first_of(rows[from].time) } else { rows[from].time };
        while near && to < rows.len() && first_of(rows[to].time) == time {
            sum += rows[to].counts;
            to += 1;
        }
        let heads = sum.heads();
        let remain = at_risk + heads.entered - heads.leaving();
        if heads.entered > remain && to > from + 1 {
            rows.copy_within(from..to, coarse);
            coarse += to - from;
        } else {
            if to > from + 1 || time != rows[from].time {
                rows[from..to].iter().for_each(|r| r.counts.remember(&mut fine, coarse as u32, r.time));
            }
            rows[coarse] = At { time, counts: sum };
            coarse += 1;
        }
        at_risk = remain;
        from = to;
    }
    RiskTable { fine, ..C::table(rows[..coarse].iter().copied(), kind) }
}

impl RiskTable {
    /// The table of ready columns: at each distinct time the subjects at risk, with the event and (where anybody does
    /// so) entered.
    pub(crate) fn from_columns(
        time: Vec<f64>,
        at_risk: Vec<u32>,
        events: Vec<u32>,
        entered: Option<Vec<u32>>,
        subjects: u32,
    ) -> Self {
        Self { time, counts: Counts::Subjects { at_risk, events, entered }, subjects, ..Self::default() }
    }

    /// The weighted table of rows in order of time, of which `at_risk` is worked out here.
    pub(crate) fn from_weighted_rows(rows: impl IntoIterator<Item = Row>, sampling: bool) -> Self {
        let twofold = |high: f64| Twofold { high, low: 0.0 };
        let rows: Vec<At<Sums>> = rows
            .into_iter()
            .map(|row| At {
                time: row.time,
                counts: Sums {
                    events: twofold(row.events),
                    censored: twofold(row.censored),
                    entered: twofold(row.entered),
                    heads: Heads {
                        events: row.event_subjects,
                        censored: row.censored_subjects,
                        entered: row.entered_subjects,
                    },
                },
            })
            .collect();
        Sums::table(rows.iter().copied(), Kind { sampling, reversed: false })
    }
}

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
