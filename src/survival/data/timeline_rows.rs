//! Rows that were put together from parts, and where each part fell.

use std::fmt;

use crate::error::{Error, ModelError, Result, check_len};
use crate::print::counted;
use crate::survival::data::episodes::expand;
use crate::survival::data::histories::Histories;
use crate::survival::data::right_censored::RightCensored;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Where an addition falls in the observation of its subject, as R's `tmerge` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Placed {
    /// Before the subject was under observation: a value counts from the start, an event is left out.
    Early,
    /// After the end: left out.
    Late,
    /// Between two cuts: a new cut.
    Within,
    /// At a cut that an earlier part has made.
    Boundary,
    /// At the start: a value counts from there, an event is left out.
    Leading,
    /// At the end: an event counts, a value comes too late.
    Trailing,
    /// Of a subject who is not among those under observation: left out.
    UnknownSubject,
}

impl Placed {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 7] = [
        Self::Early,
        Self::Late,
        Self::Within,
        Self::Boundary,
        Self::Leading,
        Self::Trailing,
        Self::UnknownSubject,
    ];
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Early => "early",
            Self::Late => "late",
            Self::Within => "within",
            Self::Boundary => "boundary",
            Self::Leading => "leading",
            Self::Trailing => "trailing",
            Self::UnknownSubject => "unknown subject",
        })
    }
}

/// Where the rows of one addition fell. `Display` prints the counts in a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TimelineCounts {
    name: String,
    placed: Vec<Placed>,
    tied: Vec<usize>,
}

impl TimelineCounts {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), placed: Vec::new(), tied: Vec::new() }
    }

    pub(super) fn add(&mut self, placed: Placed, row: usize) {
        debug_assert_eq!(self.placed.len(), row);
        self.placed.push(placed);
    }

    pub(super) fn tie(&mut self, row: usize) {
        self.tied.push(row);
    }

    /// The covariate, or `events`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where each row of the addition fell, in the order in which they were given.
    #[must_use]
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// The rows that fell there, counted from 0.
    #[must_use]
    pub fn rows(&self, placed: Placed) -> Vec<usize> {
        (0..self.placed.len()).filter(|&i| self.placed[i] == placed).collect()
    }

    /// The rows at the time of an earlier row of the same subject.
    #[must_use]
    pub fn tied(&self) -> &[usize] {
        &self.tied
    }
}

impl fmt::Display for TimelineCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name)?;
        let counts = Placed::ALL.into_iter().map(|placed| (placed, self.rows(placed).len()));
        for (placed, n) in counts.filter(|c| c.1 > 0) {
            write!(f, " {n} {placed},")?;
        }
        write!(f, " {} tied", self.tied.len())
    }
}

/// Start-stop rows of subjects, with the covariates known at the start of each and the event at its end. Made by
/// [`Timelines::rows`](super::Timelines::rows).
///
/// `Display` prints how many rows there are and where each addition fell.
///
/// # Example
/// ```
/// use greenwood::survival::data::{Measurements, Placed, Timelines};
///
/// let rows = Timelines::new(&[1, 2], &[5.0, 8.0])?
///     .running_sum("infusions", Measurements::new(&[1, 1, 3], &[2.0, 9.0, 1.0], &[1.0; 3])?)?
///     .events(&[2], &[8.0], &["relapse"])?
///     .rows()?;
/// assert_eq!(rows.counts()[0].rows(Placed::Late), [1]); // at 9, of one who was observed until 5
/// assert_eq!(rows.counts()[0].rows(Placed::UnknownSubject), [2]);
/// assert_eq!(rows.to(), [None, None, Some("relapse".to_string())]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TimelineRows {
    ids: Vec<String>,
    source: Vec<usize>,
    start: Vec<f64>,
    stop: Vec<f64>,
    to: Vec<Option<String>>,
    names: Vec<String>,
    covariates: Vec<Vec<f64>>,
    counts: Vec<TimelineCounts>,
}

#[cfg(feature = "serde")]
checked_when_read!(TimelineRows {
    ids: Vec<String>,
    source: Vec<usize>,
    start: Vec<f64>,
    stop: Vec<f64>,
    to: Vec<Option<String>>,
    names: Vec<String>,
    covariates: Vec<Vec<f64>>,
    counts: Vec<TimelineCounts>,
});

#[cfg(feature = "serde")]
impl TimelineRows {
    fn check(&self) -> Result<()> {
        let rows = self.stop.len();
        check_len("source", self.source.len(), "stop", rows)?;
        check_len("start", self.start.len(), "stop", rows)?;
        check_len("to", self.to.len(), "stop", rows)?;
        check_len("covariates", self.covariates.len(), "their names", self.names.len())?;
        self.covariates.iter().try_for_each(|c| check_len("a covariate", c.len(), "stop", rows))?;
        self.covariates.iter().flatten().try_for_each(|&x| stored::number("a covariate", x))?;
        self.start.iter().chain(&self.stop).try_for_each(|&t| stored::size("time", t))?;
        match self.source.iter().position(|&i| i >= self.ids.len()) {
            Some(index) => {
                Err(Error::InvalidCode { index, code: self.source[index], labels: self.ids.len() })
            }
            None => Ok(()),
        }
    }
}

