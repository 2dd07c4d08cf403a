//! Trials drawn from the assumptions of a design, and what an analysis finds in them.
//!
//! Every trial has its own stream of random numbers, a function of the seed and its number: the results are the same
//! bits however the trials are divided between threads.
//!
//! | question | answer |
//! |---|---|
//! | power, events, duration of a design | [`Simulation::run`] |
//! | power, type I error, bias and coverage in one table | [`Simulation::study`] |
//! | by which test or estimator | any [`Procedure`]: those of this room, or a function |
//! | whole trials, with visits and intercurrent events | [`TrialSimulation`] |

pub(crate) mod clock;
pub(crate) mod course;
pub(crate) mod engine;
pub(crate) mod finding;
pub(crate) mod log_rank_procedure;
pub(crate) mod operating_characteristics;
pub(crate) mod part;
pub(crate) mod plan;
pub(crate) mod procedure;
pub(crate) mod procedures;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod sampler;
pub(crate) mod study;
pub(crate) mod subjects;
pub(crate) mod trial_simulation;
pub(crate) mod visits;
pub(crate) mod workspace;

pub use crate::trial::design::hazard::delayed_effect;
pub use finding::Finding;
pub use log_rank_procedure::{LogRankProcedure, StratifiedLogRankProcedure};
pub use operating_characteristics::{OperatingCharacteristics, SimulatedQuantity};
pub use procedure::Procedure;
pub use procedures::{
    CoxProcedure, MaxComboProcedure, MilestoneProcedure, RestrictedMeanProcedure, WeightedProcedure,
};
pub use run::Simulation;
pub use sample::{Cutoff, Sample};
pub use sampler::ArmAllocation;
pub use study::SimulationStudy;
pub use trial_simulation::TrialSimulation;
pub use visits::Visits;
