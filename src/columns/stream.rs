//! Batches one after the other become risk tables: memory for the distinct times, not for the rows.

use arrow_array::RecordBatch;

use crate::columns::description::{Columns, Nulls, WeightKind};
use crate::error::{Error, FileError, Result, TableError};
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::{CompetingRiskTables, RiskTable, RiskTables, by_cause, put_together};

/// Risk tables of a stream of batches, by group and stratum.
///
/// Each batch becomes tables, and tables merge: what is kept is 16 bytes for each distinct time of each group (whole days:
/// some hundred kilobytes, however many rows), never the rows. The result is that of all rows at once, bit for bit, in any
/// order of the batches and rows (with replication weights as far as
/// [`RiskTable::merge_all`](crate::survival::RiskTable::merge_all) says). Times that are all
/// distinct are as many as the rows: put them on a grid ([`RiskTable::on_grid`](crate::survival::RiskTable::on_grid)) where
/// that is too much.
///
/// Without a column of groups there is one group, `all`. Clusters, sampling weights and ids are refused: a robust
/// variance, and a check across rows, need every row.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use greenwood::arrow_array::{BooleanArray, Int32Array, RecordBatch};
/// use greenwood::columns::{Columns, TableStream};
/// use greenwood::survival::KaplanMeier;
///
/// let batch = |days: Vec<i32>, died: Vec<bool>| {
///     RecordBatch::try_from_iter([
///         ("days", Arc::new(Int32Array::from(days)) as _),
///         ("died", Arc::new(BooleanArray::from(died)) as _),
///     ])
///     .unwrap()
/// };
/// let mut stream = TableStream::new(&Columns::new("days", "died"));
/// stream.push(&batch(vec![6, 9], vec![true, false]))?;
/// stream.push(&batch(vec![7, 9], vec![true, true]))?;
/// let tables = stream.finish()?;
/// assert_eq!(KaplanMeier::from_table(tables.table("all")?.clone()).at(7.0).value()?, 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "the tables come from `finish`"]
pub struct TableStream {
    columns: Columns,
    /// The tables of stretches of batches: each much larger than the next.
    parts: Vec<RiskTables>,
    near_ties: NearTies,
    grid: Option<f64>,
    rows: usize,
    /// Where the next batch starts, for errors: in a file, or in the stream.
    place: usize,
    skipped: usize,
    /// Does the event column hold causes? Then there is a table for each group and cause.
    by_cause: bool,
}

impl TableStream {
    /// A stream of batches with these columns.
    pub fn new(columns: &Columns) -> Self {
        // Near ties are judged once, over the whole.
        let near_ties = columns.near_ties;
        let columns = Columns { part: true, near_ties: NearTies::Exact, ..columns.clone() };
        Self {
            columns,
            parts: Vec::new(),
            near_ties,
            grid: None,
            rows: 0,
            place: 0,
            skipped: 0,
            by_cause: false,
        }
    }

    /// Puts times on a grid as they come, so that memory is bounded whatever the times: see
    /// [`RiskTable::on_grid`](crate::survival::RiskTable::on_grid) for what this does to a curve.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the width is not positive.
    pub fn on_grid(mut self, width: f64) -> Result<Self> {
        RiskTable::default().on_grid(width)?;
        self.grid = Some(width);
        Ok(self)
    }

