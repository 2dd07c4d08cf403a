//! A batch as data.

use std::borrow::Cow;

use arrow_array::RecordBatch;

use crate::columns::dates;
use crate::columns::description::{Clock, Columns, Nulls, WeightKind, check_causes, same};
use crate::columns::labels::Labels;
use crate::columns::numbers::numbers;
use crate::columns::rows::Rows;
use crate::error::{Error, FileError, Result};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// What [`Columns::read`] made of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnData<'a> {
    data: RightCensored<'a>,
    groups: Option<Groups>,
    skipped: usize,
}

impl<'a> ColumnData<'a> {
    /// The observations.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'a> {
        &self.data
    }

    /// The groups, if a column of groups was named.
    #[must_use]
    pub fn groups(&self) -> Option<&Groups> {
        self.groups.as_ref()
    }

    /// How many rows were left out for a null ([`Nulls::Skip`]).
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The observations and the groups.
    #[must_use]
    pub fn into_parts(self) -> (RightCensored<'a>, Option<Groups>) {
        (self.data, self.groups)
    }
}

impl Columns {
    /// The data in these columns of a batch: times without nulls are borrowed where they are `Float64`.
    ///
    /// # Errors
    /// [`FileError::UnknownColumn`](crate::FileError::UnknownColumn), [`FileError::DuplicateColumn`](crate::FileError::DuplicateColumn), [`FileError::ColumnType`](crate::FileError::ColumnType),
    /// [`FileError::NullValue`](crate::FileError::NullValue); [`FileError::ColumnValue`](crate::FileError::ColumnValue) for a value that cannot be
    /// a time, an event or a weight, with its column and row; [`Error::Empty`] for a batch without rows, or without complete
    /// ones; [`Error::DuplicateName`] for a code that is both the event and a censoring; those of [`RightCensored`].
    pub fn read<'a>(&self, batch: &'a RecordBatch) -> Result<ColumnData<'a>> {
        if self.causes.is_some() {
            return Err(Error::Unsupported {
                method: "right-censored data",
                with: "a description with causes",
                why: "one event is not several: read `CompetingRisks::from_record_batch`, or name the event's codes",
            });
        }
        self.codes.check()?;
        let rows = Rows::complete(batch, &self.names(), self.nulls)?;
        let event = rows.events(&self.event, &self.codes)?;
        let data = RightCensored::new(self.times(&rows, &self.time)?, event);
        let data = data.map_err(|e| self.explained(&rows, e))?.with_near_ties(self.near_ties)?;
        let data = self.further(data, &rows)?;
        let groups = self.groups.as_ref().map(|column| rows.groups(column)).transpose()?;
        Ok(ColumnData { data, groups, skipped: batch.num_rows() - rows.len() })
    }

    /// The outcomes in these columns of a batch, with the groups and the number of rows left out.
    pub(super) fn read_causes<'a>(
        &self,
        batch: &'a RecordBatch,
    ) -> Result<(CompetingRisks<'a>, Option<Groups>, usize)> {
        let Some((causes, censored)) = &self.causes else {
            return Err(Error::Unsupported {
                method: "competing risks",
                with: "a description without causes",
                why: "which codes are causes cannot be guessed: name them with `Columns::causes`",
            });
        };
        check_causes(causes, censored)?;
        let rows = Rows::complete(batch, &self.names(), self.nulls)?;
        let Labels { codes, texts } = rows.labels(&self.event)?;
        // For each label the code of its cause, 0 where it is the censoring, or neither.
        let code = |text: &String| causes.iter().position(|c| same(c, text)).map(|i| i as u32 + 1);
        let meaning: Vec<Option<u32>> =
            texts.iter().map(|t| code(t).or_else(|| same(censored, t).then_some(0))).collect();
        let one = |(row, &code): (usize, &u32)| {
            meaning[code as usize].ok_or_else(|| {
                let listed: Vec<String> = causes.iter().map(|c| format!("\"{c}\"")).collect();
                let must_be = format!("a cause ({}) or \"{censored}\" (censored)", listed.join(", "));
                rows.unmapped(&self.event, row, &texts[code as usize], must_be)
            })
        };
        let codes = codes.iter().enumerate().map(one).collect::<Result<Vec<u32>>>()?;
        let data = CompetingRisks::from_codes(self.times(&rows, &self.time)?, codes, causes.clone())
            .map_err(|e| self.explained(&rows, e))?
            .with_near_ties(self.near_ties)?;
        let data = data.map_any(|any| self.further(any, &rows))?;
        let groups = self.groups.as_ref().map(|column| rows.groups(column)).transpose()?;
        Ok((data, groups, batch.num_rows() - rows.len()))
    }

    /// Times as the clock counts them.
    fn times<'a>(&self, rows: &Rows<'a>, column: &str) -> Result<Cow<'a, [f64]>> {
        let array = rows.column(column)?;
        let times = match &self.clock {
            Clock::Numbers => numbers(column, array)?,
            Clock::Since { start, unit, inclusive } => {
                let from = (start.as_str(), rows.column(start)?);
                Cow::Owned(dates::between(from, (column, array), *unit, *inclusive)?)
            }
            Clock::Durations(unit) => Cow::Owned(dates::durations(column, array, *unit)?),
        };
        Ok(rows.kept(times))
    }

    fn further<'a>(&self, mut data: RightCensored<'a>, rows: &Rows<'a>) -> Result<RightCensored<'a>> {
        if let Some(column) = &self.entry {
            data = data.with_entry(self.times(rows, column)?).map_err(|e| self.explained(rows, e))?;
        }
        if let Some((column, kind)) = &self.weight {
            let weights = rows.kept(numbers(column, rows.column(column)?)?);
            let weights = match kind {
                WeightKind::Replication => Weights::replication(weights),
                WeightKind::Sampling => Weights::sampling(weights),
            };
            let add = if self.part { RightCensored::with_part_weights } else { RightCensored::with_weights };
            data = add(data, weights).map_err(|e| self.explained(rows, e))?;
        }
        if let Some(column) = &self.strata {
            data = data.with_strata(rows.groups(column)?)?;
        }
        if let Some(column) = &self.cluster {
            data = data.with_clusters(rows.groups(column)?.codes())?;
        }
        if let Some(column) = &self.id {
            let ids = rows.groups(column)?;
            let names: Vec<&String> = ids.codes().iter().map(|&c| &ids.labels()[c as usize]).collect();
            data = data.with_ids(&names).map_err(|e| self.explained(rows, e))?;
        }
        Ok(data)
    }

    /// What the data refuse, with the column's name and the row of the batch.
    fn explained(&self, rows: &Rows, error: Error) -> Error {
        let at = |column: &str, index: usize, value: String, must_be: &str| {
            Error::File(FileError::ColumnValue {
                column: column.into(),
                row: rows.original(index),
                value,
                must_be: must_be.into(),
            })
        };
        let entry = self.entry.as_deref().unwrap_or(&self.time);
        match error {
            Error::InvalidTime { argument, index, value } => {
                let column = if argument == "entry" { entry } else { &self.time };
                at(column, index, value.to_string(), "a time, finite and at least 0")
            }
            Error::InvalidWeight { index, value } => {
                let column = self.weight.as_ref().map_or("", |(column, _)| column);
                at(column, index, value.to_string(), "a weight, finite and at least 0")
            }
            Error::EmptyInterval { index, entry: value, time }
            | Error::NearTieInterval { index, entry: value, time } => {
                let must_be =
                    format!("before the end of observation, which is {time} (by more than rounding error)");
                at(entry, index, value.to_string(), &must_be)
            }
            Error::OverlappingRows { id, first, second, intervals } => {
                let (first, second) = (rows.original(first), rows.original(second));
                Error::OverlappingRows { id, first, second, intervals }
            }
            Error::DuplicateInterval { id, first, second, entry, time } => {
                let (first, second) = (rows.original(first), rows.original(second));
                Error::DuplicateInterval { id, first, second, entry, time }
            }
            other => other,
        }
    }
}

