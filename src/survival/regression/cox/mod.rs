//! Cox's proportional-hazards model: `h(t | x) = h₀(t) exp(x'β)`.
//!
//! [`CoxPh`] holds the options, [`Design`] the covariates, [`CoxModel`] what was fitted and how the iteration
//! ended. A fit never pretends: of collinear columns the later one is named and left out, a coefficient without a
//! maximum is returned as infinite, and an iteration that did not arrive says so.
//!
//! * covariates: [`Design`] · the fit and its tests: [`CoxModel`] · baseline and predicted curves:
//!   [`FittedData::baseline`] · residuals: [`FittedData::residuals`] · proportional hazards:
//!   [`FittedData::proportional_hazards`]
//! * few events, or an arm without any: [`CoxPh::firth`], [`FittedData::profile_interval`],
//!   [`FittedData::likelihood_ratio_test_of`]
//! * many small fits, of other covariates to the same patients: [`CoxWorkspace`]
//! * coefficients that change with time: [`RightCensored::split_at`]
//!
//! Inside: `rows` orders the data, `partial_likelihood` evaluates (two symmetric products, see there), `one_pass` with few
//! columns, `hazard_step` knows the rules for ties,
//! `exact` and `marginal` do the same for the two exact likelihoods of ties (`tied_sets`), `firth` adds its penalty, `newton` iterates, `separation` asks the data
//! whether there is a maximum, `limit` goes on where there is none, `cone` tells which contrasts are infinite then, `profile`
//! maximises with some coefficients held.

mod backwards;
pub(in crate::survival::regression) mod baseline;
mod cone;
mod exact;
mod firth;
mod fit;
pub(in crate::survival::regression) mod hazard_step;
mod hazard_steps;
pub(in crate::survival::regression) mod independent;
mod kalbfleisch_prentice;
mod lanes;
pub(in crate::survival::regression) mod limit;
pub(in crate::survival::regression) mod log_sum;
mod marginal;
pub(in crate::survival::regression) mod model;
pub(in crate::survival::regression) mod newton;
pub(in crate::survival::regression) mod one_pass;
mod options;
pub(in crate::survival::regression) mod partial_likelihood;
mod predicted_curve;
mod prediction;
mod profile;
mod proportional;
mod residuals;
pub(in crate::survival::regression) mod rows;
pub(in crate::survival::regression) mod score;
pub(in crate::survival::regression) mod separation;
mod standardise;
mod stop;
mod symmetric;
mod tie_moments;
mod tied_sets;
mod ties;
mod with_data;
mod workspace;

pub use baseline::{Baseline, BaselineMethod};
pub(in crate::survival::regression) use hazard_steps::HazardSteps;
pub use model::CoxModel;
pub use options::{Collinear, CoxPh};
pub use predicted_curve::PredictedCurve;
pub use proportional::{ProportionalHazards, TimeScale};
pub use residuals::Residuals;
pub use stop::Stop;
pub use ties::Ties;
pub use with_data::FittedData;
pub use workspace::CoxWorkspace;

#[cfg(doc)]
use crate::survival::data::right_censored::RightCensored;
#[cfg(doc)]
use crate::survival::regression::design::Design;
