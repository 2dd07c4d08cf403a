//! Tables from data: every constructor, and the sort behind them.

use crate::error::{self, Error, Result};
use crate::numeric::near_ties::{self, Moved};
use crate::numeric::order::{Mark, pack};
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::builder::Tally;
use crate::survival::risk_table::checks;
use crate::survival::risk_table::columns::{Columns, WeightedColumns};
use crate::survival::risk_table::count::{self, Cells, is_late, kind};
use crate::survival::risk_table::fine::FineRows;
use crate::survival::risk_table::table::{Counts, RiskTable};
use crate::survival::risk_table::tally::{Heads, Kind, Sums, What};

impl RiskTable {
    /// The table of all subjects. Ignores strata.
    #[must_use]
    pub fn new(data: &RightCensored) -> Self {
        build(data, None).pop().unwrap_or_default()
    }

    /// The table of counts that are at hand: at each time how many had the event and how many were censored, in increasing order
    /// of the times. A time at which nobody leaves is left out.
    ///
    /// It is the table of as many rows, to the last bit.
    ///
    /// # Cost
    /// One pass.
    ///
    /// # Errors
    /// [`TableError::InconsistentTable`](crate::TableError::InconsistentTable) where times are not finite, at least 0 and increasing;
    /// [`Error::TooManyRows`](crate::Error::TooManyRows) for more than 2³² − 1 subjects.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::data::NearTies;
    /// use greenwood::survival::{RightCensored, RiskTable};
    ///
    /// let table = RiskTable::from_counts([(6.0, 3, 1), (7.0, 1, 0), (9.0, 0, 1)], NearTies::Merge)?;
    /// let time = [6.0, 6.0, 6.0, 6.0, 7.0, 9.0];
    /// assert_eq!(table, RiskTable::new(&RightCensored::new(&time, &[true, true, true, false, true, false])?));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_counts(rows: impl IntoIterator<Item = (f64, u32, u32)>, near_ties: NearTies) -> Result<Self> {
        const AT_FIRST: usize = 1 << 16;
        let rows = rows.into_iter();
        let capacity = rows.size_hint().1.unwrap_or_default().min(AT_FIRST);
        let (mut time, mut events) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        let (mut leaving, mut subjects) = (Vec::with_capacity(capacity), 0_u64);
        for (t, d, c) in rows {
            let here = u64::from(d) + u64::from(c);
            if here > 0 {
                time.push(t + 0.0); // a negative zero becomes 0
                events.push(d);
                subjects += here;
                leaving.push(here as u32);
            }
        }
        if time.len() < time.capacity() / 2 {
            time.shrink_to_fit();
            events.shrink_to_fit();
            leaving.shrink_to_fit();
        }
        checks::check_times(&time)?;
        let Ok(all) = u32::try_from(subjects) else {
            return Err(Error::TooManyRows { rows: subjects as usize });
        };
        // Those who leave here or later are at risk.
        let mut at_risk = leaving;
        let mut now = 0;
        for n in at_risk.iter_mut().rev() {
            now += *n;
            *n = now;
        }
        let table =
            Self { near_ties: NearTies::Exact, ..Self::from_columns(time, at_risk, events, None, all) };
        Ok(if near_ties == NearTies::Merge { table.merge_near_ties() } else { table })
    }

    /// One table per group, in the order of the group codes. Near ties are judged over all groups together.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch);
    /// [`Error::TooLarge`](crate::Error::TooLarge) for more groups than memory can be expected to hold.
    pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<Self>> {
        groups.check_len("groups", data.len())?;
        check_tables(groups.count())?;
        Ok(build(data, Some((groups.codes(), groups.count()))))
    }

    /// One table per stratum and group: the outer vector has the strata (one if the data have none).
    ///
    /// # Errors
    /// As [`by_group`](Self::by_group).
    pub fn by_stratum_and_group(data: &RightCensored, groups: &Groups) -> Result<Vec<Vec<Self>>> {
        let Some(strata) = data.strata() else { return Ok(vec![Self::by_group(data, groups)?]) };
        groups.check_len("groups", data.len())?;
        let k = groups.count();
        check_tables(strata.count().saturating_mul(k))?;
        let cells: Vec<u32> =
            strata.codes().iter().zip(groups.codes()).map(|(&s, &g)| s * k as u32 + g).collect();
        let mut tables = build(data, Some((&cells, strata.count() * k))).into_iter();
        Ok((0..strata.count()).map(|_| tables.by_ref().take(k).collect()).collect())
    }
}

