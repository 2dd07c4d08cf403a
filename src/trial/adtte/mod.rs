//! CDISC ADaM time-to-event data sets (ADTTE, BDS-TTE 1.0): one row per subject and parameter.
//!
//! * in: [`Adtte::read_csv`], [`Adtte::read_dataset_json`], then [`Adtte::analyse`];
//! * out: [`Adtte::of`] an analysis, then [`Adtte::write_csv`], [`Adtte::write_dataset_json`].
//!
//! `CNSR` is 0 for an event and positive for a censoring, the opposite of the event indicator of R. Here it is a type
//! of its own, [`Cnsr`]: it cannot be taken for a flag, and nothing converts a bare number or boolean to it.
//!
//! What a file says is kept: columns that mean nothing to this library are written back as they were read. What
//! cannot be used is returned ([`Import::dropped`]) and what contradicts itself is told ([`Import::remarks`],
//! [`Adtte::contradictions`]); nothing disappears in silence.
//!
//! # Example
//! ```
//! use greenwood::trial::{DayCount, Time};
//! use greenwood::trial::adtte::Adtte;
//!
//! let file = "\
//! USUBJID,PARAMCD,PARAM,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR,EVNTDESC
//! 01-001,PFS,Progression-free survival,New,2020-01-06,2020-04-05,91,DAYS,0,Progression
//! 01-002,PFS,Progression-free survival,Old,2020-01-20,2020-09-30,255,DAYS,1,Lost to follow-up
//! 01-003,PFS,Progression-free survival,Old,2020-02-03,,,DAYS,0,Death
//! ";
//! let import = Adtte::read_csv(file.as_bytes(), DayCount::Inclusive)?;
//! assert_eq!(import.adtte.rows().len(), 2);
//! assert_eq!(import.dropped[0].to_string(), "row 3 (01-003, PFS): neither AVAL nor both dates are given");
//!
//! let analysis = import.adtte.analyse("PFS")?;
//! assert_eq!(analysis.survival("New", Time::days(91.0))?.value()?, 0.0);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # References
//! CDISC (2012), ADaM Basic Data Structure for Time-to-Event Analyses 1.0.

mod cells;
mod check;
mod dataset_json;
mod read;
mod transfer;
mod write;

use std::fmt;
use std::num::NonZeroU32;

use jiff::civil::Date;

use crate::trial::{DayCount, TimeUnit};

pub use check::Contradiction;

/// The censoring indicator of ADaM: an event, or a censoring with its reason as a positive number.
///
/// ```
/// use greenwood::trial::adtte::Cnsr;
/// use std::num::NonZeroU32;
///
/// assert!(Cnsr::EVENT.is_event());
/// assert_eq!(Cnsr::censored(NonZeroU32::MIN).to_string(), "1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cnsr(Option<NonZeroU32>);

impl Cnsr {
    /// The event happened: 0 in the file.
    pub const EVENT: Self = Self(None);

    /// Censored, for the reason with this number.
    #[must_use]
    pub const fn censored(reason: NonZeroU32) -> Self {
        Self(Some(reason))
    }

    /// Did the event happen?
    #[must_use]
    pub const fn is_event(self) -> bool {
        self.0.is_none()
    }

    /// The number of the reason for censoring.
    #[must_use]
    pub const fn reason(self) -> Option<NonZeroU32> {
        self.0
    }
}

/// As in the file: `0` for an event.
impl fmt::Display for Cnsr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(0, NonZeroU32::get).fmt(f)
    }
}

/// One row: a subject's time to one parameter's event or censoring.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Adtte {
    rows: Vec<AdtteRow>,
    /// What each row's event or censoring is called in an analysis.
    reasons: Vec<String>,
    other_columns: Vec<String>,
    days: DayCount,
}

/// How a file is to be read. A [`DayCount`] alone will do for most.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | | how the file counts the days between STARTDT and ADT |
/// | [`unit`](Self::unit) | none: AVALU is needed | the unit of AVAL where AVALU is missing or blank |
/// | [`treatment`](Self::treatment) | TRTP, else TRT01P | the column that holds the arm |
///
/// ```
/// use greenwood::trial::adtte::{Adtte, ReadOptions};
/// use greenwood::trial::{DayCount, TimeUnit};
///
/// let file = "USUBJID,PARAMCD,TRTP,STARTDT,ADT,AVAL,CNSR\n1,OS,A,02JAN2014,2014-03-01,59,0\n";
/// assert!(Adtte::read_csv(file.as_bytes(), DayCount::Inclusive).is_err()); // days or months?
/// let options = ReadOptions::new(DayCount::Inclusive).unit(TimeUnit::Days);
/// assert!(Adtte::read_csv(file.as_bytes(), options)?.remarks.is_empty());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ReadOptions {
    days: DayCount,
    unit: Option<TimeUnit>,
    treatment: Option<String>,
}

impl ReadOptions {
    /// Days counted in this way.
    pub const fn new(days: DayCount) -> Self {
        Self { days, unit: None, treatment: None }
    }

    /// The unit of AVAL where the file does not say it.
    pub fn unit(self, unit: TimeUnit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// The column that holds the arm, such as `ARM` or `TRTA`.
    pub fn treatment(self, column: impl Into<String>) -> Self {
        Self { treatment: Some(column.into()), ..self }
    }
}

impl From<DayCount> for ReadOptions {
    fn from(days: DayCount) -> Self {
        Self::new(days)
    }
}

/// A data set as it was read, with everything that was not taken as it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The rows that can be used.
    pub adtte: Adtte,
    /// The rows that cannot, and why.
    pub dropped: Vec<Note>,
    /// Rows that were used although something about them is odd.
    pub remarks: Vec<Note>,
    /// What cannot be true of OS together with PFS, EFS, DFS, RFS or FFS, where the file has them; for other names there
    /// is [`Adtte::contradictions`].
    pub contradictions: Vec<Contradiction>,
}

/// Something about one row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The row, the first after the header being 1.
    pub row: usize,
    /// Its subject.
    pub usubjid: String,
    /// Its parameter.
    pub paramcd: String,
    /// What there is to say.
    pub what: String,
}

/// `row 3 (01-003, PFS): neither AVAL nor both dates are given`.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} ({}, {}): {}", self.row, self.usubjid, self.paramcd, self.what)
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
    fn other<'a>(&'a self, row: &'a AdtteRow, column: &str) -> Option<&'a str> {
        let at = self.other_columns.iter().position(|c| c == column)?;
        row.other.get(at).map(String::as_str).filter(|cell| !cell.is_empty())
    }
}
