//! At each distinct time, the events of each cause.

use std::fmt;

use crate::error::Result;
use crate::numeric::sums::Sum;
use crate::print::{Number, counted};
use crate::survival::data::competing::position;
use crate::survival::risk_table::competing::exact::Lost;
use crate::survival::risk_table::table::{PRINTED_ROWS, RiskTable};

/// How many were at risk, had an event of each cause, were censored and entered, at each distinct time.
///
/// The conventions are those of the [`RiskTable`]: events before censorings, both before entries. Tables of parts merge
/// into the table of the whole, near ties included: it remembers what they were before they became one row.
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole numbers in a small range (days).
///
/// # Example
/// ```
/// use greenwood::survival::CompetingRisks;
/// use greenwood::survival::risk_table::CompetingRiskTable;
///
/// let time = [1.0, 1.0, 2.0, 3.0];
/// let outcome = [Some("relapse"), Some("death"), None, Some("relapse")];
/// let table = CompetingRiskTable::new(&CompetingRisks::new(&time, &outcome)?);
/// assert_eq!(table.events(0, "relapse")?, 1.0);
/// assert_eq!(table.all().rows().next().unwrap().events, 2.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::Raw"))]
pub struct CompetingRiskTable {
    pub(super) all: RiskTable,
    pub(super) causes: Vec<String>,
    pub(super) by_cause: ByCause,
    /// Events by cause of the rows that near ties were before they became one; none with one cause, which the table of any cause
    /// knows. As `by_cause`, row-major.
    pub(super) fine: Vec<f64>,
    pub(super) fine_lost: Lost,
    /// What rounding took from the events by row and cause.
    pub(super) lost: Lost,
}

/// Events by row and cause, row-major. With one cause they are those of the table of any cause, and not kept twice.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum ByCause {
    One,
    Subjects(Vec<u32>),
    Weighted(Vec<f64>),
}

impl CompetingRiskTable {
    /// The table of any cause.
    #[must_use]
    pub fn all(&self) -> &RiskTable {
        &self.all
    }

    /// The causes, in order.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The position of a cause.
    ///
    /// # Errors
    /// [`Error::UnknownCause`](crate::Error::UnknownCause).
    pub fn position(&self, cause: &(impl ToString + ?Sized)) -> Result<usize> {
        position(&self.causes, cause)
    }

    /// The events of a cause at row `row` of the table: sum of weights; 0 beyond the last row.
    ///
    /// # Errors
    /// [`Error::UnknownCause`](crate::Error::UnknownCause).
    pub fn events(&self, row: usize, cause: &(impl ToString + ?Sized)) -> Result<f64> {
        let cause = self.position(cause)?;
        Ok(if row < self.all.len() { self.events_of(row, cause) } else { 0.0 })
    }

    /// Events at row `row` of cause number `cause`.
    #[inline]
    pub(crate) fn events_of(&self, row: usize, cause: usize) -> f64 {
        let at = row * self.causes.len() + cause;
        match &self.by_cause {
            ByCause::One => self.all.row(row).events,
            ByCause::Subjects(events) => f64::from(events[at]),
            ByCause::Weighted(events) => events[at],
        }
    }

    /// All events of cause number `cause`.
    pub(crate) fn total_of(&self, cause: usize) -> f64 {
        (0..self.all.len()).map(|i| self.events_of(i, cause)).collect::<Sum>().value()
    }

    /// Events by row and cause where they are whole and there are at least two causes.
    pub(crate) fn subject_events(&self) -> Option<&[u32]> {
        match &self.by_cause {
            ByCause::Subjects(events) => Some(events),
            _ => None,
        }
    }

    /// The rows at `s` and later: those still under observation then.
    pub(crate) fn from(&self, s: f64) -> Self {
        let (k, row) = (self.causes.len(), self.all.position(s));
        let at = row * k;
        let by_cause = match &self.by_cause {
            ByCause::One => ByCause::One,
            ByCause::Subjects(events) => ByCause::Subjects(events[at..].to_vec()),
            ByCause::Weighted(events) => ByCause::Weighted(events[at..].to_vec()),
        };
        let kept = self.all.fine.rows.partition_point(|f| (f.row as usize) < row) * k;
        let from = |lost: &Lost, at: usize| -> Lost {
            lost.iter().filter(|&&(i, _)| i >= at).map(|&(i, low)| (i - at, low)).collect()
        };
        Self {
            all: self.all.from(s),
            causes: self.causes.clone(),
            by_cause,
            fine: self.fine.get(kept..).unwrap_or_default().to_vec(),
            fine_lost: from(&self.fine_lost, kept),
            lost: from(&self.lost, at),
        }
    }
}

impl fmt::Display for CompetingRiskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Risk table: {}, {}\n{:>12} {:>12}",
            counted(self.all.subjects(), "subject"),
            counted(self.all.len(), "distinct time"),
            "time",
            "at risk"
        )?;
        for cause in &self.causes {
            write!(f, " {cause:>10}")?;
        }
        write!(f, " {:>10} {:>10}", "censored", "entered")?;
        for (i, row) in self.all.rows().enumerate().take(PRINTED_ROWS) {
            write!(f, "\n{:>12} {:>12}", Number(row.time), Number(row.at_risk))?;
            for (cause, label) in self.causes.iter().enumerate() {
                write!(f, " {:>1$}", Number(self.events_of(i, cause)), label.chars().count().max(10))?;
            }
            write!(f, " {:>10} {:>10}", Number(row.censored), Number(row.entered))?;
        }
        let left = self.all.len().saturating_sub(PRINTED_ROWS);
        if left > 0 { write!(f, "\n… {}", counted(left, "more time")) } else { Ok(()) }
    }
}
