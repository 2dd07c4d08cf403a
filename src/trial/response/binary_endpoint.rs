//! The question: which events are a response, by when, and what the dead and the missing count as.

use std::fmt;
use std::marker::PhantomData;

use crate::survival::result::direction::Direction;
use crate::trial::{Name, Time};

/// What an event means for a binary endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BinaryRole {
    /// The response.
    Response,
    /// It rules a later response out (progression, the next therapy), or ends one (relapse).
    Failure,
    /// It means nothing to the endpoint.
    Ignore,
}

/// What subjects count as of whom the endpoint is not known: who died, or left, before the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum CountAs {
    /// As having no response: the composite strategy of ICH E9(R1) for death, and what most protocols say of the
    /// missing.
    #[default]
    NonResponder,
    /// As responders: for an endpoint that is to be avoided, the cautious choice.
    Responder,
    /// Not at all: they leave the denominator. What is compared are then those of whom it is known.
    Excluded,
    /// As what speaks against the arm that is compared: there as the unwanted outcome, in the reference as the wanted
    /// one.
    WorstCase,
    /// As what speaks for it.
    BestCase,
}

impl fmt::Display for CountAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NonResponder => "counted as non-responders",
            Self::Responder => "counted as responders",
            Self::Excluded => "excluded",
            Self::WorstCase => "counted against the compared arm (worst case)",
            Self::BestCase => "counted for the compared arm (best case)",
        })
    }
}

/// Which subjects count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Those who responded at any time up to the date.
    By,
    /// Those who are in response at the date.
    At,
}

/// A binary endpoint: the responders by, or at, a date since entry.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`by`](Self::by), [`at`](Self::at) | | a response at any time up to the date, or one that lasts at the date |
/// | [`dead`](Self::dead) | non-responders | what those count as who died before the date, unless they are known to have responded |
/// | [`missing`](Self::missing) | non-responders | what those count as who left before the date, unless it is known of them |
/// | [`unwanted`](Self::unwanted) | wanted | that the event is to be avoided: turns the worst case round |
///
/// *By* a date a response is known from the day on which it is seen, and its absence from the first event that rules
/// it out; *at* a date it is known of those only who are followed up to it, from the last event that plays a role.
/// Subjects whose date comes after a data cutoff are not missing, but not due: they never count.
///
/// # Example
/// ```
/// use greenwood::trial::{BinaryEndpoint, BinaryRole, CountAs, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Response, Relapse, Transplant, Death }
///
/// const RESPONSE: BinaryEndpoint<Event> = BinaryEndpoint::by("response by 90 days", Time::days(90.0), |e| match e {
///     Event::Response => BinaryRole::Response,
///     Event::Transplant => BinaryRole::Failure, // what comes after it is not the treatment's response
///     Event::Relapse | Event::Death => BinaryRole::Ignore,
/// })
/// .missing(CountAs::Excluded);
/// assert_eq!((RESPONSE.name(), RESPONSE.date()), ("response by 90 days", Time::days(90.0)));
/// ```
///
/// `role` is a function, or a closure that holds what was read or chosen:
/// ```
/// use greenwood::trial::{BinaryEndpoint, BinaryRole, Name, Time};
///
/// let chosen = vec![Name::from("CR"), Name::from("PR")];
/// let response = BinaryEndpoint::by_closure("response by 90 days", Time::days(90.0), |kind: Name| {
///     if chosen.contains(&kind) { BinaryRole::Response } else { BinaryRole::Ignore }
/// });
/// assert_eq!(response.role(Name::from("PR")), BinaryRole::Response);
/// ```
#[derive(Clone, Copy)]
pub struct BinaryEndpoint<E, F = fn(E) -> BinaryRole> {
    name: &'static str,
    pub(super) when: When,
    date: Time,
    role: F,
    of: PhantomData<fn(E)>,
    dead: CountAs,
    missing: CountAs,
    direction: Direction,
}

impl<E: Copy> BinaryEndpoint<E> {
    /// A response at any time up to and including the date.
    #[must_use]
    pub const fn by(name: &'static str, date: Time, role: fn(E) -> BinaryRole) -> Self {
        Self::with(name, When::By, date, role)
    }

    /// A response that lasts at the date.
    #[must_use]
    pub const fn at(name: &'static str, date: Time, role: fn(E) -> BinaryRole) -> Self {
        Self::with(name, When::At, date, role)
    }
}

impl<E: Copy, F> BinaryEndpoint<E, F> {
    const fn with(name: &'static str, when: When, date: Time, role: F) -> Self {
        let (dead, missing) = (CountAs::NonResponder, CountAs::NonResponder);
        Self { name, when, date, role, of: PhantomData, dead, missing, direction: Direction::Wanted }
    }

    /// What those count as who died before the date.
    #[must_use]
    pub const fn dead(mut self, dead: CountAs) -> Self {
        self.dead = dead;
        self
    }

    /// What those count as who left before the date.
    #[must_use]
    pub const fn missing(mut self, missing: CountAs) -> Self {
        self.missing = missing;
        self
    }

    /// Its event is to be avoided, such as graft failure: the worst case is then that it happened.
    #[must_use]
    pub const fn unwanted(mut self) -> Self {
        self.direction = Direction::Unwanted;
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The date, since entry.
    #[must_use]
    pub const fn date(&self) -> Time {
        self.date
    }

    /// Whether its event is wanted.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// The rules for the dead and for the missing.
    #[must_use]
    pub const fn rules(&self) -> [CountAs; 2] {
        [self.dead, self.missing]
    }
}

impl<E: Copy, F: Fn(E) -> BinaryRole> BinaryEndpoint<E, F> {
    /// [`by`](BinaryEndpoint::by), with a closure and a name of run time. The endpoint can be copied where the closure can.
    #[must_use]
    pub fn by_closure(name: impl Into<Name>, date: Time, role: F) -> Self {
        Self::with(name.into().as_str(), When::By, date, role)
    }

    /// [`at`](BinaryEndpoint::at), with a closure and a name of run time.
    #[must_use]
    pub fn at_closure(name: impl Into<Name>, date: Time, role: F) -> Self {
        Self::with(name.into().as_str(), When::At, date, role)
    }

    /// What an event means.
    #[must_use]
    pub fn role(&self, kind: E) -> BinaryRole {
        (self.role)(kind)
    }
}

impl<E, F> fmt::Debug for BinaryEndpoint<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BinaryEndpoint")
            .field("name", &self.name)
            .field("when", &self.when)
            .field("date", &self.date)
            .field("dead", &self.dead)
            .field("missing", &self.missing)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
