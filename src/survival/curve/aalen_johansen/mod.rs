//! Cumulative incidence: the probability that a cause has ended observation by a time, where others can come first.
//!
//! * fit it: [`AalenJohansen`] with an [`IncidenceVariance`] · all causes and the probability to be free of them:
//!   [`CumulativeIncidence`] · one cause, asked for values, quantiles, areas: [`IncidenceCurve`]
//! * a value: [`IncidenceEstimate`], also as a contrast of two arms · an area: [`TimeLost`]
//!
//! Inside: `running` passes over the rows once, `variance` has the terms of a row, `influence` what one subject does.
//!
//! Not here: the event-free curve alone ([`KaplanMeier`](crate::survival::KaplanMeier)).

mod cumulative_incidence;
mod estimator;
mod incidence_curve;
mod incidence_quantile;
mod incidence_row;
pub(crate) mod influence;
mod printed;
mod running;
mod time_lost;
pub(crate) mod variance;

pub use cumulative_incidence::CumulativeIncidence;
pub use estimator::AalenJohansen;
pub use incidence_curve::{IncidenceCurve, IncidenceEstimate};
pub use incidence_quantile::IncidenceQuantile;
pub use incidence_row::IncidenceRow;
pub use time_lost::TimeLost;
pub use variance::IncidenceVariance;
