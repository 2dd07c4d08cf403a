//! Two curves compared: what a report says of them at one time, of their medians, of their areas.
//!
//! * at one time: [`SurvivalCurve::contrast`](crate::survival::SurvivalCurve::contrast) with a [`Measure`]
//!   (difference, ratio, odds ratio, ratio of cumulative hazards); for small samples
//!   [`SurvivalCurve::melded`](crate::survival::SurvivalCurve::melded);
//! * over time: [`restricted_mean_contrast`](crate::survival::SurvivalCurve::restricted_mean_contrast) with a
//!   [`MeanMeasure`];
//! * medians: [`median_contrast`](crate::survival::SurvivalCurve::median_contrast) with a [`MedianMeasure`];
//! * hazards whose ratio changes: [`AverageHazardRatio`];
//! * what a patient asks: [`NumberNeeded`];
//! * the hazard ratio and its limits by inverting the log-rank test: [`InvertedLogRank`];
//! * pairs of patients, by the most important outcome first: [`WinRatio`], [`FinkelsteinSchoenfeld`].
//!
//! All read "this curve against the other". An [`Estimate`](crate::survival::result::Estimate) keeps the scale on which it is
//! symmetric, so that interval and p-value agree with each other.
//!
//! Not here: the hazard ratio of a model or a log-rank test ([`HazardRatio`](crate::survival::HazardRatio)) and tests of whole curves ([`LogRank`](crate::survival::LogRank)).

pub mod average_hazard_ratio;
pub mod fixed_time;
pub mod inverted_log_rank;
pub mod medians;
pub mod number_needed;
pub mod restricted_means;
pub mod win_ratio;

pub use average_hazard_ratio::{AverageHazardRatio, AverageMethod, AverageRatio};
pub use fixed_time::{Measure, SurvivalContrast};
pub use inverted_log_rank::InvertedLogRank;
pub use medians::{MedianContrast, MedianMeasure};
pub use number_needed::{NeededInterval, NeededValue, NumberNeeded};
pub use restricted_means::MeanMeasure;
pub use win_ratio::{
    AdjustedWinStatistics, Divisor, EndpointShares, EndpointWins, FinkelsteinSchoenfeld, StratumWins,
    WinRatio, WinStatistics,
};
