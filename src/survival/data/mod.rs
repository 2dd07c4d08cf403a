//! What was observed: times, events, and all that belongs to a subject.
//!
//! * times and events, with delayed entry, weights, clusters, strata and subject ids: [`RightCensored`]
//! * a column in whatever the caller keeps it: [`Column`] · what a weight stands for: [`Weights`] · when two times are
//!   one: [`NearTies`] · a time in which a subject is not observed: [`Gap`]
//! * times and causes: [`CompetingRisks`]
//! * events that are only known to lie between two visits: [`IntervalCensored`]
//! * start-stop rows with id and state, for multi-state models and recurrent events: [`Histories`]
//! * such rows put together from follow-up, covariates that change and events: [`Timelines`]
//! * a factor, its codes and its labels: [`Groups`]
//! * rows without missing values, judged over all columns together: [`CompleteCases`]
//! * rows cut at chosen times, for coefficients that change: [`Episodes`]
//! * rows cut where a subject changes from one group to another: [`GroupChange`]
//! * the subjects who are still followed at a time: [`Landmark`]

pub(crate) mod censoring;
pub(crate) mod column;
pub(crate) mod competing;
pub mod complete_cases;
pub(crate) mod episodes;
pub(crate) mod group_change;
pub(crate) mod groups;
pub(crate) mod histories;
pub(crate) mod histories_check;
pub(crate) mod interval_censored;
#[cfg(feature = "serde")]
mod interval_stored;
pub(crate) mod landmark;
pub(crate) mod near_ties;
pub(crate) mod right_censored;
pub(crate) mod row_order;
mod selection;
#[cfg(feature = "serde")]
mod stored;
pub(crate) mod subject_rows;
mod timeline_rows;
mod timelines;
mod transition_rows;
pub(crate) mod weights;

pub use column::Column;
pub use competing::CompetingRisks;
pub use complete_cases::{Complete, CompleteCases};
pub use episodes::Episodes;
pub use group_change::GroupChange;
pub use groups::Groups;
pub use histories::{Histories, HistoryStates};
pub use histories_check::{HistoryCheck, HistoryProblem, HistoryReturn, ProblemKind};
pub use interval_censored::{Closed, IntervalCensored};
pub use landmark::{Landmark, LandmarkCohort};
pub use near_ties::NearTies;
pub use right_censored::RightCensored;
pub use subject_rows::Gap;
pub use timeline_rows::{Placed, TimelineCounts, TimelineRows};
pub use timelines::{Measurements, Timelines};
pub use weights::Weights;
