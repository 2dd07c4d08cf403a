//! The incidences of all causes as a value.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::curve::aalen_johansen::estimator::fit;
use crate::survival::curve::aalen_johansen::incidence_curve::{IncidenceCurve, IncidenceEstimate};
use crate::survival::curve::aalen_johansen::influence::Subjects;
use crate::survival::curve::aalen_johansen::variance::IncidenceVariance;
use crate::survival::curve::survival_curve::{last_observed, within_follow_up};
use crate::survival::result::not_estimable::NotEstimable;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::table::{PRINTED_ROWS, Row};

/// The cumulative incidences of competing causes, and the probability of being free of all of them.
///
/// Made by [`AalenJohansen`](crate::survival::AalenJohansen). Beyond the last observation the curves have no value, unless
/// nobody is free of all causes there; [`extended`](Self::extended) carries them on by name.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct CumulativeIncidence {
    pub(super) table: CompetingRiskTable,
    pub(super) kind: IncidenceVariance,
    pub(super) free: Vec<f64>,
    /// Of log S; empty where there is none.
    pub(super) log_variance: Vec<f64>,
    /// By row and cause.
    pub(super) incidence: Vec<f64>,
    /// The same; empty where it follows from that of S (one cause), or there is none.
    pub(super) variance: Vec<f64>,
    pub(super) subjects: Option<Subjects>,
    pub(super) start: f64,
    pub(super) extended: bool,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    table: CompetingRiskTable,
    kind: IncidenceVariance,
    free: Vec<f64>,
    log_variance: Vec<f64>,
    incidence: Vec<f64>,
    variance: Vec<f64>,
    subjects: Option<Subjects>,
    start: f64,
    #[serde(default)]
    extended: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for CumulativeIncidence {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let (rows, causes) = (raw.table.all().len(), raw.table.causes().len());
        let or_none = |v: &Vec<f64>, expected: usize| if v.is_empty() { expected } else { v.len() };
        let lengths = [
            (raw.free.len(), rows),
            (raw.incidence.len(), rows * causes),
            (or_none(&raw.log_variance, rows), rows),
            (or_none(&raw.variance, rows * causes), rows * causes),
        ];
        if let Some(&(values, rows)) = lengths.iter().find(|(len, expected)| len != expected) {
            return Err(Error::InconsistentCurve { values, rows });
        }
        if let Some(subjects) = &raw.subjects {
            subjects.check(rows, causes)?;
        }
        // Sums of products pass 1 by rounding.
        if let Some(&value) =
            raw.free.iter().chain(&raw.incidence).find(|p| !(-1e-9..=1.0 + 1e-9).contains(*p))
        {
            return Err(Error::OutOfRange { argument: "a probability", value, must_be: "in [0, 1]" });
        }
        for &v in raw.log_variance.iter().chain(&raw.variance).chain([&raw.start]) {
            stored::size("a variance or the start", v)?;
        }
        let Raw { table, kind, free, log_variance, incidence, variance, subjects, start, extended } = raw;
        Ok(Self { table, kind, free, log_variance, incidence, variance, subjects, start, extended })
    }
}

/// A time at which somebody's observation ended, and the estimates from it on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidenceRow {
    row: Row,
    events: Vec<f64>,
    event_free: f64,
    event_free_std_error: Option<f64>,
    incidence: Vec<IncidenceEstimate>,
}

#[cfg(feature = "serde")]
checked_when_read!(IncidenceRow { row: Row, events: Vec<f64>, event_free: f64, event_free_std_error: Option<f64>, incidence: Vec<IncidenceEstimate> });

#[cfg(feature = "serde")]
impl IncidenceRow {
    fn check(&self) -> Result<()> {
        stored::length("incidence", self.incidence.len(), "events", self.events.len())?;
        self.events.iter().try_for_each(|&d| stored::size("events", d))?;
        stored::probability("event_free", self.event_free)?;
        stored::size("event_free_std_error", self.event_free_std_error.unwrap_or(0.0))
    }
}

impl IncidenceRow {
    /// Who was at risk, had an event of any cause and was censored at the time.
    #[must_use]
    pub fn row(&self) -> Row {
        self.row
    }

    /// Events of each cause.
    #[must_use]
    pub fn events(&self) -> &[f64] {
        &self.events
    }

