//! How many survive: curves, and what can be asked of them.
//!
//! * the definitions, side by side: [`estimator`]; the pass over the risk table that all share: `engine`
//! * the product limit: [`KaplanMeier`]; the sum of hazards: [`NelsonAalen`], [`FlemingHarrington`]
//! * where other causes can come first, the incidence of each: [`AalenJohansen`], [`CumulativeIncidence`]
//! * groups that are entered later (response, transplant): [`SimonMakuch`]
//! * events that are only known to lie in an interval: [`Turnbull`], [`TurnbullCurve`]
//! * a curve with its values: [`SurvivalCurve`], [`SurvivalEstimate`]; its hazard: [`CumulativeHazard`]; when a share
//!   has had the event: [`Quantile`]; areas: [`RestrictedMean`]; given survival so far:
//!   [`SurvivalCurve::given_survival_to`]
//! * counts in intervals: [`Actuarial`] ([`LifeTable`])
//! * the hazard itself, smoothed: [`SmoothedHazard`]
//! * events per person-time: [`IncidenceRate`]
//! * what each subject contributes, left out in turn or by a little: [`Pseudo`]
//! * a band around the whole curve: [`Band`]
//! * a curve without its data, predicted or read from elsewhere: [`StepFunction`]
//! * a step that rests on one or two subjects: [`SmallRiskSet`]; what R and SAS print: [`Conventions`]
//!
//! Not here: two curves compared ([`contrast`](crate::survival::contrast)), intervals for very few subjects
//! ([`small_sample`](crate::survival::small_sample)).

pub mod aalen_johansen;
pub mod band;
mod band_process;
mod conditional;
pub mod conventions;
pub mod cumulative_hazard;
mod engine;
pub mod estimator;
pub mod fleming_harrington;
pub mod incidence_rate;
pub mod kaplan_meier;
pub mod life_table;
pub mod nelson_aalen;
mod printed;
pub mod pseudo;
pub mod quantile;
mod quantiles;
pub mod restricted_mean;
pub mod simon_makuch;
pub mod smoothed_hazard;
pub mod step_function;
mod stored;
pub mod survival_curve;
pub mod survival_estimate;
pub mod turnbull;
pub mod warning;

pub use aalen_johansen::{
    AalenJohansen, CumulativeIncidence, IncidenceCurve, IncidenceEstimate, IncidenceQuantile, IncidenceRow,
    IncidenceVariance, TimeLost,
};
pub use band::{Band, SurvivalBand};
pub use band_process::BandShape;
pub use conventions::Conventions;
pub use cumulative_hazard::{CumulativeHazard, HazardEstimate};
pub use estimator::Estimator;
pub use fleming_harrington::FlemingHarrington;
pub use incidence_rate::IncidenceRate;
pub use kaplan_meier::KaplanMeier;
pub use life_table::{Actuarial, LifeTable, LifeTableRow};
pub use nelson_aalen::NelsonAalen;
pub use pseudo::{Pseudo, PseudoValues};
pub use quantile::{FlatStep, Quantile, QuantileRule};
pub use restricted_mean::RestrictedMean;
pub use simon_makuch::SimonMakuch;
pub use smoothed_hazard::{Bandwidth, Kernel, SmoothedHazard, SmoothedHazardCurve, SmoothedHazardPoint};
pub use step_function::{Kind, StepFunction};
pub use survival_curve::{Steps, SurvivalCurve};
pub use survival_estimate::{Step, SurvivalEstimate};
pub use turnbull::{
    MassInterval, RatioLaw, SurvivalRegion, Turnbull, TurnbullBootstrap, TurnbullCurve, TurnbullLikelihood,
};
pub use warning::SmallRiskSet;
