//! A question that is asked of every subject.

use super::Time;

/// What a happening means for an endpoint: the strategies of ICH E9(R1) in four words.
///
/// | strategy for an intercurrent event | role |
/// |---|---|
/// | treatment policy | `Ignore` |
/// | composite | `Event` |
/// | hypothetical (assuming non-informative censoring) | `Censor` |
/// | while on treatment | `Censor`, or `Competing` if the question is "before it" |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// It is what the endpoint counts.
    Event,
    /// It ends observation of the endpoint by making it impossible.
    Competing,
    /// It ends observation of the endpoint.
    Censor,
    /// It means nothing to the endpoint.
    Ignore,
}

/// When an endpoint can be seen to happen.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ascertainment {
    /// At any time (death).
    Continuous,
    /// At visits: whoever is censored is known to be free of the event only up to the last visit.
    Assessed {
        /// The planned time between visits.
        every: Time,
        /// An event after at least this many missed visits in a row is censored at the last visit before
        /// them (FDA: two; EMA: none, `None`).
        missed: Option<u32>,
    },
}

/// What starts the endpoint's clock.
#[derive(Debug, Clone, Copy)]
pub enum Origin<E> {
    /// Entry into the trial.
    Entry,
    /// The first happening for which this is true (duration of response: the first response). A subject
    /// without it has no record, and is counted as such.
    First(fn(E) -> bool),
}

/// A question asked of every subject: which happenings count, from when on, and how they are seen.
///
/// `role` is a total function from the user's own enum: a kind that is left out does not compile.
///
/// # Example
/// ```
/// use greenwood::trial::{Endpoint, Role, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Happening { Progression, NewTherapy, Death }
///
/// const PFS: Endpoint<Happening> = Endpoint::new("PFS", |h| match h {
///     Happening::Progression | Happening::Death => Role::Event,
///     Happening::NewTherapy => Role::Censor,
/// })
/// .assessed(Time::weeks(8.0), Some(2));
/// assert_eq!(PFS.role(Happening::NewTherapy), Role::Censor);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<E> {
    name: &'static str,
    role: fn(E) -> Role,
    seen: Ascertainment,
    origin: Origin<E>,
}

impl<E: Copy> Endpoint<E> {
    /// An endpoint that is seen at any time and counts from entry.
    #[must_use]
    pub const fn new(name: &'static str, role: fn(E) -> Role) -> Self {
        Self { name, role, seen: Ascertainment::Continuous, origin: Origin::Entry }
    }

    /// Seen only at visits, planned `every` so often; an event after `missed` missed visits is censored.
    #[must_use]
    pub const fn assessed(self, every: Time, missed: Option<u32>) -> Self {
        Self { seen: Ascertainment::Assessed { every, missed }, ..self }
    }

    /// Counted from the first happening for which `starts` is true.
    #[must_use]
    pub const fn from_first(self, starts: fn(E) -> bool) -> Self {
        Self { origin: Origin::First(starts), ..self }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What a happening means.
    #[must_use]
    pub fn role(&self, kind: E) -> Role {
        (self.role)(kind)
    }

    /// How it is seen.
    #[must_use]
    pub const fn ascertainment(&self) -> Ascertainment {
        self.seen
    }

    /// What starts its clock.
    #[must_use]
    pub const fn origin(&self) -> Origin<E> {
        self.origin
    }
}
