//! Designs that change at a look by a rule that keeps the error: sizes, arms, hypotheses.
//!
//! | question | answer |
//! |---|---|
//! | more subjects or events where the interim result is promising | [`PromisingZone`] |
//! | several arms against one control, some dropped at a look | [`ClosedCombination`] |
//! | several arms against one control, all looks decided in advance | [`MultiArmSequential`] |
//! | several arms against one control, one look | [`Dunnett`] |
//! | several hypotheses, several looks | [`SequentialGraph`] |

pub(crate) mod closed_combination;
pub(crate) mod closed_result;
pub(crate) mod control_paths;
pub(crate) mod dunnett;
pub(crate) mod level;
pub(crate) mod multi_arm_boundaries;
pub(crate) mod multi_arm_sequential;
pub(crate) mod promising_zone;
pub(crate) mod promising_zone_plan;
pub(crate) mod sequential_graph;

pub use closed_combination::{ClosedCombination, IntersectionTest};
pub use closed_result::{ClosedTestResult, Intersection};
pub use dunnett::Dunnett;
pub use multi_arm_boundaries::MultiArmBoundaries;
pub use multi_arm_sequential::MultiArmSequential;
pub use promising_zone::{PromisingZone, ZoneStart};
pub use promising_zone_plan::{FinalTest, PromisingZonePlan, Zone};
pub use sequential_graph::SequentialGraph;
