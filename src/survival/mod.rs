//! Statistics of time-to-event data. This wing knows nothing of trials.
//!
//! Start with the data ([`RightCensored`]), fit a curve ([`KaplanMeier`], [`NelsonAalen`],
//! [`FlemingHarrington`]) and ask it: [`SurvivalCurve::at`] for a probability with its standard error,
//! [`SurvivalCurve::quantile`] for a median, [`SurvivalCurve::restricted_mean`] for an area. Compare groups
//! with [`LogRank`] and [`SurvivalCurve::contrast`].
//!
//! Model covariates with [`CoxPh`]. Few subjects: [`SmallSample`] intervals, [`SurvivalCurve::melded`],
//! [`InvertedLogRank`], and [`Advice`] on when to use them. Endpoints in order of priority: [`WinRatio`].
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
pub use regression::{CoxModel, CoxPh, Design, FineGray, Ties};
pub use result::{Alternative, HazardRatio, Interval};
pub use risk_table::RiskTable;
pub use small_sample::SmallSample;
