//! Incidence rates: events per person-time.

use std::fmt;

use statrs::function::gamma::{gamma_lr, gamma_ur};

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::beta::Beta;
use crate::numeric::root;
use crate::numeric::sums::Sum;
use crate::print::Number;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// Events per unit of person-time, with an exact Poisson interval.
///
/// It is the hazard where the hazard is constant. With d events in a time T the limits are the quantiles of a gamma
/// distribution: `G⁻¹(α/2; d)/T` and `G⁻¹(1 − α/2; d + 1)/T`. No events have a lower limit of 0 and an upper one.
///
/// # Cost
/// One pass over the rows.
///
/// # Example
/// ```
/// use greenwood::survival::curve::IncidenceRate;
///
/// let rate = IncidenceRate::new(3, 41.5)?;
/// let (lower, upper) = rate.interval(0.95)?.bounds().unwrap();
/// assert_eq!(format!("{rate:.3}: {lower:.3} to {upper:.3}"), "0.072 (3 in 41.5): 0.015 to 0.211");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Garwood (1936), Biometrika 28:437. Of the ratio: Przyborowski & Wilenski (1940), Biometrika 31:313.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct IncidenceRate {
    events: u64,
    person_time: f64,
}

/// A sum of whole numbers as a count, where it is one.
pub(crate) fn counted(events: f64) -> Result<u64> {
    let most = 2f64.powi(53);
    if events <= most {
        return Ok(events as u64);
    }
    Err(Error::OutOfRange { argument: "the number of events", value: events, must_be: "at most 2^53" })
}

impl IncidenceRate {
    /// So many events in so much time under observation.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the time is not above 0 and finite.
    pub fn new(events: u64, person_time: f64) -> Result<Self> {
        // Of the rate and of a count of one.
        let rate = events.max(1) as f64 / person_time;
        if !(person_time > 0.0 && person_time < f64::INFINITY && rate < f64::INFINITY) {
            let must_be = "above 0 and finite, and large enough for a rate that is finite";
            return Err(Error::OutOfRange { argument: "person_time", value: person_time, must_be });
        }
        Ok(Self { events, person_time })
    }

    /// The rate of the event in the data; a late entry starts the time under observation.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with sampling weights or clusters, since counts are then no Poisson counts;
    /// [`Error::OutOfRange`] where a replication weight is not a whole number, events are more than 2^53, or nobody was observed
    /// for any time.
    pub fn estimate(data: &RightCensored) -> Result<Self> {
        if data.is_robust() {
            return Err(Error::Unsupported {
                method: "an exact interval of a rate",
                with: "sampling weights or clusters",
                why: "it counts independent events; give one row per subject, or replication weights",
            });
        }
        let weights = data.weights().map(Weights::values);
        if let Some(&value) = weights.and_then(|w| w.iter().find(|w| w.fract() != 0.0)) {
            let must_be = "a whole number, since events are counted";
            return Err(Error::OutOfRange { argument: "a replication weight", value, must_be });
        }
        let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
        let entry = |i: usize| data.entry().map_or(0.0, |e| e[i]);
        let time: Sum = (0..data.len()).map(|i| weight(i) * (data.time()[i] - entry(i))).collect();
        let events: f64 = (0..data.len()).filter(|&i| data.event()[i]).map(weight).sum();
        Self::new(counted(events)?, time.value())
    }

    /// The rate of one cause.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate); [`Error::UnknownCause`].
    pub fn of_cause(data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<Self> {
        Self::estimate(&data.cause_specific(cause)?)
    }

    /// How many events there were.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The time under observation, over all subjects.
    #[must_use]
    pub fn person_time(&self) -> f64 {
        self.person_time
    }

    /// Events per unit of time.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.events as f64 / self.person_time
    }

