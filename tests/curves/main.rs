//! Curves, their intervals and contrasts; interval-censored events; life tables.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/random.rs"]
mod random;

mod average_hazard_ratio;
mod band;
mod contrasts;
mod interval_censored;
mod interval_censored_permutation;
mod interval_tests;
mod life_table;
mod near_ties;
mod no_time;
mod properties;
mod reference;
mod robust_curves;
mod small_sample;
mod smoothed_hazard;