impl<'a> RightCensored<'a> {
    /// The data in the described columns of a batch (feature `arrow`). [`Columns::read`] gives the groups and the number of rows left
    /// out too.
    ///
    /// # Errors
    /// Those of [`Columns::read`].
    pub fn from_record_batch(batch: &'a RecordBatch, columns: &Columns) -> Result<Self> {
        Ok(columns.read(batch)?.data)
    }
}

impl<'a> CompetingRisks<'a> {
    /// The data in the described columns of a batch, whose event column holds the causes that [`Columns::causes`] names
    /// (feature `arrow`).
    ///
    /// # Errors
    /// As [`Columns::read`]; [`Error::Unsupported`] where the description names no causes; [`Error::DuplicateName`] where two
    /// causes, or a cause and the censoring, are one code.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use greenwood::arrow_array::{Float64Array, Int32Array, RecordBatch};
    /// use greenwood::columns::Columns;
    /// use greenwood::survival::CompetingRisks;
    ///
    /// let batch = RecordBatch::try_from_iter([
    ///     ("months", Arc::new(Float64Array::from(vec![5.0, 8.0, 9.0])) as _),
    ///     ("outcome", Arc::new(Int32Array::from(vec![2, 0, 1])) as _),
    /// ])
    /// .unwrap();
    /// let columns = Columns::new("months", "outcome").causes(&["1", "2"], "0");
    /// let data = CompetingRisks::from_record_batch(&batch, &columns)?;
    /// assert_eq!(data.codes(), [2, 0, 1]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_record_batch(batch: &'a RecordBatch, columns: &Columns) -> Result<Self> {
        Ok(columns.read_causes(batch)?.0)
    }
}

