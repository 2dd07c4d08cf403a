//! A trial's subjects, and the way from their facts to the records of an endpoint.

use std::fmt::{self, Write};

use super::analysis::Analysis;
use super::subject::name;
use super::{Ascertainment, Endpoint, Exit, Label, Origin, Role, Subject, Time};
use crate::error::{Error, Result};

/// A date, on the trial's calendar, after which nothing is known yet.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DataCutoff(pub Time);

/// The subjects of a clinical trial. `A` and `E` are the user's own enums of arms and happenings.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(deserialize = "A: Label + serde::Deserialize<'de>, E: Label + serde::Deserialize<'de>"))
)]
pub struct Trial<A, E> {
    subjects: Vec<Subject<A, E>>,
}

/// Why a subject was censored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Censoring<E> {
    /// Free of the event at the end of the study.
    Cutoff,
    /// Lost to follow-up.
    Lost,
    /// Withdrew consent.
    Withdrew,
    /// The event came after too many missed visits to be dated.
    MissedVisits,
    /// A happening whose role is to censor.
    Event(E),
}

/// What the endpoint made of a subject. Never a bare flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome<E> {
    /// The event, and which kind.
    Event(E),
    /// A competing event, and which kind.
    Competing(E),
    /// Neither, and why observation ended.
    Censored(Censoring<E>),
}

impl<E> Outcome<E> {
    /// Did the event happen?
    pub fn is_event(&self) -> bool {
        matches!(self, Self::Event(_))
    }
}

/// One subject's record for one endpoint: a row of an analysis data set (ADTTE), with its trace.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Record<A, E> {
    /// The subject's position in the trial.
    pub position: usize,
    /// Its identifier, if it has one.
    pub id: Option<String>,
    /// Its arm.
    pub arm: A,
    /// Time from the endpoint's origin.
    pub time: Time,
    /// What happened then.
    pub outcome: Outcome<E>,
    /// What decided it.
    pub decision: Decision<E>,
}

/// What decided a record: the source and the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Decision<E> {
    /// A happening at this time since entry, by its role.
    Happening {
        /// When, since entry.
        at: Time,
        /// Which.
        kind: E,
        /// The role that the endpoint gives it.
        role: Role,
    },
    /// Nothing with a role happened: the end of follow-up.
    EndOfFollowUp {
        /// When, since entry.
        at: Time,
    },
    /// Nothing with a role happened; the last visit is the last time known to be free of the event.
    LastVisit {
        /// The visit, since entry.
        at: Time,
        /// When follow-up ended, or the censoring happening took place.
        instead_of: Time,
    },
    /// A happening was too long after the last visit to be dated.
    MissedVisits {
        /// The last visit before it, since entry.
        last_visit: Time,
        /// The happening that does not count.
        kind: E,
        /// When it took place.
        at: Time,
    },
}

impl<E: fmt::Debug> fmt::Display for Decision<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happening { at, kind, role } => {
                let meaning = match role {
                    Role::Event => "counts as the event",
                    Role::Competing => "is a competing event",
                    Role::Censor => "censors",
                    Role::Ignore => "is ignored",
                };
                write!(f, "{kind:?} at {at} {meaning}")
            }
            Self::EndOfFollowUp { at } => {
                write!(f, "no happening with a role by the end of follow-up at {at}")
            }
            Self::LastVisit { at, instead_of } => {
                write!(f, "known to be free of the event at the last visit, {at}, before {instead_of}")
            }
            Self::MissedVisits { last_visit, kind, at } => {
                write!(
                    f,
                    "{kind:?} at {at} came after too many missed visits: the last one was at {last_visit}"
                )
            }
        }
    }
}

impl<A: Label, E: Label> Trial<A, E> {
    /// A trial of these subjects.
    pub fn new(subjects: impl IntoIterator<Item = Subject<A, E>>) -> Self {
        Self { subjects: subjects.into_iter().collect() }
    }

