//! One person: what happened, when they were seen, and how follow-up ended.

use crate::error::{Error, Result, TrialError};
use crate::trial::facts::baseline::Baseline;
use crate::trial::{Characteristic, Label, Name, Stratum, Time, label};

/// How a subject's follow-up ended. It ends once, in one way.
///
/// # Example
/// ```
/// use greenwood::trial::{Exit, Subject, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse, Death }
///
/// let end = Time::months(20.0);
/// let lost = Subject::on("A").then(Time::months(7.0), Event::Relapse).until(end, Exit::Lost)?;
/// let dead = Subject::on("A").until(end, Exit::Terminal(Event::Death))?;
/// assert!(lost.exit() != dead.exit() && lost.end() == dead.end());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Exit<E> {
    /// With an event after which nothing can be observed: death.
    Terminal(E),
    /// Under observation to the end of the study.
    Cutoff,
    /// Lost to follow-up.
    Lost,
    /// Withdrew consent.
    Withdrew,
    /// Left for a reason of one's own (moved away, a site closed), which tables name.
    Other(Name),
}

/// One person's facts: arm, events, visits and the one end of follow-up, all on one clock that starts when
/// the person enters the trial. It knows no endpoint.
///
/// # Example
/// ```
/// use greenwood::trial::{Exit, Subject, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse, Death }
///
/// let subject = Subject::on("A")
///     .id("07-113")
///     .then(Time::months(6.0), Event::Relapse)
///     .until(Time::months(9.0), Exit::Terminal(Event::Death))?;
/// assert_eq!(subject.end(), Time::months(9.0));
///
/// let late = Subject::on("A").id("07-114").then(Time::months(10.0), Event::Relapse);
/// let err = late.until(Time::months(9.0), Exit::Terminal(Event::Death)).unwrap_err();
/// assert!(err.to_string().starts_with("subject 07-114 (A): Relapse at 304.375 days (10.0 months)"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawSubject<A, E>"))]
#[cfg_attr(
    feature = "serde",
    serde(bound(deserialize = "A: Label + serde::Deserialize<'de>, E: Label + serde::Deserialize<'de>"))
)]
pub struct Subject<A, E> {
    pub(in crate::trial) arm: A,
    pub(in crate::trial) id: Option<String>,
    pub(in crate::trial) entered: Time,
    pub(in crate::trial) visits: Vec<Time>,
    pub(in crate::trial) events: Vec<(Time, E)>,
    pub(in crate::trial) end: Time,
    pub(in crate::trial) exit: Exit<E>,
    pub(in crate::trial) received: Option<A>,
    pub(in crate::trial) baseline: Baseline,
}

impl<A: Label, E: Label> Subject<A, E> {
    /// Begins a subject on an arm.
    pub fn on(arm: A) -> SubjectBuilder<A, E> {
        SubjectBuilder {
            arm,
            id: None,
            entered: Time::ZERO,
            visits: Vec::new(),
            events: Vec::new(),
            received: None,
            baseline: Baseline::default(),
        }
    }

    /// The arm: the one to which chance assigned the subject.
    pub fn arm(&self) -> A {
        self.arm
    }

    /// The arm whose treatment the subject received.
    pub fn received(&self) -> A {
        self.received.unwrap_or(self.arm)
    }

    /// The stratification factors, as randomised and as they really were.
    pub fn strata(&self) -> &[Stratum] {
        &self.baseline.strata
    }

    /// A characteristic at entry.
    pub fn baseline(&self, name: &str) -> Option<&Characteristic> {
        self.baseline.characteristic(name)
    }

    /// Did it ever happen to the subject?
    pub fn had(&self, kind: E) -> bool {
        self.history().any(|(_, k)| k == kind)
    }

    /// The identifier, if one was given.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// When the subject entered, on the trial's calendar.
    pub fn entered(&self) -> Time {
        self.entered
    }

    /// The visits, in order.
    pub fn visits(&self) -> &[Time] {
        &self.visits
    }

    /// The events before the end of follow-up, in order. A terminal one is the [`exit`](Self::exit).
    pub fn events(&self) -> &[(Time, E)] {
        &self.events
    }

    /// The end of follow-up.
    pub fn end(&self) -> Time {
        self.end
    }

    /// How follow-up ended.
    pub fn exit(&self) -> Exit<E> {
        self.exit
    }

    /// The same subject on another arm.
    pub(in crate::trial) fn on_arm<B>(&self, arm: &mut impl FnMut(A) -> B) -> Subject<B, E> {
        Subject {
            arm: arm(self.arm),
            id: self.id.clone(),
            entered: self.entered,
            visits: self.visits.clone(),
            events: self.events.clone(),
            end: self.end,
            exit: self.exit,
            received: self.received.map(arm),
            baseline: self.baseline.clone(),
        }
    }

    /// Everything that happened, the terminal event included, in order.
    pub(in crate::trial) fn history(&self) -> impl Iterator<Item = (Time, E)> + '_ {
        let terminal = match self.exit {
            Exit::Terminal(kind) => Some((self.end, kind)),
            _ => None,
        };
        self.events.iter().copied().chain(terminal)
    }
}

