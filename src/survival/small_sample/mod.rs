//! Intervals for a survival probability when few are at risk.
//!
//! The intervals of [`SurvivalEstimate`](crate::survival::curve::SurvivalEstimate) lean on a normal approximation, which is
//! weakest where a small trial needs it. These do not, or lean less:
//!
//! * [`SmallSample::beta_product`]: the beta product confidence procedure (Fay, Brittain & Proschan 2013).
//!   Its coverage is guaranteed where there is no censoring, and was never seen below the level with it. The
//!   one to use with a handful at risk, and the only one with an interval at S = 1 and S = 0 that means
//!   something;
//! * [`SmallSample::beta_product_mid_p`]: the same without its reserve; closer to the level on average;
//! * [`SmallSample::likelihood_ratio`]: Thomas & Grunkemeier (1975);
//! * [`SmallSample::rothman`]: Wilson's interval with an effective sample size;
//! * [`SmallSample::borkowf`]: the hybrid variance, which does not vanish while nobody has failed.
//!
//! They are asked for in the words of the usual intervals: [`SurvivalCurve::small_sample_interval`](crate::survival::SurvivalCurve::small_sample_interval) takes a
//! [`SmallSample`] where [`SurvivalEstimate::interval`](crate::survival::curve::SurvivalEstimate::interval) takes an
//! [`Interval`](crate::survival::Interval). It is a method of the curve, since these are functions of the whole risk
//! table up to a time and not of an estimate with its standard error.
//!
//! Two curves at one time, without asymptotics: [`SurvivalCurve::melded`](crate::survival::SurvivalCurve::melded). When to use any of them: [`Advice`].

pub mod advice;
pub mod beta_product;
mod borkowf;
mod likelihood_ratio;
pub mod melded;
pub mod method;
mod product_law;
mod rothman;

pub use advice::{Advice, Recommendation, Warning};
pub use beta_product::BetaProductLaw;
pub use melded::Melded;
pub use method::{SmallSample, SmallSampleMethod};
