//! Current GVHD-free, relapse-free survival.

use crate::trial::states::ready_made::StandardStates;

/// The states of current GVHD-free, relapse-free survival after a transplant. GVHD and relapse come and go apart from each
/// other: GVHD that resolves in relapse leaves a subject in relapse.
///
/// Which GVHD counts (grade III to IV, or chronic that needs systemic treatment) is decided by which events are
/// translated to [`GraftEvent::Gvhd`].
///
/// # References
/// Holtan et al. (2015), Blood 125:1333 (GRFS). Solomon et al. (2017), Biol Blood Marrow Transplant 23:1208 (current
/// GRFS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Graft {
    /// Alive without GVHD and without relapse.
    Free,
    /// Alive with GVHD, in remission.
    Gvhd,
    /// Alive in relapse, without GVHD.
    Relapsed,
    /// Alive in relapse, with GVHD.
    RelapsedWithGvhd,
    /// Dead.
    Dead,
}

/// What moves a subject between the states of [`Graft`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GraftEvent {
    /// Graft-versus-host disease that counts begins.
    Gvhd,
    /// It has resolved.
    GvhdResolved,
    /// The disease is back.
    Relapse,
    /// A remission is reached.
    Remission,
    /// Death of any cause.
    Death,
}

impl Graft {
    fn alive(gvhd: bool, relapsed: bool) -> Self {
        match (gvhd, relapsed) {
            (false, false) => Self::Free,
            (true, false) => Self::Gvhd,
            (false, true) => Self::Relapsed,
            (true, true) => Self::RelapsedWithGvhd,
        }
    }
}

impl StandardStates for Graft {
    type Event = GraftEvent;

    const NAME: &'static str = "current GVHD-free, relapse-free survival";
    const INITIAL: Self = Self::Free;
    const FREE: Self = Self::Free;

    fn after(self, event: GraftEvent) -> Self {
        let gvhd = matches!(self, Self::Gvhd | Self::RelapsedWithGvhd);
        let relapsed = matches!(self, Self::Relapsed | Self::RelapsedWithGvhd);
        match (self, event) {
            (Self::Dead, _) | (_, GraftEvent::Death) => Self::Dead,
            (_, GraftEvent::Gvhd) => Self::alive(true, relapsed),
            (_, GraftEvent::GvhdResolved) => Self::alive(false, relapsed),
            (_, GraftEvent::Relapse) => Self::alive(gvhd, true),
            (_, GraftEvent::Remission) => Self::alive(gvhd, false),
        }
    }
}
