//! Two curves compared: what a report says of them at one time, of their medians, of their areas.
//!
//! * at one time: [`SurvivalCurve::contrast`](super::SurvivalCurve::contrast) with a [`Measure`]
//!   (difference, ratio, odds ratio, ratio of cumulative hazards); for small samples
//!   [`SurvivalCurve::melded`](super::SurvivalCurve::melded);
//! * over time: [`restricted_mean_contrast`](super::SurvivalCurve::restricted_mean_contrast) with a
//!   [`MeanMeasure`];
//! * medians: [`median_contrast`](super::SurvivalCurve::median_contrast) with a [`MedianMeasure`];
//! * what a patient asks: [`NumberNeeded`].
//!
//! All read "this curve against the other". An [`Effect`] keeps the scale on which it is symmetric, so that
//! interval and p-value agree with each other.
//!
//! Not here: the hazard ratio ([`HazardRatio`](super::HazardRatio),
//! [`InvertedLogRank`](super::InvertedLogRank)) and tests of whole curves ([`LogRank`](super::LogRank)).

mod effect;
mod fixed_time;
mod medians;
mod number_needed;
mod restricted_means;

pub use effect::Effect;
pub use fixed_time::Measure;
pub use medians::{MedianContrast, MedianMeasure};
pub use number_needed::{Needed, NeededInterval, NumberNeeded};
pub use restricted_means::MeanMeasure;
