//! Shared frailties: subjects, litters or centres whose events go together for reasons that no covariate tells.
//!
//! `h(t | x, b) = h₀(t) exp(x'β + b_c)` with one `b_c` for each cluster c, `exp b` of mean 1 and variance θ (gamma), or b normal
//! with variance θ (Gaussian). A cluster is a subject with recurrent events, or subjects that are alike.
//!
//! * the model and how θ is found: [`Frailty`], [`FrailtyVariance`]
//! * what was fitted: [`FrailtyModel`], with its [`FrailtyDf`] and [`FrailtyTest`]s
//! * the rows of recurrent events: [`EventModel`](crate::survival::recurrent::EventModel)
//!
//! Inside: `law` is the penalty that a distribution of frailties puts on them, `likelihood` the partial likelihood as a
//! function of β and b, `maximum` its penalised maximum at one θ, `choice` the search for θ.
//!
//! The variance that is robust to any dependence, without a model of it, is that of [`cox`](super::cox) with clusters.

mod choice;
mod law;
mod likelihood;
mod maximum;
mod model;
mod options;
mod test;

pub use model::{FrailtyDf, FrailtyModel};
pub use options::{Frailty, FrailtyVariance};
pub use test::FrailtyTest;
