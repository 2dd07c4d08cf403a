//! Statistics of time-to-event data. This wing knows nothing of trials.
//!
//! Start with the data ([`RightCensored`]), fit a curve ([`KaplanMeier`], [`NelsonAalen`],
//! [`FlemingHarrington`]) and ask it: [`SurvivalCurve::at`] for a probability with its standard error,
//! [`SurvivalCurve::quantile`] for a median, [`SurvivalCurve::restricted_mean`] for an area. Compare groups
//! with [`LogRank`] and [`SurvivalDifference`].
//!
//! Model covariates with [`CoxPh`]. Few subjects: [`SmallSample`] intervals, [`SurvivalCurve::melded`],
//! [`InvertedLogRank`], and [`Advice`] on when to use them. Endpoints in order of gravity: [`WinRatio`].
//!
//! Everything nonparametric here is a function of the [`RiskTable`]: building it is the one step that touches every
//! subject, and tables of parts merge into the table of the whole.

mod advice;
mod band;
mod concordance;
mod contrast;
mod cox;
mod curve;
mod data;
mod difference;
mod episodes;
mod groups;
mod hazard;
mod hazard_ratio;
mod influence;
mod interval;
mod inverted_log_rank;
mod kaplan_meier;
mod landmark;
mod log_rank;
mod permutation;
mod quantile;
mod restricted_mean;
mod risk_table;
mod small_sample;
mod win_ratio;

pub use advice::{Advice, Concern, Instead};
pub use band::{Band, BandShape, SurvivalBand};
pub use concordance::{Concordance, ConcordanceDifference, PairWeight};
pub use contrast::{
    Effect, MeanMeasure, Measure, MedianContrast, MedianMeasure, Needed, NeededInterval, NumberNeeded,
};
pub use cox::{
    Baseline, BaselineMethod, Collinear, CoxModel, CoxPh, Design, DesignBuilder, PredictedCurve,
    ProportionalHazards, Residuals, Status, Stop, Term, TestResult, Ties, TimeScale,
};
pub use curve::{Estimator, Step, SurvivalCurve, SurvivalEstimate};
pub use data::{Column, NearTies, RightCensored, Weights};
pub use difference::SurvivalDifference;
pub use episodes::Episodes;
pub use groups::Groups;
pub use hazard::{CumulativeHazard, HazardEstimate};
pub use hazard_ratio::{HazardRatio, HazardRatioMethod};
pub use interval::{ConfidenceInterval, Interval, LowerLimit, Transform};
pub use inverted_log_rank::InvertedLogRank;
pub use kaplan_meier::{FlemingHarrington, KaplanMeier, NelsonAalen};
pub use landmark::{Landmark, LandmarkCohort};
pub use log_rank::{
    Adjustment, Alternative, LogRank, LogRankTest, MaxCombo, MaxComboTest, OneSampleLogRank, OneSampleTest,
    OneSampleVariance, PairwiseComparison, PairwiseLogRank, PairwiseTest, PooledEventTime, Renyi, RenyiTest,
    StratumCounts, TrendTest, Weight, WeightedLogRank,
};
pub use permutation::{
    ExactLogRank, ExactMethod, ExactTest, MonteCarloLogRank, MonteCarloTest, PermutationStatistic,
    PermutedBlocks, ScoreTies,
};
pub use quantile::{FlatStep, Quantile};
pub use restricted_mean::RestrictedMean;
pub use risk_table::{RiskTable, Row};
pub use small_sample::{BetaProductLaw, Melded, SmallSample, SmallSampleMethod};
pub use win_ratio::{Divisor, EndpointWins, FinkelsteinSchoenfeld, WinRatio, WinStatistics};
