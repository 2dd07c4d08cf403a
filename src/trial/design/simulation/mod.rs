//! Trials drawn from the assumptions of a design, and what a test finds in them.
//!
//! Every trial has its own stream of random numbers, a function of the seed and its number: the results are the same
//! bits however the trials are divided between threads.

pub(crate) mod operating_characteristics;
pub(crate) mod procedure;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod workspace;

pub use crate::trial::design::hazard::delayed_effect;
pub use operating_characteristics::OperatingCharacteristics;
pub use procedure::{LogRankProcedure, Procedure, RestrictedMeanProcedure, WeightedProcedure};
pub use run::Simulation;
pub use sample::{Cutoff, Sample};
