//! What is asked of a timeline: a state at entry, and where each event leads.

use crate::trial::Label;

/// A question about the state in which a subject is: the state at entry, and the state to which an event leads.
///
/// [`CurrentState`](crate::trial::CurrentState) is one whose events lead to a state whatever came before;
/// [`ReadyMade`](crate::trial::states::ReadyMade) has those of the literature, which remember.
pub trait StateQuestion<E> {
    /// The states.
    type State: Label;

    /// The name.
    fn name(&self) -> &str;

    /// The state at entry.
    fn initial(&self) -> Self::State;

    /// The state after an event in the state `from`. Returns `None` if the event means nothing to the question: in
    /// whatever state it happens.
    fn after(&self, from: Self::State, event: E) -> Option<Self::State>;
}
