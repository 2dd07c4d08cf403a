//! Statistics of time-to-event data. This wing knows nothing of trials.
//!
//! | question | start with | room |
//! |---|---|---|
//! | what was observed? | [`RightCensored`], [`CompetingRisks`], [`IntervalCensored`], [`Episodes`], [`Histories`] | [`data`] |
//! | who was at risk when? | [`RiskTable`] | [`risk_table`] |
//! | how many survive, and how long? | [`KaplanMeier`], [`NelsonAalen`], [`SurvivalCurve`], [`Band`], [`Turnbull`] | [`curve`] |
//! | how probable is one cause of several? | [`AalenJohansen`] | [`curve`] |
//! | in which state at t? | [`Occupation`](multi_state::Occupation) | [`multi_state`] |
//! | how often does an event recur? | [`RecurrentEvents`](recurrent::RecurrentEvents), [`MeanCumulative`](recurrent::MeanCumulative) | [`recurrent`] |
//! | is the hazard the same? | [`LogRank`], [`WeightedLogRank`], [`MaxCombo`], [`Gray`] | [`log_rank`] |
//! | the same with few subjects? | [`ExactLogRank`]; [`SmallSample`], [`Advice`](small_sample::Advice) | [`permutation`], [`small_sample`] |
//! | by how much do groups differ? | [`SurvivalCurve::contrast`], [`WinRatio`], [`InvertedLogRank`](contrast::InvertedLogRank) | [`contrast`] |
//! | what do covariates do? | [`CoxPh`] with a [`Design`], [`FineGray`], [`Parametric`] | [`regression`] |
//! | how well does a score predict? | [`Concordance`], [`TimeRoc`](prediction::TimeRoc), [`Brier`](prediction::Brier) | [`prediction`] |
//! | what is a reported number? | [`Interval`], [`HazardRatio`], [`Estimate`](result::Estimate) | [`result`] |
//!
//! The everyday names stand here; a room holds all names of its question, and a file of it one method.
//!
//! Everything nonparametric here is a function of the [`RiskTable`]: building it is the one step that touches every
//! subject, and tables of parts merge into the table of the whole.

pub mod contrast;
pub mod curve;
pub mod data;
pub mod log_rank;
pub mod multi_state;
pub mod permutation;
pub mod prediction;
pub mod recurrent;
pub mod regression;
pub mod result;
pub mod risk_table;
pub mod small_sample;

pub use contrast::{SurvivalContrast, WinRatio};
pub use curve::{AalenJohansen, Band, KaplanMeier, NelsonAalen, SurvivalCurve, Turnbull};
pub use data::{CompetingRisks, Episodes, Groups, Histories, IntervalCensored, RightCensored, Weights};
pub use log_rank::{Gray, LogRank, MaxCombo, Weight, WeightedLogRank};
pub use permutation::ExactLogRank;
pub use prediction::Concordance;
pub use regression::{CoxModel, CoxPh, Design, FineGray, Parametric, Ties};
pub use result::{Alternative, HazardRatio, Interval};
pub use risk_table::RiskTable;
pub use small_sample::SmallSample;
