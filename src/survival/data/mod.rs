//! What was observed: times, events, and all that belongs to a subject.
//!
//! * times and events, with delayed entry, weights, clusters and strata: [`RightCensored`]
//! * times and causes: [`CompetingRisks`]
//! * a factor, its codes and its labels: [`Groups`]
//! * rows without missing values, judged over all columns together: [`CompleteCases`]
//! * rows cut at chosen times, for coefficients that change: [`Episodes`]
//! * the subjects who are still followed at a time: [`Landmark`]

pub(crate) mod competing;
pub mod complete_cases;
pub(crate) mod episodes;
pub(crate) mod groups;
pub(crate) mod landmark;
pub(crate) mod right_censored;

pub use competing::CompetingRisks;
pub use complete_cases::{Complete, CompleteCases};
pub use episodes::Episodes;
pub use groups::Groups;
pub use landmark::{Landmark, LandmarkCohort};
pub use right_censored::{Column, NearTies, RightCensored, Weights};
