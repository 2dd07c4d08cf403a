//! The complete rows of a batch, and what their columns hold.

use std::borrow::Cow;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::Fields;

use crate::columns::description::{EventCodes, Nulls};
use crate::columns::events::plain_events;
use crate::columns::labels::{Labels, labels};
use crate::error::{Error, FileError, Result};
use crate::survival::data::groups::Groups;

/// The rows of a batch that are complete in the columns that are read.
pub(super) struct Rows<'a> {
    batch: &'a RecordBatch,
    /// Those kept, or `None` if all are.
    kept: Option<Vec<u32>>,
}

impl<'a> Rows<'a> {
    /// Every row, whatever its nulls.
    pub(super) fn all(batch: &'a RecordBatch) -> Self {
        Self { batch, kept: None }
    }

    pub(super) fn complete(batch: &'a RecordBatch, names: &[&str], nulls: Nulls) -> Result<Self> {
        let mut rows = Self::all(batch);
        if u32::try_from(batch.num_rows()).is_err() {
            return Err(Error::TooManyRows { rows: batch.num_rows() });
        }
        let mut valid: Option<NullBuffer> = None;
        for name in names {
            let array = rows.column(name)?;
            let nulls_here = array.logical_nulls().filter(|n| n.null_count() > 0);
            if let (Some(found), Nulls::Refuse) = (&nulls_here, nulls) {
                let row = (0..found.len()).find(|&i| found.is_null(i)).unwrap_or_default();
                return Err(Error::File(FileError::NullValue { column: (*name).into(), row }));
            }
            valid = NullBuffer::union(valid.as_ref(), nulls_here.as_ref());
        }
        rows.kept = valid.map(|v| (0..batch.num_rows() as u32).filter(|&i| v.is_valid(i as usize)).collect());
        if rows.len() == 0 {
            let argument = if batch.num_rows() == 0 { "the batch" } else { "the list of rows without nulls" };
            return Err(Error::Empty { argument });
        }
        Ok(rows)
    }

    pub(super) fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.batch.num_rows(), Vec::len)
    }

    /// The row of the batch that row `index` of the data is.
    pub(super) fn original(&self, index: usize) -> usize {
        self.kept.as_ref().map_or(index, |kept| kept[index] as usize)
    }

    pub(super) fn column(&self, name: &str) -> Result<&'a dyn Array> {
        Ok(self.batch.column(position(self.batch.schema_ref().fields(), name)?).as_ref())
    }

    pub(super) fn kept<T: Clone>(&self, values: Cow<'a, [T]>) -> Cow<'a, [T]> {
        match &self.kept {
            None => values,
            Some(kept) => kept.iter().map(|&i| values[i as usize].clone()).collect(),
        }
    }

    pub(super) fn labels(&self, column: &str) -> Result<Labels> {
        let Labels { codes, texts } = labels(column, self.column(column)?)?;
        Ok(Labels { codes: self.kept(Cow::Owned(codes)).into_owned(), texts })
    }

    pub(super) fn groups(&self, column: &str) -> Result<Groups> {
        Ok(self.labels(column)?.groups())
    }

    pub(super) fn events(&self, column: &str, codes: &EventCodes) -> Result<Vec<bool>> {
        let array = self.column(column)?;
        if *codes == EventCodes::default()
            && let Some(events) = plain_events(array)
        {
            return Ok(self.kept(Cow::Owned(events)).into_owned());
        }
        let Labels { codes: rows, texts } = self.labels(column)?;
        let meaning: Vec<Option<bool>> = texts.iter().map(|text| codes.of(text)).collect();
        let one = |(row, &code): (usize, &u32)| {
            meaning[code as usize]
                .ok_or_else(|| self.unmapped(column, row, &texts[code as usize], codes.must_be()))
        };
        rows.iter().enumerate().map(one).collect()
    }

    pub(super) fn unmapped(&self, column: &str, row: usize, value: &str, must_be: String) -> Error {
        Error::File(FileError::ColumnValue {
            column: column.into(),
            row: self.original(row),
            value: format!("\"{value}\""),
            must_be,
        })
    }
}

/// Where the column of this name stands.
pub(super) fn position(fields: &Fields, name: &str) -> Result<usize> {
    let mut found = (0..fields.len()).filter(|&i| fields[i].name() == name);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => {
            let known = fields.iter().map(|f| f.name().as_str()).collect::<Vec<_>>().join(", ");
            Err(Error::File(FileError::UnknownColumn { column: name.into(), known }))
        }
        (Some(first), Some(second)) => {
            Err(Error::File(FileError::DuplicateColumn { column: name.into(), first, second }))
        }
    }
}