    /// Adds the rows of a batch. A batch without rows, or without complete ones where nulls are skipped, adds nothing.
    ///
    /// # Errors
    /// Those of [`Columns::read`], rows being counted over all batches; [`Error::Unsupported`] with clusters, ids or sampling
    /// weights. What was pushed before remains.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        self.check_table_suffices()?;
        let (tables, skipped) = match self.tables_of(batch) {
            Err(Error::Empty { .. }) if batch.num_rows() == 0 || self.columns.nulls == Nulls::Skip => {
                self.skipped += batch.num_rows();
                self.counted(batch);
                return Ok(());
            }
            tables => tables.map_err(|e| further_on(e, self.place))?,
        };
        self.counted(batch);
        self.skipped += skipped;
        self.parts.push(match self.grid {
            Some(width) => tables.on_grid(width)?,
            None => tables,
        });
        self.fold()
    }

    /// The tables of a batch, and how many of its rows were left out.
    fn tables_of(&self, batch: &RecordBatch) -> Result<(RiskTables, usize)> {
        let or_all = |groups: Option<Groups>, rows: usize| {
            groups.unwrap_or_else(|| Groups::from_parts(vec![0; rows], vec!["all".into()]))
        };
        if self.by_cause {
            let (data, groups, skipped) = self.columns.read_causes(batch)?;
            let groups = or_all(groups, data.len());
            return Ok((by_cause(&data, &groups)?, skipped));
        }
        let read = self.columns.read(batch)?;
        let skipped = read.skipped();
        let (data, groups) = read.into_parts();
        let groups = or_all(groups, data.len());
        Ok((RiskTables::new(&data, &groups)?, skipped))
    }

    fn counted(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        self.place += batch.num_rows();
    }

    #[cfg(feature = "parquet")]
    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Errors name the next row by this number.
    #[cfg(feature = "parquet")]
    pub(super) fn count_from(&mut self, row: usize) {
        self.place = row;
    }

    fn check_table_suffices(&self) -> Result<()> {
        let refused = |with: &'static str| {
            Err(Error::Unsupported {
                method: "risk tables of a stream",
                with,
                why: "they need every row at once: read all rows into one batch, and that with `Columns::read`",
            })
        };
        match &self.columns {
            Columns { cluster: Some(_), .. } => refused("clusters"),
            Columns { id: Some(_), .. } => refused("ids"),
            Columns { weight: Some((_, WeightKind::Sampling)), .. } => refused("sampling weights"),
            _ => Ok(()),
        }
    }

    /// Tables are merged with others of about their size: each row takes part in O(log n) merges.
    fn fold(&mut self) -> Result<()> {
        while let [.., before, last] = self.parts.as_slice()
            && size(before) < 2 * size(last)
        {
            let merged = before.merge(last)?;
            self.parts.truncate(self.parts.len() - 2);
            self.parts.push(merged);
        }
        Ok(())
    }

    /// Adds all that another stream of the same columns has seen: streams of threads, files or machines.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the other stream reads other columns, codes or units, or has another grid or rule for near
    /// ties; [`Error::TooManyRows`].
    pub fn merge(&mut self, other: Self) -> Result<()> {
        if (&self.columns, self.near_ties, self.grid) != (&other.columns, other.near_ties, other.grid) {
            return Err(Error::Unsupported {
                method: "merging streams of batches",
                with: "another description of the columns, grid or rule for near ties",
                why: "their tables do not count the same: begin both streams with one description",
            });
        }
        self.rows += other.rows;
        self.skipped += other.skipped;
        for part in other.parts {
            self.parts.push(part);
            self.fold()?;
        }
        Ok(())
    }

    /// How many rows were pushed, those left out included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many rows were left out for a null ([`Nulls::Skip`]).
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The tables of all rows, near ties judged over all of them.
    ///
    /// # Errors
    /// [`Error::Empty`] where no batch had a complete row; [`Error::ZeroWeights`]; [`TableError::MixedWeights`](crate::TableError::MixedWeights), [`Error::TooManyRows`].
    pub fn finish(self) -> Result<RiskTables> {
        let near_ties = self.judged();
        let whole = self.whole()?;
        Ok(if near_ties == NearTies::Merge { whole.merge_near_ties() } else { whole })
    }

    /// Times of a grid are no near ties of each other.
    fn judged(&self) -> NearTies {
        if self.grid.is_some() { NearTies::Exact } else { self.near_ties }
    }

    /// The tables of all rows at exact times.
    fn whole(self) -> Result<RiskTables> {
        if self.parts.is_empty() {
            return Err(Error::Empty { argument: "the stream of batches" });
        }
        let whole = RiskTables::merge_all(&self.parts)?;
        let weightless = |t: &RiskTable| t.rows().all(|row| row.events == 0.0 && row.censored == 0.0);
        if self.columns.weight.is_some() && whole.tables().iter().flatten().all(weightless) {
            return Err(Error::ZeroWeights);
        }
        Ok(whole)
    }
}

