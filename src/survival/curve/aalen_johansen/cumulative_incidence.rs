//! The incidences of all causes as a value.

use std::borrow::Cow;
use std::ops::Range;

#[cfg(feature = "serde")]
use crate::error::TableError;
use crate::error::{Error, NotEstimable, Result};
use crate::survival::curve::aalen_johansen::estimator::fit;
use crate::survival::curve::aalen_johansen::incidence_curve::{IncidenceCurve, IncidenceEstimate};
use crate::survival::curve::aalen_johansen::incidence_row::IncidenceRow;
use crate::survival::curve::aalen_johansen::influence::Subjects;
use crate::survival::curve::aalen_johansen::running::{self, BLOCK, Columns};
use crate::survival::curve::aalen_johansen::variance::IncidenceVariance;
use crate::survival::curve::survival_curve::{SAME_TIME, last_observed};
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// The cumulative incidences of competing causes, and the probability of being free of all of them.
///
/// Made by [`AalenJohansen`](crate::survival::AalenJohansen). Beyond the last observation the curves have no value
/// ([`NotEstimable::BeyondFollowUp`]) unless nobody is free of every cause any more, or they are asked to go on flat
/// ([`extended`](Self::extended)).
///
/// # Example
/// ```
/// use greenwood::survival::{AalenJohansen, CompetingRisks};
///
/// let cause = [Some("relapse"), Some("death"), None, Some("relapse")];
/// let incidence = AalenJohansen::new().fit(&CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &cause)?)?;
/// assert_eq!(incidence.causes(), ["relapse", "death"]);
/// let (relapse, death) = (incidence.of(&"relapse")?.at(2.0).value()?, incidence.of(&"death")?.at(2.0).value()?);
/// assert!((relapse - 0.25).abs() < 1e-15 && (death - 0.25).abs() < 1e-15);
/// assert!((incidence.event_free(2.0)?.0 - 0.5).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct CumulativeIncidence {
    pub(super) table: CompetingRiskTable,
    pub(super) kind: IncidenceVariance,
    pub(super) free: Vec<f64>,
    pub(super) kept: Kept,
    pub(super) subjects: Option<Subjects>,
    pub(super) start: f64,
    /// Carried on flat beyond follow-up.
    pub(super) extended: bool,
}

/// What is kept of incidences and variances.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Kept {
    /// Of every row. Without a variance (of one cause, if it follows from that of S) its column is empty.
    Columns(Columns),
    /// Where the estimates stand before every 64th row. They follow from the table, and are not stored.
    Places(#[cfg_attr(feature = "serde", serde(skip))] Vec<f64>),
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    table: CompetingRiskTable,
    kind: IncidenceVariance,
    free: Vec<f64>,
    kept: Kept,
    subjects: Option<Subjects>,
    start: f64,
    extended: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for CumulativeIncidence {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let (rows, causes) = (raw.table.all().len(), raw.table.causes().len());
        let Raw { table, kind, free, kept, subjects, start, extended } = raw;
        let lengths = match &kept {
            Kept::Columns(Columns { log_variance, incidence, variance }) => {
                let or_none = |v: &Vec<f64>, expected: usize| if v.is_empty() { expected } else { v.len() };
                [
                    (free.len(), rows),
                    (incidence.len(), rows * causes),
                    (or_none(log_variance, rows), rows),
                    (or_none(variance, rows * causes), rows * causes),
                ]
            }
            Kept::Places(_) => [(free.len(), rows); 4],
        };
        if let Some(&(values, rows)) = lengths.iter().find(|(len, expected)| len != expected) {
            return Err(Error::Table(TableError::InconsistentCurve { values, rows }));
        }
        if let Some(subjects) = &subjects {
            subjects.check(rows, causes)?;
        }
        stored::size("start", start)?;
        free.iter().try_for_each(|&s| stored::probability("event_free", s))?;
        if let Kept::Columns(Columns { log_variance, incidence, variance }) = &kept {
            incidence.iter().try_for_each(|&f| stored::probability("a cumulative incidence", f))?;
            log_variance.iter().chain(variance).try_for_each(|&v| stored::size("a variance", v))?;
            return Ok(Self { table, kind, free, kept, subjects, start, extended });
        }
        let found = Self { start, extended, ..fit(table, kind, None) };
        if found.free != free || subjects.is_some() || !matches!(found.kept, Kept::Places(_)) {
            return Err(Error::Table(TableError::InconsistentCurve { values: free.len(), rows }));
        }
        Ok(found)
    }
}

