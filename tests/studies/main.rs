//! Coverage and size by simulation: short here, whole where `.ci/long` asks for it.

#[path = "../common/random.rs"]
mod random;

mod coverage_study;
mod size_study;
