//! The one-sample log-rank test: events in time against a known hazard.

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::print::Number;
use crate::survival::log_rank::one_sample::OneSampleVariance;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::checks;
use crate::trial::design::fixed_plan::whole;
use crate::trial::design::hazard::Hazard;
use crate::trial::design::non_proportional::at_risk::AtRisk;
use crate::trial::design::target::Target;

/// A single-arm trial of the time to an event, compared with a known hazard by the one-sample log-rank test.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha), [`sides`](Self::sides) | 0.05, 1 | the error rate | inside (0, 1); 1 or 2 |
/// | [`target`](Self::target) | power 0.8 | power, subjects or events | |
/// | [`dropout`](Self::dropout) | none | hazard of leaving | |
/// | [`variance`](Self::variance) | E | the variance that the test takes | |
///
/// A subject who is followed for X and has the event (D = 1) or not adds `D − H₀(X)` to observed − expected. Under the assumed
/// hazard its mean is `p₁ − p₀`, `p₁ = ∫ r h`, `p₀ = ∫ r h₀`, and its variance `σ² = p₁ + 2 ∫ r H₀ (h₀ − h) − (p₁ − p₀)²`, with `r` the
/// probability to be at risk; so `n = (z_α √p₀ + z_β σ)² / (p₁ − p₀)²` (Wu 2015). With the test's variance `(O + E)/2` the first
/// root is that of `(p₀ + p₁)/2`.
///
/// # Cost
/// Four integrals over the time since entry for a size, some twenty times as many where the time is searched: microseconds to a
/// millisecond.
///
/// # Example
/// Wu's example: median 9 under the earlier treatment, Weibull with shape 1.22, ratio 1/1.75:
/// ```
/// use greenwood::trial::design::single_arm::OneSampleDesign;
/// use greenwood::trial::design::{Accrual, Hazard};
///
/// let earlier = Hazard::approximating(|t| 2f64.ln() * (t / 9.0).powf(1.22), 8.0, 200)?;
/// let plan = OneSampleDesign::new(earlier.times(1.0 / 1.75), earlier, Accrual::uniform(1.0, 5.0)?, 8.0).fit()?;
/// assert_eq!(plan.rounded(), 88);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Wu (2015), Pharm Stat 14:26. Finkelstein, Muzikansky & Schoenfeld (2003), J Natl Cancer Inst 95:1434.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct OneSampleDesign {
    assumed: Assumptions,
    time: f64,
    alpha: f64,
    sides: u32,
    target: Target,
    variance: OneSampleVariance,
}

/// A design with its numbers: exact reals. Made by [`OneSampleDesign::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OneSamplePlan {
    subjects: f64,
    events: f64,
    expected: f64,
    power: f64,
    time: f64,
    alpha: f64,
    sides: u32,
}

impl OneSampleDesign {
    /// The hazard hoped for, the hazard it is compared with, the accrual's shape, and the calendar time of the analysis.
    pub fn new(hazard: Hazard, reference: Hazard, accrual: Accrual, time: f64) -> Self {
        Self {
            assumed: Assumptions::new(hazard, reference, accrual),
            time,
            alpha: 0.05,
            sides: 1,
            target: Target::Power(0.8),
            variance: OneSampleVariance::default(),
        }
    }

    /// The error rate, of both sides together.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// One-sided or two-sided.
    pub fn sides(self, sides: u32) -> Self {
        Self { sides, ..self }
    }

    /// What is given: power, subjects or events.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The hazard of leaving.
    pub fn dropout(self, hazard: Hazard) -> Self {
        Self { assumed: self.assumed.dropout(hazard.clone(), hazard), ..self }
    }

    /// The variance of observed − expected that the test takes.
    pub fn variance(self, variance: OneSampleVariance) -> Self {
        Self { variance, ..self }
    }

    /// The plan.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for options, hazards under which nobody has an event, and a hazard that is not below the one it is
    /// compared with in a one-sided design, or equals it in effect.
    pub fn fit(&self) -> Result<OneSamplePlan> {
        self.check()?;
        let at_risk = AtRisk::new(&self.assumed, self.time, self.time, &[]);
        let [_, reference] = self.assumed.hazards();
        let nodes = at_risk.panels.nodes();
        // Both arms were assumed to be of one size: the experimental one is the trial.
        let risk: Vec<f64> = (0..nodes.len()).map(|i| 2.0 * at_risk.arm(0, i)).collect();
        let passed = reference.cumulative_along(nodes);
        let integral = |f: &dyn Fn(usize) -> f64| at_risk.panels.integral((0..nodes.len()).map(f));
        let observed = integral(&|i| risk[i] * at_risk.hazards[0][i]);
        let expected = integral(&|i| risk[i] * at_risk.hazards[1][i]);
        let twist = integral(&|i| risk[i] * passed[i] * (at_risk.hazards[1][i] - at_risk.hazards[0][i]));
        let own = (observed + 2.0 * twist - (observed - expected).powi(2)).sqrt();
        let null = match self.variance {
            OneSampleVariance::Expected => expected.sqrt(),
            OneSampleVariance::Mean => f64::midpoint(expected, observed).sqrt(),
        };
        let must_be = "above 0 and finite: raise the hazard or follow longer";
        if !(expected > 0.0 && expected.is_finite()) {
            return checks::refuse("the expected number of events", expected, must_be);
        }
        if !(observed > 0.0 && own > 0.0 && own.is_finite()) {
            return checks::refuse("the events under the assumed hazard", observed, must_be);
        }
        let benefit = expected - observed;
        let reach = if self.sides == 2 { benefit.abs() } else { benefit };
        let z = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let power = |n: f64| normal_sf((z * null - n.sqrt() * reach) / own);
        let (subjects, power) = match self.target {
            Target::Power(wanted) => {
                if !(reach > 1e-9 * expected) {
                    return checks::refuse(
                        "expected less observed events",
                        benefit,
                        "above 0: the assumed hazard must lie below the one it is compared with",
                    );
                }
                (((z * null + normal_quantile(wanted) * own) / reach).max(0.0).powi(2), wanted)
            }
            Target::Subjects(n) => (n, power(n)),
            Target::Events(events) => (events / observed, power(events / observed)),
        };
        checks::size("the number of subjects", subjects)?;
        Ok(OneSamplePlan {
            subjects,
            events: subjects * observed,
            expected: subjects * expected,
            power,
            time: self.time,
            alpha: self.alpha,
            sides: self.sides,
        })
    }

    fn check(&self) -> Result<()> {
        checks::error_rate(self.alpha, self.sides)?;
        checks::analysis_time(self.time)?;
        checks::target(self.target)
    }
}

impl OneSamplePlan {
    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects
    }

    /// The number of subjects, up to a whole one.
    #[must_use]
    pub fn rounded(&self) -> u64 {
        whole(self.subjects)
    }

    /// The events to be observed on average.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The events on average that the known hazard would have led to among the same subjects.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.expected
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }
}

/// A paragraph for a protocol.
impl fmt::Display for OneSamplePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "With {} subjects in one arm and an analysis at {}, when {:.1} events are expected where the known hazard would lead to \
             {:.1}, a {} one-sample log-rank test at level {} has {:.1}% power.",
            self.rounded(),
            Number(self.time),
            self.events,
            self.expected,
            if self.sides == 2 { "two-sided" } else { "one-sided" },
            Number(self.alpha),
            100.0 * self.power
        )
    }
}
