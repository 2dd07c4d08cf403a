//! The state of a group: rows that wait, and the risk tables of those that were folded.
//!
//! Rows are folded into a table when there are as many of them as the tables have times (16,384 at least). Tables are merged
//! so that their sizes fall geometrically: every row takes part in few merges, in whatever pieces it arrives.

use std::collections::HashMap;

use datafusion_common::{DataFusionError, Result, exec_err};
use greenwood::survival::data::{NearTies, RightCensored, Weights};
use greenwood::survival::risk_table::{RiskTable, RiskTables};

use crate::arguments::{Row, Task};

const FOLD: usize = 1 << 14;

/// A state with so few rows is taken as rows again.
const FEW: usize = 4;

pub(crate) fn failed(task: &Task, error: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {error}", task.function))
}

/// The subjects of one group, arm or cause.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    time: Vec<f64>,
    event: Vec<bool>,
    /// Empty where nobody enters late, or rows have no weights.
    entry: Vec<f64>,
    weight: Vec<f64>,
    tables: Vec<RiskTable>,
    /// Times in the tables.
    rows: usize,
}

impl Tally {
    /// A subject who is there from the start and counts once.
    #[inline]
    pub(crate) fn push_plain(&mut self, task: &Task, time: f64, event: bool) -> Result<()> {
        self.time.push(time);
        self.event.push(event);
        if self.time.len() >= FOLD { self.fold_if_many(task) } else { Ok(()) }
    }

    pub(crate) fn push(&mut self, task: &Task, row: &Row) -> Result<()> {
        if row.weight == 0.0 {
            return Ok(());
        }
        if task.has_entry() {
            self.entry.push(row.entry);
        }
        if task.has_weights() {
            self.weight.push(row.weight);
        }
        self.push_plain(task, row.time, row.event)
    }

    #[cold]
    fn fold_if_many(&mut self, task: &Task) -> Result<()> {
        if self.time.len() >= self.rows { self.fold(task) } else { Ok(()) }
    }

    /// Makes a table of the rows that wait.
    fn fold(&mut self, task: &Task) -> Result<()> {
        if self.time.is_empty() {
            return Ok(());
        }
        let table = self.table_of_rows().map_err(|e| failed(task, e))?;
        self.time.clear();
        self.event.clear();
        self.entry.clear();
        self.weight.clear();
        self.absorb(task, table)
    }

    fn table_of_rows(&self) -> greenwood::Result<RiskTable> {
        let mut data = RightCensored::new(&self.time, &self.event)?.with_near_ties(NearTies::Exact)?;
        if !self.entry.is_empty() {
            data = data.with_entry(&self.entry)?;
        }
        if !self.weight.is_empty() {
            data = data.with_weights(Weights::replication(&self.weight))?;
        }
        Ok(RiskTable::new(&data))
    }

    fn absorb(&mut self, task: &Task, table: RiskTable) -> Result<()> {
        let mut table = table;
        while let Some(last) = self.tables.pop_if(|last| last.len() <= 2 * table.len()) {
            table = last.merge(&table).map_err(|e| failed(task, e))?;
        }
        self.tables.push(table);
        self.rows = self.tables.iter().map(RiskTable::len).sum();
        Ok(())
    }

    /// Takes in the table of another part.
    pub(crate) fn merge(&mut self, task: &Task, table: RiskTable) -> Result<()> {
        if table.is_empty() {
            return Ok(());
        }
        if table.subjects() <= FEW && !task.has_entry() && !task.has_weights() {
            for row in table.rows() {
                for leaving in 0..row.event_subjects + row.censored_subjects {
                    self.push_plain(task, row.time, leaving < row.event_subjects)?;
                }
            }
            return Ok(());
        }
        self.absorb(task, table)
    }

    /// The table of all, at exact times.
    pub(crate) fn table(&mut self, task: &Task) -> Result<&RiskTable> {
        self.fold(task)?;
        if self.tables.len() != 1 {
            let whole = RiskTable::merge_all(&self.tables).map_err(|e| failed(task, e))?;
            self.rows = whole.len();
            self.tables = vec![whole];
        }
        Ok(&self.tables[0])
    }

    /// About how many bytes of memory this takes.
    fn bytes(&self, task: &Task) -> usize {
        let per_time = if task.has_weights() { 56 } else { 16 } + if task.has_entry() { 4 } else { 0 };
        9 * self.time.capacity() + 8 * (self.entry.capacity() + self.weight.capacity()) + per_time * self.rows
    }
}

