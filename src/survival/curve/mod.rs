//! How many survive: curves, and what can be asked of them.
//!
//! * the product limit: [`KaplanMeier`]; the sum of hazards: [`NelsonAalen`], [`FlemingHarrington`]
//! * a curve with its values, quantiles and areas: [`SurvivalCurve`], [`Quantile`], [`RestrictedMean`]; its hazard:
//!   [`CumulativeHazard`]
//! * where other causes can come first, the incidence of each: [`AalenJohansen`], [`CumulativeIncidence`]
//! * a band around the whole curve: [`Band`]

pub(crate) mod aalen_johansen;
pub(crate) mod band;
pub(crate) mod cumulative_hazard;
pub(crate) mod kaplan_meier;
pub(crate) mod quantile;
pub(crate) mod restricted_mean;
pub(crate) mod survival_curve;

pub use aalen_johansen::{
    AalenJohansen, CumulativeIncidence, IncidenceCurve, IncidenceEstimate, IncidenceQuantile, IncidenceRow,
    IncidenceVariance, TimeLost,
};
pub use band::{Band, BandShape, SurvivalBand};
pub use cumulative_hazard::{CumulativeHazard, HazardEstimate};
pub use kaplan_meier::{FlemingHarrington, KaplanMeier, NelsonAalen};
pub use quantile::{FlatStep, Quantile};
pub use restricted_mean::RestrictedMean;
pub use survival_curve::{Estimator, Step, SurvivalCurve, SurvivalEstimate};
