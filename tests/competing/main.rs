//! Competing risks.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/random.rs"]
mod random;

mod competing_absolute_risk;
mod competing_fine_gray;
mod competing_fine_gray_beside;
mod competing_fine_gray_limits;
mod competing_matrix;
mod competing_properties;
mod competing_reference;
mod competing_words;
mod incidence_rate;
mod incidence_tests;
mod pseudo;