/// What a group of the query has so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// One where the function has no labels.
    cells: Vec<Tally>,
    /// The cell of each stratum and label.
    index: HashMap<Box<str>, HashMap<Box<str>, usize>>,
    pub(crate) skipped: i64,
}

impl State {
    pub(crate) fn only(&mut self) -> &mut Tally {
        if self.cells.is_empty() {
            self.cells.push(Tally::default());
        }
        &mut self.cells[0]
    }

    fn cell(&mut self, stratum: &str, label: &str) -> &mut Tally {
        let found = self.index.get(stratum).and_then(|labels| labels.get(label)).copied();
        let at = found.unwrap_or_else(|| {
            self.cells.push(Tally::default());
            self.index.entry(stratum.into()).or_default().insert(label.into(), self.cells.len() - 1);
            self.cells.len() - 1
        });
        &mut self.cells[at]
    }

    pub(crate) fn push(&mut self, task: &Task, row: Option<Row>) -> Result<()> {
        match row {
            None => {
                self.skipped += 1;
                Ok(())
            }
            Some(_) if task.quantity == crate::quantity::Quantity::Skipped => Ok(()),
            Some(row) if task.has_labels() => self.cell(row.stratum, row.label).push(task, &row),
            Some(row) => self.only().push(task, &row),
        }
    }

    /// The tables by label, at exact times, or `None` where there is nobody.
    pub(crate) fn tables(&mut self, task: &Task) -> Result<Option<RiskTables>> {
        if self.index.is_empty() {
            return Ok(None);
        }
        let mut strata: Vec<String> = self.index.keys().map(ToString::to_string).collect();
        let mut labels: Vec<String> =
            self.index.values().flat_map(|labels| labels.keys().map(ToString::to_string)).collect();
        strata.sort_unstable();
        labels.sort_unstable();
        labels.dedup();
        let mut tables = Vec::with_capacity(strata.len());
        for stratum in &strata {
            let mut of_stratum = Vec::with_capacity(labels.len());
            for label in &labels {
                let at = self.index[stratum.as_str()].get(label.as_str());
                of_stratum.push(match at {
                    Some(&at) => self.cells[at].table(task)?.clone(),
                    None => RiskTable::default(),
                });
            }
            tables.push(of_stratum);
        }
        let strata = task.has_strata().then_some(strata);
        RiskTables::from_tables(labels, strata, tables).map(Some).map_err(|e| failed(task, e))
    }

    /// The state as it is handed on; `None` for nobody.
    pub(crate) fn encode(&mut self, task: &Task) -> Result<Option<Vec<u8>>> {
        let (bytes, times) = if task.has_labels() {
            let Some(tables) = self.tables(task)? else { return Ok(None) };
            (tables.encode(), tables.tables().iter().flatten().map(RiskTable::len).sum())
        } else if self.cells.is_empty() {
            return Ok(None);
        } else {
            let table = self.only().table(task)?;
            if table.is_empty() {
                return Ok(None);
            }
            (table.encode(), table.len())
        };
        if bytes.len() > task.options.max_state_bytes {
            return exec_err!(
                "{}: the state of a group takes {} bytes for its {times} distinct times, above the limit of {}. Round the \
                 times, for instance to days, or raise max_state_bytes and, on a cluster, the size of its messages",
                task.function,
                bytes.len(),
                task.options.max_state_bytes
            );
        }
        Ok(Some(bytes))
    }

    /// Takes in a state that was handed on.
    pub(crate) fn merge(&mut self, task: &Task, bytes: &[u8]) -> Result<()> {
        if !task.has_labels() {
            let table = RiskTable::decode(bytes).map_err(|e| failed(task, e))?;
            return self.only().merge(task, table);
        }
        let tables = RiskTables::decode(bytes).map_err(|e| failed(task, e))?;
        for (s, of_stratum) in tables.tables().iter().enumerate() {
            let stratum = tables.strata().map_or("", |strata| &strata[s]);
            for (label, table) in tables.labels().into_iter().zip(of_stratum).filter(|(_, t)| !t.is_empty()) {
                self.cell(stratum, label).merge(task, table.clone())?;
            }
        }
        Ok(())
    }

    /// About how many bytes of memory this takes.
    pub(crate) fn bytes(&self, task: &Task) -> usize {
        let cells: usize = self.cells.iter().map(|cell| size_of::<Tally>() + cell.bytes(task)).sum();
        size_of::<Self>() + cells + 96 * self.index.values().map(HashMap::len).sum::<usize>()
    }
}
