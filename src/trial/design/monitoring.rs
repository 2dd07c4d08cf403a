//! A running trial: what an interim result still allows, and when the events will come.
//!
//! All statistics are standard normal where there is no effect, and grow with the effect: turn the sign of a log-rank
//! statistic that is negative where the treatment works.

use crate::error::Result;
use crate::numeric::distribution::normal_sf;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;
use crate::trial::design::recursion::Stage;

/// The effect that the rest of the trial is supposed to have.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Effect {
    /// As the data so far: the drift is `Z / √t`.
    Trend,
    /// The expected final statistic; 0 for no effect, the planned one for the design's.
    Drift(f64),
}

/// An interim result: the statistic, and the share of the final information that it rests on.
///
/// # Example
/// Lan & Wittes's conditional power, with Z = 1.5 half way:
/// ```
/// use greenwood::trial::design::monitoring::{Effect, Interim};
///
/// let interim = Interim::new(1.5, 0.5)?;
/// let critical = 1.959963984540054;
/// assert!((interim.conditional_power(critical, Effect::Drift(0.0))? - 0.101721).abs() < 1e-6);
/// assert!((interim.conditional_power(critical, Effect::Trend)? - 0.590252).abs() < 1e-6);
/// assert!((interim.predictive_power(critical)? - 0.564094).abs() < 1e-6);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Lan & Wittes (1988), Biometrics 44:579. Spiegelhalter, Freedman & Blackburn (1986), Control Clin Trials 7:8.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interim {
    z: f64,
    fraction: f64,
}

impl Interim {
    /// The statistic at a share of the final information.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a statistic that is not finite or a fraction outside (0, 1).
    pub fn new(z: f64, fraction: f64) -> Result<Self> {
        checks::finite("z", z)?;
        checks::inside("fraction", fraction)?;
        Ok(Self { z, fraction })
    }

    /// `B = Z √t`: the part of the final statistic that is there already.
    #[must_use]
    pub fn b_value(&self) -> f64 {
        self.z * self.fraction.sqrt()
    }

    /// The probability that the final statistic reaches `critical`: `Φ((Z √t + θ (1 − t) − c) / √(1 − t))`.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a critical value or a drift that is not finite.
    pub fn conditional_power(&self, critical: f64, effect: Effect) -> Result<f64> {
        let drift = match effect {
            Effect::Trend => self.z / self.fraction.sqrt(),
            Effect::Drift(drift) => drift,
        };
        for (argument, value) in [("critical", critical), ("drift", drift)] {
            checks::finite(argument, value)?;
        }
        let rest = 1.0 - self.fraction;
        Ok(normal_sf((critical - self.b_value() - drift * rest) / rest.sqrt()))
    }

    /// The conditional power averaged over what the data so far say of the effect (flat prior):
    /// `Φ((Z / √t − c) √t / √(1 − t))`.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a critical value that is not finite.
    pub fn predictive_power(&self, critical: f64) -> Result<f64> {
        checks::finite("critical", critical)?;
        let t = self.fraction;
        Ok(normal_sf((critical - self.z / t.sqrt()) * t.sqrt() / (1.0 - t).sqrt()))
    }

    /// The probability of a success before the trial is planned, averaged over a normal prior of the drift (assurance):
    /// `Φ((μ − c) / √(1 + σ²))`.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for values that are not finite or a standard deviation below 0.
    pub fn assurance(critical: f64, mean_drift: f64, sd_drift: f64) -> Result<f64> {
        for (argument, value) in [("critical", critical), ("mean_drift", mean_drift)] {
            checks::finite(argument, value)?;
        }
        checks::not_negative("sd_drift", sd_drift)?;
        Ok(normal_sf((critical - mean_drift) / (1.0 + sd_drift * sd_drift).sqrt()))
    }
}

/// The probability that a trial rejects at a later look if there is no effect, given its statistic at look `look` (counted
/// from 0), by the bounds of the design: the conditional rejection probability (Müller & Schäfer 2001).
///
/// # Errors
/// [`OutOfRange`](crate::Error::OutOfRange) for a look that is the last or not there, or a statistic that is not finite.
pub fn conditional_rejection(bounds: &Boundaries, look: usize, z: f64) -> Result<f64> {
    conditional_power_of(bounds, look, z, 0.0).map(|p| p.iter().sum())
}

/// The probabilities of stopping for efficacy at each later look, given the statistic at look `look` (counted from 0) and
/// the drift of the whole trial.
///
/// # Errors
/// [`OutOfRange`](crate::Error::OutOfRange) for a look that is the last or not there, or values that are not finite.
pub fn conditional_power_of(bounds: &Boundaries, look: usize, z: f64, drift: f64) -> Result<Vec<f64>> {
    let fractions = bounds.fractions();
    if look + 1 >= fractions.len() {
        return checks::refuse("look", look as f64, "a look before the last, counted from 0");
    }
    for (argument, value) in [("z", z), ("drift", drift)] {
        checks::finite(argument, value)?;
    }
    let mut stage = Stage::at(fractions[look], z, drift);
    let mut found = Vec::new();
    for k in look + 1..fractions.len() {
        found.push(stage.above(fractions[k], bounds.z()[k]));
        if let Some(&following) = fractions.get(k + 1) {
            let lower = if bounds.sides() == 2 {
                -bounds.z()[k]
            } else if bounds.is_binding() {
                bounds.futility_z()[k]
            } else {
                f64::NEG_INFINITY
            };
            stage = stage.next(fractions[k], lower, bounds.z()[k], following);
        }
    }
    Ok(found)
}

