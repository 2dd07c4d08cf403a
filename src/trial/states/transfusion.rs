//! Transfusion-free survival.

use crate::trial::states::ready_made::StandardStates;

/// The states of transfusion-free survival: dependent on transfusions, free of them, dead. Independence is won, lost and won
/// again.
///
/// Subjects enter dependent, as those who are treated for aplastic anaemia or myelodysplasia do;
/// [`ReadyMade::starting_in`](crate::trial::states::ReadyMade::starting_in) is for others. When independence counts (eight weeks without
/// transfusion, say) is decided by the event that is translated to [`TransfusionEvent::Independence`]. It should be
/// dated at the end of those weeks: dated at their start it would be known beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Transfusion {
    /// Alive, dependent on transfusions.
    Dependent,
    /// Alive, independent of them.
    Free,
    /// Dead.
    Dead,
}

/// What moves a subject between the states of [`Transfusion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TransfusionEvent {
    /// Independence is reached.
    Independence,
    /// Transfusions are needed again.
    Dependence,
    /// Death of any cause.
    Death,
}

impl StandardStates for Transfusion {
    type Event = TransfusionEvent;

    const NAME: &'static str = "transfusion-free survival";
    const INITIAL: Self = Self::Dependent;
    const FREE: Self = Self::Free;

    fn after(self, event: TransfusionEvent) -> Self {
        match (self, event) {
            (Self::Dead, _) | (_, TransfusionEvent::Death) => Self::Dead,
            (_, TransfusionEvent::Independence) => Self::Free,
            (_, TransfusionEvent::Dependence) => Self::Dependent,
        }
    }
}
