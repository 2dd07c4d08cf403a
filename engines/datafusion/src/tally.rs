//! The subjects of one group, arm or cause: rows that wait, counts of whole days, and the risk tables of rows that were folded.
//!
//! A small group is its rows, an integer each; most groups of a query with many stay so. From 4,096 rows on, and whenever their
//! number has doubled, they are looked at. Tables are merged so that their sizes fall geometrically: every row takes part in few
//! merges, in whatever pieces it arrives.

use datafusion_common::{Result, exec_err};
use greenwood::survival::data::{NearTies, RightCensored, Weights};
use greenwood::survival::risk_table::RiskTable;

use crate::arguments::{Row, Task};
use crate::state::failed;

/// From so many rows on a group is looked at: can it be counted, or folded?
const FOLD: usize = 1 << 12;

/// Whole times below this are counted by their place.
const DAYS: usize = 1 << 16;

/// A row as one integer, which grows with its time: times are at least 0, so that the sign bit is free.
#[inline]
fn key(time: f64, event: bool) -> u64 {
    (time.to_bits() << 1) | u64::from(event)
}

fn time_of(key: u64) -> f64 {
    f64::from_bits(key >> 1)
}

/// The place of a whole time.
#[inline]
#[allow(clippy::cast_sign_loss, reason = "what is below 0 becomes 0, which is another time")]
fn day(time: f64) -> Option<usize> {
    let day = time as u32;
    (f64::from(day) == time).then_some(day as usize)
}

/// The subjects of one group, arm or cause.
///
/// A group starts as its rows. When there are many of them it is looked at: whole times are counted from then on, times that
/// repeat are folded into a table, times that do not repeat stay as they are.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The rows that wait. With late entries or weights they stand in the order of those.
    keys: Vec<u64>,
    /// What few groups have.
    more: Option<Box<More>>,
}

#[derive(Debug, Default)]
struct More {
    /// Censored and events at each whole time.
    days: Vec<[u32; 2]>,
    /// Rows counted there.
    counted: u32,
    /// Empty where nobody enters late, or rows have no weights.
    entry: Vec<f64>,
    weight: Vec<f64>,
    tables: Vec<RiskTable>,
    /// Times in the tables.
    rows: usize,
}

impl Tally {
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// A subject who is there from the start and counts once. Returns by how many bytes the memory grew.
    #[inline]
    pub(crate) fn push_plain(&mut self, task: &Task, time: f64, event: bool) -> Result<isize> {
        if let Some(more) = &mut self.more
            && let Some(counts) = day(time).and_then(|day| more.days.get_mut(day))
            && more.counted < u32::MAX
        {
            counts[usize::from(event)] += 1;
            more.counted += 1;
            return Ok(0);
        }
        let grown = if self.keys.len() == self.keys.capacity() { self.grow(task)? } else { 0 };
        self.keys.push(key(time, event));
        Ok(grown)
    }

    pub(crate) fn push(&mut self, task: &Task, row: &Row) -> Result<isize> {
        if row.weight == 0.0 {
            return Ok(0);
        }
        let grown = self.push_plain(task, row.time, row.event)?;
        if task.has_entry() {
            self.more().entry.push(row.entry);
        }
        if task.has_weights() {
            self.more().weight.push(row.weight);
        }
        Ok(grown)
    }

    /// Makes room for rows.
    #[cold]
    fn grow(&mut self, task: &Task) -> Result<isize> {
        let before = self.bytes(task) as isize;
        if self.keys.len() >= FOLD {
            if task.has_entry() || task.has_weights() {
                if self.keys.len() >= self.more().rows {
                    self.fold(task)?;
                }
            } else if !self.count()? {
                self.fold_if_times_repeat(task)?;
            }
        }
        self.keys.reserve(self.keys.len().max(4));
        Ok(self.bytes(task) as isize - before)
    }

    /// Counts the rows that wait, if their times are whole.
    fn count(&mut self) -> Result<bool> {
        let mut last = 0;
        for &key in &self.keys {
            match day(time_of(key)) {
                Some(day) if day < DAYS => last = last.max(day),
                _ => return Ok(false),
            }
        }
        let keys = std::mem::take(&mut self.keys);
        let more = self.more();
        let Some(counted) = u32::try_from(keys.len()).ok().and_then(|n| more.counted.checked_add(n)) else {
            return exec_err!("there are more than {} rows in a group: divide it", u32::MAX);
        };
        more.counted = counted;
        if more.days.len() <= last {
            more.days.resize((last + 1).next_power_of_two(), [0; 2]);
        }
        for key in keys {
            if let Some(day) = day(time_of(key)) {
                more.days[day][(key & 1) as usize] += 1;
            }
        }
        Ok(true)
    }

    /// Rows of which few are at one time need no table.
    fn fold_if_times_repeat(&mut self, task: &Task) -> Result<()> {
        self.sort();
        let times = self.keys.chunk_by(|a, b| a >> 1 == b >> 1).count();
        if 2 * times <= self.keys.len() { self.fold(task) } else { Ok(()) }
    }

