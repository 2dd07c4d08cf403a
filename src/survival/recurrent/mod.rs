//! Recurrent events: infections, relapses, hospital stays, which a subject may have more than once.
//!
//! The data are [`RecurrentEvents`]: checked start-stop rows, with a terminal event (death) where there is one.
//!
//! * how many events has a subject had by t, on average: [`MeanCumulative`] gives [`MeanFunction`] (Nelson, Lawless & Nadeau;
//!   with a terminal event Cook & Lawless, Ghosh & Lin)
//! * do groups have the same mean function: [`MeanTest`]
//! * covariates: [`EventModel`] makes the rows and strata of Andersen & Gill, Prentice, Williams & Peterson, and Wei, Lin &
//!   Weissfeld for [`CoxPh`](crate::survival::CoxPh), with subjects as clusters, or for a [`Frailty`](crate::survival::regression::Frailty)
//!   of each subject
//! * events per unit of time: [`EventRate`]
//!
//! The question here is how often; which state a subject is in, and for how long, is that of
//! [`multi_state`](crate::survival::multi_state), whose histories and engine this room shares.

pub mod event_rate;
pub mod events;
pub mod mean_cumulative;
pub mod mean_function;
pub mod mean_test;
pub mod mean_test_result;
pub mod mean_variance;
pub mod model;

pub use event_rate::EventRate;
pub use events::RecurrentEvents;
pub use mean_cumulative::MeanCumulative;
pub use mean_function::{MeanEstimate, MeanFunction, MeanRow};
pub use mean_test::MeanTest;
pub use mean_test_result::MeanTestResult;
pub use mean_variance::MeanVariance;
pub use model::{EventModel, EventRows};
