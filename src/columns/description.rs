//! What the columns of a batch are.

use crate::error::{Error, Result};
use crate::survival::data::near_ties::NearTies;
use crate::trial::TimeUnit;

/// What a weight stands for: see [`Weights`](crate::survival::Weights).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum WeightKind {
    /// A weight of k stands for k subjects.
    Replication,
    /// A weight corrects for unequal sampling.
    Sampling,
}

/// What becomes of a row that has a null in one of the columns named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Nulls {
    /// It is an error that names the column and the row.
    #[default]
    Refuse,
    /// It is left out, and counted: [`ColumnData::skipped`](crate::columns::ColumnData::skipped),
    /// [`TableStream::skipped`](crate::columns::TableStream::skipped).
    Skip,
}

/// Which values of the event column are the event, and which are censorings.
///
/// A value that stands in neither list is an error that names it and its row. Values are compared as text, or as numbers where
/// both are numbers: the code `"1"` is the integer 1, the float 1.0 and the string `"1"`.
///
/// | | event | censored |
/// |---|---|---|
/// | [`EventCodes::default`] | `true`, 1 | `false`, 0 |
/// | [`EventCodes::new`] | as listed | as listed |
/// | [`EventCodes::only`] | as listed | all other values |
///
/// # Example
/// ```
/// use greenwood::columns::EventCodes;
///
/// let codes = EventCodes::new(&["dead"], &["alive", "lost"]);
/// assert_eq!(codes.of("dead"), Some(true));
/// assert_eq!(codes.of("lost"), Some(false));
/// assert_eq!(codes.of("unknown"), None);
/// assert_eq!(EventCodes::only(&["2"]).of("2.0"), Some(true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventCodes {
    events: Vec<String>,
    /// `None`: all others.
    censored: Option<Vec<String>>,
}

impl Default for EventCodes {
    fn default() -> Self {
        Self::new(&["1", "true"], &["0", "false"])
    }
}

impl EventCodes {
    /// The values that are the event and those that are censorings.
    pub fn new<E: ToString, C: ToString>(events: &[E], censored: &[C]) -> Self {
        Self { censored: Some(texts(censored)), ..Self::only(events) }
    }

    /// The values that are the event; all others are censorings.
    pub fn only<E: ToString>(events: &[E]) -> Self {
        Self { events: texts(events), censored: None }
    }

    /// Is this value the event (`Some(true)`), a censoring (`Some(false)`), or neither?
    #[must_use]
    pub fn of(&self, value: &str) -> Option<bool> {
        let among = |codes: &[String]| codes.iter().any(|code| same(code, value));
        match &self.censored {
            _ if among(&self.events) => Some(true),
            Some(censored) => among(censored).then_some(false),
            None => Some(false),
        }
    }

    /// The values that are allowed, in words.
    pub(super) fn must_be(&self) -> String {
        let list = |codes: &[String]| codes.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
        let censored = list(self.censored.as_deref().unwrap_or_default());
        let events = list(&self.events);
        format!("{events} (the event) or {censored} (censored); map other codes with `EventCodes`")
    }
}

impl EventCodes {
    /// A value is the event or censored, not both.
    ///
    /// # Errors
    /// [`Error::DuplicateName`].
    pub(super) fn check(&self) -> Result<()> {
        let censored = self.censored.as_deref().unwrap_or_default();
        match censored.iter().find(|c| self.events.iter().any(|e| same(e, c))) {
            Some(code) => duplicate("codes of the event and of a censoring", code),
            None => Ok(()),
        }
    }
}

/// Causes that are all different, as text and as numbers, and none of which is the censoring.
///
/// # Errors
/// [`Error::DuplicateName`].
pub(super) fn check_causes(causes: &[String], censored: &str) -> Result<()> {
    if let Some(code) = causes.iter().find(|c| same(c, censored)) {
        return duplicate("codes of a cause and of a censoring", code);
    }
    let twice = causes.iter().enumerate().find(|&(i, c)| causes[..i].iter().any(|other| same(other, c)));
    twice.map_or(Ok(()), |(_, code)| duplicate("causes", code))
}

fn duplicate(what: &'static str, name: &str) -> Result<()> {
    Err(Error::DuplicateName { what, name: name.into() })
}

