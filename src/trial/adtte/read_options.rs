//! How a file is to be read.

use crate::trial::{DayCount, TimeUnit};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct ReadOptions {
    pub(super) days: DayCount,
    pub(super) unit: Option<TimeUnit>,
    pub(super) treatment: Option<String>,
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