fn check_tables(tables: usize) -> Result<()> {
    // A table with its columns' headers, and the two streams that it is sorted in.
    const EACH: usize = size_of::<RiskTable>() + 2 * size_of::<Vec<u64>>() + 64;
    error::check_size("the risk tables", tables, EACH, "combine strata or groups")
}

fn build(data: &RightCensored, cells: Cells) -> Vec<RiskTable> {
    let mut tables = count::tables(data, cells).unwrap_or_else(|| sorted(data, cells));
    for table in &mut tables {
        table.near_ties = data.near_ties();
    }
    tables
}

/// What is to be sorted of a row.
trait Observation: Mark {
    type Tally: Tally;

    fn weight(self) -> f64;
    /// What a row of the table counts.
    fn of_row(table: &RiskTable, row: usize) -> Self::Tally;
    fn subtract(from: &mut Self::Tally, other: Self::Tally);
}

impl Observation for u64 {
    type Tally = Heads;

    fn weight(self) -> f64 {
        1.0
    }

    fn of_row(table: &RiskTable, row: usize) -> Heads {
        table.heads(row)
    }

    fn subtract(from: &mut Heads, other: Heads) {
        from.subtract(other);
    }
}

impl Observation for (u64, f64) {
    type Tally = Sums;

    fn weight(self) -> f64 {
        self.1
    }

    fn of_row(table: &RiskTable, row: usize) -> Sums {
        table.sums_at(row)
    }

    fn subtract(from: &mut Sums, other: Sums) {
        from.subtract(other);
    }
}

/// What marks at one time count, as exits or as entries.
fn tally<'a, M: Observation + 'a>(marks: impl Iterator<Item = (&'a M, bool)>) -> M::Tally {
    let mut place = <M::Tally as Tally>::Place::default();
    for (mark, is_exit) in marks {
        let what = if is_exit { What::leaves(mark.is_event()) } else { What::Enters };
        M::Tally::count(&mut place, what, mark.weight());
    }
    M::Tally::read(&place)
}

/// Writes down what near ties, sorted, were before they became one row.
#[cold]
fn remember_exits<M: Observation>(fine: &mut FineRows, row: usize, exits: &[M]) {
    for same in exits.chunk_by(|a, b| a.time() == b.time()) {
        tally(same.iter().map(|m| (m, true))).remember(fine, row as u32, same[0].time());
    }
}

fn sorted(data: &RightCensored, cells: Cells) -> Vec<RiskTable> {
    match data.weights() {
        None => {
            let exits = |i: usize| pack(data.time()[i], data.event()[i]);
            of_streams(data, cells, exits, |key, _| key, subjects_table)
        }
        Some(weights) => {
            let w = weights.values();
            let kind = kind(weights);
            let exits = |i: usize| (pack(data.time()[i], data.event()[i]), w[i]);
            let table =
                |exits: &[_], entries: &[_], tolerance| weighted_table(exits, entries, tolerance, kind);
            of_streams(data, cells, exits, |key, i| (key, w[i]), table)
        }
    }
}

/// Sorts the exits and entries of each cell, makes near ties ties and writes a table of each cell.
fn of_streams<M: Observation>(
    data: &RightCensored,
    cells: Cells,
    exit: impl Fn(usize) -> M,
    entry: impl Fn(u64, usize) -> M,
    table: impl Fn(&[M], &[M], f64) -> RiskTable,
) -> Vec<RiskTable> {
    let n = data.len();
    let k = cells.map_or(1, |(_, k)| k);
    let mut all: Vec<Vec<M>> = match cells {
        None => vec![(0..n).map(exit).collect()],
        Some((codes, k)) => {
            let mut sizes = vec![0; k];
            for &c in codes {
                sizes[c as usize] += 1;
            }
            let mut parts: Vec<Vec<M>> = sizes.into_iter().map(Vec::with_capacity).collect();
            for (i, &c) in codes.iter().enumerate() {
                parts[c as usize].push(exit(i));
            }
            parts
        }
    };
    all.resize_with(2 * k, Vec::new);
    if let Some(entries) = data.entry() {
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| is_late(e)) {
            all[k + cells.map_or(0, |(codes, _)| codes[i] as usize)].push(entry(pack(e, false), i));
        }
    }
    for stream in &mut all {
        M::sort(stream);
    }
    if !data.judges_near_ties() {
        return (0..k).map(|c| table(&all[c], &all[k + c], 0.0)).collect();
    }
    if k == 1 && all[1].is_empty() {
        // The common case needs no second pass over the marks: the table's builder joins near ties as it meets them.
        let tolerance = near_ties::tolerance(all[0].iter().map(|m| m.time()));
        return vec![table(&all[0], &[], tolerance)];
    }
    let moved = near_ties::merge(&mut all);
    let mut tables: Vec<RiskTable> = (0..k).map(|c| table(&all[c], &all[k + c], 0.0)).collect();
    remember(&mut tables, &moved);
    tables
}