impl TimelineRows {
    pub(super) fn empty(ids: &[String], counts: Vec<TimelineCounts>) -> Self {
        let (source, start, stop, to) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (names, covariates) = (Vec::new(), Vec::new());
        Self { ids: ids.to_vec(), source, start, stop, to, names, covariates, counts }
    }

    /// The rows of a subject between its cuts.
    pub(super) fn push_subject(&mut self, subject: usize, entry: f64, cuts: &[f64], until: f64) {
        let mut start = entry;
        for &stop in cuts.iter().chain([&until]) {
            self.source.push(subject);
            self.start.push(start);
            self.stop.push(stop);
            self.to.push(None);
            start = stop;
        }
    }

    /// What was known at the start of each row. `measured` are times and rows by subject.
    pub(super) fn push_covariate(
        &mut self,
        name: &str,
        initial: &[f64],
        measured: &[Vec<(f64, usize)>],
        values: &[f64],
        summed: bool,
    ) {
        let known = |(&subject, &start): (&usize, &f64)| {
            let of = &measured[subject];
            let so_far = &of[..of.partition_point(|m| m.0 <= start)];
            match so_far.last() {
                None => initial[subject],
                Some(_) if summed => so_far.iter().map(|m| values[m.1]).sum(),
                Some(last) => values[last.1],
            }
        };
        self.covariates.push(self.source.iter().zip(&self.start).map(known).collect());
        self.names.push(name.into());
    }

    /// The events that end a row.
    pub(super) fn mark_events(&mut self, events: &[Vec<(f64, usize)>], to: &[String]) {
        for ((subject, stop), state) in self.source.iter().zip(&self.stop).zip(&mut self.to) {
            let of = &events[*subject];
            let until = of.partition_point(|e| e.0 <= *stop);
            if let Some(last) = of[..until].last().filter(|e| e.0 == *stop) {
                *state = Some(to[last.1].clone());
            }
        }
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.stop.len()
    }

    /// The subject of each row.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.source.iter().map(|&i| &*self.ids[i]).collect()
    }

    /// The position of the subject of each row among the subjects.
    #[must_use]
    pub fn source(&self) -> &[usize] {
        &self.source
    }

    /// When each row begins.
    #[must_use]
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// When each row ends.
    #[must_use]
    pub fn stop(&self) -> &[f64] {
        &self.stop
    }

    /// The state that the event at the end of each row leads to.
    #[must_use]
    pub fn to(&self) -> &[Option<String>] {
        &self.to
    }

    /// A covariate, row by row.
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate).
    pub fn covariate(&self, name: &str) -> Result<&[f64]> {
        let found = self.names.iter().position(|n| n == name);
        let known = || self.names.join(", ");
        let unknown =
            || Error::Model(ModelError::UnknownCovariate { covariate: name.into(), known: known() });
        found.map(|k| &self.covariates[k][..]).ok_or_else(unknown)
    }

    /// A column of the subjects, row by row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn expand<T: Clone>(&self, column: &[T]) -> Result<Vec<T>> {
        check_len("column", column.len(), "the subjects", self.ids.len())?;
        Ok(expand(column, &self.source))
    }

    /// Where each addition fell, in the order in which they were made.
    #[must_use]
    pub fn counts(&self) -> &[TimelineCounts] {
        &self.counts
    }

    /// The rows as histories among these states; a subject begins in the first.
    ///
    /// # Errors
    /// Those of [`HistoryStates::rows`](super::HistoryStates::rows).
    pub fn histories<S: ToString>(&self, states: &[S]) -> Result<Histories> {
        Histories::among(states).rows(&self.ids(), &self.start, &self.stop, &self.to)
    }

    /// The rows as data of a hazard, with that state as the event, and the subjects as ids.
    ///
    /// # Errors
    /// Those of [`RightCensored::new`].
    pub fn right_censored(&self, event: &str) -> Result<RightCensored<'static>> {
        let events = self.to.iter().map(|to| to.as_deref() == Some(event)).collect::<Vec<bool>>();
        RightCensored::new(self.stop.clone(), events)?.with_entry(self.start.clone())?.with_ids(&self.ids())
    }
}

impl fmt::Display for TimelineRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", counted(self.ids.len(), "subject"), counted(self.len(), "row"))?;
        self.counts.iter().try_for_each(|counts| write!(f, "\n{counts}"))
    }
}
