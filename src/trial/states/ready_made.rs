//! Endpoints whose states and moves are those of the literature: what remains is which event means what.

use std::fmt;

use crate::trial::Label;
use crate::trial::states::state_question::StateQuestion;

/// States that belong together, with the events that move between them.
pub trait StandardStates: Label {
    /// What can happen.
    type Event: Copy;

    /// The name of the endpoint.
    const NAME: &'static str;

    /// The state at entry.
    const INITIAL: Self;

    /// The state in which the endpoint counts.
    const FREE: Self;

    /// The state after an event.
    #[must_use]
    fn after(self, event: Self::Event) -> Self;
}

/// A current-state endpoint of the literature, for the user's own enum of events.
///
/// `means` is a total function that translates the user's events; one that means nothing to the endpoint is `None`.
///
/// | states | endpoint |
/// |---|---|
/// | [`Leukaemia`](crate::trial::states::Leukaemia) | current leukaemia-free survival (CLFS) |
/// | [`Graft`](crate::trial::states::Graft) | current GVHD-free, relapse-free survival (cGRFS) |
/// | [`Transfusion`](crate::trial::states::Transfusion) | transfusion-free survival |
/// | [`Treatment`](crate::trial::states::Treatment) | treatment-free survival |
///
/// The probability of [`StandardStates::FREE`] over time is the endpoint, the mean time in it its summary.
///
/// # Example
/// ```
/// use greenwood::trial::states::{Leukaemia, LeukaemiaEvent, ReadyMade};
/// use greenwood::trial::{Exit, Subject, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse, LymphocytesGiven, SecondRemission, Death }
///
/// const CLFS: ReadyMade<Event, Leukaemia> = ReadyMade::new(|event| match event {
///     Event::Relapse => Some(LeukaemiaEvent::Relapse),
///     Event::SecondRemission => Some(LeukaemiaEvent::Remission),
///     Event::Death => Some(LeukaemiaEvent::Death),
///     Event::LymphocytesGiven => None,
/// });
/// let month = Time::months;
/// let trial = Trial::new([
///     Subject::on("a")
///         .then(month(6.0), Event::Relapse)
///         .then(month(7.0), Event::LymphocytesGiven)
///         .then(month(9.0), Event::SecondRemission)
///         .until(month(24.0), Exit::Cutoff)?,
///     Subject::on("a").until(month(20.0), Exit::Terminal(Event::Death))?,
/// ]);
/// let states = trial.states(&CLFS)?;
/// let free = |m: f64| states.probability("a", Leukaemia::Free, month(m))?.value().map_err(greenwood::Error::from);
/// assert_eq!((free(5.0)?, free(7.0)?, free(10.0)?, free(23.0)?), (1.0, 0.5, 1.0, 0.5));
/// // 3 months of the first are spent in relapse, 4 of the second dead.
/// let mean = states.mean_time("a", Leukaemia::Free, month(24.0))?;
/// assert!((mean.value() / month(1.0).in_days() - (21.0 + 20.0) / 2.0).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub struct ReadyMade<E, S: StandardStates> {
    initial: S,
    means: fn(E) -> Option<S::Event>,
}

impl<E, S: StandardStates> ReadyMade<E, S> {
    /// The endpoint, with what each event means.
    #[must_use]
    pub const fn new(means: fn(E) -> Option<S::Event>) -> Self {
        Self { initial: S::INITIAL, means }
    }

    /// The same where subjects enter in another state.
    #[must_use]
    pub const fn starting_in(self, initial: S) -> Self {
        Self { initial, means: self.means }
    }
}

impl<E, S: StandardStates> Clone for ReadyMade<E, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, S: StandardStates> Copy for ReadyMade<E, S> {}

impl<E, S: StandardStates> fmt::Debug for ReadyMade<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyMade")
            .field("name", &S::NAME)
            .field("initial", &self.initial)
            .finish_non_exhaustive()
    }
}

impl<E, S: StandardStates> StateQuestion<E> for ReadyMade<E, S> {
    type State = S;

    fn name(&self) -> &str {
        S::NAME
    }

    fn initial(&self) -> S {
        self.initial
    }

    fn after(&self, from: S, event: E) -> Option<S> {
        (self.means)(event).map(|event| from.after(event))
    }
}