/// Writes down in each table which rows its near ties were before they became one.
fn remember<M: Observation>(tables: &mut [RiskTable], moved: &[Moved<M>]) {
    if moved.is_empty() {
        return;
    }
    let k = tables.len();
    let mut of_table: Vec<Vec<&Moved<M>>> = vec![Vec::new(); k];
    for m in moved {
        of_table[m.stream % k].push(m);
    }
    for (table, moved) in tables.iter_mut().zip(of_table) {
        for chain in moved.chunk_by(|a, b| a.to == b.to) {
            let row = table.position(chain[0].to);
            let mut rest = M::of_row(table, row);
            let mut parts = Vec::new();
            for same in chain.chunk_by(|a, b| a.mark.time() == b.mark.time()) {
                let moved = tally(same.iter().map(|m| (&m.mark, m.stream < k)));
                M::subtract(&mut rest, moved);
                parts.push((same[0].mark.time(), moved));
            }
            if !rest.heads().is_nobody() {
                rest.remember(&mut table.fine, row as u32, chain[0].to);
            }
            for (time, part) in parts {
                part.remember(&mut table.fine, row as u32, time);
            }
        }
    }
}

/// Exits sorted by key, those within `tolerance` of the one before being at its time; entries sorted, exact.
fn subjects_table(exits: &[u64], entries: &[u64], tolerance: f64) -> RiskTable {
    let mut table = Columns::new(exits.len() as u32, entries.len() as u32, exits.len());
    let mut fine = FineRows::default();
    let (mut i, mut j) = (0, 0);
    while i < exits.len() {
        let time = exits[i].time();
        // Entries before this time that nobody leaves at.
        while j < entries.len() && entries[j].time() < time {
            let (at, from) = (entries[j].time(), j);
            while j < entries.len() && entries[j].time() == at {
                j += 1;
            }
            table.push(at, 0, 0, (j - from) as u32);
        }
        let (from, mut events, mut last) = (i, 0, time);
        loop {
            events += (exits[i] & 1) as u32;
            i += 1;
            if i == exits.len() {
                break;
            }
            let next = exits[i].time();
            if next - last > tolerance {
                break;
            }
            last = next;
        }
        if last > time {
            remember_exits(&mut fine, table.len(), &exits[from..i]);
        }
        let from_entries = j;
        while j < entries.len() && entries[j].time() == time {
            j += 1;
        }
        table.push(time, events, (i - from) as u32 - events, (j - from_entries) as u32);
    }
    RiskTable { fine, ..table.finish() }
}

fn weighted_table(exits: &[(u64, f64)], entries: &[(u64, f64)], tolerance: f64, kind: Kind) -> RiskTable {
    let mut table = WeightedColumns::with_capacity(exits.len());
    let mut fine = FineRows::default();
    let (mut i, mut j) = (0, 0);
    while i < exits.len() || j < entries.len() {
        let exit = exits.get(i).map_or(f64::INFINITY, |m| m.time());
        let entry = entries.get(j).map_or(f64::INFINITY, |m| m.time());
        let time = exit.min(entry);
        let mut place = <Sums as Tally>::Place::default();
        let (from, mut last) = (i, time);
        while i < exits.len() && exits[i].time() - last <= tolerance {
            last = exits[i].time();
            Sums::count(&mut place, What::leaves(exits[i].is_event()), exits[i].1);
            i += 1;
        }
        if last > time {
            remember_exits(&mut fine, table.len(), &exits[from..i]);
        }
        while j < entries.len() && entries[j].time() == time {
            Sums::count(&mut place, What::Enters, entries[j].1);
            j += 1;
        }
        table.push(time, Sums::read(&place));
    }
    RiskTable { fine, ..table.finish(kind) }
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
}
