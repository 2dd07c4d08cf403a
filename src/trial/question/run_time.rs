//! Endpoints that are put together at run time: from closures, or from a description that a configuration holds.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, TrialError};
use crate::survival::result::direction::Direction;
use crate::trial::{Ascertainment, Label, Role, Time, TimeUnit, label};

/// An endpoint whose rules are known at run time: closures that may hold what was read or chosen.
///
/// It is asked as an [`Endpoint`](crate::trial::Endpoint) is, by [`Trial::analyse`](crate::trial::Trial::analyse), and
/// [`Estimand::from`](crate::trial::Estimand) it takes strategies. Where the events are an enum that is known when the program is written, an
/// `Endpoint` is better: it does not compile until each kind of event has a role.
///
/// # Example
/// The user chooses what counts beside death:
/// ```
/// use greenwood::trial::{Exit, Name, Role, RunTimeEndpoint, Subject, Time, Trial};
///
/// let chosen = vec![Name::from("relapse"), Name::from("graft failure")];
/// let death = Name::from("death");
/// let endpoint = RunTimeEndpoint::new("EFS", move |kind| {
///     if kind == death || chosen.contains(&kind) { Role::Event } else { Role::Ignore }
/// })
/// .unwanted();
/// let trial = Trial::new([Subject::on("new")
///     .then(Time::months(3.0), Name::from("infection"))
///     .then(Time::months(5.0), Name::from("relapse"))
///     .until(Time::months(9.0), Exit::Terminal(death))?]);
/// assert_eq!(trial.analyse(&endpoint)?.records()[0].time, Time::months(5.0));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Clone)]
pub struct RunTimeEndpoint<E> {
    name: String,
    role: Roles<E>,
    starts: Option<Arc<dyn Fn(E) -> bool + Send + Sync>>,
    seen: Ascertainment,
    direction: Direction,
}

/// `None` for an event that has no role.
type Roles<E> = Arc<dyn Fn(E) -> Option<Role> + Send + Sync>;

impl<E> RunTimeEndpoint<E> {
    /// An endpoint that is seen at any time and counts from entry.
    #[must_use]
    pub fn new(name: impl Into<String>, role: impl Fn(E) -> Role + Send + Sync + 'static) -> Self {
        Self::with_roles(name.into(), Arc::new(move |kind| Some(role(kind))))
    }

    fn with_roles(name: String, role: Roles<E>) -> Self {
        Self { name, role, starts: None, seen: Ascertainment::Continuous, direction: Direction::Unknown }
    }

    /// Counted from the first event for which `starts` is true.
    #[must_use]
    pub fn from_first(self, starts: impl Fn(E) -> bool + Send + Sync + 'static) -> Self {
        Self { starts: Some(Arc::new(starts)), ..self }
    }

    /// Seen only at visits, planned `every` so often; an event after `missed` missed visits is censored.
    #[must_use]
    pub fn assessed(self, every: Time, missed: Option<u32>) -> Self {
        Self { seen: Ascertainment::Assessed { every, missed }, ..self }
    }

    /// Its event is to be reached: a higher rate is better.
    #[must_use]
    pub fn wanted(self) -> Self {
        Self { direction: Direction::Wanted, ..self }
    }