impl CumulativeIncidence {
    /// The causes, in order.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        self.table.causes()
    }

    /// The risk table that the curves are functions of.
    #[must_use]
    pub fn table(&self) -> &CompetingRiskTable {
        &self.table
    }

    /// How the variance was estimated.
    #[must_use]
    pub fn variance(&self) -> IncidenceVariance {
        self.kind
    }

    /// The time from which the curves are conditional; 0 for ordinary curves.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start
    }

    /// The last time at which anybody was under observation, or `None` if nobody ever was.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        self.table.all().last_time()
    }

    /// The curve of one cause.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn of(&self, cause: &(impl ToString + ?Sized)) -> Result<IncidenceCurve<'_>> {
        Ok(IncidenceCurve::new(self, self.table.position(cause)?))
    }

    /// The curves of all causes, in order.
    pub fn curves(&self) -> impl Iterator<Item = IncidenceCurve<'_>> {
        (0..self.causes().len()).map(|k| IncidenceCurve::new(self, k))
    }

    /// The probability of being free of every cause, just after each time of the table: the Kaplan-Meier estimate.
    #[must_use]
    pub fn event_free_values(&self) -> &[f64] {
        &self.free
    }

    /// The probability of being free of every cause at `t`, and its standard error: `None` where the probability is 0 or 1,
    /// which is no certainty (R's multi-state curves print 0 there), and if the curve has no variance.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason, as [`IncidenceEstimate::value`].
    pub fn event_free(&self, t: f64) -> Result<(f64, Option<f64>), NotEstimable> {
        self.answers(t).map(|()| self.free_after(self.rows_until(t)))
    }

    /// The same curves, carried on flat beyond the last observation, as R's `summary(extend = TRUE)` does: every question
    /// that was not estimable for being beyond follow-up is answered as if nobody had an event there.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{AalenJohansen, CompetingRisks};
    ///
    /// let data = CompetingRisks::new(&[1.0, 2.0, 3.0], &[Some("a"), Some("b"), None])?;
    /// let fit = AalenJohansen::new().fit(&data)?;
    /// assert!(fit.event_free(4.0).is_err());
    /// assert!((fit.extended().event_free(4.0)?.0 - 1.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// Are the curves carried on beyond follow-up?
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Do the curves have a value at `t`?
    pub(super) fn answers(&self, t: f64) -> Result<(), NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        let Some(last) = last_observed(self.table.all()) else { return Err(NotEstimable::Nobody) };
        if t < self.start {
            return Err(NotEstimable::BeforeStart { time: t, start: self.start });
        }
        let nobody_free = self.free.last().is_some_and(|&s| s <= 0.0);
        if nobody_free || self.extended || t <= last * (1.0 + SAME_TIME) {
            return Ok(());
        }
        Err(NotEstimable::BeyondFollowUp { time: t, last })
    }

    pub(super) fn rows_until(&self, t: f64) -> usize {
        self.table.all().times().partition_point(|&x| x <= t)
    }

    /// S after the first `rows` rows, and its standard error.
    fn free_after(&self, rows: usize) -> (f64, Option<f64>) {
        if rows == 0 {
            return (1.0, None);
        }
        self.blocks_from(rows - 1).next().map_or((1.0, None), |block| block.free_with_error(rows - 1))
    }

    /// The number of causes.
    pub(super) fn width(&self) -> usize {
        self.causes().len()
    }

    /// The incidence of cause number `cause` after the first `rows` rows, and its standard error.
    pub(super) fn after(&self, rows: usize, cause: usize) -> (f64, Option<f64>) {
        if rows == 0 {
            return (0.0, Some(0.0));
        }
        self.blocks_from(rows - 1).next().map_or((0.0, None), |block| block.of_cause(rows - 1, cause))
    }

    /// The estimates after each row, block by block, from the block that row number `row` is in.
    pub(super) fn blocks_from(&self, row: usize) -> impl Iterator<Item = Block<'_>> {
        let (size, first) = match &self.kept {
            Kept::Columns(_) => (self.free.len().max(1), 0),
            Kept::Places(_) => (BLOCK, row / BLOCK),
        };
        (first..self.free.len().div_ceil(size)).map(move |i| Block {
            fit: self,
            rows: i * size..((i + 1) * size).min(self.free.len()),
            columns: match &self.kept {
                Kept::Columns(columns) => Cow::Borrowed(columns),
                Kept::Places(places) => Cow::Owned(running::block(&self.table, self.kind, places, i)),
            },
        })
    }

    /// The incidence of cause number `cause` after row number `row` of the table.
    #[cfg(feature = "plot")]
    pub(crate) fn value_at_row(&self, row: usize, cause: usize) -> f64 {
        self.after(row + 1, cause).0
    }

    /// The incidence of a cause, given by its number, after a row, given by its number: for rows that are asked for in
    /// their order. It does not know the events up to then.
    #[cfg(feature = "plot")]
    pub(crate) fn at_rows(&self) -> impl FnMut(usize, usize) -> IncidenceEstimate {
        // The block of the last row that was asked for.
        let mut last: Option<Block> = None;
        move |row, cause| {
            if !last.as_ref().is_some_and(|block| block.rows.contains(&row)) {
                last = self.blocks_from(row).next();
            }
            let (value, std_error) = last.as_ref().map_or((0.0, None), |block| block.of_cause(row, cause));
            let row = self.table.all().row(row);
            IncidenceEstimate::new(row.time, Ok(value), std_error, row.at_risk, f64::NAN)
        }
    }

    /// Has the fit a variance?
    pub(super) fn has_variance(&self) -> bool {
        match &self.kept {
            Kept::Columns(columns) => !columns.log_variance.is_empty() || self.free.is_empty(),
            Kept::Places(_) => true,
        }
    }

    /// The curves given that no cause had ended observation before `s`: they start again at 0 and use only those still
    /// under observation just before `s`, R's `start.time`. An event at `s` itself counts.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `s` is negative or NaN; [`Error::Empty`] where nobody is observed that long.
    pub fn given_event_free(&self, s: f64) -> Result<Self> {
        if !(s >= 0.0) {
            return Err(Error::OutOfRange { argument: "s", value: s, must_be: "at least 0" });
        }
        if self.last_time().is_none_or(|last| last < s) {
            return Err(Error::Empty { argument: "the risk set at s" });
        }
        let row = self.table.all().position(s);
        let subjects = self.subjects.as_ref().map(|subjects| subjects.from(row));
        Ok(Self { start: s, extended: self.extended, ..fit(self.table.from(s), self.kind, subjects) })
    }

    /// The curves as they are read: one row for each time at which somebody's observation ended.
    pub fn rows(&self) -> impl Iterator<Item = IncidenceRow> + '_ {
        let mut events = vec![0.0; self.width()];
        let rows = self.blocks_from(0).flat_map(|block| {
            let of_row = |i: usize| {
                let each: Vec<_> = (0..self.width()).map(|k| block.of_cause(i, k)).collect();
                (i, block.free_with_error(i), each)
            };
            block.rows.clone().map(of_row).collect::<Vec<_>>()
        });
        rows.filter_map(move |(i, (event_free, event_free_std_error), each)| {
            let row = self.table.all().row(i);
            let now: Vec<f64> = (0..self.width()).map(|k| self.table.events_of(i, k)).collect();
            for (sum, d) in events.iter_mut().zip(&now) {
                *sum += d;
            }
            if !row.is_exit() {
                return None;
            }
            let estimate = |(&(value, std_error), &events): (&(f64, Option<f64>), &f64)| {
                IncidenceEstimate::new(row.time, Ok(value), std_error, row.at_risk, events)
            };
            let incidence = each.iter().zip(&events).map(estimate).collect();
            Some(IncidenceRow { row, events: now, event_free, event_free_std_error, incidence })
        })
    }
}

/// The estimates after each of some rows.
pub(super) struct Block<'a> {
    fit: &'a CumulativeIncidence,
    pub rows: Range<usize>,
    columns: Cow<'a, Columns>,
}

impl Block<'_> {
    /// S after row number `row`, and its standard error where that is above 0.
    fn free_with_error(&self, row: usize) -> (f64, Option<f64>) {
        let (s, se) = self.free(row);
        (s, se.filter(|se| *se > 0.0))
    }

    /// S after row number `row`, and the root of its variance.
    pub fn free(&self, row: usize) -> (f64, Option<f64>) {
        let s = self.fit.free[row];
        (s, self.columns.log_variance.get(row - self.rows.start).map(|v| v.sqrt() * s))
    }

    /// The incidence of a cause after row number `row`, and its standard error.
    pub fn of_cause(&self, row: usize, cause: usize) -> (f64, Option<f64>) {
        let at = (row - self.rows.start) * self.fit.width() + cause;
        let se = if self.columns.variance.is_empty() && self.fit.width() == 1 {
            self.free(row).1
        } else {
            self.columns.variance.get(at).map(|v| v.sqrt())
        };
        (self.columns.incidence[at], se)
    }
}
