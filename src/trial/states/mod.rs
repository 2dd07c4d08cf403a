//! In which state is a subject now: current-state endpoints, from the subject's own timeline.
//!
//! A time-to-event endpoint ends with its first event; many questions do not. *Current* leukaemia-free survival comes
//! back when a second remission is reached, transfusion independence is lost and won again. A [`CurrentState`] is a
//! total function from the user's enum of events to the state that each leads to; [`Trial::states`] turns every
//! subject's timeline into a history, and [`StateAnalysis`] answers with the probability of being in a state at a
//! time, and the mean time spent in it (Aalen & Johansen 1978; Klein et al. 2000, Br J Haematol 109:42, for current
//! leukaemia-free survival).
//!
//! Nothing is modelled here. [`StateAnalysis::histories`] are the data for what
//! [`survival::multi_state`](crate::survival::multi_state) offers beyond it.
//!
//! [`Trial::states`]: crate::trial::Trial::states

pub(crate) mod current_state;
pub(crate) mod state_analysis;

pub use current_state::CurrentState;
pub use state_analysis::StateAnalysis;