    /// Its event is to be avoided: a lower rate is better.
    #[must_use]
    pub fn unwanted(self) -> Self {
        Self { direction: Direction::Unwanted, ..self }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What an event means. Returns `None` if a description names it nowhere.
    #[must_use]
    pub fn role(&self, kind: E) -> Option<Role> {
        (self.role)(kind)
    }

    /// Does the event start the clock? Returns `None` if the clock starts at entry.
    #[must_use]
    pub fn starts(&self, kind: E) -> Option<bool> {
        self.starts.as_ref().map(|starts| starts(kind))
    }

    pub(in crate::trial) fn counts_from_entry(&self) -> bool {
        self.starts.is_none()
    }

    /// How it is seen.
    #[must_use]
    pub fn ascertainment(&self) -> Ascertainment {
        self.seen
    }

    /// Whether its event is wanted.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }
}

impl<E> fmt::Debug for RunTimeEndpoint<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunTimeEndpoint")
            .field("name", &self.name)
            .field("seen", &self.seen)
            .field("from_first", &self.starts.is_some())
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// An endpoint as a configuration holds it: which kinds of events have which role.
///
/// | field | default | meaning |
/// |---|---|---|
/// | `name` | | how tables call the endpoint |
/// | `events` | | what it counts |
/// | `competing`, `censoring`, `ignored` | none | the roles of the other kinds |
/// | `from_first` | none | the clock starts at the first of these, else at entry |
/// | `assessed` | at any time | `every` so many `unit`s (`Days`, `Weeks`, `Months`, `Years`) a visit, and how many `missed` ones censor |
/// | `direction` | `Unknown` | `Wanted` or `Unwanted` |
///
/// Every kind of event that happens in the trial must stand in one of the four lists, or have a strategy of an estimand: a kind that was forgotten is an
/// error when the question is put, and is not ignored. A field that does not exist is an error when it is read.
///
/// # Example
/// As JSON; any of serde's formats will do.
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// use greenwood::trial::{EndpointDescription, Exit, Name, Subject, Time, Trial};
///
/// let text = r#"{
///     "name": "PFS",
///     "events": ["progression", "death"],
///     "censoring": ["new therapy"],
///     "assessed": {"every": 8, "unit": "Weeks", "missed": 2},
///     "direction": "Unwanted"
/// }"#;
/// let description: EndpointDescription<Name> = serde_json::from_str(text).unwrap();
/// let pfs = description.endpoint()?;
///
/// let on = |arm: &str| Subject::on(Name::from(arm)).visit(Time::weeks(8.0));
/// let trial = Trial::new([
///     on("new").then(Time::weeks(10.0), "progression".into()).until(Time::weeks(30.0), Exit::Other("moved away".into()))?,
///     on("old").until(Time::weeks(9.0), Exit::Terminal("death".into()))?,
/// ]);
/// assert!(trial.analyse(&pfs)?.records().iter().all(|r| r.outcome.is_event()));
///
/// let forgotten = Trial::new([on("new").then(Time::weeks(9.0), "transplant".into()).until(Time::weeks(9.0), Exit::Lost)?]);
/// assert_eq!(
///     forgotten.analyse(&pfs).unwrap_err().to_string(),
///     "endpoint PFS gives transplant of subject 0 (new) no role: name it among the events, the competing, the censoring or \
///      the ignored ones"
/// );
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawDescription<E>"))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "E: Label + serde::Deserialize<'de>")))]
pub struct EndpointDescription<E> {
    name: String,
    events: Vec<E>,
    competing: Vec<E>,
    censoring: Vec<E>,
    ignored: Vec<E>,
    from_first: Vec<E>,
    assessed: Option<Visits>,
    direction: Direction,
}

/// How often the subjects are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Visits {
    every: f64,
    unit: TimeUnit,
    #[cfg_attr(feature = "serde", serde(default))]
    missed: Option<u32>,
}

impl<E: Label> EndpointDescription<E> {
    /// An endpoint that counts these events, is seen at any time and counts from entry.
    pub fn new(name: impl Into<String>, events: impl IntoIterator<Item = E>) -> Self {
        Self {
            name: name.into(),
            events: events.into_iter().collect(),
            competing: Vec::new(),
            censoring: Vec::new(),
            ignored: Vec::new(),
            from_first: Vec::new(),
            assessed: None,
            direction: Direction::Unknown,
        }
    }

    /// These make the event impossible.
    #[must_use]
    pub fn competing(mut self, kinds: impl IntoIterator<Item = E>) -> Self {
        self.competing.extend(kinds);
        self
    }

    /// These end observation of the endpoint.
    #[must_use]
    pub fn censoring(mut self, kinds: impl IntoIterator<Item = E>) -> Self {
        self.censoring.extend(kinds);
        self
    }

