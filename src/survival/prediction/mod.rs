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
//! The ROC curve and the Brier score take [`Outcomes`] (right-censored data, or one cause beside others). Subjects who are seen to
//! have the event or to be free of it are weighted for those who are censored, by [`CensoringWeights`]. The calibration takes the
//! same outcomes and observes by Kaplan-Meier or Aalen-Johansen.

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
