//! Parametric models.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/parametric_cases.rs"]
mod parametric_cases;
#[path = "../common/random.rs"]
mod random;
#[path = "../common/walked.rs"]
mod walked;

mod interval_regression;
mod parametric;
mod parametric_background;
mod parametric_campaign;
mod parametric_edges;
mod parametric_hostile;
mod parametric_intervals;
mod parametric_likelihoods;
mod parametric_limits;
mod parametric_narrow;
mod parametric_populations;
mod parametric_properties;
mod parametric_residuals;
mod parametric_separated;
mod parametric_splines;
mod parametric_stored;
mod parametric_tails;
mod parametric_truncation;
mod parametric_walked;