    /// The subjects.
    pub fn subjects(&self) -> &[Subject<A, E>] {
        &self.subjects
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> Vec<A> {
        let mut arms: Vec<A> = Vec::new();
        for s in &self.subjects {
            if !arms.contains(&s.arm) {
                arms.push(s.arm);
            }
        }
        arms
    }

    /// The trial as it was known at a cutoff: nothing later has happened, and whoever enters at it or later
    /// is absent. Whoever was still followed is under observation to the cutoff.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the cutoff is not a time.
    pub fn at(&self, cutoff: DataCutoff) -> Result<Self> {
        let DataCutoff(date) = cutoff;
        if !date.is_valid() {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "cutoff", value: date.in_days(), must_be });
        }
        let known = self.subjects.iter().filter(|s| s.entered < date).map(|s| {
            let last = date - s.entered;
            if s.end <= last {
                return s.clone();
            }
            let mut s = s.clone();
            s.visits.retain(|&t| t <= last);
            s.happenings.retain(|&(t, _)| t <= last);
            (s.end, s.exit) = (last, Exit::Cutoff);
            s
        });
        Ok(Self { subjects: known.collect() })
    }

    /// Asks the endpoint's question of every subject.
    ///
    /// # Errors
    /// [`Error::Empty`] where no subject has a record; [`Error::OutOfRange`] where the endpoint's planned time between
    /// visits is not above 0; [`Error::NotTerminal`] where follow-up goes on after a happening that ended it for good
    /// in another subject; [`Error::IgnoresTerminal`] where the endpoint ignores a
    /// happening that ended a subject's follow-up for good: nothing is observed after death, so it must be an
    /// event, a competing event or a (declared) censoring.
    pub fn analyse(&self, endpoint: &Endpoint<E>) -> Result<Analysis<A, E>> {
        if let Ascertainment::Assessed { every, .. } = endpoint.ascertainment()
            && !(every.is_valid() && every > Time::ZERO)
        {
            let must_be = "a finite time above 0";
            return Err(Error::OutOfRange { argument: "every", value: every.in_days(), must_be });
        }
        self.check_terminal()?;
        let mut records = Vec::with_capacity(self.subjects.len());
        let mut without_origin = 0;
        for (position, subject) in self.subjects.iter().enumerate() {
            if let Exit::Terminal(kind) = subject.exit
                && endpoint.role(kind) == Role::Ignore
            {
                return Err(Error::IgnoresTerminal {
                    endpoint: endpoint.name(),
                    happening: format!("{kind:?}"),
                    subject: called(position, subject),
                });
            }
            match record(position, subject, endpoint) {
                Some(record) => records.push(record),
                None => without_origin += 1,
            }
        }
        Analysis::new(endpoint.name(), records, without_origin)
    }

    /// A kind of happening ends follow-up for good in all subjects or in none: nobody lives on after death.
    fn check_terminal(&self) -> Result<()> {
        let mut kinds: Vec<E> = Vec::new();
        for s in &self.subjects {
            if let Exit::Terminal(kind) = s.exit
                && !kinds.contains(&kind)
            {
                kinds.push(kind);
            }
        }
        for (position, s) in self.subjects.iter().enumerate() {
            if let Some(&(at, kind)) = s.happenings.iter().find(|(_, kind)| kinds.contains(kind)) {
                return Err(Error::NotTerminal {
                    subject: called(position, s),
                    happening: format!("{kind:?}"),
                    at: at.to_string(),
                });
            }
        }
        Ok(())
    }

    /// How the endpoint decided about a subject, in words.
    ///
    /// # Errors
    /// As [`analyse`](Self::analyse); [`Error::OutOfRange`] where there is no such subject.
    pub fn explain(&self, position: usize, endpoint: &Endpoint<E>) -> Result<String> {
        let Some(subject) = self.subjects.get(position) else {
            let must_be = "the position of a subject";
            return Err(Error::OutOfRange { argument: "position", value: position as f64, must_be });
        };
        let who = called(position, subject);
        let mut text = format!("{} of subject {who}:", endpoint.name());
        for (at, kind) in subject.history() {
            let _ = write!(text, "\n  {kind:?} at {at}: role {:?}", endpoint.role(kind));
        }
        let _ = write!(text, "\n  follow-up ended at {} ({:?})", subject.end, subject.exit);
        let _ = match record(position, subject, endpoint) {
            Some(r) => write!(text, "\n  so {:?} at {}: {}", r.outcome, r.time, r.decision),
            None => write!(text, "\n  so no record: the endpoint's clock never started"),
        };
        Ok(text)
    }
}

/// A subject's id, or its place in the trial.
fn called<A: Label, E>(position: usize, subject: &Subject<A, E>) -> String {
    match &subject.id {
        Some(id) => name(Some(id), subject.arm),
        None => format!("{position} ({:?})", subject.arm),
    }
}

/// The core rule: the earliest thing that plays a role wins.
fn record<A: Label, E: Label>(
    position: usize,
    subject: &Subject<A, E>,
    endpoint: &Endpoint<E>,
) -> Option<Record<A, E>> {
    let origin = match endpoint.origin() {
        Origin::Entry => Time::ZERO,
        Origin::First(starts) => subject.history().find(|&(_, kind)| starts(kind))?.0,
    };
    // At equal times an event comes before a competing event, and that before a censoring.
    let order = |role: Role| match role {
        Role::Event => 0,
        Role::Competing => 1,
        Role::Censor => 2,
        Role::Ignore => 3,
    };
    let first = subject
        .history()
        .filter(|&(at, kind)| at >= origin && endpoint.role(kind) != Role::Ignore)
        .min_by(|a, b| {
            let by_time = a.0.in_days().total_cmp(&b.0.in_days());
            by_time.then(order(endpoint.role(a.1)).cmp(&order(endpoint.role(b.1))))
        });
    let (mut at, mut outcome, mut decision) = if let Some((at, kind)) = first {
        let role = endpoint.role(kind);
        let outcome = match role {
            Role::Event => Outcome::Event(kind),
            Role::Competing => Outcome::Competing(kind),
            Role::Censor | Role::Ignore => Outcome::Censored(Censoring::Event(kind)),
        };
        (at, outcome, Decision::Happening { at, kind, role })
    } else {
        let reason = match subject.exit {
            Exit::Terminal(kind) => Censoring::Event(kind),
            Exit::Cutoff => Censoring::Cutoff,
            Exit::Lost => Censoring::Lost,
            Exit::Withdrew => Censoring::Withdrew,
        };
        (subject.end, Outcome::Censored(reason), Decision::EndOfFollowUp { at: subject.end })
    };
    if let Ascertainment::Assessed { every, missed } = endpoint.ascertainment() {
        let censored = matches!(outcome, Outcome::Censored(_));
        let seen = |v: Time| if censored { v <= at } else { v < at };
        let last = subject.visits.iter().rev().copied().find(|&v| v >= origin && seen(v)).unwrap_or(origin);
        if censored {
            if last < at {
                decision = Decision::LastVisit { at: last, instead_of: at };
            }
            at = last;
        } else if let (Some(missed), Outcome::Event(kind) | Outcome::Competing(kind)) = (missed, outcome)
            && (at - last).in_days() > every.in_days() * f64::from(missed)
        {
            decision = Decision::MissedVisits { last_visit: last, kind, at };
            (at, outcome) = (last, Outcome::Censored(Censoring::MissedVisits));
        }
    }
    Some(Record { position, id: subject.id.clone(), arm: subject.arm, time: at - origin, outcome, decision })
}
