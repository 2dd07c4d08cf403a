//! Cox models, additive hazards and how well a score predicts.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/random.rs"]
mod random;

mod additive;
mod additive_entry;
mod concordance;
mod cox_at_limits;
mod cox_baseline;
mod cox_by_hand;
mod cox_diagnostics;
mod cox_equivalent_designs;
mod cox_firth;
mod cox_lanes;
mod cox_late_rows;
mod cox_limits;
mod cox_model;
mod cox_near_collinear;
mod cox_recipe;
mod cox_reference;
mod cox_search;
mod cox_stored;
mod episodes;
mod prediction_scores;
mod quantile_regression;
mod ratio_test;
mod restricted_mean;