    /// The exact interval.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let tail = tail(level)?;
        let d = self.events as f64;
        if d > MANY_EVENTS {
            let z = z_of(level)?;
            let bounds = (gamma_quantile_of_many(d, -z), gamma_quantile_of_many(d + 1.0, z));
            let bounds = (bounds.0 / self.person_time, (bounds.1 / self.person_time).min(f64::MAX));
            return Ok(ConfidenceInterval::new(Some(bounds), level));
        }
        let mean = |solve: &dyn Fn(f64) -> f64, mut high: f64| {
            while solve(high) < 0.0 {
                high *= 2.0;
            }
            root::find(0.0, high, solve)
        };
        let below = |m: f64| if m > 0.0 { gamma_lr(d, m) - tail } else { -tail };
        let above = |m: f64| if m > 0.0 { tail - gamma_ur(d + 1.0, m) } else { tail - 1.0 };
        let lower = if self.events == 0 { 0.0 } else { mean(&below, d) };
        let upper = mean(&above, d + 1.0);
        let bounds = (lower / self.person_time, (upper / self.person_time).min(f64::MAX));
        Ok(ConfidenceInterval::new(Some(bounds), level))
    }

    /// This rate over that of an independent group; ∞ where the reference has no events.
    ///
    /// # Errors
    /// [`NotEstimable::Undefined`] where neither has events.
    pub fn ratio(&self, reference: &Self) -> Result<f64, NotEstimable> {
        if self.events == 0 && reference.events == 0 {
            return Err(NotEstimable::Undefined);
        }
        Ok(self.value() / reference.value())
    }

    /// The exact interval of the [`ratio`](Self::ratio), given the number of events of both groups: of those, this group's
    /// share is binomial (Clopper & Pearson 1934). Without limits where neither group has events.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn ratio_interval(&self, reference: &Self, level: f64) -> Result<ConfidenceInterval> {
        let tail = tail(level)?;
        let (d, r) = (self.events as f64, reference.events as f64);
        let times = reference.person_time / self.person_time;
        let odds = |p: f64| times * p / (1.0 - p);
        let bounds = (d + r > 0.0).then(|| {
            let lower = if d > 0.0 { odds(Beta::new(d, r + 1.0).quantile(tail)) } else { 0.0 };
            // By the smaller tail of the reference's share.
            let upper =
                if r > 0.0 { times / odds_of(Beta::new(r, d + 1.0).quantile(tail)) } else { f64::INFINITY };
            (lower, upper)
        });
        Ok(ConfidenceInterval::new(bounds, level))
    }

    /// This rate less that of an independent group, with the normal interval and test of `√(d₁/T₁² + d₀/T₀²)`. Where one
    /// has no events there is no standard error: that of the other alone is not that of a difference.
    #[must_use]
    pub fn difference(&self, reference: &Self) -> Estimate {
        let se = |r: &Self| (r.events as f64).sqrt() / r.person_time;
        let both = self.events > 0 && reference.events > 0;
        let se = if both { Ok(se(self).hypot(se(reference))) } else { Err(NotEstimable::CurveIsOne) };
        Estimate::with_error(Scale::Identity, self.value() - reference.value(), se)
    }
}

/// From so many events on the expansion is as right as a number can be, and the series of the gamma function are long.
const MANY_EVENTS: f64 = 1e5;

/// The quantile of a gamma variable with a shape above 1e5 at the normal quantile `z`: the Cornish-Fisher expansion to
/// `shape^(−5/2)`, whose error is below 1e-12 of it (Goldberg & Levine 1946, Ann Math Stat 17:216).
fn gamma_quantile_of_many(shape: f64, z: f64) -> f64 {
    let (root, z2) = (shape.sqrt().recip(), z * z);
    let terms = [
        1.0,
        z,
        (z2 - 1.0) / 3.0,
        z * (z2 - 7.0) / 36.0,
        -((3.0 * z2 + 7.0) * z2 - 16.0) / 810.0,
        z * ((9.0 * z2 + 256.0) * z2 - 433.0) / 38880.0,
    ];
    shape * terms.into_iter().rev().fold(0.0, |sum, term| sum * root + term)
}

fn odds_of(p: f64) -> f64 {
    p / (1.0 - p)
}

fn tail(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        return Ok(0.5 * (1.0 - level));
    }
    Err(Error::OutOfRange { argument: "level", value: level, must_be: "inside (0, 1)" })
}

/// `0.072 (3 in 41.5)`.
impl fmt::Display for IncidenceRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        write!(f, "{:.decimals$} ({} in {})", Number(self.value()), self.events, Number(self.person_time))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    events: u64,
    person_time: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for IncidenceRate {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::new(raw.events, raw.person_time)
    }
}
