//! From rows to text.

use std::io::Write;

use crate::error::{Error, FileError, Result};
use crate::trial::adtte::read::COLUMNS;
use crate::trial::adtte::{Adtte, AdtteRow};

pub(super) fn unwritable(why: impl ToString) -> Error {
    Error::File(FileError::DataSet { action: "written", why: why.to_string() })
}

impl Adtte {
    /// Writes CSV with a header: the columns of ADTTE first, the others after them. Read back it is the same data set.
    ///
    /// # Errors
    /// [`FileError::DataSet`](crate::FileError::DataSet) where the destination fails.
    pub fn write_csv(&self, destination: impl Write) -> Result<()> {
        let mut writer = csv::Writer::from_writer(destination);
        writer.write_record(self.columns()).map_err(unwritable)?;
        for row in &self.rows {
            writer.write_record(Self::cells(row)).map_err(unwritable)?;
        }
        writer.flush().map_err(unwritable)
    }

    /// All columns' names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        COLUMNS.into_iter().chain(self.other_columns.iter().map(String::as_str))
    }

    /// A row's cells as text, in the order of the columns.
    pub(super) fn cells(row: &AdtteRow) -> Vec<String> {
        let date = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |d| d.to_string());
        let mut cells = vec![
            row.usubjid.clone(),
            row.paramcd.clone(),
            row.param.clone(),
            row.trtp.clone(),
            date(row.startdt),
            date(row.adt),
            row.aval.to_string(),
            row.avalu.to_string().to_uppercase(),
            row.cnsr.to_string(),
            row.evntdesc.clone(),
            row.cnsdtdsc.clone(),
        ];
        cells.extend(row.other.iter().cloned());
        cells
    }
}
