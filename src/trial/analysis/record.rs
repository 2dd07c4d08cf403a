//! What an endpoint made of a subject, and the rule that made it.

use std::fmt;

use crate::trial::{Ascertainment, Estimand, Exit, Label, Name, Role, Strategy, Subject, Time, label};

/// Why a subject was censored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// An event whose role is to censor.
    Event(E),
    /// Left for a reason of one's own ([`Exit::Other`]).
    Other(Name),
}

/// What the endpoint made of a subject. Never a bare flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Between which two times since the endpoint's origin the event took place: after the first, and at or before the
/// second.
///
/// A progression that is found at a visit happened at any time since the visit before it; reporting the visit at
/// which it was found is a convention. Both are kept, so that interval-censored methods need no second
/// data set. `by` is `None` if the event was not seen; the two are equal if it is known to the day
/// (death, or an endpoint that is seen at any time).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Window {
    /// The last time at which the subject was known to be free of the event.
    pub after: Time,
    /// The first time at which the event was known to have happened.
    pub by: Option<Time>,
}

/// One subject's record for one endpoint: a row of an analysis data set (ADTTE), with its trace.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Record<A, E> {
    /// The subject's position in the trial.
    pub position: usize,
    /// Its identifier, if it has one.
    pub id: Option<String>,
    /// Its arm.
    pub arm: A,
    /// When it entered, on the trial's calendar.
    pub entered: Time,
    /// When the endpoint's clock started, since entry.
    pub origin: Time,
    /// Time from the endpoint's origin.
    pub time: Time,
    /// What happened then.
    pub outcome: Outcome<E>,
    /// What the visits say about when the event took place.
    pub window: Window,
    /// What decided it.
    pub decision: Decision<E>,
}

/// What decided a record: the source and the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Decision<E> {
    /// An event at this time since entry, by its role.
    Event {
        /// When, since entry.
        at: Time,
        /// Which.
        kind: E,
        /// The role that the endpoint or the estimand gives it.
        role: Role,
        /// The estimand's strategy for it, where the endpoint alone did not decide.
        strategy: Option<Strategy>,
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
        /// When follow-up ended, or the censoring event took place.
        instead_of: Time,
    },
    /// An event was too long after the last visit to be dated.
    MissedVisits {
        /// The last visit before it, since entry.
        last_visit: Time,
        /// The event that does not count.
        kind: E,
        /// When it took place.
        at: Time,
    },
    /// It was read as it is.
    Read {
        /// The row of the data set.
        row: usize,
    },
}

impl<E: fmt::Debug> fmt::Display for Decision<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { at, kind, role, strategy } => {
                let meaning = match role {
                    Role::Event => "counts as the event",
                    Role::Competing => "is a competing event",
                    Role::Censor => "censors",
                    Role::Ignore => "is ignored",
                };
                write!(f, "{} at {at} {meaning}", label(kind))?;
                strategy.map_or(Ok(()), |s| write!(f, " (strategy: {})", s.name()))
            }
            Self::Read { row } => write!(f, "as in row {row} of the data set"),
            Self::EndOfFollowUp { at } => {
                write!(f, "no event with a role by the end of follow-up at {at}")
            }
            Self::LastVisit { at, instead_of } => {
                write!(f, "known to be free of the event at the last visit, {at}, before {instead_of}")
            }
            Self::MissedVisits { last_visit, kind, at } => {
                write!(
                    f,
                    "{} at {at} came after too many missed visits: the last one was at {last_visit}",
                    label(kind)
                )
            }
        }
    }
}

/// The core rule: the earliest thing that plays a role wins. Returns `None` if the endpoint's clock never starts: the
/// event that starts it is missing, or something with a role came before it.
pub(in crate::trial) fn record<A: Label, E: Label>(
    position: usize,
    subject: &Subject<A, E>,
    question: &Estimand<E>,
) -> Option<Record<A, E>> {
    let origin = origin(subject, question)?;
    let first = first(subject, question, origin);
    let by = first.outcome.is_event().then_some(first.at - origin);
    let (found, after) = at_visits(subject, question, origin, first);
    Some(Record {
        position,
        id: subject.id.clone(),
        arm: subject.arm,
        entered: subject.entered,
        origin,
        time: found.at - origin,
        outcome: found.outcome,
        window: Window { after: after - origin, by },
        decision: found.decision,
    })
}

