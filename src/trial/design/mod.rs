//! Planning a trial: how many events and subjects, how long, when to look, and what an interim result still allows.
//!
//! | question | answer |
//! |---|---|
//! | who enters when, who has the event when, who leaves | [`Accrual`], [`Hazard`], [`Assumptions`] |
//! | how many events, subjects, months; how much power | [`FixedDesign`] |
//! | hazards that are not proportional, and other tests: weighted log-rank, `MaxCombo`, restricted means, milestones | [`non_proportional`] |
//! | one arm: exact binomial, Simon's two stages, the one-sample log-rank test | [`single_arm`] |
//! | another event may come first | [`CompetingRisksDesign`]; [`Assumptions::competing`] |
//! | whole clusters are randomised; wins are counted; no difference is to be shown | [`ClusterDesign`], [`WinRatioDesign`], [`EquivalenceDesign`] |
//! | strata that differ | [`StratifiedAssumptions`] |
//! | when may a trial stop early, and at what price | [`GroupSequential`], [`Spending`] |
//! | fixed and group-sequential together, with calendar times | [`FixedDesign::sequential`] |
//! | what does an interim result still allow | [`monitoring`] |
//! | what does a trial say that has stopped | [`StagewiseOrdering`] |
//! | when will event number d come | [`EventForecast`] |
//! | what if the design is changed at a look | [`adaptive`] (promising zone, several arms); [`InverseNormal`], [`FisherCombination`], [`monitoring::conditional_rejection`] |
//! | several hypotheses, one error rate | [`GraphicalProcedure`]; over several looks [`adaptive::SequentialGraph`] |
//! | in what order are treatments allocated | [`randomisation`] |
//! | what would many such trials show | [`simulation`] |
//!
//! All numbers are exact reals; rounding up to whole subjects is the last step, and its own ([`FixedPlan::rounded`]).

pub(crate) mod accrual;
pub mod adaptive;
pub(crate) mod assumptions;
pub(crate) mod boundaries;
pub(crate) mod boundary_check;
pub(crate) mod boundary_search;
pub(crate) mod checks;
pub(crate) mod clustered;
pub(crate) mod combination;
pub(crate) mod competing_risks;
pub(crate) mod equivalence;
pub(crate) mod event_forecast;
pub(crate) mod event_formula;
pub(crate) mod exits;
pub(crate) mod fixed;
pub(crate) mod fixed_plan;
pub(crate) mod graphical;
pub(crate) mod group_sequential;
pub(crate) mod hazard;
pub mod monitoring;
pub(crate) mod near_looks;
pub mod non_proportional;
pub mod randomisation;
pub(crate) mod recursion;
pub(crate) mod sequential_plan;
pub mod simulation;
pub mod single_arm;
pub(crate) mod spending;
pub(crate) mod stagewise;
pub(crate) mod stratified_assumptions;
pub(crate) mod target;
pub(crate) mod win_ratio;

pub use accrual::Accrual;
pub use assumptions::Assumptions;
pub use boundaries::{Boundaries, BoundaryType};
pub use clustered::{ClusterDesign, ClusterPlan};
pub use combination::{FisherCombination, InverseNormal};
pub use competing_risks::{CompetingEffect, CompetingRisksDesign, CompetingRisksPlan};
pub use equivalence::{EquivalenceDesign, EquivalencePlan};
pub use event_forecast::{EventDate, EventForecast, Forecast, Tail};
pub use event_formula::EventFormula;
pub use fixed::FixedDesign;
pub use fixed_plan::{FixedPlan, RoundedPlan};
pub use graphical::GraphicalProcedure;
pub use group_sequential::{Futility, GroupSequential};
pub use hazard::Hazard;
pub use sequential_plan::SequentialPlan;
pub use spending::Spending;
pub use stagewise::{StagewiseOrdering, StagewiseResult};
pub use stratified_assumptions::StratifiedAssumptions;
pub use target::Target;
pub use win_ratio::{WinRatioDesign, WinRatioPlan};
