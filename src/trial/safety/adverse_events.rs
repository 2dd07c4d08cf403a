//! The question: which events are adverse, and up to when they count.

use crate::trial::Time;

/// Which events are adverse, and up to when they count.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | | which of the user's events are adverse; each kind is a term |
/// | [`until`](Self::until) | the end of follow-up | the end of the period in which events count, since entry: the last dose and some days |
///
/// # Example
/// ```
/// use greenwood::trial::{AdverseEvents, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Rash, Infection, Response, Death }
///
/// const HARMS: AdverseEvents<Event> =
///     AdverseEvents::new(|e| matches!(e, Event::Rash | Event::Infection)).until(Time::days(120.0));
/// assert!(HARMS.counts(Event::Rash) && !HARMS.counts(Event::Death));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct AdverseEvents<E> {
    adverse: fn(E) -> bool,
    until: Option<Time>,
}

impl<E: Copy> AdverseEvents<E> {
    /// The events for which this is true.
    #[must_use]
    pub const fn new(adverse: fn(E) -> bool) -> Self {
        Self { adverse, until: None }
    }

    /// Events and time after it, since entry, do not count.
    #[must_use]
    pub const fn until(self, end: Time) -> Self {
        Self { until: Some(end), ..self }
    }

    /// Is this event adverse?
    #[must_use]
    pub fn counts(&self, kind: E) -> bool {
        (self.adverse)(kind)
    }

    /// The end of the period in which events count.
    #[must_use]
    pub const fn end(&self) -> Option<Time> {
        self.until
    }
}