/// A subject in the making. Nothing is checked until [`until`](Self::until) ends it.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a subject needs the end of its follow-up: `.until(…)`"]
pub struct SubjectBuilder<A, E> {
    arm: A,
    id: Option<String>,
    entered: Time,
    visits: Vec<Time>,
    events: Vec<(Time, E)>,
    received: Option<A>,
    baseline: Baseline,
}

impl<A: Label, E: Label> SubjectBuilder<A, E> {
    /// An identifier, for tables and errors.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// When the subject entered, on the trial's calendar (time since the first entry, say). A data cutoff
    /// needs it; without one everybody enters at 0.
    pub fn entered(mut self, at: Time) -> Self {
        self.entered = at;
        self
    }

    /// The arm whose treatment the subject received, where it is not the one to which chance assigned it.
    pub fn received(mut self, arm: A) -> Self {
        self.received = Some(arm);
        self
    }

    /// The level of a stratification factor.
    pub fn stratum(self, factor: impl Into<String>, level: impl Into<String>) -> Self {
        let level = level.into();
        self.mis_stratified(factor, level.clone(), level)
    }

    /// The level of a stratification factor under which the subject was randomised by mistake, and the true one.
    pub fn mis_stratified(
        mut self,
        factor: impl Into<String>,
        randomised: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        let stratum = Stratum { factor: factor.into(), randomised: randomised.into(), actual: actual.into() };
        self.baseline.strata.push(stratum);
        self
    }

    /// A characteristic at entry: a number (`4.5`) or a level (`"female"`).
    pub fn baseline(mut self, name: impl Into<String>, value: impl Into<Characteristic>) -> Self {
        self.baseline.characteristics.push((name.into(), value.into()));
        self
    }

    /// A visit at which the subject was adequately assessed. (One that could not be read is no visit: it cannot
    /// show that the subject was free of the event.)
    pub fn visit(mut self, at: Time) -> Self {
        self.visits.push(at);
        self
    }

    /// Something that happened, after which follow-up went on.
    pub fn then(mut self, at: Time, kind: E) -> Self {
        self.events.push((at, kind));
        self
    }

    /// Ends follow-up.
    ///
    /// # Errors
    /// Each names the subject. [`TrialError::InvalidSubjectTime`](crate::TrialError::InvalidSubjectTime) for a time that is NaN, infinite or negative;
    /// [`TrialError::AfterExit`](crate::TrialError::AfterExit) for an event or visit after the end of follow-up;
    /// [`Error::DuplicateName`] for a stratification factor or a characteristic that is given twice.
    pub fn until(mut self, end: Time, exit: Exit<E>) -> Result<Subject<A, E>> {
        let subject = name(self.id.as_deref(), self.arm);
        self.baseline.check()?;
        let times = [("entry", self.entered), ("end of follow-up", end)].into_iter();
        let times = times.chain(self.visits.iter().map(|&t| ("visit", t)));
        for (what, t) in times {
            if !t.is_valid() {
                return Err(Error::Trial(TrialError::InvalidSubjectTime {
                    subject,
                    what: what.into(),
                    value: t.in_days(),
                }));
            }
        }
        for &(t, kind) in &self.events {
            if !t.is_valid() {
                return Err(Error::Trial(TrialError::InvalidSubjectTime {
                    subject,
                    what: label(&kind),
                    value: t.in_days(),
                }));
            }
        }
        let visits = self.visits.iter().map(|&t| (t, "a visit".to_string()));
        let events = self.events.iter().map(|&(t, kind)| (t, label(&kind)));
        if let Some((at, what)) = events.chain(visits).find(|&(t, _)| t > end) {
            return Err(Error::Trial(TrialError::AfterExit {
                subject,
                what,
                at: at.to_string(),
                end: end.to_string(),
                exit: format!("{exit:?}"),
            }));
        }
        self.visits.sort_by(|a, b| a.in_days().total_cmp(&b.in_days()));
        self.events.sort_by(|a, b| a.0.in_days().total_cmp(&b.0.in_days()));
        Ok(Subject {
            arm: self.arm,
            id: self.id,
            entered: self.entered,
            visits: self.visits,
            events: self.events,
            end,
            exit,
            received: self.received,
            baseline: self.baseline,
        })
    }
}

/// A subject as it was written: it is made again, and so checked, when it is read.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawSubject<A, E> {
    arm: A,
    id: Option<String>,
    entered: Time,
    visits: Vec<Time>,
    events: Vec<(Time, E)>,
    end: Time,
    exit: Exit<E>,
    #[serde(default = "Option::default")]
    received: Option<A>,
    #[serde(default)]
    baseline: Baseline,
}

#[cfg(feature = "serde")]
impl<A: Label, E: Label> TryFrom<RawSubject<A, E>> for Subject<A, E> {
    type Error = Error;

    fn try_from(raw: RawSubject<A, E>) -> Result<Self> {
        let RawSubject { arm, id, entered, visits, events, end, exit, received, baseline } = raw;
        SubjectBuilder { arm, id, entered, visits, events, received, baseline }.until(end, exit)
    }
}

/// How a subject is called in errors and tables.
pub(in crate::trial) fn name<A: Label>(id: Option<&str>, arm: A) -> String {
    match id {
        Some(id) => format!("{id} ({})", label(&arm)),
        None => format!("without id ({})", label(&arm)),
    }
}