impl IntervalCensored<'_> {
    /// The data in two columns of limits, a null being no limit (feature `arrow`): a lower one is left censored, an upper one right
    /// censored. See [`IntervalCensored::interval2`].
    ///
    /// # Errors
    /// [`FileError::UnknownColumn`](crate::FileError::UnknownColumn), [`FileError::ColumnType`](crate::FileError::ColumnType), [`FileError::ColumnValue`](crate::FileError::ColumnValue); those of
    /// [`interval2`](IntervalCensored::interval2).
    pub fn from_record_batch(
        batch: &RecordBatch,
        lower: &str,
        upper: &str,
    ) -> Result<IntervalCensored<'static>> {
        let rows = Rows::all(batch);
        let limits = |column: &str| -> Result<Vec<f64>> {
            let array = rows.column(column)?;
            let mut values = numbers(column, array)?.into_owned();
            if let Some(nulls) = array.logical_nulls() {
                values
                    .iter_mut()
                    .enumerate()
                    .filter(|(i, _)| nulls.is_null(*i))
                    .for_each(|(_, x)| *x = f64::NAN);
            }
            Ok(values)
        };
        IntervalCensored::interval2(limits(lower)?, limits(upper)?)
    }
}

impl Groups {
    /// The groups in a column of a batch (feature `arrow`): those that rows have, numbered in the order in which they first
    /// appear.
    ///
    /// # Errors
    /// [`FileError::UnknownColumn`](crate::FileError::UnknownColumn), [`FileError::ColumnType`](crate::FileError::ColumnType), [`FileError::NullValue`](crate::FileError::NullValue); [`Error::Empty`] for a batch without rows.
    pub fn from_record_batch(batch: &RecordBatch, column: &str) -> Result<Self> {
        Rows::complete(batch, &[column], Nulls::Refuse)?.groups(column)
    }
}
