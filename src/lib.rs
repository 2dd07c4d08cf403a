//! Survival analysis and the time-to-event statistics of clinical trials.
//!
//! | wing | what is in it |
//! |---|---|
//! | [`survival`] | data, risk tables, curves, intervals, quantiles, restricted means, tests: knows nothing of trials |
//! | [`proportion`] | counts among so many: exact intervals, tests and comparisons; knows neither time nor trials |
//! | `plot` (feature `plot`) | figures of all of these, as data and as SVG, PNG and PDF |
//! | `columns` (feature `arrow`) | record batches and Parquet files in, tidy tables out |
//! | [`trial`] | subjects, endpoints, estimands, analyses, contrasts, reports, reconstruction: stands on `survival` |
//!
//! # Which question, which type
//!
//! | question | type | in R |
//! |---|---|---|
//! | what was observed? | [`RightCensored`](survival::RightCensored), [`CompetingRisks`](survival::CompetingRisks), [`Histories`](survival::Histories) | `Surv` |
//! | how many survive to t? | [`KaplanMeier`](survival::KaplanMeier) | `survfit(Surv(t, d) ~ g)` |
//! | what is the cumulative hazard? | [`NelsonAalen`](survival::NelsonAalen), [`FlemingHarrington`](survival::curve::FlemingHarrington) | `survfit(…, ctype = 1)`, `ctype = 2` |
//! | what is the median? | [`SurvivalCurve::median`](survival::SurvivalCurve::median) | `quantile(fit, 0.5)` |
//! | what is the mean up to τ? | [`SurvivalCurve::restricted_mean`](survival::SurvivalCurve::restricted_mean) | `print(fit, rmean = tau)` |
//! | how long was the follow-up? | [`KaplanMeier::censoring`](survival::KaplanMeier::censoring) | `survfit(Surv(t, 1 - d) ~ 1)` |
//! | where does the whole curve lie? | [`Band`](survival::Band) | `km.ci::km.ci` |
//! | do groups differ? | [`LogRank`](survival::LogRank), [`WeightedLogRank`](survival::WeightedLogRank), [`MaxCombo`](survival::MaxCombo) | `survdiff`, `nph::logrank.maxtest` |
//! | do small groups differ? | [`ExactLogRank`](survival::ExactLogRank) | `coin::logrank_test` |
//! | by how much do curves differ? | [`SurvivalCurve::contrast`](survival::SurvivalCurve::contrast), [`NumberNeeded`](survival::contrast::NumberNeeded), [`WinRatio`](survival::WinRatio) | none; none; `WINS` |
//! | what do covariates do? | [`CoxPh`](survival::CoxPh) with a [`Design`](survival::Design) | `coxph` |
//! | what shape has the hazard; cure, relative survival? | [`Parametric`](survival::Parametric) | `survreg`, `flexsurvreg` |
//! | are hazards proportional? | [`FittedData::proportional_hazards`](survival::regression::FittedData::proportional_hazards) | `cox.zph` |
//! | what is predicted for a patient? | [`Baseline::curve`](survival::regression::Baseline::curve) | `survfit(fit, newdata)` |
//! | how well does a score predict? | [`Concordance`](survival::Concordance) | `concordance` |
//! | how true are predicted risks? | [`Brier`](survival::prediction::Brier), [`TimeRoc`](survival::prediction::TimeRoc), [`Calibration`](survival::prediction::Calibration) | `riskRegression::Score` |
//! | how probable is one cause of several? | [`AalenJohansen`](survival::AalenJohansen), [`Gray`](survival::Gray), [`FineGray`](survival::FineGray) | `cmprsk::cuminc`, `cmprsk::crr` |
//! | in which state is a subject at t? | [`Occupation`](survival::multi_state::Occupation) | `survfit(…, id = , istate = )` |
//! | what do covariates do to each transition? | [`MultiStateCox`](survival::regression::MultiStateCox) | `coxph(list(…))`, `mstate` |
//! | how often does an event recur? | [`MeanCumulative`](survival::recurrent::MeanCumulative), [`EventModel`](survival::recurrent::EventModel) | `survfit(…)$cumhaz`, `mets` |
//! | what if the event lies between two visits? | [`Turnbull`](survival::Turnbull), [`IntervalLogRank`](survival::log_rank::IntervalLogRank) | `npsurv`, `interval::ictest` |
//! | do two proportions differ, and by how much? | [`Boschloo`](proportion::Boschloo), [`Fisher`](proportion::Fisher), [`MiettinenNurminen`](proportion::MiettinenNurminen) | `fisher.test` |
//! | what does a trial report? | [`Trial`](trial::Trial), [`Endpoint`](trial::Endpoint), [`Analysis`](trial::Analysis) | none |
//! | how large must a trial be? | [`FixedDesign`](trial::design::FixedDesign), [`GroupSequential`](trial::design::GroupSequential) | `rpact`, `gsDesign` |
//! | what data lie behind a figure? | [`Guyot`](trial::reconstruct::Guyot), [`TrialFigures`](trial::reconstruct::TrialFigures) | `IPDfromKM`; none |
//!
//! The pages in [`docs`] have recipes, the names of other packages, the conventions and the scope.
//!
//! # A first curve
//! Everything fallible returns [`Error`], which names the argument, the position and the value at fault. What is
//! not a mistake (a median that is not reached, an arm without events) is a value in the result.
//!
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored};
//!
//! let data = RightCensored::new(&[6.0, 7.0, 10.0, 15.0, 19.0], &[true, false, true, true, false])?;
//! let curve = KaplanMeier::fit(&data);
//! assert_eq!(curve.at(12.0).to_string(), "53.3% ± 24.8%");
//! assert_eq!(curve.median().to_string(), "15 (95% CI 6 to not reached)");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # Features
//! * `serde` (on by default): data, risk tables and results can be written and read back.
//! * `rayon`: threads for large Cox models; the same bits.
//! * `calendar`: calendar dates to durations (`jiff`).
//! * `plot`: figures as SVG, PNG and PDF.
//! * `arrow`: record batches of Arrow in, results as tidy tables out; `parquet`: Parquet files of any length.
//! * `cli`: the installed program, `cargo install greenwood --features cli`.
//! * `adtte`: CDISC ADTTE data sets in and out, as CSV and Dataset-JSON.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The limits stand in clippy.toml; a test may be a long list.
#![warn(clippy::excessive_nesting, clippy::too_many_arguments, clippy::too_many_lines)]

#[cfg(feature = "arrow")]
pub mod columns;
pub mod datasets;
#[cfg(doc)]
pub mod docs;
mod error;
mod numeric;
#[cfg(feature = "plot")]
pub mod plot;
// Documented as `survival::result::print`; it stands here because error texts need it too.
#[doc(hidden)]
pub mod print;
pub mod proportion;
pub mod survival;
pub mod trial;

#[cfg(feature = "arrow")]
pub use arrow_array;
#[cfg(feature = "arrow")]
pub use arrow_schema;
pub use error::{Error, FileError, ModelError, Result, TableError, TestError, TrialError};
#[cfg(feature = "calendar")]
pub use jiff;
pub use ndarray;

/// The README's examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
