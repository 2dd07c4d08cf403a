//! A file as text: its columns by name, its cells, and errors that say where.

use std::io::Read;
use std::str::FromStr;

use crate::error::{Error, FileError, Result};

/// A header and rows of text. Every row has as many cells as the header.
pub(super) struct Cells {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// The error of a file that is not what its format demands.
pub(super) fn unreadable(why: impl ToString) -> Error {
    Error::File(FileError::DataSet { action: "read", why: why.to_string() })
}

impl Cells {
    /// From CSV with a header.
    pub(super) fn csv(source: impl Read) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().from_reader(source);
        let header = reader.headers().map_err(unreadable)?.iter().map(column).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record.map_err(unreadable)?.iter().map(Into::into).collect());
        }
        Self { header, rows }.checked()
    }

    /// Every column has a name, and no two have one.
    pub(super) fn checked(self) -> Result<Self> {
        for (i, name) in self.header.iter().enumerate() {
            if name.is_empty() {
                return Err(unreadable(format!("column {} has no name", i + 1)));
            }
            if self.header[..i].contains(name) {
                return Err(unreadable(format!("there are two columns {name}")));
            }
        }
        Ok(self)
    }

    /// The position of a column.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    /// The position of a column that must exist; `instead` says what would do.
    pub(super) fn required(&self, name: &'static str, instead: &'static str) -> Result<usize> {
        let known = || if self.header.is_empty() { "none".into() } else { self.header.join(", ") };
        self.position(name)
            .ok_or_else(|| Error::File(FileError::MissingColumn { column: name, instead, known: known() }))
    }

    /// The trimmed text of a cell; empty where the column does not exist.
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> &str {
        column.map_or("", |c| self.rows[row][c].trim())
    }

    /// The value of a cell. Returns `None` if it is missing (empty, or `.` or `NA` as SAS and R write it).
    pub(super) fn value<T: FromStr>(
        &self,
        row: usize,
        column: Option<usize>,
        must_be: &'static str,
    ) -> Result<Option<T>> {
        let text = self.text(row, column);
        if is_missing(text) {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.invalid(row, column, must_be))
    }

    /// The error of a cell.
    pub(super) fn invalid(&self, row: usize, column: Option<usize>, must_be: &'static str) -> Error {
        let name = column.map_or(String::new(), |c| self.header[c].clone());
        Error::File(FileError::InvalidCell {
            row: row + 1,
            column: name,
            value: self.text(row, column).into(),
            must_be,
        })
    }
}

/// Is it no value: empty, or as SAS and R write what is missing?
pub(super) fn is_missing(text: &str) -> bool {
    matches!(text, "" | "." | "NA")
}

/// Column names are compared in capitals, as ADaM writes them, without spaces around them or a byte-order mark.
pub(super) fn column(name: &str) -> String {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_uppercase()
}
