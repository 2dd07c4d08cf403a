//! Tables are written here: what happened at each time, in order of time, becomes columns.

use std::ops::{Add, AddAssign};

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::table::{Counts, Fine, RiskTable, Row, WeightedRow};

/// Who left and entered at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<C> {
    pub time: f64,
    pub counts: C,
}

/// What can be added up over subjects: numbers of them, or sums of their weights beside the numbers.
pub(super) trait Tally: Copy + Default + AddAssign {
    fn heads(&self) -> Heads;
    /// With the weights that the subjects have, 1 each where only their number is known.
    fn sums(&self) -> Sums;
    fn table(rows: &[At<Self>], kind: Kind) -> RiskTable;
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
        self.heads.events -= other.heads.events;
        self.heads.censored -= other.heads.censored;
        self.heads.entered -= other.heads.entered;
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

    fn sums(&self) -> Sums {
        let twofold = |n: u32| Twofold { high: f64::from(n), low: 0.0 };
        Sums {
            events: twofold(self.events),
            censored: twofold(self.censored),
            entered: twofold(self.entered),
            heads: *self,
        }
    }

    fn table(rows: &[At<Self>], _: Kind) -> RiskTable {
        let subjects = rows.iter().map(|r| r.counts.leaving()).sum();
        let late = rows.iter().map(|r| r.counts.entered).sum();
        let mut columns = Columns::new(subjects, late, rows.len());
        for &At { time, counts: Heads { events, censored, entered } } in rows {
            columns.push(time, events, censored, entered);
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

    fn sums(&self) -> Sums {
        *self
    }

    fn table(rows: &[At<Self>], kind: Kind) -> RiskTable {
        let mut columns = WeightedColumns::with_capacity(rows.len());
        rows.iter().for_each(|row| columns.push(row.time, row.counts));
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
        let (mut at_risk, mut subjects, mut total) = (Twofold::default(), 0_u32, 0_u32);
        let mut lost = self.lost.iter().rev().peekable();
        for (i, row) in self.rows.iter_mut().enumerate().rev() {
            let lows = lost.next_if(|&&(at, _)| at as usize == i).map_or([0.0; 3], |&(_, lows)| lows);
            let [events, censored, entered] = lows;
            let leaving = row.event_subjects + row.censored_subjects;
            let left = subjects.saturating_sub(row.entered_subjects);
            if row.entered_subjects > 0 {
                at_risk.subtract(Twofold { high: row.entered, low: entered });
            }
            if left == 0 {
                // Nobody remains: the sums must not keep a rounding residue that would be taken for someone.
                at_risk = Twofold::default();
            }
            at_risk.add_twofold(Twofold { high: row.events, low: events });
            at_risk.add_twofold(Twofold { high: row.censored, low: censored });
            subjects = left + leaving;
            total += leaving;
            (row.at_risk, row.subjects_at_risk) = (at_risk.high, subjects);
            if kind.reversed {
                // `censored` holds the original events, which leave first. Where nobody remains, the number at risk
                // is the number censored, without a rounding residue.
                let mut stay = at_risk;
                stay.subtract(Twofold { high: row.censored, low: censored });
                row.subjects_at_risk -= row.censored_subjects;
                row.at_risk = if row.subjects_at_risk == row.event_subjects { row.events } else { stay.high };
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
pub(super) fn coarsened<C: Tally>(rows: &[At<C>], chained: &[(f64, f64)], kind: Kind) -> RiskTable {
    if chained.is_empty() {
        return C::table(rows, kind);
    }
    let first_of = |t: f64| match chained.binary_search_by(|&(x, _)| x.total_cmp(&t)) {
        Ok(i) => chained[i].1,
        Err(_) => t,
    };
    let late: u32 = rows.iter().map(|r| r.counts.heads().entered).sum();
    let mut at_risk = rows.iter().map(|r| r.counts.heads().leaving()).sum::<u32>() - late;
    let (mut coarse, mut fine): (Vec<At<C>>, Vec<Fine>) = (Vec::with_capacity(rows.len()), Vec::new());
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
            coarse.extend_from_slice(&rows[from..to]);
        } else {
            if to > from + 1 || time != rows[from].time {
                let row = coarse.len() as u32;
                fine.extend(rows[from..to].iter().map(|r| Fine::new(row, r.time, r.counts.sums())));
            }
            coarse.push(At { time, counts: sum });
        }
        at_risk = remain;
        from = to;
    }
    RiskTable { fine, ..C::table(&coarse, kind) }
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
        Sums::table(&rows, Kind { sampling, reversed: false })
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