/// The same for competing risks: each batch adds to one risk table for each group and cause.
///
/// What is kept is 16 bytes for each distinct time of each group and cause, never the rows; near ties are judged once, over all
/// groups and causes. The result is that of all rows at once, bit for bit, in any order of the batches and rows, as with
/// [`TableStream`]. The description must name the causes ([`Columns::causes`]).
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use greenwood::arrow_array::{Float64Array, Int32Array, RecordBatch};
/// use greenwood::columns::{Columns, CompetingTableStream};
/// use greenwood::survival::AalenJohansen;
///
/// let batch = |months: Vec<f64>, outcome: Vec<i32>| {
///     RecordBatch::try_from_iter([
///         ("months", Arc::new(Float64Array::from(months)) as _),
///         ("outcome", Arc::new(Int32Array::from(outcome)) as _),
///     ])
///     .unwrap()
/// };
/// let columns = Columns::new("months", "outcome").causes(&["1", "2"], "0");
/// let mut stream = CompetingTableStream::new(&columns);
/// stream.push(&batch(vec![5.0, 8.0], vec![2, 0]))?;
/// stream.push(&batch(vec![9.0, 3.0], vec![1, 1]))?;
/// let incidence = AalenJohansen::new().from_table(stream.finish()?.of_group("all")?);
/// assert_eq!(incidence.of("1")?.at(5.0).value()?, 0.25);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "the tables come from `finish`"]
pub struct CompetingTableStream {
    stream: TableStream,
}

impl CompetingTableStream {
    /// A stream of batches with these columns.
    pub fn new(columns: &Columns) -> Self {
        Self { stream: TableStream { by_cause: true, ..TableStream::new(columns) } }
    }

    /// Adds the rows of a batch. A batch without rows, or without complete ones where nulls are skipped, adds nothing.
    ///
    /// # Errors
    /// Those of [`TableStream::push`]; [`Error::Unsupported`] where the description names no causes; [`FileError::ColumnValue`](crate::FileError::ColumnValue) for a
    /// value that is neither a cause nor the censoring.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        self.stream.push(batch)
    }

    /// Adds all that another stream of the same columns has seen: streams of threads, files or machines.
    ///
    /// # Errors
    /// [`TableError::MixedCauses`](crate::TableError::MixedCauses); those of [`TableStream::merge`].
    pub fn merge(&mut self, other: Self) -> Result<()> {
        let names = |s: &Self| s.stream.columns.causes.clone().map_or_else(Vec::new, |(causes, _)| causes);
        let (left, right) = (names(self), names(&other));
        if left != right {
            return Err(Error::Table(TableError::MixedCauses {
                left: left.join(", "),
                right: right.join(", "),
            }));
        }
        self.stream.merge(other.stream)
    }

    /// How many rows were pushed, those left out included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.stream.rows
    }

    /// How many rows were left out for a null ([`Nulls::Skip`]).
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.stream.skipped
    }

    /// The tables of all rows, near ties judged over all of them.
    ///
    /// # Errors
    /// Those of [`TableStream::finish`].
    pub fn finish(self) -> Result<CompetingRiskTables> {
        let near_ties = self.stream.judged();
        let causes = self.stream.columns.causes.clone().map_or_else(Vec::new, |(causes, _)| causes);
        put_together(&self.stream.whole()?, &causes, near_ties)
    }

    #[cfg(feature = "parquet")]
    pub(super) fn inner(&self) -> &TableStream {
        &self.stream
    }

    #[cfg(feature = "parquet")]
    pub(super) fn of(stream: TableStream) -> Self {
        Self { stream }
    }
}

fn size(tables: &RiskTables) -> usize {
    tables.tables().iter().flatten().map(RiskTable::len).sum()
}

/// Rows are counted over all batches.
fn further_on(error: Error, rows: usize) -> Error {
    match error {
        Error::File(FileError::ColumnValue { column, row, value, must_be }) => {
            Error::File(FileError::ColumnValue { column, row: row + rows, value, must_be })
        }
        Error::File(FileError::NullValue { column, row }) => {
            Error::File(FileError::NullValue { column, row: row + rows })
        }
        other => other,
    }
}
