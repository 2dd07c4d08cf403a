//! In which state is a subject now: current-state endpoints, from the subject's own timeline.
//!
//! A time-to-event endpoint ends with its first event; many questions do not. *Current* leukaemia-free survival comes
//! back when a second remission is reached, transfusion independence is lost and won again. A [`CurrentState`] is a
//! total function from the user's enum of events to the state that each leads to; [`Trial::states`] turns every
//! subject's timeline into a history, and [`StateAnalysis`] answers with the probability of being in a state at a
//! time, and the mean time spent in it (Aalen & Johansen 1978).
//!
//! Endpoints of the literature are [`ReadyMade`]: current leukaemia-free survival ([`Leukaemia`]), current GVHD-free,
//! relapse-free survival ([`Graft`]), transfusion-free ([`Transfusion`]) and treatment-free survival ([`Treatment`]).
//! Anything else that can be asked of a timeline is a [`StateQuestion`].
//!
//! Nothing is modelled here. [`StateAnalysis::histories`] are the data for what
//! [`survival::multi_state`](crate::survival::multi_state) offers beyond it.
//!
//! [`Trial::states`]: crate::trial::Trial::states

pub(crate) mod current_state;
mod graft;
mod leukaemia;
mod ready_made;
pub(crate) mod state_analysis;
mod state_question;
mod transfusion;
mod treatment;

pub use current_state::CurrentState;
pub use graft::{Graft, GraftEvent};
pub use leukaemia::{Leukaemia, LeukaemiaEvent};
pub use ready_made::{ReadyMade, StandardStates};
pub use state_analysis::StateAnalysis;
pub use state_question::StateQuestion;
pub use transfusion::{Transfusion, TransfusionEvent};
pub use treatment::{Treatment, TreatmentEvent};
