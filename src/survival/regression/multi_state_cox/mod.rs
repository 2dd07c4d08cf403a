//! Cox's model for every transition of a multi-state model at once.
//!
//! * which covariate acts on which transition, and what transitions share: [`MultiStateCox`]
//! * what was fitted, and probabilities of the states for new rows: [`MultiStateCoxModel`]
//! * those with standard errors, beside the data: [`FittedHistories`]
//!
//! Inside: `plan` decides which coefficient stands where, `stack` makes the rows of one Cox model of them, `path` walks the
//! hazards, `errors` the influence of each subject.

mod errors;
mod model;
mod options;
mod path;
mod plan;
mod predicted;
mod stack;
#[cfg(feature = "serde")]
mod stored;

pub use errors::FittedHistories;
pub use model::MultiStateCoxModel;
pub use options::MultiStateCox;
pub use predicted::{OccupationPath, PredictedOccupation};
