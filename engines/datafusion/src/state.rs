//! The state of a group of the query: the subjects of all, or of each arm or cause within strata; how it is handed on.

use std::collections::HashMap;

use datafusion_common::{DataFusionError, Result, exec_err};
use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::{RiskTable, RiskTables};

use crate::arguments::{Row, Task};
use crate::tally::Tally;

/// The memory of a label in the index, about.
const OF_LABEL: usize = 96;

pub(crate) fn failed(task: &Task, error: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {error}", task.function))
}

/// What a group of the query has so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    only: Tally,
    labelled: Option<Box<Labelled>>,
    pub(crate) skipped: i64,
}

/// Arms or causes, within strata if there are any.
#[derive(Debug, Default)]
struct Labelled {
    cells: Vec<Tally>,
    /// The cell of each stratum and label.
    index: HashMap<Box<str>, HashMap<Box<str>, usize>>,
}

impl Labelled {
    fn cell(&mut self, stratum: &str, label: &str) -> &mut Tally {
        let found = self.index.get(stratum).and_then(|labels| labels.get(label)).copied();
        let at = found.unwrap_or_else(|| {
            self.cells.push(Tally::default());
            self.index.entry(stratum.into()).or_default().insert(label.into(), self.cells.len() - 1);
            self.cells.len() - 1
        });
        &mut self.cells[at]
    }
}

impl State {
    /// The subjects of a function without labels.
    pub(crate) fn only(&mut self) -> &mut Tally {
        &mut self.only
    }

    fn cell(&mut self, stratum: &str, label: &str) -> &mut Tally {
        self.labelled.get_or_insert_default().cell(stratum, label)
    }

    /// Adds a row, `None` being one that is left out. Returns by how many bytes the memory grew.
    pub(crate) fn push(&mut self, task: &Task, row: Option<Row>) -> Result<isize> {
        match row {
            None => {
                self.skipped += 1;
                Ok(0)
            }
            Some(_) if task.quantity == crate::quantity::Quantity::Skipped => Ok(0),
            Some(row) if task.has_labels() => {
                let labelled = self.labelled.get_or_insert_default();
                let before = labelled.cells.len();
                let grown = labelled.cell(row.stratum, row.label).push(task, &row)?;
                let cells = labelled.cells.len() - before;
                Ok(grown + (cells * (size_of::<Tally>() + OF_LABEL)) as isize)
            }
            Some(row) => self.only.push(task, &row),
        }
    }

    /// The tables by label, at exact times, or `None` where there is nobody.
    pub(crate) fn tables(&mut self, task: &Task) -> Result<Option<RiskTables>> {
        let Some(labelled) = self.labelled.as_deref_mut() else { return Ok(None) };
        let index = &labelled.index;
        let mut strata: Vec<String> = index.keys().map(ToString::to_string).collect();
        let mut labels: Vec<String> =
            index.values().flat_map(|labels| labels.keys().map(ToString::to_string)).collect();
        strata.sort_unstable();
        labels.sort_unstable();
        labels.dedup();
        let mut tables = Vec::with_capacity(strata.len());
        for stratum in &strata {
            let mut of_stratum = Vec::with_capacity(labels.len());
            for label in &labels {
                let at = index[stratum.as_str()].get(label.as_str());
                of_stratum.push(match at {
                    Some(&at) => labelled.cells[at].table(task, NearTies::Exact)?,
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
        } else {
            let table = self.only.table(task, NearTies::Exact)?;
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
    pub(crate) fn merge(&mut self, task: &Task, bytes: &[u8]) -> Result<isize> {
        let before = self.bytes(task) as isize;
        if task.has_labels() {
            let tables = RiskTables::decode(bytes).map_err(|e| failed(task, e))?;
            for (s, of_stratum) in tables.tables().iter().enumerate() {
                let stratum = tables.strata().map_or("", |strata| &strata[s]);
                for (label, table) in
                    tables.labels().into_iter().zip(of_stratum).filter(|(_, t)| !t.is_empty())
                {
                    self.cell(stratum, label).merge(task, table)?;
                }
            }
        } else {
            let table = RiskTable::decode(bytes).map_err(|e| failed(task, e))?;
            self.only.merge(task, &table)?;
        }
        Ok(self.bytes(task) as isize - before)
    }

    /// About how many bytes of memory this takes.
    pub(crate) fn bytes(&self, task: &Task) -> usize {
        let labelled = self.labelled.as_ref().map_or(0, |labelled| {
            let cells: usize = labelled.cells.iter().map(|cell| size_of::<Tally>() + cell.bytes(task)).sum();
            cells + OF_LABEL * labelled.index.values().map(HashMap::len).sum::<usize>()
        });
        size_of::<Self>() + self.only.bytes(task) + labelled
    }
}