/// The repeated confidence interval of a hazard ratio at a look: the ratios that the design's bound does not reject
/// (Jennison & Turnbull 1989), `exp(ln HR ∓ c / √I)`.
///
/// `ratio` is the estimated hazard ratio of the experimental arm, `information` that of its logarithm so far, such as
/// [`log_rank_information`] of the events; `look` is counted from 0.
///
/// # Errors
/// [`OutOfRange`](crate::Error::OutOfRange) for a look that is not there, or values that are not above 0.
pub fn repeated_interval(
    bounds: &Boundaries,
    look: usize,
    ratio: f64,
    information: f64,
) -> Result<(f64, f64)> {
    let Some(&critical) = bounds.z().get(look) else {
        return checks::refuse("look", look as f64, "a look of the design, counted from 0");
    };
    for (argument, value) in [("ratio", ratio), ("information", information)] {
        checks::positive(argument, value)?;
    }
    let reach = critical / information.sqrt();
    Ok((ratio * (-reach).exp(), ratio * reach.exp()))
}

/// The information that `D` events carry on a log hazard ratio near 0 when `r` subjects are allocated to the experimental
/// arm for each in the control arm: `D r / (1 + r)²`, a quarter of the events if the arms are equal.
///
/// # Example
/// ```
/// use greenwood::trial::design::monitoring::log_rank_information;
///
/// assert_eq!(log_rank_information(200.0, 1.0)?, 50.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # Errors
/// [`OutOfRange`](crate::Error::OutOfRange) for events or an allocation not above 0.
pub fn log_rank_information(events: f64, allocation: f64) -> Result<f64> {
    for (argument, value) in [("events", events), ("allocation", allocation)] {
        checks::positive(argument, value)?;
    }
    Ok(events * allocation / (1.0 + allocation).powi(2))
}

/// The events still to come within a horizon: of those at risk now, and of those who still enter at an even rate.
///
/// `n λ/(λ + η) (1 − e^{−(λ + η) h})` of those at risk, and the mean of the same over the times since entry of the others.
///
/// # Example
/// ```
/// use greenwood::trial::design::monitoring::FutureEvents;
///
/// let pending = FutureEvents::new(120.0, 0.04).dropout(0.005).entering(60.0, 6.0);
/// assert!((pending.within(12.0)? - 62.15994108744338).abs() < 1e-10);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FutureEvents {
    at_risk: f64,
    hazard: f64,
    dropout: f64,
    entering: f64,
    over: f64,
}

impl FutureEvents {
    /// So many at risk, with this hazard from now on.
    #[must_use]
    pub fn new(at_risk: f64, hazard: f64) -> Self {
        Self { at_risk, hazard, dropout: 0.0, entering: 0.0, over: 0.0 }
    }

    /// The hazard of dropping out.
    #[must_use]
    pub fn dropout(self, dropout: f64) -> Self {
        Self { dropout, ..self }
    }

    /// So many who still enter, evenly over a duration.
    #[must_use]
    pub fn entering(self, subjects: f64, over: f64) -> Self {
        Self { entering: subjects, over, ..self }
    }

    fn check(&self) -> Result<()> {
        for (argument, value) in [
            ("at_risk", self.at_risk),
            ("hazard", self.hazard),
            ("dropout", self.dropout),
            ("entering", self.entering),
            ("over", self.over),
        ] {
            checks::not_negative(argument, value)?;
        }
        Ok(())
    }

    /// The expected number of events within a horizon.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for values that are negative or not finite.
    pub fn within(&self, horizon: f64) -> Result<f64> {
        self.check()?;
        checks::not_negative("horizon", horizon)?;
        let k = self.hazard + self.dropout;
        if k == 0.0 {
            return Ok(0.0);
        }
        let share = self.hazard / k;
        let now = self.at_risk * share * -(-k * horizon).exp_m1();
        let entered = self.over.min(horizon);
        let later = if self.entering == 0.0 {
            0.0
        } else if self.over == 0.0 {
            self.entering * share * -(-k * horizon).exp_m1()
        } else {
            let lasting = ((-k * (horizon - entered)).exp() - (-k * horizon).exp()) / k;
            self.entering * share * (entered - lasting) / self.over
        };
        Ok(now + later)
    }

    /// How long until so many further events are expected. Returns `None` if that is never.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for values that are negative or not finite.
    pub fn time_until(&self, events: f64) -> Result<Option<f64>> {
        checks::not_negative("events", events)?;
        let mut high = 1.0;
        for _ in 0..200 {
            if self.within(high)? >= events {
                let found = crate::numeric::root::find(0.0, high, |h| {
                    self.within(h).map_or(f64::NAN, |n| n - events)
                });
                return Ok(Some(found));
            }
            high *= 2.0;
        }
        Ok(None)
    }
}
