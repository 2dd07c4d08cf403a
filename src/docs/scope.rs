//! What the crate does, and what it does not do yet.
//!
//! # In scope
//! Data:
//!
//! | topic | where |
//! |---|---|
//! | right-censored data with delayed entry, several rows a subject, clusters, strata | [`RightCensored`] |
//! | weights of two declared kinds: replication and sampling | [`Weights`] |
//! | events as causes, competing ones among them | [`CompetingRisks`] |
//! | left- and interval-censored data | [`IntervalCensored`], [`Observations`] |
//! | multi-state histories, recurrent events, and the check that reports what cannot be | [`Histories`], [`HistoryCheck`], [`RecurrentEvents`](crate::survival::recurrent::RecurrentEvents) |
//! | such rows built from dated facts; rows cut at times | [`Timelines`], [`RightCensored::split_at`] |
//! | near ties, time 0, missing values | [`NearTies`], [`conventions`](super::conventions), [`CompleteCases`] |
//! | risk tables that merge | [`risk_table`] |
//! | dates to durations | the feature `calendar` |
//!
//! Curves and what is read off them:
//!
//! | topic | where |
//! |---|---|
//! | survival curves and cumulative hazards with their errors; robust ones too | [`KaplanMeier`], [`NelsonAalen`], [`FlemingHarrington`] |
//! | intervals on five scales, Peto's and the modified lower limit; simultaneous bands | [`Interval`], [`Band`] |
//! | quantiles by a named rule, restricted means and time lost, conditional survival | [`SurvivalCurve::quantiles`], [`SurvivalCurve::restricted_mean`], [`SurvivalCurve::given_survival_to`] |
//! | life tables, smoothed hazards, events per person-time | [`Actuarial`], [`SmoothedHazard`], [`IncidenceRate`] |
//! | step functions as values | [`StepFunction`] |
//! | influence of each subject, and pseudo-values | [`Pseudo`] |
//! | intervals for few subjects, two curves among few | [`small_sample`] |
//! | competing risks: cumulative incidence, time lost by cause | [`aalen_johansen`] |
//! | multi-state histories: occupation, transition probabilities, time in state and its change, the Markov test | [`multi_state`] |
//! | recurrent events: mean functions with and without a terminal event, their test, rates | [`recurrent`] |
//! | groups that are entered later: curves and test; landmarks | [`SimonMakuch`], [`MantelByar`], [`Landmark`] |
//! | interval-censored data: the nonparametric estimate with delayed entry | [`Turnbull`] |
//!
//! Groups compared:
//!
//! | topic | where |
//! |---|---|
//! | the log-rank family, stratified and weighted; your own weight; trend, pairs, one sample | [`log_rank`] |
//! | several weights in one test; the supremum of the process | [`MaxCombo`], [`Renyi`] |
//! | the same for competing risks and interval-censored data | [`Gray`], [`PepeMori`], [`IntervalLogRank`] |
//! | exact and Monte Carlo permutation tests | [`permutation`] |
//! | contrasts of two curves, of medians and of restricted means, number needed to treat | [`contrast`] |
//! | the average hazard ratio where hazards are not proportional | [`AverageHazardRatio`] |
//! | the hazard ratio by inverting the log-rank test; the test that a hazard ratio is a given one (non-inferiority) | [`InvertedLogRank`], [`RatioTest`] |
//! | win ratio, win odds, net benefit, also with weights for censoring, Finkelstein and Schoenfeld's test | [`WinRatio`] |
//! | when asymptotics should not be trusted | [`Advice`](crate::survival::small_sample::Advice) |
//! | proportions: exact intervals, tests and effects | [`proportion`](crate::proportion) |
//!
//! Covariates:
//!
//! | topic | where |
//! |---|---|
//! | the Cox model: four ways with ties, strata, entry, weights, clusters, offset, ridge, Firth, monotone likelihood, redundant columns | [`CoxPh`] |
//! | its residuals, tests, profile intervals, baselines and predicted curves | [`FittedData`], [`Baseline`] |
//! | Fine and Gray's model; absolute risk from a model of each cause | [`FineGray`], [`CauseSpecificRisk`] |
//! | Cox's model of every transition of a multi-state model, with predicted probabilities | [`multi_state_cox`] |
//! | four models of recurrent events; frailties | [`EventModel`](crate::survival::recurrent::EventModel), [`Frailty`] |
//! | additive hazards (Aalen) | [`AdditiveHazards`] |
//! | adjusted differences and ratios of restricted means | [`RestrictedMeanRegression`] |
//! | censored quantile regression (Peng-Huang, Portnoy) | [`QuantileRegression`] |
//! | parametric models: families, splines, cure, relative survival; censoring and truncation of every kind | [`parametric`] |
//! | interval-censored regression with any baseline | [`IntervalRegression`] |
//! | concordance, ROC curves at a time, Brier scores, calibration, explained variation | [`prediction`] |
//! | many small fits: other covariates for the same patients | [`CoxWorkspace`] |
//!
//! Trials, and what goes in and out:
//!
//! | topic | where |
//! |---|---|
//! | endpoints from facts, missed visits, reasons of censoring with their trace, populations, strata as randomised and as actual | [`trial`](crate::trial) |
//! | estimands, cutoffs, follow-up, flow, subgroups, reports | [`Estimand`](crate::trial::Estimand), [`Analysis`](crate::trial::Analysis), [`Report`](crate::trial::Report) |
//! | responses, adverse events, current states | [`BinaryEndpoint`](crate::trial::BinaryEndpoint), [`AdverseEvents`](crate::trial::AdverseEvents), [`CurrentState`](crate::trial::CurrentState) |
//! | what the lost might have had; fragility | [`sensitivity`](crate::trial::sensitivity) |
//! | the design of a trial: sizes, group-sequential and adaptive plans, monitoring, simulation, randomisation lists | [`design`](crate::trial::design) |
//! | data behind published figures, and whether these agree | [`reconstruct`](crate::trial::reconstruct) |
//! | figures with numbers at risk; forest, swimmer, residual and state figures | the feature `plot` |
//! | CDISC ADTTE in and out, Dataset-JSON | the feature `adtte` |
//! | Arrow and Parquet in, tidy tables out; files larger than memory | the features `arrow` and `parquet` |
//! | results as JSON that can be read back | the feature `serde` |
//! | SQL | the package `greenwood-datafusion` |
//!
//! # Not yet
//! - Delayed entry and clusters in [`IntervalRegression`], whose page says why; right truncation for interval-censored data without a distribution.
//! - Delayed entry in [`QuantileRegression`] and [`RestrictedMeanRegression`]; weights of censoring that hang on covariates in the latter.
//! - Scores of predictions under delayed entry or weights of subjects; calibration curves that are smoothed.
//! - Frailties other than one for each cluster: nested or correlated ones, and those of parametric models.
//! - Predicted curves along a path of covariates that change with time. Such covariates can be fitted, as rows with entry.
//! - Standardised (adjusted) survival curves of a Cox model; parametric models have them. Curves with inverse-probability weights are there: [`Weights::sampling`].
//! - Lasso and elastic-net paths; [`CoxPh::ridge`] and [`CoxPh::firth`] are the penalties. Penalised splines; [natural splines](DesignBuilder::natural_spline) are there.
//! - Rate tables by age, sex and year, expected and net survival (Pohar Perme); [`parametric`] takes a background hazard for each row.
//! - Score tests of some of several coefficients; Wald and likelihood-ratio tests of them are there.
//! - Simultaneous bands for an incidence, a difference or a predicted curve; [`Band`] is that of one survival curve.
//! - Threads outside large Cox models, simulations and the reading of Parquet files.
//! - Case-cohort and matched designs, Q-TWiST, adjustment for treatment switching, cut-point search, regression of win statistics.
//! - SAS transport files, RTF; curve points from an image, and competing-risk curves among what can be reconstructed.
//! - A test of the build for WebAssembly.
//!
//! # Not planned
//! Survival forests, boosting and neural networks; Bayesian models; a formula language.
//!
//! # What is refused, and how
//! Where a method has no answer for some data, the call returns an error that names the reason and, where there is one,
//! another method. An estimate that the data do not give is a value with its reason.
//! ```
//! use greenwood::survival::{CompetingRisks, Gray, Groups, KaplanMeier, RightCensored};
//!
//! // The variance of Gray's test is derived for groups that are observed from the start.
//! let cause = [Some("relapse"), Some("death"), None, Some("relapse")];
//! let data = CompetingRisks::new(&[2.0, 3.0, 4.0, 5.0], &cause)?.with_entry(&[0.0, 1.0, 0.0, 0.0])?;
//! let arm = Groups::new(&["new", "old", "old", "new"]);
//! assert!(matches!(Gray::new("relapse").test(&data, &arm), Err(greenwood::Error::Unsupported { .. })));
//!
//! let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0], &[true, false, false])?);
//! assert_eq!(curve.median().to_string(), "not reached (95% CI 1 to not reached)");
//! # Ok::<(), greenwood::Error>(())
//! ```

#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::{contrast::*, curve::*, data::*, log_rank::*, regression::*, result::*, *};
