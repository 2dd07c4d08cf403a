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
pub mod recurrent;
pub mod regression;
pub mod result;
pub mod risk_table;
pub mod small_sample;

pub use contrast::InvertedLogRank;
pub use contrast::SurvivalContrast;
pub use contrast::{Divisor, EndpointWins, FinkelsteinSchoenfeld, WinRatio, WinStatistics};
pub use contrast::{
    MeanMeasure, Measure, MedianContrast, MedianMeasure, NeededInterval, NeededValue, NumberNeeded,
};
pub use curve::RestrictedMean;
pub use curve::{
    AalenJohansen, CumulativeIncidence, IncidenceCurve, IncidenceEstimate, IncidenceQuantile, IncidenceRow,
    IncidenceVariance, TimeLost,
};
pub use curve::{Band, BandShape, SurvivalBand};
pub use curve::{Conventions, FlatStep, Quantile, QuantileRule};
pub use curve::{CumulativeHazard, HazardEstimate};
pub use curve::{Estimator, SmallRiskSet, Step, StepFunction, SurvivalCurve, SurvivalEstimate};
pub use curve::{FlemingHarrington, KaplanMeier, NelsonAalen};
pub use curve::{IncidenceRate, Pseudo, PseudoValues};
pub use curve::{MassInterval, SurvivalRegion, Turnbull, TurnbullCurve};
pub use data::CompetingRisks;
pub use data::Episodes;
pub use data::Groups;
pub use data::{Closed, IntervalCensored};
pub use data::{Column, NearTies, RightCensored, Weights};
pub use data::{Complete, CompleteCases};
pub use data::{Histories, HistoryCheck, HistoryProblem, ProblemKind};
pub use data::{Landmark, LandmarkCohort};
pub use log_rank::{
    Adjustment, Alternative, LogRank, LogRankTest, MaxCombo, MaxComboTest, OneSampleLogRank, OneSampleTest,
    OneSampleVariance, PairwiseComparison, PairwiseLogRank, PairwiseTest, PooledEventTime, Renyi, RenyiTest,
    StratumCounts, TrendTest, Weight, WeightedLogRank,
};
pub use log_rank::{Gray, GrayTest, PairwiseGrayTest};
pub use multi_state::{
    Occupation, OccupationEstimate, OccupationVariance, StateOccupation, TimeInState, TransitionMatrix,
    TransitionProbability, TransitionVariance,
};
pub use permutation::{
    ExactLogRank, ExactMethod, ExactTest, MonteCarloLogRank, MonteCarloTest, PermutationStatistic,
    PermutedBlocks, ScoreTies,
};
pub use prediction::{Concordance, ConcordanceDifference, ConcordanceEstimate, PairWeight};
pub use regression::AbsoluteRisk;
pub use regression::{
    Baseline, BaselineMethod, Collinear, CoxModel, CoxPh, Design, DesignBuilder, FittedData, NewColumns,
    NewRow, NewRows, PredictedCurve, ProportionalHazards, Recipe, Residuals, Status, Stop, Term, TestResult,
    Ties, TimeScale,
};
pub use regression::{CensoringTies, FineGray, FineGrayModel, SubdistributionBaseline, SubdistributionRows};
pub use result::{ConfidenceInterval, Interval, LowerLimit, Transform};
pub use result::{Direction, Estimate, NotEstimable, Scale, TestSummary};
pub use result::{HazardRatio, HazardRatioMethod};
pub use risk_table::CompetingRiskTable;
pub use risk_table::{RiskTable, Row};
pub use small_sample::{Advice, Recommendation, Warning};
pub use small_sample::{BetaProductLaw, Melded, SmallSample, SmallSampleMethod};
