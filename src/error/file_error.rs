//! What is wrong with files, their columns and their cells.

use crate::error::error::Error;

/// What is wrong with a file or a record batch, its columns or its cells.
///
/// It is part of [`Error`](crate::Error), as `Error::File`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// A data set that cannot be read or written at all.
    #[error("the data set cannot be {action}: {why}")]
    DataSet {
        /// `read` or `written`.
        action: &'static str,
        /// What the file's format says is wrong, and where.
        why: String,
    },
    /// A column that a data set must have.
    #[error("there is no column {column}: {instead}; there are {known}")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// What would do.
        instead: &'static str,
        /// The columns that exist.
        known: String,
    },
    /// A cell of a data set that does not hold what its column must hold.
    #[error("row {row}, column {column} is \"{value}\": it must be {must_be}")]
    InvalidCell {
        /// The row, the first after the header being 1.
        row: usize,
        /// The column.
        column: String,
        /// What was found.
        value: String,
        /// What is allowed.
        must_be: &'static str,
    },
    /// Two rows of a data set for one subject and one parameter.
    #[error(
        "rows {first} and {row} are both {paramcd} of subject {usubjid}: one row per subject and parameter"
    )]
    DuplicateRow {
        /// The later row.
        row: usize,
        /// The earlier one.
        first: usize,
        /// The subject.
        usubjid: String,
        /// The parameter.
        paramcd: String,
    },
    /// A column that a batch or a file does not have.
    #[error("there is no column \"{column}\": the columns are {known}")]
    UnknownColumn {
        /// The column asked for.
        column: String,
        /// The columns that exist.
        known: String,
    },
    /// Two columns of one name.
    #[error("columns {first} and {second} are both \"{column}\": give them different names")]
    DuplicateColumn {
        /// The name.
        column: String,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// A column of a type that cannot be read as what it is to be.
    #[error("column \"{column}\" is of type {found}: it must be {must_be}")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The types that can be read.
        must_be: &'static str,
    },
    /// A value of a column that cannot be what it is to be.
    #[error("column \"{column}\", row {row} is {value}: it must be {must_be}")]
    ColumnValue {
        /// The column.
        column: String,
        /// The row, counted from 0 over all batches.
        row: usize,
        /// What was found.
        value: String,
        /// What is allowed.
        must_be: String,
    },
    /// A null where there must be a value.
    #[error(
        "column \"{column}\", row {row} is null: give a value, or leave out such rows and count them (`Nulls::Skip`)"
    )]
    NullValue {
        /// The column.
        column: String,
        /// The row, counted from 0 over all batches.
        row: usize,
    },
    /// What is wrong with one of several files.
    #[error("{path}: {error}")]
    InFile {
        /// The path of the file.
        path: String,
        /// What is wrong in it.
        error: Box<Error>,
    },
    /// A file that cannot be written.
    #[error("{path} cannot be written: {why}")]
    NotWritten {
        /// The path of the file.
        path: String,
        /// What the system says.
        why: String,
    },
}
