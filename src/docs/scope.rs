//! What the crate does, and what it does not do yet.
//!
//! # In scope
//! | topic | where |
//! |---|---|
//! | right-censored data with delayed entry, weights, clusters, strata | [`data`] |
//! | risk tables that merge | [`risk_table`] |
//! | survival curves, cumulative hazards, quantiles, restricted means, bands, life tables, smoothed hazards | [`curve`] |
//! | competing risks: cumulative incidence, Gray's test, Fine and Gray's model | [`aalen_johansen`], [`Gray`], [`FineGray`] |
//! | multi-state histories: occupation, transition probabilities, time in state | [`multi_state`] |
//! | Cox's model of every transition of a multi-state model, with predicted probabilities | [`multi_state_cox`] |
//! | recurrent events: mean functions with and without a terminal event, their test, four models, frailties, rates | [`recurrent`] |
//! | groups that are entered later: curves and test | [`SimonMakuch`], [`MantelByar`] |
//! | the log-rank family | [`log_rank`] |
//! | exact and Monte Carlo permutation tests | [`permutation`] |
//! | intervals for few subjects | [`small_sample`] |
//! | contrasts of two curves, average hazard ratio, number needed to treat, win ratio | [`contrast`] |
//! | the Cox model, its residuals, tests and predictions | [`regression`] |
//! | concordance, ROC curves at a time, Brier scores, calibration, explained variation | [`prediction`] |
//! | parametric models: families, splines, cure, relative survival; censoring and truncation of every kind | [`parametric`] |
//! | interval-censored data: the nonparametric estimate with delayed entry, groups compared, regression with any baseline | [`Turnbull`], [`IntervalLogRank`], [`IntervalRegression`] |
//! | additive hazards (Aalen) | [`AdditiveHazards`] |
//! | endpoints, estimands, analyses, reports of a trial | [`trial`](crate::trial) |
//! | the design of a trial | [`design`](crate::trial::design) |
//! | data behind published figures | [`reconstruct`](crate::trial::reconstruct) |
//! | figures | the feature `plot` |
//! | CDISC ADTTE | the feature `adtte` |
//!
//! # Not yet
//! - Weights for censoring in [`WinRatio`], which has a horizon and strata; its page says what ties then mean.
//! - Delayed entry and clusters in [`IntervalRegression`], whose page says why; right truncation for interval-censored data without a distribution.
//! - Scores of predictions under delayed entry or weights of subjects; calibration curves that are smoothed.
//! - Frailties other than one for each cluster: nested or correlated ones, and those of parametric models.
//! - Predicted curves along a path of covariates that change with time. Such covariates can be fitted, as rows with entry.
//! - Standardised (adjusted) survival curves of a Cox model; parametric models have them. Curves with inverse-probability weights are there: [`Weights::sampling`].
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
