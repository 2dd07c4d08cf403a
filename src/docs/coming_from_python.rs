//! Names of lifelines and scikit-survival, what they are called here, and which conventions differ.
//!
//! # lifelines
//! | lifelines | here |
//! |---|---|
//! | `durations, event_observed` | [`RightCensored::new`]`(&durations, &event_observed)`, checked once |
//! | `entry =` | [`RightCensored::with_entry`] |
//! | `weights =`, `weights_col =` | [`Weights::replication`] or [`Weights::sampling`] |
//! | `strata =` | [`RightCensored::with_strata`], for tests as well as models |
//! | `cluster_col =` | [`RightCensored::with_clusters`] |
//! | `KaplanMeierFitter().fit(T, E)` | [`KaplanMeier::fit`] |
//! | `kmf.predict(t)` | [`SurvivalCurve::at`] |
//! | `kmf.median_survival_time_` | [`SurvivalCurve::median`] |
//! | `restricted_mean_survival_time(kmf, t)` | [`SurvivalCurve::restricted_mean`] |
//! | `NelsonAalenFitter` | [`NelsonAalen`], or [`FlemingHarrington`] for ties in a row |
//! | `BreslowFlemingHarringtonFitter` | [`CumulativeHazard::survival`] |
//! | `AalenJohansenFitter` | [`AalenJohansen`] |
//! | `logrank_test(T1, T2, E1, E2)` | [`LogRank::test`] with [`Groups`] |
//! | `multivariate_logrank_test` | [`LogRank::test`], any number of groups |
//! | `pairwise_logrank_test` | [`PairwiseLogRank`], adjusted for the number of pairs |
//! | `weightings = "fleming-harrington"` | [`LogRank::weighted`] |
//! | `survival_difference_at_fixed_point_in_time_test` | [`SurvivalCurve::contrast`] |
//! | `CoxPHFitter().fit(df, …)` | [`CoxPh::fit`] with a [`Design`] |
//! | `CoxPHFitter(penalizer =)` | [`CoxPh::ridge`] |
//! | `CoxTimeVaryingFitter` | [`CoxPh::fit`] on rows with entry; [`RightCensored::with_ids`] checks them |
//! | `cph.predict_survival_function(row)` | [`Baseline::curve`] |
//! | `cph.check_assumptions`, `proportional_hazard_test` | [`FittedData::proportional_hazards`] |
//! | `cph.compute_residuals` | [`FittedData::residuals`] |
//! | `concordance_index(T, prediction, E)` | [`Concordance::estimate`] |
//! | `add_at_risk_counts` | [`RiskTable::at_risk`]; drawn with the feature `plot` |
//! | `WeibullAFTFitter`, `LogNormalAFTFitter`, … | [`Parametric`] with a `Family` |
//!
//! # scikit-survival
//! | scikit-survival | here |
//! |---|---|
//! | `Surv.from_arrays(event, time)` | [`RightCensored::new`]`(&time, &event)`: the time comes first |
//! | `kaplan_meier_estimator` | [`KaplanMeier::fit`], [`SurvivalCurve::steps`] |
//! | `nelson_aalen_estimator` | [`NelsonAalen::fit`] |
//! | `cumulative_incidence_competing_risks` | [`AalenJohansen::fit`] |
//! | `compare_survival` | [`LogRank::test`] |
//! | `CoxPHSurvivalAnalysis(alpha =)` | [`CoxPh::ridge`], with [`CoxPh::ties`]`(`[`Ties::Breslow`]`)` for its default |
//! | `predict_survival_function` | [`Baseline::curves`] |
//! | `concordance_index_censored` | [`Concordance::estimate`] |
//! | `concordance_index_ipcw(…, tau =)` | [`PairWeight::uno`], [`PairWeight::until`] |
//! | `OneHotEncoder` | [`DesignBuilder::factor`], with its reference level |
//! | `brier_score`, `integrated_brier_score`, `cumulative_dynamic_auc` | [`Brier`] (of risks, not of survival; the integral starts at 0), [`TimeRoc`] |
//! | forests, boosting, `CoxnetSurvivalAnalysis` | not here |
//!
//! # What differs
//! | | there | here |
//! |---|---|---|
//! | concordance | lifelines: a higher prediction is a longer survival | a higher score is a higher risk, as in scikit-survival |
//! | median on a flat step | lifelines: the first time at which S is 0.5 or less | the midpoint, as in R; [`FlatStep::First`] for the first time |
//! | tied events in a Cox model | lifelines: Efron; scikit-survival: Breslow by default | Efron, Breslow or exact |
//! | a redundant column, separation | an error of the linear algebra, or a large number | a [`Status`] by name, ±∞ with [`Stop::InfiniteCoefficient`] |
//! | number at risk under a figure | lifelines: just after t by default | just before t, as R and SAS print it |
//! | missing values | an error without the row | [`CompleteCases`] drops with a count, or names the row |
//! | S beyond follow-up | lifelines: the last value | [`NotEstimable`]; [`SurvivalCurve::extended`] for the last value |
//!
//! A concordance as in lifelines takes the score with the other sign:
//! ```
//! use greenwood::survival::{Concordance, RightCensored};
//!
//! let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
//! let predicted_time = [0.1, 0.7, 0.5, 0.9];
//! let risk = predicted_time.map(|t| -t);
//! assert_eq!(Concordance::new().estimate(&data, &risk)?.value()?, 0.8); // 4 of the 5 comparable pairs
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! The median by the first time, as lifelines has it:
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored};
//! use greenwood::survival::curve::{FlatStep, QuantileRule};
//!
//! let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 4.0, 6.0], &[true, true, true, false])?);
//! let first = QuantileRule::default().flat_step(FlatStep::First);
//! assert_eq!(curve.quantiles(&[0.5], first)?[0].value()?, 2.0);
//! assert_eq!(curve.median().value()?, 3.0);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! A one-hot column too many is data in the result, and not an error:
//! ```
//! use greenwood::survival::{CoxPh, Design, RightCensored};
//! use greenwood::survival::regression::Status;
//!
//! let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
//! let (a, b) = ([1., 0., 1., 0., 0., 1.], [0., 1., 0., 1., 1., 0.]); // a + b is 1 in each row
//! let fit = CoxPh::new().fit(&data, &Design::builder().numeric("a", &a).numeric("b", &b).build()?)?;
//! assert!(fit.stop().is_success());
//! assert_eq!(fit.terms().iter().filter(|term| term.status() != Status::Estimated).count(), 1);
//! # Ok::<(), greenwood::Error>(())
//! ```

#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::{
    contrast::*, curve::*, data::*, log_rank::*, permutation::*, prediction::*, regression::*, result::*,
    risk_table::*, small_sample::*,
};
