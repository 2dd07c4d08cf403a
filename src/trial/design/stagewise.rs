//! What a trial says when it has stopped: p-value, estimate and interval that know of its looks.

use std::fmt;

use crate::error::Result;
use crate::numeric::root;
use crate::print::{Number, PValue};
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;
use crate::trial::design::exits::exits;

/// The p-value, the median-unbiased estimate and the interval of a trial that stopped at a look, by the stage-wise
/// ordering: an earlier stop for efficacy is more extreme than a later one, at one look a larger statistic.
///
/// With `P(θ) = P(stop above before look k) + P(reach look k, Z_k ≥ z)` where θ is the expected final statistic, the
/// p-value is `P(0)` (twice the smaller tail, where there are two sides), the estimate solves `P(θ) = ½`, the limits
/// `P(θ) = (1 ∓ level) / 2`. The hazard ratio is `margin · exp(−θ (1 + r) / √(r D))` with `D` the events of the whole plan:
/// those of the look over its share of the information.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`events`](Self::events) | none | events at the look; without them there is no hazard ratio | above 0 |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
/// | [`margin`](Self::margin) | 1 | the hazard ratio against which the statistic was computed | above 0 |
///
/// Futility bounds count where the design takes them as binding. The ordering needs only the looks that have been, so it
/// stays right where later looks would have come at other times.
///
/// # Errors
/// [`OutOfRange`](crate::Error::OutOfRange) for a look that is not there (counted from 0), a statistic that is not finite, and options.
///
/// # Cost
/// A recursion over the looks for each drift that is tried: 0.2 ms for p-value and estimate of five looks, 0.8 ms for an interval.
///
/// # Example
/// ```
/// use greenwood::trial::design::{GroupSequential, StagewiseOrdering};
///
/// let bounds = GroupSequential::looks(3).fit()?;
/// let stopped = StagewiseOrdering::new().events(200.0).estimate(&bounds, 1, 2.8)?;
/// assert!((stopped.p_value() - 0.002607396417578567).abs() < 1e-8);               // rpact 3.3.4
/// assert!((stopped.hazard_ratio().unwrap() - 0.673228665705736).abs() < 1e-6);
/// let (low, high) = stopped.hazard_ratio_interval(0.95)?.unwrap();
/// assert!((low - 0.5101961029427804).abs() < 1e-6 && (high - 0.8885260833898232).abs() < 1e-6);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Tsiatis, Rosner & Mehta (1984), Biometrics 40:797. Jennison & Turnbull (2000), chapter 8.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is computed until `.estimate(…)` is called"]
pub struct StagewiseOrdering {
    events: Option<f64>,
    allocation: f64,
    margin: f64,
}

impl Default for StagewiseOrdering {
    fn default() -> Self {
        Self { events: None, allocation: 1.0, margin: 1.0 }
    }
}

impl StagewiseOrdering {
    /// Without events, equal arms, superiority.
    pub fn new() -> Self {
        Self::default()
    }

    /// The events at the look.
    pub fn events(self, events: f64) -> Self {
        Self { events: Some(events), ..self }
    }

    /// Experimental subjects for each control subject.
    pub fn allocation(self, allocation: f64) -> Self {
        Self { allocation, ..self }
    }

    /// The hazard ratio against which the statistic was computed: above 1 for non-inferiority.
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// The result of a trial that stopped at look `look` (counted from 0) with the statistic `z`, which grows with the
    /// benefit.
    ///
    /// # Errors
    /// See [`StagewiseOrdering`].
    pub fn estimate(&self, bounds: &Boundaries, look: usize, z: f64) -> Result<StagewiseResult> {
        let Some(&fraction) = bounds.fractions().get(look) else {
            return checks::refuse("look", look as f64, "a look of the design, counted from 0");
        };
        // Further out the tail of a normal distribution has no digits left in 64 bits.
        if !(z.abs() <= 35.0) {
            return checks::refuse("z", z, "finite and within ±35");
        }
        let options = [("allocation", self.allocation), ("margin", self.margin)];
        for (argument, value) in options.into_iter().chain(self.events.map(|e| ("events", e))) {
            checks::positive(argument, value)?;
        }
        let lower = |k: usize| match (bounds.sides(), bounds.is_binding()) {
            (2, _) => -bounds.z()[k],
            (_, true) => bounds.futility_z()[k],
            (_, false) => f64::NEG_INFINITY,
        };
        let mut found = StagewiseResult {
            fractions: bounds.fractions()[..=look].to_vec(),
            lower: (0..look).map(lower).chain([f64::NEG_INFINITY]).collect(),
            upper: bounds.z()[..look].iter().copied().chain([z]).collect(),
            sides: bounds.sides(),
            drift: f64::NAN,
            per_log_ratio: self
                .events
                .map(|events| (1.0 + self.allocation) / (self.allocation * events / fraction).sqrt()),
            margin: self.margin,
        };
        found.drift = found.drift_with_tail(0.5);
        Ok(found)
    }
}