/// Are two codes the same text, or the same number?
pub(super) fn same(code: &str, value: &str) -> bool {
    code == value || matches!((code.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// What times are measured in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clock {
    /// The columns are numbers.
    Numbers,
    /// The columns are dates, and time is counted from those in `start`.
    Since { start: String, unit: TimeUnit, inclusive: bool },
    /// The columns are durations.
    Durations(TimeUnit),
}

/// Which columns of a batch are what. It names columns; data come in with
/// [`read`](Self::read) or a type's `from_record_batch`.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`event_codes`](Self::event_codes) | 1 or true, 0 or false | which values are the event |
/// | [`since`](Self::since), [`inclusive`](Self::inclusive) | | times are dates, counted from another column |
/// | [`durations`](Self::durations) | | times are durations, in this unit |
/// | [`entry`](Self::entry) | none | delayed entry |
/// | [`weight`](Self::weight) | none | replication or sampling weights |
/// | [`groups`](Self::groups), [`strata`](Self::strata) | none | factors |
/// | [`cluster`](Self::cluster), [`id`](Self::id) | none | rows that belong together; rows of one subject |
/// | [`causes`](Self::causes) | none | competing risks: the event column holds causes |
/// | [`nulls`](Self::nulls) | refuse | what becomes of rows with a null |
/// | [`near_ties`](Self::near_ties) | merge | are times that differ by rounding error equal? |
///
/// # Example
/// Dates, counted in months from randomisation:
/// ```
/// use std::sync::Arc;
/// use greenwood::arrow_array::{Date32Array, RecordBatch, StringArray};
/// use greenwood::columns::{Columns, EventCodes};
/// use greenwood::survival::RightCensored;
/// use greenwood::trial::TimeUnit;
///
/// let batch = RecordBatch::try_from_iter([
///     ("randomised", Arc::new(Date32Array::from(vec![18_000, 18_010])) as _),
///     ("last_seen", Arc::new(Date32Array::from(vec![18_487, 18_375])) as _),
///     ("status", Arc::new(StringArray::from(vec!["dead", "alive"])) as _),
/// ])
/// .unwrap();
/// let columns = Columns::new("last_seen", "status")
///     .since("randomised", TimeUnit::Months)
///     .event_codes(EventCodes::new(&["dead"], &["alive"]));
/// let data = RightCensored::from_record_batch(&batch, &columns)?;
/// assert_eq!(data.time(), [16.0, 365.0 / 30.4375]); // a month is 30.4375 days
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a description reads nothing: pass it to `from_record_batch`, `Columns::read` or a `TableStream`"]
pub struct Columns {
    pub(super) time: String,
    pub(super) event: String,
    pub(super) codes: EventCodes,
    pub(super) clock: Clock,
    pub(super) entry: Option<String>,
    pub(super) weight: Option<(String, WeightKind)>,
    pub(super) groups: Option<String>,
    pub(super) strata: Option<String>,
    pub(super) cluster: Option<String>,
    pub(super) id: Option<String>,
    pub(super) causes: Option<(Vec<String>, String)>,
    pub(super) nulls: Nulls,
    pub(super) near_ties: NearTies,
    /// Are the rows a part of a whole? Then their weights may all be 0.
    pub(super) part: bool,
}

impl Columns {
    /// The columns of the end of observation and of the event.
    pub fn new(time: &str, event: &str) -> Self {
        Self {
            time: time.into(),
            event: event.into(),
            codes: EventCodes::default(),
            clock: Clock::Numbers,
            entry: None,
            weight: None,
            groups: None,
            strata: None,
            cluster: None,
            id: None,
            causes: None,
            nulls: Nulls::default(),
            near_ties: NearTies::default(),
            part: false,
        }
    }

    /// Which values of the event column are the event.
    pub fn event_codes(self, codes: EventCodes) -> Self {
        Self { codes, ..self }
    }

    /// Times (and entries) are dates or timestamps: they are counted from those in the column `start`, in this unit. Days
    /// are 24 hours, months 30.4375 and years 365.25 days.
    pub fn since(self, start: &str, unit: TimeUnit) -> Self {
        Self { clock: Clock::Since { start: start.into(), unit, inclusive: false }, ..self }
    }

    /// With [`since`](Self::since): the first day counts, as in ADaM data sets (`ADT − STARTDT + 1`), so that what ends on
    /// the day it starts lasts one day. Without it the difference of the dates counts.
    pub fn inclusive(mut self) -> Self {
        if let Clock::Since { inclusive, .. } = &mut self.clock {
            *inclusive = true;
        }
        self
    }

    /// Times (and entries) are durations, to be counted in this unit.
    pub fn durations(self, unit: TimeUnit) -> Self {
        Self { clock: Clock::Durations(unit), ..self }
    }

    /// The column of delayed entry.
    pub fn entry(self, column: &str) -> Self {
        Self { entry: Some(column.into()), ..self }
    }

    /// The column of weights, and what they stand for.
    pub fn weight(self, column: &str, kind: WeightKind) -> Self {
        Self { weight: Some((column.into(), kind)), ..self }
    }

    /// The column of the groups.
    pub fn groups(self, column: &str) -> Self {
        Self { groups: Some(column.into()), ..self }
    }

    /// The column of the strata.
    pub fn strata(self, column: &str) -> Self {
        Self { strata: Some(column.into()), ..self }
    }

    /// The column of clusters: rows that are not independent.
    pub fn cluster(self, column: &str) -> Self {
        Self { cluster: Some(column.into()), ..self }
    }

    /// The column of the subjects, where a subject has several rows.
    pub fn id(self, column: &str) -> Self {
        Self { id: Some(column.into()), ..self }
    }

    /// Competing risks: the event column holds one of these causes, or `censored`. Any other value is an error, and so are two
    /// causes that are one code (`"1"` and `"1.0"`), or a cause that is the censoring.
    pub fn causes<C: ToString>(self, causes: &[C], censored: &str) -> Self {
        Self { causes: Some((texts(causes), censored.into())), ..self }
    }

    /// What becomes of rows that have a null in one of the columns named.
    pub fn nulls(self, nulls: Nulls) -> Self {
        Self { nulls, ..self }
    }

    /// Whether times that differ only by rounding error are the same time.
    pub fn near_ties(self, near_ties: NearTies) -> Self {
        Self { near_ties, ..self }
    }

    /// The columns that are read, each once: what a projection needs.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let start = match &self.clock {
            Clock::Since { start, .. } => Some(start),
            _ => None,
        };
        let further = [
            start,
            self.entry.as_ref(),
            self.weight.as_ref().map(|(column, _)| column),
            self.groups.as_ref(),
            self.strata.as_ref(),
            self.cluster.as_ref(),
            self.id.as_ref(),
        ];
        let mut names = vec![self.time.as_str(), self.event.as_str()];
        for name in further.into_iter().flatten() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}
