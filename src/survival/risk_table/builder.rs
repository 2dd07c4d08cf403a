//! Tables are written here: what happened at each time, in order of time, becomes columns.

use std::ops::{Add, AddAssign};

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::table::{Counts, Fine, RiskTable, WeightedRow};

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
    fn heads(&self) -> Heads {
        self.heads
    }

    fn sums(&self) -> Sums {
        *self
    }

    /// Those at risk are those who leave from here on, less those who are yet to enter: worked out from the last row
    /// backwards.
    fn table(rows: &[At<Self>], kind: Kind) -> RiskTable {
        let (mut at_risk, mut subjects, mut total) = (Twofold::default(), 0_u32, 0_u32);
        let mut written = vec![WeightedRow::default(); rows.len()];
        let mut lost = Vec::new();
        for (i, (row, out)) in rows.iter().zip(&mut written).enumerate().rev() {
            let Sums { events, censored, entered, heads } = row.counts;
            at_risk.subtract(entered);
            let left = subjects.saturating_sub(heads.entered);
            if left == 0 {
                // Nobody remains: the sums must not keep a rounding residue that would be taken for someone.
                at_risk = Twofold::default();
            }
            at_risk.add_twofold(events);
            at_risk.add_twofold(censored);
            subjects = left + heads.leaving();
            total += heads.leaving();
            *out = WeightedRow {
                at_risk: at_risk.high,
                events: events.high,
                censored: censored.high,
                entered: entered.high,
                subjects_at_risk: subjects,
                event_subjects: heads.events,
                censored_subjects: heads.censored,
                entered_subjects: heads.entered,
            };
            if kind.reversed {
                // `censored` holds the original events, which leave first. Where nobody remains, the number at risk
                // is the number censored, without a rounding residue.
                let mut stay = at_risk;
                stay.subtract(censored);
                out.subjects_at_risk -= heads.censored;
                out.at_risk = if out.subjects_at_risk == heads.events { events.high } else { stay.high };
            }
            let lows = [events.low, censored.low, entered.low];
            if lows != [0.0; 3] {
                lost.push((i as u32, lows));
            }
        }
        lost.reverse();
        let Kind { sampling, reversed } = kind;
        RiskTable {
            time: rows.iter().map(|r| r.time).collect(),
            counts: Counts::Weighted { sampling, reversed, rows: written, lost },
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