    /// The probability of being free of every cause.
    #[must_use]
    pub fn event_free(&self) -> f64 {
        self.event_free
    }

    /// Its standard error.
    #[must_use]
    pub fn event_free_std_error(&self) -> Option<f64> {
        self.event_free_std_error
    }

    /// The incidence of each cause.
    #[must_use]
    pub fn incidence(&self) -> &[IncidenceEstimate] {
        &self.incidence
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

    /// The last time at which anybody was under observation, or `None` where nobody ever was.
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

    /// The probability of being free of every cause at `t`, and its standard error, which is 0 where the probability is
    /// 0 or 1 (as in R's multi-state curves: the derivatives are 0 there) and `None` where there is no variance.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason, as [`IncidenceEstimate::value`].
    pub fn event_free(&self, t: f64) -> Result<(f64, Option<f64>), NotEstimable> {
        self.answers(t)?;
        Ok(self.free_after(self.rows_until(t)))
    }

    /// The same curves, carried on flat beyond the last observation, as if nothing happened there.
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// Are the curves carried on beyond follow-up?
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Have the curves a value at `t`?
    pub(super) fn answers(&self, t: f64) -> Result<(), NotEstimable> {
        let nobody_is_free = self.free.last().is_some_and(|&s| s <= 0.0);
        let carried_on = nobody_is_free || self.extended;
        within_follow_up(t, self.start, last_observed(self.table.all()), carried_on)
    }

    pub(super) fn rows_until(&self, t: f64) -> usize {
        self.table.all().times().partition_point(|&x| x <= t)
    }

    pub(super) fn free_after(&self, rows: usize) -> (f64, Option<f64>) {
        if rows == 0 {
            return (1.0, Some(0.0));
        }
        let s = self.free[rows - 1];
        (s, self.log_variance.get(rows - 1).map(|v| v.sqrt() * s))
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
        let at = (rows - 1) * self.width() + cause;
        let se = if self.variance.is_empty() && self.width() == 1 {
            self.free_after(rows).1
        } else {
            self.variance.get(at).map(|v| v.sqrt())
        };
        (self.incidence[at], se)
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
        self.table.all().rows().enumerate().filter_map(move |(i, row)| {
            let now: Vec<f64> = (0..self.width()).map(|k| self.table.events_of(i, k)).collect();
            for (sum, d) in events.iter_mut().zip(&now) {
                *sum += d;
            }
            if !row.is_exit() {
                return None;
            }
            let (event_free, event_free_std_error) = self.free_after(i + 1);
            let incidence = (0..self.width())
                .map(|k| {
                    let (value, std_error) = self.after(i + 1, k);
                    IncidenceEstimate::new(row.time, value, std_error, row.at_risk, events[k])
                })
                .collect();
            Some(IncidenceRow { row, events: now, event_free, event_free_std_error, incidence })
        })
    }
}

impl fmt::Display for CumulativeIncidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = |x: f64| (x * 1e9).round() / 1e9;
        write!(f, "Cumulative incidence (Aalen-Johansen): {} subjects", self.table.all().subjects())?;
        for (k, cause) in self.causes().iter().enumerate() {
            write!(f, ", {} {cause}", rounded(self.table.total_of(k)))?;
        }
        if self.start > 0.0 {
            write!(f, ", given no event before {}", self.start)?;
        }
        write!(
            f,
            "\n({} standard errors)\n{:>10} {:>9} {:>7} {:>10}",
            self.kind, "time", "at risk", "events", "event-free"
        )?;
        for cause in self.causes() {
            write!(f, " {cause:>10} {:>9}", "std error")?;
        }
        for r in self.rows().take(PRINTED_ROWS) {
            let row = r.row;
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>10.4}",
                row.time,
                rounded(row.at_risk),
                rounded(row.events),
                r.event_free
            )?;
            for (e, cause) in r.incidence.iter().zip(self.causes()) {
                let se = e.std_error().map_or("–".to_string(), |se| format!("{se:.4}"));
                let value = e.value().map_err(|_| fmt::Error)?;
                write!(f, " {value:>0$.4} {se:>9}", cause.chars().count().max(10))?;
            }
        }
        let left = self.table.all().rows().filter(Row::is_exit).count().saturating_sub(PRINTED_ROWS);
        if left > 0 { write!(f, "\n… {left} more times") } else { Ok(()) }
    }
}