    /// These mean nothing to the endpoint.
    #[must_use]
    pub fn ignored(mut self, kinds: impl IntoIterator<Item = E>) -> Self {
        self.ignored.extend(kinds);
        self
    }

    /// The clock starts at the first of these.
    #[must_use]
    pub fn from_first(mut self, kinds: impl IntoIterator<Item = E>) -> Self {
        self.from_first.extend(kinds);
        self
    }

    /// Seen only at visits, planned `every` so many units; an event after `missed` missed visits is censored.
    #[must_use]
    pub fn assessed(self, every: f64, unit: TimeUnit, missed: Option<u32>) -> Self {
        Self { assessed: Some(Visits { every, unit, missed }), ..self }
    }

    /// Whether the event is wanted.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What an event means; `None` for one that stands in no list.
    #[must_use]
    pub fn role(&self, kind: E) -> Option<Role> {
        self.lists().into_iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(role, _)| role)
    }

    fn lists(&self) -> [(Role, &[E]); 4] {
        [
            (Role::Event, &self.events),
            (Role::Competing, &self.competing),
            (Role::Censor, &self.censoring),
            (Role::Ignore, &self.ignored),
        ]
    }

    /// The endpoint, ready to be asked.
    ///
    /// # Errors
    /// [`TrialError::InvalidEndpoint`](crate::TrialError::InvalidEndpoint) for one without a name or an event, for a kind that stands twice, and for a time between visits
    /// that is not above 0.
    pub fn endpoint(&self) -> Result<RunTimeEndpoint<E>>
    where
        E: Send + Sync + 'static,
    {
        self.check()?;
        let description = self.clone();
        let mut endpoint =
            RunTimeEndpoint::with_roles(self.name.clone(), Arc::new(move |kind| description.role(kind)));
        if !self.from_first.is_empty() {
            let starts = self.from_first.clone();
            endpoint = endpoint.from_first(move |kind| starts.contains(&kind));
        }
        if let Some(Visits { every, unit, missed }) = self.assessed {
            endpoint = endpoint.assessed(unit.time(every), missed);
        }
        Ok(RunTimeEndpoint { direction: self.direction, ..endpoint })
    }

    fn check(&self) -> Result<()> {
        let invalid =
            |why: String| Err(Error::Trial(TrialError::InvalidEndpoint { endpoint: self.name.clone(), why }));
        if self.name.trim().is_empty() {
            return invalid("give it a name".into());
        }
        if self.events.is_empty() {
            return invalid("it counts no event: name at least one".into());
        }
        let kinds: Vec<E> = self.lists().iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        if let Some(twice) = kinds.iter().enumerate().find(|(i, kind)| kinds[..*i].contains(kind)) {
            return invalid(format!("{} stands twice: give each kind of event one role", label(twice.1)));
        }
        if let Some(visits) = self.assessed
            && !(visits.every > 0.0 && visits.unit.time(visits.every).is_valid())
        {
            return invalid(format!(
                "its visits are every {} {}: a finite time above 0",
                visits.every, visits.unit
            ));
        }
        Ok(())
    }
}

/// A description as it is read.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDescription<E> {
    name: String,
    events: Vec<E>,
    #[serde(default = "Vec::new")]
    competing: Vec<E>,
    #[serde(default = "Vec::new")]
    censoring: Vec<E>,
    #[serde(default = "Vec::new")]
    ignored: Vec<E>,
    #[serde(default = "Vec::new")]
    from_first: Vec<E>,
    #[serde(default)]
    assessed: Option<Visits>,
    #[serde(default)]
    direction: Direction,
}

#[cfg(feature = "serde")]
impl<E: Label> TryFrom<RawDescription<E>> for EndpointDescription<E> {
    type Error = Error;

    fn try_from(raw: RawDescription<E>) -> Result<Self> {
        let RawDescription { name, events, competing, censoring, ignored, from_first, assessed, direction } =
            raw;
        let description =
            Self { name, events, competing, censoring, ignored, from_first, assessed, direction };
        description.check()?;
        Ok(description)
    }
}
