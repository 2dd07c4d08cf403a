//! Treatment-free survival.

use crate::trial::states::ready_made::StandardStates;

/// The states of treatment-free survival: on treatment, alive without it, dead. The mean time in [`Free`](Self::Free) is the
/// area between the curves of the time to the end of treatment and of the time to the next treatment or death.
///
/// # References
/// Regan et al. (2019), J Clin Oncol 37:3350.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Treatment {
    /// Alive, on treatment: the protocol's or a later one.
    OnTreatment,
    /// Alive without treatment.
    Free,
    /// Dead.
    Dead,
}

/// What moves a subject between the states of [`Treatment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TreatmentEvent {
    /// Treatment ends.
    Stop,
    /// Treatment begins again, or another one does.
    Start,
    /// Death of any cause.
    Death,
}

impl StandardStates for Treatment {
    type Event = TreatmentEvent;

    const NAME: &'static str = "treatment-free survival";
    const INITIAL: Self = Self::OnTreatment;
    const FREE: Self = Self::Free;

    fn after(self, event: TreatmentEvent) -> Self {
        match (self, event) {
            (Self::Dead, _) | (_, TreatmentEvent::Death) => Self::Dead,
            (_, TreatmentEvent::Stop) => Self::Free,
            (_, TreatmentEvent::Start) => Self::OnTreatment,
        }
    }
}
