//! Subjects become a table: counted, sorted as integers, or in the general case sorted as rows of three fields.

use crate::error::Result;
use crate::numeric::order::{pack, unpack_time};
use crate::numeric::sums::Twofold;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::builder::Tally;
use crate::survival::risk_table::competing::columns::Columns;
use crate::survival::risk_table::competing::exact::{Events, with_events};
use crate::survival::risk_table::competing::packed::packed;
use crate::survival::risk_table::competing::table::CompetingRiskTable;
use crate::survival::risk_table::count::kind;
use crate::survival::risk_table::merge::{Whole, chained};
use crate::survival::risk_table::tally::{At, Sums, What};

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

/// Weights, late entries, near ties across groups: marks of three fields. Near ties are judged over the exact times of all
/// tables together, as they are where parts are merged.
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
        // Equal times are ordered by cause and weight, so that sums are the same bits in any input order.
        stream.sort_unstable_by_key(|m| (m.key, m.code, m.weight.to_bits()));
    }
    let entries = streams.split_off(k);
    let near_ties = if any.judges_near_ties() { NearTies::Merge } else { NearTies::Exact };
    let (mut wholes, mut events) = (Vec::with_capacity(k), Vec::with_capacity(k));
    for (exits, entries) in streams.iter().zip(&entries) {
        let (rows, of_causes) = exact_rows(exits, entries, data.causes().len());
        wholes.push(Whole::of_rows(rows, any.weights().map(kind), near_ties));
        events.push(of_causes);
    }
    let chained = chained(wholes.iter());
    let table = |(whole, events): (Whole, Vec<Events>)| {
        with_events(whole.finish(&chained), data.causes().to_vec(), &events)
    };
    wholes.into_iter().zip(events).map(table).collect()
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
        let (now, rest) = s.split_at(s.iter().take_while(|m| m.key == key).count());
        *s = rest;
        now
    };
    Some((unpack_time(key), take(exits), take(entries)))
}

/// What happened at each exact time, and the events of each cause.
fn exact_rows(exits: &[Coded], entries: &[Coded], causes: usize) -> (Vec<At<Sums>>, Vec<Events>) {
    let (mut exits, mut entries) = (exits, entries);
    let (mut rows, mut events) = (Vec::with_capacity(exits.len()), vec![Events::new(); causes]);
    while let Some((time, leave, enter)) = next_time(&mut exits, &mut entries) {
        let mut place = <Sums as Tally>::Place::default();
        for same in leave.chunk_by(|a, b| a.code == b.code) {
            let code = same[0].code as usize;
            let mut sum = Twofold::default();
            for m in same {
                Sums::count(&mut place, What::leaves(code > 0), m.weight);
                sum.add(m.weight);
            }
            if code > 0 {
                events[code - 1].push(At { time, counts: sum });
            }
        }
        for m in enter {
            Sums::count(&mut place, What::Enters, m.weight);
        }
        rows.push(At { time, counts: Sums::read(&place) });
    }
    (rows, events)
}
