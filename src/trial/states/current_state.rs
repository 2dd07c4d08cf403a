//! The question: which state each event leads to.

use std::fmt;
use std::marker::PhantomData;

use crate::trial::states::state_question::StateQuestion;
use crate::trial::{Label, Name};

/// The state in which a subject begins, and the state to which each event leads.
///
/// `enters` is a total function from the user's own enum, so a kind that is left out does not compile. An event that
/// leads to `None`, or to the state in which the subject is already, changes nothing.
///
/// # Example
/// ```
/// use greenwood::trial::{CurrentState, Exit, Subject, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse, Remission, Death }
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum State { LeukaemiaFree, Relapsed, Dead }
///
/// const CLFS: CurrentState<Event, State> =
///     CurrentState::new("current leukaemia-free survival", State::LeukaemiaFree, |event| match event {
///         Event::Relapse => Some(State::Relapsed),
///         Event::Remission => Some(State::LeukaemiaFree), // comes back
///         Event::Death => Some(State::Dead),
///     });
/// let month = Time::months;
/// let trial = Trial::new([
///     Subject::on("a").then(month(6.0), Event::Relapse).then(month(9.0), Event::Remission).until(month(24.0), Exit::Cutoff)?,
///     Subject::on("a").then(month(12.0), Event::Relapse).until(month(20.0), Exit::Terminal(Event::Death))?,
/// ]);
/// let states = trial.states(&CLFS)?;
/// let free = |m: f64| states.probability("a", State::LeukaemiaFree, month(m))?.value().map_err(greenwood::Error::from);
/// assert_eq!((free(5.0)?, free(7.0)?, free(10.0)?, free(23.0)?), (1.0, 0.5, 1.0, 0.5));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct CurrentState<E, S, F = fn(E) -> Option<S>> {
    name: &'static str,
    initial: S,
    enters: F,
    of: PhantomData<fn(E)>,
}

impl<E: Copy, S: Label> CurrentState<E, S> {
    /// Everybody begins in `initial`; an event leads where `enters` says.
    #[must_use]
    pub const fn new(name: &'static str, initial: S, enters: fn(E) -> Option<S>) -> Self {
        Self { name, initial, enters, of: PhantomData }
    }
}

impl<E: Copy, S: Label, F: Fn(E) -> Option<S>> CurrentState<E, S, F> {
    /// [`new`](CurrentState::new), with a closure that holds what was read or chosen. The question can be copied where the
    /// closure can.
    ///
    /// ```
    /// use greenwood::trial::{CurrentState, Name};
    ///
    /// let leads = [(Name::from("relapse"), Name::from("relapsed")), (Name::from("death"), Name::from("dead"))];
    /// let question = CurrentState::with_closure("relapse-free", Name::from("well"), move |event: Name| {
    ///     leads.iter().find(|(from, _)| *from == event).map(|&(_, to)| to)
    /// });
    /// assert_eq!(question.enters(Name::from("death")), Some(Name::from("dead")));
    /// ```
    #[must_use]
    pub fn with_closure(name: impl Into<Name>, initial: S, enters: F) -> Self {
        Self { name: name.into().as_str(), initial, enters, of: PhantomData }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The state at entry.
    #[must_use]
    pub const fn initial(&self) -> S {
        self.initial
    }

    /// The state to which an event leads.
    #[must_use]
    pub fn enters(&self, kind: E) -> Option<S> {
        (self.enters)(kind)
    }
}

impl<E: Copy, S: Label, F: Fn(E) -> Option<S>> StateQuestion<E> for CurrentState<E, S, F> {
    type State = S;

    fn name(&self) -> &str {
        self.name
    }

    fn initial(&self) -> S {
        self.initial
    }

    fn after(&self, _: S, event: E) -> Option<S> {
        self.enters(event)
    }
}

impl<E, S: fmt::Debug, F> fmt::Debug for CurrentState<E, S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentState")
            .field("name", &self.name)
            .field("initial", &self.initial)
            .finish_non_exhaustive()
    }
}