    #[allow(clippy::stable_sort_primitive, reason = "a stable sort merges runs")]
    fn sort(&mut self) {
        // Many rows are runs in order, which a stable sort merges.
        if self.keys.len() > 1 << 16 { self.keys.sort() } else { self.keys.sort_unstable() }
    }

    /// Makes a table of the rows that wait.
    fn fold(&mut self, task: &Task) -> Result<()> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let table = self.table_of_rows(task, NearTies::Exact).map_err(|e| failed(task, e))?;
        self.keys.clear();
        if let Some(more) = &mut self.more {
            more.entry.clear();
            more.weight.clear();
        }
        self.absorb(task, table)
    }

    /// The table of the rows that wait.
    fn table_of_rows(&mut self, task: &Task, near_ties: NearTies) -> greenwood::Result<RiskTable> {
        if self.keys.is_empty() {
            return Ok(RiskTable::default());
        }
        if !task.has_entry() && !task.has_weights() {
            self.sort();
            let times = self.keys.chunk_by(|a, b| a >> 1 == b >> 1);
            return RiskTable::from_counts(
                times.map(|same| {
                    let events = same.iter().map(|key| (key & 1) as u32).sum();
                    (time_of(same[0]), events, same.len() as u32 - events)
                }),
                near_ties,
            );
        }
        let time: Vec<f64> = self.keys.iter().map(|&key| time_of(key)).collect();
        let event: Vec<bool> = self.keys.iter().map(|key| key & 1 == 1).collect();
        let mut data = RightCensored::new(&time, &event)?.with_near_ties(NearTies::Exact)?;
        if let Some(more) = self.more.as_deref() {
            if !more.entry.is_empty() {
                data = data.with_entry(&more.entry)?;
            }
            if !more.weight.is_empty() {
                data = data.with_weights(Weights::replication(&more.weight))?;
            }
        }
        let table = RiskTable::new(&data);
        Ok(if near_ties == NearTies::Merge { table.merge_near_ties() } else { table })
    }

    fn absorb(&mut self, task: &Task, table: RiskTable) -> Result<()> {
        let more = self.more();
        let mut table = table;
        while let Some(last) = more.tables.pop_if(|last| last.len() <= 2 * table.len()) {
            table = last.merge(&table).map_err(|e| failed(task, e))?;
        }
        more.tables.push(table);
        more.rows = more.tables.iter().map(RiskTable::len).sum();
        Ok(())
    }

    /// Takes in the table of another part.
    pub(crate) fn merge(&mut self, task: &Task, table: &RiskTable) -> Result<()> {
        if table.is_empty() {
            return Ok(());
        }
        // Few subjects at a time are rows again.
        if table.subjects() <= 2 * table.len() && !task.has_entry() && !task.has_weights() {
            let room = self.keys.capacity() - self.keys.len();
            if self.keys.is_empty() && room < table.subjects() {
                self.keys.reserve_exact(table.subjects());
            }
            for row in table.rows() {
                for leaving in 0..row.event_subjects + row.censored_subjects {
                    self.push_plain(task, row.time, leaving < row.event_subjects)?;
                }
            }
            return Ok(());
        }
        self.absorb(task, table.clone())
    }

    /// The table of all. Rows stay as they are, so that more can come.
    pub(crate) fn table(&mut self, task: &Task, near_ties: NearTies) -> Result<RiskTable> {
        let said = |e: greenwood::Error| failed(task, e);
        let Some(more) = &mut self.more else { return self.table_of_rows(task, near_ties).map_err(said) };
        if more.tables.len() > 1 {
            more.tables = vec![RiskTable::merge_all(&more.tables).map_err(said)?];
        }
        let mut parts = more.tables.clone();
        if more.counted > 0 {
            let days = more.days.iter().enumerate();
            let counts = days.map(|(day, &[censored, events])| (day as f64, events, censored));
            parts.push(RiskTable::from_counts(counts, NearTies::Exact).map_err(said)?);
        }
        if parts.is_empty() {
            return self.table_of_rows(task, near_ties).map_err(said);
        }
        if !self.keys.is_empty() {
            parts.push(self.table_of_rows(task, NearTies::Exact).map_err(said)?);
        }
        let whole = match parts.as_slice() {
            [_] => parts.remove(0),
            _ => RiskTable::merge_all(&parts).map_err(said)?,
        };
        Ok(if near_ties == NearTies::Merge { whole.merge_near_ties() } else { whole })
    }

    /// About how many bytes of memory this takes.
    pub(crate) fn bytes(&self, task: &Task) -> usize {
        let more = self.more.as_ref().map_or(0, |more| {
            let per_time = if task.has_weights() { 56 } else { 16 } + if task.has_entry() { 4 } else { 0 };
            size_of::<More>()
                + 8 * (more.days.capacity() + more.entry.capacity() + more.weight.capacity())
                + per_time * more.rows
        });
        8 * self.keys.capacity() + more
    }
}