/// What was found, when, and what decided about it.
#[derive(Clone, Copy)]
struct Found<E> {
    at: Time,
    outcome: Outcome<E>,
    decision: Decision<E>,
}

/// When the endpoint's clock starts.
fn origin<A: Label, E: Label>(subject: &Subject<A, E>, question: &Estimand<E>) -> Option<Time> {
    if question.counts_from_entry() {
        return Some(Time::ZERO);
    }
    let origin = subject.history().find(|&(_, kind)| question.starts(kind) == Some(true))?.0;
    // A response after progression, or under the next therapy, starts no clock.
    let before = |(at, kind): (Time, E)| at < origin && question.role(kind) != Role::Ignore;
    (!subject.history().any(before)).then_some(origin)
}

/// The first event with a role, or else the end of follow-up.
fn first<A: Label, E: Label>(subject: &Subject<A, E>, question: &Estimand<E>, origin: Time) -> Found<E> {
    let role = |kind: E| question.role(kind);
    // At equal times an event comes before a competing event, and that before a censoring.
    let order = |role: Role| match role {
        Role::Event => 0,
        Role::Competing => 1,
        Role::Censor => 2,
        Role::Ignore => 3,
    };
    let first =
        subject.history().filter(|&(at, kind)| at >= origin && role(kind) != Role::Ignore).min_by(|a, b| {
            let by_time = a.0.in_days().total_cmp(&b.0.in_days());
            by_time.then(order(role(a.1)).cmp(&order(role(b.1))))
        });
    if let Some((at, kind)) = first {
        let role = role(kind);
        let outcome = match role {
            Role::Event => Outcome::Event(kind),
            Role::Competing => Outcome::Competing(kind),
            Role::Censor | Role::Ignore => Outcome::Censored(Censoring::Event(kind)),
        };
        return Found {
            at,
            outcome,
            decision: Decision::Event { at, kind, role, strategy: question.strategy(kind) },
        };
    }
    let reason = match subject.exit {
        Exit::Terminal(kind) => Censoring::Event(kind),
        Exit::Cutoff => Censoring::Cutoff,
        Exit::Lost => Censoring::Lost,
        Exit::Withdrew => Censoring::Withdrew,
        Exit::Other(why) => Censoring::Other(why),
    };
    let (at, outcome) = (subject.end, Outcome::Censored(reason));
    Found { at, outcome, decision: Decision::EndOfFollowUp { at } }
}

/// The same as visits let it be seen, and the time after which the event began: a censoring moves to the last visit, and an
/// event after too many missed ones is a censoring there.
fn at_visits<A: Label, E: Label>(
    subject: &Subject<A, E>,
    question: &Estimand<E>,
    origin: Time,
    first: Found<E>,
) -> (Found<E>, Time) {
    let Found { at, outcome, .. } = first;
    let Ascertainment::Assessed { every, missed } = question.ascertainment() else { return (first, at) };
    let censored = matches!(outcome, Outcome::Censored(_));
    let seen = |v: Time| if censored { v <= at } else { v < at };
    let last = subject.visits.iter().rev().copied().find(|&v| v >= origin && seen(v)).unwrap_or(origin);
    // Death is dated to the day; whatever else is found at a visit began after the one before it.
    let is_death = matches!(outcome, Outcome::Event(kind) if subject.exit == Exit::Terminal(kind));
    let after = if is_death { at } else { last };
    if censored {
        let decision =
            if last < at { Decision::LastVisit { at: last, instead_of: at } } else { first.decision };
        return (Found { at: last, decision, ..first }, after);
    }
    if let (Some(missed), Outcome::Event(kind) | Outcome::Competing(kind)) = (missed, outcome)
        && (at - last).in_days() > every.in_days() * f64::from(missed)
    {
        let decision = Decision::MissedVisits { last_visit: last, kind, at };
        return (Found { at: last, outcome: Outcome::Censored(Censoring::MissedVisits), decision }, after);
    }
    (first, after)
}