/// What a stopped trial says. Made by [`StagewiseOrdering::estimate`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StagewiseResult {
    fractions: Vec<f64>,
    lower: Vec<f64>,
    /// The bounds before the look, and the statistic at it.
    upper: Vec<f64>,
    sides: u32,
    drift: f64,
    /// A log hazard ratio is this times the drift; known with the events.
    per_log_ratio: Option<f64>,
    margin: f64,
}

impl StagewiseResult {
    /// The probability of a result at least as extreme towards the benefit, at a drift; it grows with the drift.
    #[must_use]
    pub fn tail(&self, drift: f64) -> f64 {
        exits(&self.fractions, &self.lower, &self.upper, drift).0.iter().sum()
    }

    fn drift_with_tail(&self, tail: f64) -> f64 {
        // Further from the statistic than any tail of 64 bits reaches, on the scale of the first look.
        let far = 80.0 / self.fractions[0].sqrt();
        root::find(-far, far, |drift| self.tail(drift) - tail)
    }

    /// The p-value of no effect (or of the margin): one-sided, two-sided where the design is.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let above = self.tail(0.0);
        if self.sides == 2 { (2.0 * above.min(1.0 - above)).min(1.0) } else { above }
    }

    /// The median-unbiased estimate of the drift, the expected final statistic.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.drift
    }

    /// The interval of the drift.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a level outside (0, 1).
    pub fn drift_interval(&self, level: f64) -> Result<(f64, f64)> {
        checks::inside("level", level)?;
        let tail = (1.0 - level) / 2.0;
        Ok((self.drift_with_tail(tail), self.drift_with_tail(1.0 - tail)))
    }

    /// The median-unbiased estimate of the hazard ratio. Returns `None` if the events were not given.
    #[must_use]
    pub fn hazard_ratio(&self) -> Option<f64> {
        self.per_log_ratio.map(|per| self.ratio_of(per, self.drift))
    }

    /// The interval of the hazard ratio. Returns `None` if the events were not given.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a level outside (0, 1).
    pub fn hazard_ratio_interval(&self, level: f64) -> Result<Option<(f64, f64)>> {
        let (low, high) = self.drift_interval(level)?;
        Ok(self.per_log_ratio.map(|per| (self.ratio_of(per, high), self.ratio_of(per, low))))
    }

    fn ratio_of(&self, per: f64, drift: f64) -> f64 {
        self.margin * (-drift * per).exp()
    }
}

/// As `stopped at look 2: p = 0.003, hazard ratio 0.673 (95% CI 0.510 to 0.889), stage-wise ordering`.
impl fmt::Display for StagewiseResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stated = |limits: Result<(f64, f64)>| limits.unwrap_or((f64::NAN, f64::NAN));
        write!(f, "stopped at look {}: {:#}, ", self.fractions.len(), PValue(self.p_value()))?;
        let (low, high) = stated(self.drift_interval(0.95));
        match self.per_log_ratio {
            Some(per) => {
                let of = |drift: f64| Number(self.ratio_of(per, drift));
                write!(f, "hazard ratio {:.3} (95% CI {:.3} to {:.3})", of(self.drift), of(high), of(low))?;
            }
            None => write!(
                f,
                "drift {:.3} (95% CI {:.3} to {:.3})",
                Number(self.drift),
                Number(low),
                Number(high)
            )?,
        }
        write!(f, ", stage-wise ordering")
    }
}
