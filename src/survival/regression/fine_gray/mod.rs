//! The proportional-hazards model of a subdistribution: what do covariates do to a cumulative incidence?
//!
//! * options and fit: [`FineGray`] · what was fitted, the baseline and predicted incidences: [`FineGrayModel`]
//! * the model beside its data: incidences with standard errors, residuals ([`SubdistributionResiduals`]), the test of
//!   proportional hazards: [`FittedCompetingRisks`]
//! * the data set with a row for each weight, for other programs and for Efron's ties: [`SubdistributionRows`]
//!
//! Inside: `censoring` has the weights, `risk_set` who stays with which, `scan` evaluates in O(n) by a walk from either end
//! (`one_pass` with few covariates, in registers), `sandwich` has the variance of Fine and Gray (`influence_pass` with few
//! covariates), `limit` the model where a coefficient is infinite, `expanded` the data set.
//!
//! Not here: models of cause-specific hazards ([`CoxPh`](crate::survival::CoxPh) on
//! [`CompetingRisks::cause_specific`](crate::survival::CompetingRisks::cause_specific)).

mod baseline;
mod censoring;
mod columns;
mod expanded;
mod finished;
mod influence_pass;
mod integrand;
mod limit;
mod model;
mod one_pass;
mod options;
mod prediction;
mod proportional;
mod residuals;
mod risk_set;
mod sandwich;
mod scan;
#[cfg(feature = "serde")]
mod stored;
mod with_data;

pub use baseline::SubdistributionBaseline;
pub use censoring::CensoringTies;
pub use expanded::SubdistributionRows;
pub use model::FineGrayModel;
pub use options::FineGray;
pub use residuals::SubdistributionResiduals;
pub use with_data::FittedCompetingRisks;
