//! What do covariates do to the hazard?
//!
//! The covariates of every model are a [`Design`]; [`CoxPh`] fits Cox's proportional-hazards model ([`cox`]).

pub mod cox;
pub(crate) mod design;
pub(crate) mod term;

pub use cox::{
    Baseline, BaselineMethod, Collinear, CoxModel, CoxPh, PredictedCurve, ProportionalHazards, Residuals,
    Stop, Ties, TimeScale,
};
pub use design::{Design, DesignBuilder};
pub use term::{Status, Term, TestResult};
