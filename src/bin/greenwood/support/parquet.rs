//! Parquet files: as text cells, as a CSV file is read, or batch by batch as risk tables.

use std::path::Path;

use greenwood::columns::{Columns as Description, EventCodes, Nulls, ParquetFiles, TableStream, texts};
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{Groups, RiskTable};
use greenwood::{Error, FileError};

use super::answer::Warnings;
use super::columns::{Columns, Further};
use super::rows::{WeightKind, left_out};
use super::table::{is_parquet, order_of, warn_of_others};
use super::written::Failure;

impl Columns {
    /// The risk tables of the groups of a Parquet file, groups and strata in increasing order of their labels: row groups come
    /// and go, and memory holds the distinct times. Returns `None` if that cannot be: in other files, where the
    /// variance or a check needs every row, and where cells are to be read as text.
    pub fn streamed(&self, further: Further, warnings: &mut Warnings) -> Result<Option<RiskTables>, Failure> {
        if !self.may_stream()? {
            return Ok(None);
        }
        let files = ParquetFiles::open(&self.file)?;
        let description = self.description(further);
        let mut others = Vec::new();
        let stream = match &self.event_value {
            None => files.stream(&description),
            Some(_) => self.with_values(&files, &description, &mut others),
        };
        let tables = stream.and_then(|stream| Ok((stream.rows(), stream.skipped(), stream.finish()?)));
        let (rows, skipped, tables) = match tables {
            Ok(found) => found,
            Err(error) if self.is_text(&error) => return Ok(None),
            Err(error) => return Err(self.named(further, &error)),
        };
        let strata = tables.strata().unwrap_or_default();
        if (further.by.is_some() && tables.labels().iter().any(|label| self.is_odd(label)))
            || strata.iter().any(|label| self.is_odd(label))
        {
            return Ok(None);
        }
        if self.event_value.is_some() {
            // All that is said of other values is said where cells are texts.
            let events: f64 = tables.tables().iter().flatten().map(RiskTable::events).sum();
            if events == 0.0 || others.iter().any(|l| self.is_odd(l)) {
                return Ok(None);
            }
            warn_of_others(&self.event, &others, warnings);
        }
        self.warn_of_skipped(rows, skipped, warnings);
        let mut labels = tables.labels();
        let order = order_of(&labels);
        labels.sort_by(|a, b| order(a, b));
        Ok(Some(tables.in_order(&labels)?))
    }

    /// Is the file one of Parquet, and may its rows come and go?
    pub fn may_stream(&self) -> Result<bool, Failure> {
        let needs_rows = self.rows.cluster.is_some()
            || self.id.is_some()
            || self.rows.weight_kind == Some(WeightKind::Sampling);
        if !is_parquet(&self.file) || needs_rows {
            return Ok(false);
        }
        self.rows.dialect.refuse_for_parquet()?;
        Ok(true)
    }

    #[allow(clippy::unused_self, reason = "it is said of these columns")]
    pub fn warn_of_skipped(&self, rows: usize, skipped: usize, warnings: &mut Warnings) {
        if skipped > 0 {
            warnings.add(left_out(skipped, rows - skipped));
        }
    }

    pub fn description(&self, further: Further) -> Description {
        let codes = match &self.event_value {
            Some(value) => EventCodes::only(&[value]),
            None => EventCodes::new(&["1", "true", "True", "TRUE"], &["0", "false", "False", "FALSE"]),
        };
        let mut description = Description::new(&self.time, &self.event).event_codes(codes);
        if self.rows.skip_missing {
            description = description.nulls(Nulls::Skip);
        }
        if let Some(column) = &self.entry {
            description = description.entry(column);
        }
        if let Some(column) = &self.rows.weight {
            description = description.weight(column, greenwood::columns::WeightKind::Replication);
        }
        if let Some(column) = further.strata {
            description = description.strata(column);
        }
        match further.by {
            Some(column) => description.groups(column),
            None => description,
        }
    }

    /// The stream, and the values of the event column that are not the event, in order of appearance.
    fn with_values(
        &self,
        files: &ParquetFiles,
        description: &Description,
        others: &mut Vec<String>,
    ) -> greenwood::Result<TableStream> {
        let codes = EventCodes::only(self.event_value.as_slice());
        for batch in files.batches(&[&self.event]) {
            let batch = batch?;
            let Some(column) = batch.column_by_name(&self.event) else { continue };
            // A null has no value; the stream says what becomes of it.
            let values: Vec<String> = texts(&self.event, column.as_ref())?.into_iter().flatten().collect();
            for label in Groups::new(&values).labels() {
                if codes.of(label) == Some(false) && !others.contains(label) {
                    others.push(label.clone());
                }
            }
        }
        files.stream(description)
    }

    /// A label that a table of texts would not take as it stands.
    pub fn is_odd(&self, label: &str) -> bool {
        self.rows.dialect.is_missing(label) || label.trim() != label
    }

    /// Is it an error of one cell, or one that reading cells as texts may resolve?
    pub fn is_of_a_cell(&self, error: &Error) -> bool {
        match error {
            Error::File(FileError::InFile { error, .. }) => self.is_of_a_cell(error),
            Error::File(FileError::ColumnValue { .. } | FileError::NullValue { .. }) => true,
            other => self.is_text(other),
        }
    }

    /// Is it an error that reading cells as texts may resolve: numbers in a column of strings, words for missing values?
    fn is_text(&self, error: &Error) -> bool {
        match error {
            Error::File(FileError::InFile { error, .. }) => self.is_text(error),
            Error::File(FileError::ColumnType { found, .. }) => found.contains("Utf8"),
            Error::File(FileError::ColumnValue { value, .. }) => self.is_odd(value.trim_matches('"')),
            _ => false,
        }
    }

    /// The library names the column, from row 0 on; a user gave it by a flag.
    pub fn named(&self, further: Further, error: &Error) -> Failure {
        let (path, error) = match error {
            Error::File(FileError::InFile { path, error }) => (path.clone(), error.as_ref()),
            error => (self.file.display().to_string(), error),
        };
        let used = self.used(&further.flags());
        let flag = |column: &str| used.iter().find(|(_, c)| *c == column).map_or("", |(flag, _)| *flag);
        match error {
            Error::File(FileError::ColumnValue { column, row, value, must_be }) => {
                let hint = if column == &self.event && self.event_value.is_none() {
                    format!(
                        "is {value}: an event is 1 (or true), a censoring 0 (or false); where the event has another \
                         code, name it, such as --event-value {}",
                        value.trim_matches('"')
                    )
                } else {
                    format!("is {value}: it must be {must_be}")
                };
                format!("{path} row {}: {} \"{column}\" {hint}", row + 1, flag(column))
            }
            Error::File(FileError::NullValue { column, row }) => format!(
                "{path} row {}: {} \"{column}\" is missing (\"\"); give a value, or leave out such rows with \
                 --skip-missing",
                row + 1,
                flag(column)
            ),
            Error::File(FileError::ColumnType { column, found, must_be }) => {
                format!("{path}: {} \"{column}\" is of type {found}: it must be {must_be}", flag(column))
            }
            Error::File(FileError::UnknownColumn { column, known }) => {
                format!("{}: {path} has no column \"{column}\"; its columns are {known}", flag(column))
            }
            Error::Empty { .. } if self.rows.skip_missing => {
                let names: Vec<&str> = used.iter().map(|(_, c)| *c).collect();
                format!("{path}: no row is complete in {}", names.join(", "))
            }
            Error::Empty { .. } => format!("{path} has columns but no rows"),
            other => format!("{path}: {other}"),
        }
        .into()
    }
}
