//! What must hold of a table that was written elsewhere, whatever it was written in.

use crate::error::{Error, Result, TableError};
use crate::numeric::sums::Twofold;
use crate::survival::risk_table::fine::FineRows;
use crate::survival::risk_table::table::{Counts, RiskTable, WeightedRow};
use crate::survival::risk_table::tally::{At, Heads, Sums};

pub(super) fn refused<T>(index: usize, reason: &'static str) -> Result<T> {
    Err(Error::Table(TableError::InconsistentTable { index, reason }))
}

pub(super) const SUMS: &str = "the numbers at risk, with events, censored and entered do not add up";

pub(super) fn check_times(time: &[f64]) -> Result<()> {
    let valid = |i: usize| (0.0..f64::INFINITY).contains(&time[i]) && (i == 0 || time[i - 1] < time[i]);
    match (0..time.len()).find(|&i| !valid(i)) {
        Some(index) => refused(index, "times must be finite and increasing"),
        None => Ok(()),
    }
}

pub(super) fn heads_of(row: &WeightedRow) -> Heads {
    Heads { events: row.event_subjects, censored: row.censored_subjects, entered: row.entered_subjects }
}

/// The subjects can be counted, and nobody enters who does not leave later.
pub(super) fn check_heads(rows: impl DoubleEndedIterator<Item = Heads> + ExactSizeIterator) -> Result<()> {
    let (mut left, mut total) = (0_i64, 0_i64);
    for (index, row) in rows.enumerate().rev() {
        let leaving = i64::from(row.events) + i64::from(row.censored);
        left -= i64::from(row.entered);
        if left < 0 {
            return refused(index, SUMS);
        }
        left += leaving;
        total += leaving;
        if total > i64::from(u32::MAX) {
            return refused(index, "there are more subjects than a table counts");
        }
    }
    Ok(())
}

pub(super) fn sums(time: &[f64], rows: &[WeightedRow], lost: &[(u32, [f64; 3])]) -> Result<Vec<At<Sums>>> {
    let mut sums = Vec::with_capacity(rows.len());
    for (index, (&time, row)) in time.iter().zip(rows).enumerate() {
        let twofold = |high: f64| Twofold { high, low: 0.0 };
        let valid = |weight: f64, subjects: u32| {
            (0.0..f64::INFINITY).contains(&weight) && (subjects > 0 || weight == 0.0)
        };
        if !(valid(row.events, row.event_subjects)
            && valid(row.censored, row.censored_subjects)
            && valid(row.entered, row.entered_subjects))
        {
            return refused(index, "a sum of weights must be finite and at least 0, and 0 without subjects");
        }
        sums.push(At {
            time,
            counts: Sums {
                events: twofold(row.events),
                censored: twofold(row.censored),
                entered: twofold(row.entered),
                heads: heads_of(row),
            },
        });
    }
    for &(row, lows) in lost {
        let index = row as usize;
        let Some(At { counts, .. }) = sums.get_mut(index) else {
            return refused(index, "what rounding took belongs to no row");
        };
        for (sum, low) in
            [&mut counts.events, &mut counts.censored, &mut counts.entered].into_iter().zip(lows)
        {
            if !(low.abs() <= sum.high * f64::EPSILON) {
                return refused(index, "what rounding took from a sum is larger than rounding");
            }
            sum.low = low;
        }
    }
    Ok(sums)
}

/// The parts of a row of near ties are the row.
pub(super) fn check_fine(table: &RiskTable, fine: &FineRows) -> Result<()> {
    const REASON: &str = "the times that are near ties do not make up their row";
    let weighted = matches!(table.counts, Counts::Weighted { .. });
    if fine.sums.len() != if weighted { fine.rows.len() } else { 0 } {
        return refused(0, REASON);
    }
    let whole = if fine.rows.is_empty() { Vec::new() } else { table.sums() };
    let (mut last, mut number) = ((0, f64::NEG_INFINITY), 0);
    for parts in fine.rows.chunk_by(|a, b| a.row == b.row) {
        let row = parts[0].row as usize;
        let (mut events, mut censored, mut entered) = (0_u64, 0_u64, 0_u64);
        let mut sum = Sums::default();
        for part in parts {
            let parts = fine.sums_at(number);
            number += 1;
            let valid = |s: Twofold| (0.0..f64::INFINITY).contains(&s.high) && s.low.is_finite();
            let sums = valid(parts.events) && valid(parts.censored) && valid(parts.entered);
            if !(sums
                && part.time > last.1
                && part.time.is_finite()
                && part.time >= 0.0
                && part.row >= last.0)
            {
                return refused(row, REASON);
            }
            last = (part.row, part.time);
            events += u64::from(part.heads.events);
            censored += u64::from(part.heads.censored);
            entered += u64::from(part.heads.entered);
            if events + censored > u64::from(u32::MAX) || entered > u64::from(u32::MAX) {
                return refused(row, REASON);
            }
            sum += parts;
        }
        let next = table.times().get(row + 1).copied().unwrap_or(f64::INFINITY);
        let Some(At { time, counts }) = whole.get(row) else { return refused(row, REASON) };
        let Heads { events: e, censored: c, entered: n } = counts.heads;
        let same = (events, censored, entered) == (u64::from(e), u64::from(c), u64::from(n));
        if !(same && parts[0].time >= *time && last.1 < next) {
            return refused(row, REASON);
        }
        let close = |a: Twofold, b: Twofold| (a.high - b.high).abs() <= 1e-9 * b.high;
        if !(close(sum.events, counts.events)
            && close(sum.censored, counts.censored)
            && close(sum.entered, counts.entered))
        {
            return refused(row, REASON);
        }
    }
    Ok(())
}
