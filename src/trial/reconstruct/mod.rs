//! From published figures back to what must have happened.
//!
//! A report prints a few numbers; how much of the data do they determine? In a small trial the answer is a
//! finite set, and here it is found whole.
//!
//! * one arm: [`ArmFigures`] (survival ± standard error, numbers at risk, events, median) → [`ArmOrders`],
//!   every order of events and censorings that agrees with them, or the proof that there is none;
//! * two arms: [`TrialFigures`] adds a log-rank p-value or a hazard ratio → [`Interleavings`];
//! * are the figures right? [`ArmFigures::consistency`] and [`TrialFigures::consistency`] → [`Consistency`], with
//!   the figure without which the others agree;
//! * a curve read off a figure, of an arm too large to enumerate: [`Guyot`] → [`DigitizedArm`], data that
//!   reproduce it, with a report of how well;
//! * a meta-analysis: [`ReportedHazardRatio`], the log hazard ratio and its variance from an interval, a p-value,
//!   O − E or two curves.
//!
//! # What is exact
//! A printed number is an interval ([`Published`]). The search works in `f64` with bounds far wider than its
//! rounding errors; wherever a decision is nearer to a bound than that, it is made in fractions of arbitrary
//! size. The sums of the log-rank test are 128-bit integers over a common denominator. Every order is
//! accounted for: those that agree and those that each figure excludes add up to all there are.
//!
//! # What is not identified
//! Figures speak of orders, never of times. Ties within an arm change neither the Kaplan-Meier curve nor
//! Greenwood's error, so they are counted, not decided; who is censored behind the last event leaves no trace
//! before the next number at risk.

mod arm;
mod consistency;
mod options;
mod published;
mod reported_ratio;
mod trial;
mod verdict;

pub use arm::{
    Accuracy, ArmFigures, ArmOrder, ArmOrders, DigitizedArm, DigitizedPoint, Fact, Guyot, Progress, Repair,
    SearchOutcome, StdErrorConvention,
};
pub use consistency::{Consistency, FigureCheck};
pub use options::{LaterCensoring, TiedTimes};
pub use published::Published;
pub use reported_ratio::{CurveReading, Direction, EventCount, RatioSource, ReportedHazardRatio};
pub use trial::{Interleaving, Interleavings, TestValue, TrialFigures};
pub use verdict::Verdict;
