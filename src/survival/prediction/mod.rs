//! How well does a score tell who fails first, and how true are predicted risks?
//!
//! | question | type |
//! |---|---|
//! | does a higher score mean an earlier event? | [`Concordance`]: Harrell's and Uno's index, its variance, and the difference of two scores |
//! | does a marker tell who has the event by t? | [`TimeRoc`]: the ROC curve at a time and its area |
//! | how far are predicted risks from what happened? | [`Brier`]: the score at a time, over time and integrated |
//! | are as many events seen as were predicted? | [`Calibration`]: predicted and observed risks by groups, slope, observed over expected |
//! | how much of the spread does a Cox model account for? | [`ExplainedVariation`]: D, R², Gönen and Heller's concordance |
//!
//! The ROC curve, the Brier score and the calibration are told of [`Outcomes`] (right-censored data, or one cause beside others) and let those who are seen stand
//! for those who are not, by [`CensoringWeights`].

pub mod brier;
pub mod calibration;
pub mod censoring_weights;
pub mod concordance;
pub mod explained_variation;
pub mod outcomes;
pub mod roc;

pub use brier::{Brier, BrierCurve, BrierScore, Integration};
pub use calibration::{Calibration, CalibrationGroup, CalibrationTable};
pub use censoring_weights::CensoringWeights;
pub use concordance::{Concordance, ConcordanceDifference, ConcordanceEstimate, PairWeight};
pub use explained_variation::ExplainedVariation;
pub use outcomes::Outcomes;
pub use roc::{Controls, RocCurve, RocPoint, TimeRoc};
