//! Rows of counts in order of time become a table, near ties among them one row.

use std::ops::AddAssign;

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::columns::{Columns, WeightedColumns};
use crate::survival::risk_table::fine::{Fine, FineRows};
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::{At, Heads, Kind, Sums, What};

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
