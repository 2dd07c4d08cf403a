//! Subjects become a table: counted, sorted as integers, or in the general case sorted as rows of three fields.

use crate::error::Result;
use crate::numeric::near_ties;
use crate::numeric::order::{Mark, pack, unpack_time};
use crate::numeric::sums::Sum;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::competing::columns::Columns;
use crate::survival::risk_table::competing::packed::packed;
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::table::{RiskTable, Row};

impl CompetingRiskTable {
    /// The table of all subjects. Strata are ignored.
    #[must_use]
    pub fn new(data: &CompetingRisks) -> Self {
        match build(data, None).pop() {
            Some(table) => table,
            None => unreachable!("one cell makes one table"),
        }
    }

    /// One table per group, in the order of the group codes. Near ties are judged over all groups together.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn by_group(data: &CompetingRisks, groups: &Groups) -> Result<Vec<Self>> {
        groups.check_len("groups", data.len())?;
        Ok(build(data, Some((groups.codes(), groups.count()))))
    }

    /// One table per stratum and group: the outer vector has the strata (one if the data have none).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn by_stratum_and_group(data: &CompetingRisks, groups: &Groups) -> Result<Vec<Vec<Self>>> {
        let Some(strata) = data.any_cause().strata() else { return Ok(vec![Self::by_group(data, groups)?]) };
        groups.check_len("groups", data.len())?;
        let k = groups.count();
        let cells: Vec<u32> =
            strata.codes().iter().zip(groups.codes()).map(|(&s, &g)| s * k as u32 + g).collect();
        let mut tables = build(data, Some((&cells, strata.count() * k))).into_iter();
        Ok((0..strata.count()).map(|_| tables.by_ref().take(k).collect()).collect())
    }
}

