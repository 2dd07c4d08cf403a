//! Equivalence: both margins are to be excluded.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::root;
use crate::survival::result::print::Number;
use crate::trial::design::fixed::{Target, check_power};
use crate::trial::design::fixed_plan::whole;

/// A two-arm trial that is to show the hazard ratio to lie between two margins: two one-sided tests on its logarithm, or, what
/// is the same, an interval of level 1 − 2α inside the margins.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`hazard_ratio`](Self::hazard_ratio) | 1 | the true ratio | between the margins |
/// | [`lower`](Self::lower) | 1/upper | the lower margin | above 0, below the upper one |
/// | [`alpha`](Self::alpha) | 0.05 | the level of each of the two tests | inside (0, ½) |
/// | [`target`](Self::target) | power 0.9 | power or events | |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
///
/// With D events the log ratio has standard error `s = (1 + r)/√(r D)`, and the power is
/// `Φ((ln U − ln h)/s − z) + Φ((ln h − ln L)/s − z) − 1`, or 0 where that is below. One margin alone is
/// [`FixedDesign::margin`](crate::trial::design::FixedDesign::margin): non-inferiority.
///
/// # Example
/// With ratio 1 and symmetric margins `D = (z_α + z_{β/2})² (1 + r)² / (r ln² U)`:
/// ```
/// use greenwood::trial::design::EquivalenceDesign;
///
/// let plan = EquivalenceDesign::new(1.25).fit()?;
/// let z = 1.6448536269514722 + 1.6448536269514722_f64;
/// assert!((plan.events() - 4.0 * (z / 1.25_f64.ln()).powi(2)).abs() < 1e-6);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Schuirmann (1987), J Pharmacokinet Biopharm 15:657. Chow, Shao & Wang (2008), Sample Size Calculations in Clinical Research,
/// section 7.3.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct EquivalenceDesign {
    upper: f64,
    lower: Option<f64>,
    hazard_ratio: f64,
    alpha: f64,
    target: Target,
    ratio: f64,
}

/// A design with its numbers: exact reals. Made by [`EquivalenceDesign::fit`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EquivalencePlan {
    design: EquivalenceDesign,
    events: f64,
    power: f64,
}

impl EquivalenceDesign {
    /// With this upper margin; the lower one is its inverse.
    pub fn new(upper: f64) -> Self {
        let target = Target::Power(0.9);
        Self { upper, lower: None, hazard_ratio: 1.0, alpha: 0.05, target, ratio: 1.0 }
    }

    /// The lower margin.
    pub fn lower(self, lower: f64) -> Self {
        Self { lower: Some(lower), ..self }
    }

    /// The true hazard ratio.
    pub fn hazard_ratio(self, ratio: f64) -> Self {
        Self { hazard_ratio: ratio, ..self }
    }

    /// The level of each of the two tests.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// What is given: power or events.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// Experimental subjects for each control subject.
    pub fn allocation(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    fn margins(&self) -> [f64; 2] {
        [self.lower.unwrap_or(self.upper.recip()), self.upper]
    }

    /// The plan.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::Unsupported`] for a number of subjects: divide events by their probability,
    /// as [`Assumptions::event_probabilities`](crate::trial::design::Assumptions::event_probabilities) gives it.
    pub fn fit(&self) -> Result<EquivalencePlan> {
        self.check()?;
        let [lower, upper] = self.margins().map(|m| (m / self.hazard_ratio).ln());
        let z = normal_quantile(1.0 - self.alpha);
        let power = |events: f64| {
            let s = (1.0 + self.ratio) / (self.ratio * events).sqrt();
            (1.0 - normal_sf(upper / s - z) - normal_sf(-lower / s - z)).max(0.0)
        };
        let (events, power) = match self.target {
            Target::Events(events) => (events, power(events)),
            Target::Power(wanted) => {
                // Each of the tests alone needs no more than this with β/2.
                let near = upper.min(-lower);
                let most = ((z + normal_quantile(1.0 - (1.0 - wanted) / 2.0)) / near).powi(2);
                let most = most * (1.0 + self.ratio).powi(2) / self.ratio;
                (root::find(1e-9 * most, 1.000_001 * most, |d| power(d) - wanted), wanted)
            }
            Target::Subjects(_) => {
                return Err(Error::Unsupported {
                    method: "the size for equivalence",
                    with: "a number of subjects",
                    why: "it counts events; give the events that the subjects will have",
                });
            }
        };
        Ok(EquivalencePlan { design: *self, events, power })
    }

    fn check(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        let [lower, upper] = self.margins();
        for (argument, value) in [
            ("the lower margin", lower),
            ("the upper margin", upper),
            ("hazard_ratio", self.hazard_ratio),
            ("allocation", self.ratio),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return refuse(argument, value, "finite and above 0");
            }
        }
        if lower >= upper {
            return refuse("the lower margin", lower, "below the upper margin");
        }
        if !(lower < self.hazard_ratio && self.hazard_ratio < upper) {
            let must_be = "between the margins: a ratio on or beyond one of them is not equivalent";
            return refuse("hazard_ratio", self.hazard_ratio, must_be);
        }
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return refuse("alpha", self.alpha, "inside (0, 0.5)");
        }
        match self.target {
            Target::Power(power) => check_power(power),
            Target::Events(value) if !(value > 0.0 && value.is_finite()) => {
                refuse("target", value, "a finite number above 0")
            }
            _ => Ok(()),
        }
    }
}

impl EquivalencePlan {
    /// The number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }
}

/// A paragraph for a protocol.
impl fmt::Display for EquivalencePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lower, upper] = self.design.margins();
        let level = 100.0 * (1.0 - 2.0 * self.design.alpha);
        write!(
            f,
            "With {} events the {}% confidence interval of the hazard ratio lies between {} and {} with probability {:.1}% where the \
             ratio is {} (two one-sided tests at level {}; allocation {}:1).",
            whole(self.events),
            Number(level),
            Number(lower),
            Number(upper),
            100.0 * self.power,
            Number(self.design.hazard_ratio),
            Number(self.design.alpha),
            Number(self.design.ratio)
        )
    }
}
