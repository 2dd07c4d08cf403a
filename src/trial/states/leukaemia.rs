//! Current leukaemia-free survival.

use crate::trial::states::ready_made::StandardStates;

/// The states of current leukaemia-free survival: alive in remission, in relapse, dead. A subject who reaches another
/// remission is leukaemia-free again.
///
/// # References
/// Klein, Keiding, Shu, Szydlo & Goldman (2000), Br J Haematol 109:148. Klein, Szydlo, Craddock & Goldman (2000), Stat Med
/// 19:3005.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Leukaemia {
    /// Alive in remission.
    Free,
    /// Alive in relapse.
    Relapsed,
    /// Dead.
    Dead,
}

/// What moves a subject between the states of [`Leukaemia`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LeukaemiaEvent {
    /// The leukaemia is back.
    Relapse,
    /// A remission is reached.
    Remission,
    /// Death of any cause.
    Death,
}

impl StandardStates for Leukaemia {
    type Event = LeukaemiaEvent;

    const NAME: &'static str = "current leukaemia-free survival";
    const INITIAL: Self = Self::Free;
    const FREE: Self = Self::Free;

    fn after(self, event: LeukaemiaEvent) -> Self {
        match (self, event) {
            (Self::Dead, _) | (_, LeukaemiaEvent::Death) => Self::Dead,
            (_, LeukaemiaEvent::Relapse) => Self::Relapsed,
            (_, LeukaemiaEvent::Remission) => Self::Free,
        }
    }
}
