//! The three definitions: what an event time does to a curve.
//!
//! Every nonparametric curve is one pass over the risk table (`engine`); the estimators differ in
//! what `d` events among `n` at risk do, which is `Estimator::step`, and in how that responds to the weight of one
//! subject, which is `Estimator::influence`.

use std::fmt;

use crate::numeric::sums::leaving_one_by_one;
use crate::survival::risk_table::influence::RowInfluence;
use crate::survival::risk_table::table::Row;

/// How a curve was estimated.
///
/// | estimator | step at `d` events of `n` at risk | variance of log S, or H |
/// |---|---|---|
/// | Kaplan-Meier | `S ← S (1 − d/n)` | `d/(n(n − d))`, Greenwood |
/// | Nelson-Aalen | `H ← H + d/n` | `d/n²` |
/// | Fleming-Harrington | `H ← H + Σ 1/(n − k)`, `k = 0 … d − 1` | `Σ 1/(n − k)²` |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Estimator {
    /// The product limit: [`KaplanMeier`](crate::survival::KaplanMeier).
    KaplanMeier,
    /// Events over at risk, summed: [`NelsonAalen`](crate::survival::NelsonAalen).
    NelsonAalen,
    /// The same with tied events leaving one after the other: [`FlemingHarrington`](crate::survival::curve::FlemingHarrington).
    FlemingHarrington,
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KaplanMeier => "Kaplan-Meier",
            Self::NelsonAalen => "Nelson-Aalen",
            Self::FlemingHarrington => "Fleming-Harrington",
        })
    }
}

/// What an event time adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::survival) struct Increment {
    /// To the cumulative hazard; for Kaplan-Meier the share of the curve that falls, `d/n`.
    pub hazard: f64,
    /// To the model-based variance of log S, or H.
    pub variance: f64,
}

impl Increment {
    const NONE: Self = Self { hazard: 0.0, variance: 0.0 };
}

/// Greenwood's (1926) term of the variance of log S. Where all at risk have the event S is 0 and has no variance:
/// the sum stays what it was.
#[inline]
pub(in crate::survival) fn greenwood(d: f64, n: f64) -> f64 {
    // Divided first and chosen afterwards: whether a time has events is unpredictable, and a division is cheaper.
    let term = d / (n * (n - d));
    if d < n { term } else { 0.0 }
}

/// Kaplan & Meier (1958): a share `d/n` of the curve falls.
#[inline]
pub(super) fn product_limit(d: f64, n: f64) -> Increment {
    if d > 0.0 { Increment { hazard: d / n, variance: greenwood(d, n) } } else { Increment::NONE }
}

/// Nelson (1972), Aalen (1978): the hazard of the time is `d/n`, as of a Poisson count.
#[inline]
pub(super) fn events_over_at_risk(d: f64, n: f64) -> Increment {
    if d > 0.0 { Increment { hazard: d / n, variance: d / (n * n) } } else { Increment::NONE }
}

/// Fleming & Harrington (1984): the tied events leave one after the other.
pub(super) fn one_by_one(d: f64, n: f64) -> Increment {
    if !(d > 0.0) {
        return Increment::NONE;
    }
    Increment { hazard: leaving_one_by_one(d, n, 1), variance: leaving_one_by_one(d, n, 2) }
}

impl Estimator {
    /// What a row of the risk table adds.
    ///
    /// Under sampling weights rows leave one by one, not weights, each with the mean weight w̄ of the tied events:
    /// the step is `Σ w̄/(n − k w̄) = Σ 1/(n/w̄ − k)`.
    #[inline]
    pub(in crate::survival) fn step(self, row: &Row, sampling: bool) -> Increment {
        let (d, n) = (row.events, row.at_risk);
        match self {
            Self::KaplanMeier => product_limit(d, n),
            Self::NelsonAalen => events_over_at_risk(d, n),
            Self::FlemingHarrington if sampling && d > 0.0 => {
                let rows = f64::from(row.event_subjects);
                one_by_one(rows, n / (d / rows))
            }
            Self::FlemingHarrington => one_by_one(d, n),
        }
    }

    /// How the estimate's scale (log S or H) responds to a subject's weight at one row: the derivative of the
    /// step, `at_risk` for each who is at risk and `event` more for each who has the event. Who leaves one by one under
    /// [`FlemingHarrington`](Self::FlemingHarrington) are those of the [step](Self::step).
    pub(in crate::survival) fn influence(self, row: &Row, sampling: bool) -> RowInfluence {
        let (d, n) = (row.events, row.at_risk);
        if !(d > 0.0) {
            return RowInfluence::default();
        }
        match self {
            // Where all at risk have the event the step is to 0 whatever the weights.
            Self::KaplanMeier if d >= n => RowInfluence::default(),
            Self::KaplanMeier => RowInfluence { at_risk: greenwood(d, n), event: (n - d).recip() },
            Self::NelsonAalen => RowInfluence { at_risk: d / (n * n), event: n.recip() },
            Self::FlemingHarrington => {
                // Those who leave, each of the weight `unit`. One event is 1/d of the numerators, and leaves a share of
                // itself at each step: Σ 1/(n − k) + k/(n − k)² = n Σ 1/(n − k)² of the whole.
                let leaving = if sampling { f64::from(row.event_subjects) } else { d };
                let unit = d / leaving;
                let squares = leaving_one_by_one(leaving, n / unit, 2) / unit;
                RowInfluence { at_risk: squares, event: n * squares / d }
            }
        }
    }
}