fn build(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Vec<CompetingRiskTable> {
    let mut tables = counted_or_sorted(data, cells);
    for table in &mut tables {
        table.all.near_ties = data.any_cause().near_ties();
    }
    tables
}

fn counted_or_sorted(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Vec<CompetingRiskTable> {
    let any = data.any_cause();
    if any.weights().is_none() {
        if let Some(tables) = count(data, cells) {
            return tables;
        }
        if any.entry().is_none()
            && let Some(tables) = packed(data, cells)
        {
            return tables;
        }
    }
    general(data, cells)
}

/// Times that are whole numbers in a small range need no sort: count them.
fn count(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Option<Vec<CompetingRiskTable>> {
    let any = data.any_cause();
    let k = cells.map_or(1, |(_, k)| k);
    let times = any.facts().max + 1.0;
    if !any.facts().whole || times * k as f64 > 4.0 * data.len() as f64 + 64.0 {
        return None;
    }
    let (times, width) = (times as usize, data.causes().len() + 1);
    let mut exits = vec![0_u32; k * times * width];
    match cells {
        None => {
            for (&t, &code) in any.time().iter().zip(data.codes()) {
                exits[t as u32 as usize * width + code as usize] += 1;
            }
        }
        Some((cells, _)) => {
            for ((&t, &code), &cell) in any.time().iter().zip(data.codes()).zip(cells) {
                exits[(cell as usize * times + t as u32 as usize) * width + code as usize] += 1;
            }
        }
    }
    let mut entered = Vec::new();
    if let Some(entries) = any.entry() {
        entered.resize(k * times, 0_u32);
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| e > 0.0) {
            entered[cells.map_or(0, |(codes, _)| codes[i] as usize) * times + e as usize] += 1;
        }
    }
    let table = |cell: usize| {
        let exits = &exits[cell * times * width..(cell + 1) * times * width];
        let entered = (!entered.is_empty()).then(|| &entered[cell * times..(cell + 1) * times]);
        let subjects = exits.iter().sum::<u32>() as usize;
        let late = entered.map_or(0, |e| e.iter().sum::<u32>() as usize);
        let mut columns = Columns::new(width - 1, subjects, late, times);
        for (t, counts) in exits.chunks_exact(width).enumerate() {
            let entered = entered.map_or(0, |e| e[t]);
            if entered > 0 || counts.iter().any(|&c| c > 0) {
                columns.push(t as f64, counts, entered);
            }
        }
        columns.finish(data.causes())
    };
    Some((0..k).map(table).collect())
}

/// An observation in the general case: time, cause and weight.
#[derive(Debug, Clone, Copy)]
struct Coded {
    key: u64,
    code: u32,
    weight: f64,
}

/// Equal times are ordered by cause and weight, so that sums are the same bits in any input order.
impl Mark for Coded {
    fn key(self) -> u64 {
        self.key
    }

    fn with_key(self, key: u64) -> Self {
        Self { key, ..self }
    }

    fn sort(marks: &mut [Self]) {
        marks.sort_unstable_by_key(|m| (m.key, m.code, m.weight.to_bits()));
    }
}

/// Weights, late entries, near ties across groups: marks of three fields.
fn general(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Vec<CompetingRiskTable> {
    let any = data.any_cause();
    let k = cells.map_or(1, |(_, k)| k);
    let weights = any.weights().map(Weights::values);
    let cell = |i: usize| cells.map_or(0, |(codes, _)| codes[i] as usize);
    let mark = |i: usize, time: f64, code: u32| Coded {
        key: pack(time, false),
        code,
        weight: weights.map_or(1.0, |w| w[i]),
    };
    let mut streams: Vec<Vec<Coded>> = vec![Vec::new(); 2 * k];
    for (i, (&t, &code)) in any.time().iter().zip(data.codes()).enumerate() {
        streams[cell(i)].push(mark(i, t, code));
        if let Some(entry) = any.entry().map(|e| e[i]).filter(|&e| e > 0.0) {
            streams[k + cell(i)].push(mark(i, entry, 0));
        }
    }
    for stream in &mut streams {
        Coded::sort(stream);
    }
    if any.judges_near_ties() {
        near_ties::merge(&mut streams);
    }
    let entries = streams.split_off(k);
    let table = |(exits, entries): (&Vec<Coded>, &Vec<Coded>)| {
        if let Some(weights) = any.weights() {
            weighted_table(exits, entries, data.causes(), matches!(weights, Weights::Sampling(_)))
        } else {
            subjects_table(exits, entries, data.causes())
        }
    };
    streams.iter().zip(&entries).map(table).collect()
}

/// The marks at the first time of either stream, and that time.
fn next_time<'a>(
    exits: &mut &'a [Coded],
    entries: &mut &'a [Coded],
) -> Option<(f64, &'a [Coded], &'a [Coded])> {
    let head = |s: &[Coded]| s.first().map_or(u64::MAX, |m| m.key);
    let key = head(exits).min(head(entries));
    if key == u64::MAX {
        return None;
    }
    let take = |s: &mut &'a [Coded]| {
        let (now, rest) = s.split_at(s.partition_point(|m| m.key <= key));
        *s = rest;
        now
    };
    Some((unpack_time(key), take(exits), take(entries)))
}

fn subjects_table(exits: &[Coded], entries: &[Coded], causes: &[String]) -> CompetingRiskTable {
    let mut columns = Columns::new(causes.len(), exits.len(), entries.len(), exits.len());
    let (mut exits, mut entries) = (exits, entries);
    let mut counts = vec![0_u32; causes.len() + 1];
    while let Some((time, leave, enter)) = next_time(&mut exits, &mut entries) {
        counts.fill(0);
        for m in leave {
            counts[m.code as usize] += 1;
        }
        columns.push(time, &counts, enter.len() as u32);
    }
    columns.finish(causes)
}

fn weighted_table(
    exits: &[Coded],
    entries: &[Coded],
    causes: &[String],
    sampling: bool,
) -> CompetingRiskTable {
    let (mut exits, mut entries) = (exits, entries);
    let (mut rows, mut by_cause) = (Vec::new(), Vec::new());
    let mut sums = vec![Sum::default(); causes.len() + 1];
    while let Some((time, leave, enter)) = next_time(&mut exits, &mut entries) {
        sums.fill(Sum::default());
        for m in leave {
            sums[m.code as usize].add(m.weight);
        }
        let event_subjects = leave.iter().filter(|m| m.code > 0).count() as u32;
        let events = match &sums[1..] {
            [one] => one.value(),
            several => several.iter().map(|s| s.value()).collect::<Sum>().value(),
        };
        rows.push(Row {
            time,
            at_risk: 0.0,
            events,
            censored: sums[0].value(),
            entered: enter.iter().map(|m| m.weight).collect::<Sum>().value(),
            subjects_at_risk: 0,
            event_subjects,
            censored_subjects: leave.len() as u32 - event_subjects,
            entered_subjects: enter.len() as u32,
        });
        by_cause.extend(sums[1..].iter().map(|s| s.value()));
    }
    let by_cause = if causes.len() > 1 { ByCause::Weighted(by_cause) } else { ByCause::One };
    CompetingRiskTable {
        all: RiskTable::from_weighted_rows(rows, sampling),
        causes: causes.to_vec(),
        by_cause,
        fine: Vec::new(),
    }
}
