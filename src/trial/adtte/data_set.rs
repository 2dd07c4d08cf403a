//! The data set: rows and columns.

use jiff::civil::Date;

use crate::trial::adtte::cnsr::Cnsr;
use crate::trial::{DayCount, TimeUnit};

/// One row: a subject's time to one parameter's event or censoring.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AdtteRow {
    /// USUBJID.
    pub usubjid: String,
    /// PARAMCD: which endpoint.
    pub paramcd: String,
    /// PARAM: its name in words.
    pub param: String,
    /// TRTP, or TRT01P: the planned arm.
    pub trtp: String,
    /// STARTDT: the origin of the time.
    pub startdt: Option<Date>,
    /// ADT: the date of the event or censoring.
    pub adt: Option<Date>,
    /// AVAL: the time from the origin, in the unit AVALU.
    pub aval: f64,
    /// AVALU.
    pub avalu: TimeUnit,
    /// CNSR.
    pub cnsr: Cnsr,
    /// EVNTDESC: what happened, or why the subject was censored.
    pub evntdesc: String,
    /// CNSDTDSC: what the date of the censoring is the date of.
    pub cnsdtdsc: String,
    /// The cells of the columns that mean nothing to this library, in the order of [`Adtte::other_columns`].
    pub other: Vec<String>,
}

/// A time-to-event data set.
#[derive(Debug, Clone)]
pub struct Adtte {
    pub(super) rows: Vec<AdtteRow>,
    /// What each row's event or censoring is called in an analysis.
    pub(super) reasons: Vec<String>,
    pub(super) other_columns: Vec<String>,
    pub(super) days: DayCount,
    /// The row of the file that each row was: rows that cannot be used are left out.
    pub(super) lines: Vec<usize>,
}

/// Data sets are equal that hold the same, wherever in a file it stood.
impl PartialEq for Adtte {
    fn eq(&self, other: &Self) -> bool {
        (&self.rows, &self.reasons, &self.other_columns, self.days)
            == (&other.rows, &other.reasons, &other.other_columns, other.days)
    }
}

impl Adtte {
    /// The rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[AdtteRow] {
        &self.rows
    }

    /// The columns that mean nothing to this library: they are written back as they were read.
    #[must_use]
    pub fn other_columns(&self) -> &[String] {
        &self.other_columns
    }

    /// How the days between STARTDT and ADT are counted.
    #[must_use]
    pub fn day_count(&self) -> DayCount {
        self.days
    }

    /// The parameters, in order of first appearance.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !codes.contains(&row.paramcd.as_str()) {
                codes.push(&row.paramcd);
            }
        }
        codes
    }

    /// A cell of one of the other columns.
    pub(super) fn other<'a>(&'a self, row: &'a AdtteRow, column: &str) -> Option<&'a str> {
        let at = self.other_columns.iter().position(|c| c == column)?;
        row.other.get(at).map(String::as_str).filter(|cell| !matches!(*cell, "" | "."))
    }
}
