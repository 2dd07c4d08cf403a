//! What do covariates do to the hazard?
//!
//! * the covariates of every model, and the [`Recipe`] by which they were made: [`Design`]
//! * Cox's proportional-hazards model: [`CoxPh`] ([`cox`])
//! * the incidence of a cause among several: [`FineGray`] ([`fine_gray`])
//! * that incidence from a model of each cause: [`AbsoluteRisk`], with standard errors [`CauseSpecificRisk`]
//! * every transition of a multi-state model: [`MultiStateCox`] ([`multi_state_cox`])
//! * a frailty that the rows of a cluster share: [`Frailty`] ([`frailty`])
//! * effects that add to the hazard and change with time: [`AdditiveHazards`] ([`additive`])
//! * a distribution with covariates: [`Parametric`] ([`parametric`])
//! * events known only between two visits, with any baseline: [`IntervalRegression`] ([`interval_regression`])
//! * the mean up to a horizon, adjusted differences and ratios: [`RestrictedMeanRegression`] ([`restricted_mean`])
//! * quantiles of the time as functions of covariates: [`QuantileRegression`] ([`quantile_regression`])
//! * rows for prediction, by name: [`NewRow`], [`NewColumns`]

pub mod absolute_risk;
pub mod additive;
pub mod cause_specific_risk;
pub mod cox;
pub mod design;
mod expanded_design;
pub mod fine_gray;
mod fingerprint;
pub mod frailty;
pub mod interval_regression;
pub mod multi_state_cox;
pub mod new_rows;
pub mod parametric;
pub mod quantile_regression;
pub mod recipe;
pub mod restricted_mean;
mod search_options;
mod spline;
mod standard_columns;
#[cfg(feature = "serde")]
mod stored;
pub mod term;

pub use absolute_risk::AbsoluteRisk;
pub use additive::{AdditiveHazards, AdditiveModel, EffectTest, EstimationEnd, TestWeight};
pub use cause_specific_risk::{CauseSpecificRisk, RiskEstimate};
pub use cox::{
    Baseline, BaselineMethod, Collinear, CoxModel, CoxPh, CoxWorkspace, FittedData, PredictedCurve,
    ProportionalHazards, Residuals, Stop, Ties, TimeScale,
};
pub use design::{Design, DesignBuilder};
pub use fine_gray::{
    CensoringTies, FineGray, FineGrayModel, FittedCompetingRisks, SubdistributionBaseline,
    SubdistributionResiduals, SubdistributionRows,
};
pub use frailty::{Frailty, FrailtyDf, FrailtyModel, FrailtyTest, FrailtyVariance};
pub use interval_regression::{IntervalLink, IntervalModel, IntervalRegression};
pub use multi_state_cox::{
    FittedHistories, MultiStateCox, MultiStateCoxModel, OccupationPath, PredictedOccupation,
};
pub use new_rows::{NewColumns, NewRow, NewRows};
pub use parametric::{
    Family, Observations, Parametric, ParametricModel, ParametricStop, Predicted, Prediction,
};
pub use quantile_regression::{QuantileMethod, QuantileModel, QuantileRegression, QuantileScale};
pub use recipe::Recipe;
pub use restricted_mean::{MeanLink, MeanMethod, RestrictedMeanModel, RestrictedMeanRegression};
pub use term::{Status, Term, TestResult};
