//! Multi-state models: subjects move between states, and may come back.
//!
//! * how probable is each state at t: [`Occupation`] gives [`StateOccupation`], the Aalen-Johansen estimate
//! * how long is spent in each: [`Occupation::time_in_state`]
//! * how much longer is a stay for an infection or the like: [`ChangeInStay`]
//! * from where to where between s and t, with covariance; from a landmark too: [`TransitionProbability`]
//! * pseudo-values and influences of both, for regressions: [`Pseudo::occupation`](crate::survival::curve::Pseudo::occupation),
//!   [`Pseudo::time_in_state`](crate::survival::curve::Pseudo::time_in_state)
//! * does the past of a subject matter beyond its state: [`MarkovTest`]
//!
//! With covariates: [`MultiStateCox`](crate::survival::regression::MultiStateCox).
//!
//! All are functions of [`Histories`](crate::survival::Histories), which are checked first.

pub mod change_in_stay;
pub(crate) mod flow;
pub mod markov;
pub mod occupation;
pub mod occupation_estimate;
pub mod occupation_variance;
pub mod probability;
mod pseudo;
mod state_influence;
pub mod state_occupation;
pub mod time_in_state;
pub(crate) mod transitions;

pub use change_in_stay::ChangeInStay;
pub use markov::{MarkovLandmark, MarkovTest, MarkovTestResult};
pub use occupation::Occupation;
pub use occupation_estimate::OccupationEstimate;
pub use occupation_variance::OccupationVariance;
pub use probability::{TransitionMatrix, TransitionProbability, TransitionVariance};
pub use state_occupation::StateOccupation;
pub use time_in_state::TimeInState;
