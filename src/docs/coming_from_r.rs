//! Names of R's `survival`, `cmprsk`, `flexsurv`, `ggsurvfit` and of its tests of proportions, what they are called here, and which conventions differ.
//!
//! # survival
//! | R | here |
//! |---|---|
//! | `Surv(time, status)` | [`RightCensored::new`]`(&time, &event)`; `event` is `bool`, so a 1/2 coding is compared first: `status == 2` |
//! | `Surv(start, stop, status)` | [`RightCensored::with_entry`]; [`with_ids`](RightCensored::with_ids) checks the rows of one subject |
//! | `Surv(time, factor)` | [`CompetingRisks::new`] with `Option<cause>` |
//! | `weights =` | [`Weights::replication`] or [`Weights::sampling`]: the meaning is declared |
//! | `cluster()`, `id =` | [`RightCensored::with_clusters`] |
//! | `strata()` | [`RightCensored::with_strata`] |
//! | `na.action` | [`CompleteCases`]: rows are dropped with a count, or refused |
//! | `survfit(Surv(…) ~ 1)` | [`KaplanMeier::fit`] |
//! | `survfit(Surv(…) ~ g)` | [`KaplanMeier::by_group`]; `Groups::new(&g).sorted()` for the order of R's factor |
//! | `survfit(…, stype = 2, ctype = 1)` | [`NelsonAalen::fit`]; [`CumulativeHazard::survival`] |
//! | `survfit(…, stype = 2, ctype = 2)` | [`FlemingHarrington::fit`] |
//! | `summary(fit, times = t)` | [`SurvivalCurve::at`], [`SurvivalCurve::at_many`] |
//! | `summary(fit, times = t, extend = TRUE)` | [`SurvivalCurve::extended`] first |
//! | `summary(fit)$table[, "median"]`, `quantile(fit)` | [`SurvivalCurve::median`], [`SurvivalCurve::quantiles`] |
//! | `print(fit, rmean = tau)` | [`SurvivalCurve::restricted_mean`] |
//! | `survfit(Surv(time, 1 - status) ~ 1)` | [`KaplanMeier::censoring`] (events leave before tied censorings) |
//! | `survfit(Surv(time, factor) ~ 1)` | [`AalenJohansen`] |
//! | `survfit(Surv(t1, t2, state) ~ 1, id =, istate =)` | [`Occupation`] of [`Histories`]; `survcheck` is [`HistoryCheck`] |
//! | `coxph(list(Surv(t1, t2, state) ~ 1, 1:2 ~ x, 1:3 + 2:3 ~ x / common + shared), id =, istate =)` | [`MultiStateCox`]; its `survfit(fit, newdata)` is [`MultiStateCoxModel::predict`], with errors [`FittedHistories::predict`] |
//! | `survfit(Surv(t1, t2, event) ~ 1, id =)$cumhaz` of recurrent events | [`MeanCumulative`] of [`RecurrentEvents`]; mets's `recurrentMarginal` is its [`with_terminal`](RecurrentEvents::with_terminal) |
//! | `survdiff(…)` | [`LogRank::test`]; `rho = 1` is `Weight::fleming_harrington(1.0, 0.0)` |
//! | `survdiff(Surv(t, s) ~ offset(S))` | [`OneSampleLogRank`] |
//! | `coxph(…)` | [`CoxPh::fit`] with a [`Design`] |
//! | `coxph(…, ties = "breslow")` | [`CoxPh::ties`]`(`[`Ties::Breslow`]`)`; R's `exact` is [`Ties::Exact`], SAS's `EXACT` is [`Ties::Marginal`] |
//! | `ridge()`; package `coxphf` | [`CoxPh::ridge`]; [`CoxPh::firth`] |
//! | `coxph(…, init = log(1.3), iter = 0)$score` | [`FittedData::score_test_of`], with a sign and the other coefficients estimated |
//! | `cox.zph(fit)` | [`FittedData::proportional_hazards`] |
//! | `residuals(fit, type = …)` | [`FittedData::residuals`] |
//! | `basehaz(fit)`, `survfit(fit, newdata)` | [`FittedData::baseline`], [`Baseline::curve`] |
//! | `predict(fit, newdata)` | [`CoxModel::linear_predictor`] (not centred), [`CoxModel::hazard_ratio_between`] |
//! | `anova(fit1, fit2)` | [`CoxModel::likelihood_ratio_against`] |
//! | `concordance(fit)` | [`Concordance::estimate`] |
//! | `royston(fit)` | [`ExplainedVariation::estimate`] |
//! | `rttright(…, times = t)` | [`CensoringWeights::weights`] |
//! | `riskRegression::Score`, `pec` | [`Brier`], [`TimeRoc`]; their integrated score is [`Integration::LeftSum`] |
//! | `timeROC` | [`TimeRoc`]: an event at t counts as one by t, as in `Score` |
//! | `coxph(…, cluster = id)` of recurrent events, with `strata(enum)` | [`EventModel`]: Andersen-Gill, PWP, WLW |
//! | `coxph(… + frailty(id))`, `frailty.gaussian` | [`Frailty`]: `em`, `reml`, `aic`, `df`, a fixed variance; `sparse = FALSE` is [`Frailty::full_information`] |
//! | `survSplit(…, cut =)` | [`RightCensored::split_at`] |
//! | `tmerge(…, x = tdc(…), y = event(…))` | [`Timelines`] |
//! | `tmerge(…, x = tdc(time))` of a group | [`RightCensored::split_at_change`]; [`SimonMakuch`], [`MantelByar`] |
//! | `finegray(…)` | [`FineGray::expand`] |
//! | `ns(x, …)` in a formula | [`DesignBuilder::natural_spline`] |
//!
//! # stats, exact2x2, Exact, PropCIs
//! | R | here |
//! |---|---|
//! | `binom.test(x, n)$conf.int` | [`Proportion::interval`](crate::proportion::Proportion::interval)`(0.95)`; Wilson, mid-p, Blaker by [`ProportionInterval`](crate::proportion::ProportionInterval) |
//! | `fisher.test(table)` | [`Fisher`](crate::proportion::Fisher) for the p-value, [`ConditionalOddsRatio`](crate::proportion::ConditionalOddsRatio) for the odds ratio (R's root is good to four digits) |
//! | `Exact::exact.test(method = "boschloo")`, `"z-pooled"` | [`Boschloo`](crate::proportion::Boschloo), [`Barnard`](crate::proportion::Barnard): the maximum is proven, without a grid |
//! | `exact2x2::uncondExact2x2(method = "score")` | [`ChanZhang`](crate::proportion::ChanZhang) |
//!
//! # cmprsk
//! | R | here |
//! |---|---|
//! | `cuminc(time, cause)` | [`AalenJohansen::fit`]; the variance of `cuminc` is [`IncidenceVariance::Aalen`] |
//! | `timepoints(…)` | [`IncidenceCurve::at`] |
//! | `cuminc(time, cause, group)$Tests` | [`Gray::test`] for one cause |
//! | `crr(time, cause, x, failcode =)` | [`FineGray::fit`] |
//! | `predict(crr, row)` | [`FittedCompetingRisks::incidence`], with standard errors |
//! | `crr(…)$res` | [`SubdistributionResiduals::schoenfeld`], summed over the events of a time |
//! | `crr(…, cov2 =, tf =)` to test proportionality | [`FittedCompetingRisks::proportional_hazards`] |
//!
//! # flexsurv
//! `survreg`, `flexsurvreg`, `flexsurvspline` and `flexsurvcure` are [`Parametric`] with a
//! `Family`; the parameters of each are translated in [`parametric`].
//!
//! # ggsurvfit and survminer
//! These need the feature `plot`.
//! | R | here |
//! |---|---|
//! | `ggsurvfit(fit)` | `plot::KaplanMeierPlot::new(&curves)` |
//! | `add_confidence_interval()` | on by default; `without_bands()` turns it off |
//! | `add_censor_mark()` | on by default; `without_marks()` turns it off |
//! | `add_risktable()` | `table(&rows)` with rows of `TableRow` |
//! | `add_quantile()` | `median_lines()` |
//! | `ggcuminc(fit)` | `plot::CurvePlot::incidence(&fits, &labels)` |
//! | `add_pvalue()` | `.test(&log_rank)` |
//! | `facet_wrap(~ sex)` | `plot::PanelPlot` |
//! | `ggcoxzph`, `ggforest` | `plot::ResidualPlot`, `plot::ForestPlot` |
//! | `theme_ggsurvfit_KMunicate()` | `kmunicate()` |
//!
//! # Other packages
//! | R | here |
//! |---|---|
//! | `WINS::win.stat(…, method = "ipcw")`; `BuyseTest(…, scoring.rule = "Peron")` | [`WinRatio::estimate_adjusted`](WinRatio::estimate_adjusted); a tie on a more important endpoint has to hold up to the horizon, which `WINS` does not ask |
//! | `coxphw::coxphw(…, template = "AHR")`, `"ARE"` | [`AverageHazardRatio`] with [`AverageMethod::WeightedCox`], `RegressionEffect`; its `concord` is [`AverageRatio::concordance`] |
//! | `nph::nphparams(param_type = "avgHR")` | [`AverageMethod::Curves`], with Kaplan-Meier curves for `exp(−Λ)` and their part of the error |
//! | `npsurv::npsurv(cbind(L, R))`, `icenReg::ic_np` | [`Turnbull::fit`] on [`IntervalCensored`] |
//! | `icenReg::ic_sp(…, model = "ph")`, `"po"` | [`IntervalRegression`]; a positive coefficient means earlier events in both, in `ic_sp` later ones under `"po"` |
//! | `interval::ictest(…)` | [`IntervalLogRank`]; `method = "scoretest"` is [`IntervalVariance::Information`] |
//! | `KMsurv::lifetab` | [`Actuarial`] |
//! | `muhaz(…, bw.method = "global")` | [`SmoothedHazard`] |
//! | `aareg`, `timereg::aalen` | [`AdditiveHazards`]; tests of effects by resampling: [`AdditiveHazards::effects`] |
//! | `coin::logrank_test(distribution = "exact")` | [`ExactLogRank`] |
//! | `nph::logrank.maxtest` | [`MaxCombo`] |
//! | `km.ci` | [`SmallSample`], [`Band`] |
//! | `mstate::probtrans`, `etm::etm` | [`TransitionProbability`]; with covariates [`MultiStateCox`] |
//! | `etm::clos` | [`ChangeInStay`] |
//! | `riskRegression::CSC`, `predictRisk` | [`CauseSpecificRisk`] |
//! | `prodlim::jackknife`; `survival::pseudo`, `residuals(survfit)` | [`Pseudo`]; [`Pseudo::infinitesimal`]; `type = "sojourn"`: [`Pseudo::time_in_state`] |
//! | `bpcp::bpcp`, `bpcp2samp` | [`SmallSample::beta_product`], [`SurvivalCurve::melded`] |
//! | `prodlim(…, reverse = TRUE)` | [`KaplanMeier::censoring`] |
//! | `survminer::pairwise_survdiff` | [`PairwiseLogRank`] |
//! | `nphRCT::wlrt(method = "mw")`, `simtrial` | [`Weight::ModestlyWeighted`]; [`trial::design`](crate::trial::design) |
//! | `WINS::win.stat`, `WR`, `BuyseTest` | [`WinRatio`] |
//! | `epitools::pois.exact` | [`IncidenceRate`] |
//! | `rms::val.surv` | [`Calibration`] |
//! | `admiral::derive_param_tte`; `visR::get_attrition` | [`Endpoint`](crate::trial::Endpoint) of a [`Subject`](crate::trial::Subject); [`Trial::flow`](crate::trial::Trial::flow) |
//! | `glmnet(family = "cox")`, `pyears`, `survexp` | not here, see [`scope`](super::scope) |
//! | `survRM2::rmst2` | [`SurvivalCurve::restricted_mean_contrast`]; with `covariates =` [`RestrictedMeanRegression`], the arms as strata (`rmst2` has censorings before events at one time) |
//! | `pseudo` with `geepack::geese` | [`RestrictedMeanRegression::method`] with [`MeanMethod::InfinitesimalPseudoValues`] |
//! | `quantreg::crq(…, method = "PengHuang")`, `"Portnoy"` | [`QuantileRegression`]; Peng-Huang solutions of `crq` stand one grid point early, and drift where its interior points miss a row on the quantile |
//! | `relsurv`, `flexsurv(bhazard =)` | [`parametric`], with a background hazard |
//! | `rpact`, `gsDesign` | [`trial::design`](crate::trial::design) |
//! | `rpact::getAnalysisResults`, final values | [`StagewiseOrdering`](crate::trial::design::StagewiseOrdering) |
//! | `gsDesign2::fixed_design_*`, `npsurvSS` | [`non_proportional`](crate::trial::design::non_proportional) |
//! | `clinfun::ph2simon` | [`single_arm::TwoStageDesign`](crate::trial::design::single_arm::TwoStageDesign) |
//! | `gMCP` | [`GraphicalProcedure`](crate::trial::design::GraphicalProcedure) |
//! | `IPDfromKM` | [`Guyot`](crate::trial::reconstruct::Guyot) |
//!
//! # What differs
//! | | R | here |
//! |---|---|---|
//! | default interval of S(t) | log | log-log; [`Conventions::R`] gives R's |
//! | `std.err` of a `survfit` object | of log S, S's own in its summary | [`SurvivalEstimate::std_error`] is of S, [`log_std_error`](SurvivalEstimate::log_std_error) of log S |
//! | S beyond follow-up | an error in `summary`, or the last value with `extend = TRUE` | an answer with a reason, [`NotEstimable`] |
//! | a standard error where S = 1 | 0 | none: a width of 0 would be no certainty |
//! | weights | case weights, robust variance with `cluster` or `robust = TRUE` | [`Weights::replication`] model-based, [`Weights::sampling`] robust |
//! | a coefficient without a maximum | a warning and a large number | ±∞, with [`Stop::InfiniteCoefficient`] |
//! | a redundant column | `NA` | named, with [`Status`] |
//! | order of groups | sorted levels | first appearance; [`Groups::sorted`] sorts |
//! | curve of a Cox model without `newdata` | at the means | [`Baseline::at_means`], or [`Baseline::at_zero`] |
//!
//! The same curve in both conventions:
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//! use greenwood::survival::curve::Conventions;
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let median = |conventions| Ok::<_, greenwood::Error>(curve.quantiles(&[0.5], conventions)?[0].to_string());
//! assert_eq!(median(Conventions::R)?, "23 (95% CI 16 to not reached)"); // R: quantile(survfit(...), 0.5)
//! assert_eq!(median(Conventions::Greenwood)?, "23 (95% CI 13 to not reached)"); // R: conf.type = "log-log"
//!
//! // R: fit$std.err is of log S, summary(fit)$std.err of S.
//! let at_ten = curve.at(10.0);
//! assert!((at_ten.log_std_error()? - 0.127964382883).abs() < 1e-11);
//! assert!((at_ten.std_error()? - 0.0963496529943).abs() < 1e-11);
//!
//! // R: summary(fit, times = 40, extend = TRUE)
//! assert!(curve.at(40.0).value().is_err());
//! assert!((curve.extended().at(40.0).value()? - 0.448179271709).abs() < 1e-11);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! A tie method by name, as in `coxph(…, ties = "breslow")`:
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design, Ties};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let efron = CoxPh::new().fit(&data, &design)?; // the default here as in R
//! let breslow = CoxPh::new().ties(Ties::Breslow).fit(&data, &design)?;
//! assert!((efron.coefficients()[0] + 1.572125149).abs() < 1e-8);
//! assert!((breslow.coefficients()[0] + 1.50919141259).abs() < 1e-8);
//! # Ok::<(), greenwood::Error>(())
//! ```

#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::multi_state::*;
#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::recurrent::*;
#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::{
    contrast::*, curve::*, data::*, log_rank::*, permutation::*, prediction::*, regression::*, result::*,
    risk_table::*, small_sample::*,
};
