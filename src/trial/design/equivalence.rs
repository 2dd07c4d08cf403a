//! Equivalence: both margins are to be excluded.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::root;
use crate::print::Number;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::checks;
use crate::trial::design::fixed_plan::{RoundedPlan, in_blocks, whole};
use crate::trial::design::hazard::Hazard;
use crate::trial::design::target::Target;

/// A two-arm trial that is to show the hazard ratio to lie between two margins: two one-sided tests on its logarithm, or, what
/// is the same, an interval of level 1 − 2α inside the margins.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`hazard_ratio`](Self::hazard_ratio) | 1 | the true ratio | between the margins |
/// | [`lower`](Self::lower) | 1/upper | the lower margin | above 0, below the upper one |
/// | [`alpha`](Self::alpha) | 0.05 | the level of each of the two tests | inside (0, ½) |
/// | [`target`](Self::target) | power 0.9 | power, subjects or events | |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
/// | [`control`](Self::control), [`accrual`](Self::accrual), [`followup`](Self::followup) | none | needed for subjects | |
/// | [`dropout`](Self::dropout) | none | hazards of leaving | |
///
/// With D events the log ratio has standard error `s = (1 + r)/√(r D)`, and the power is
/// `Φ((ln U − ln h)/s − z) + Φ((ln h − ln L)/s − z) − 1`, or 0 where that is below. One margin alone is
/// [`FixedDesign::margin`](crate::trial::design::FixedDesign::margin): non-inferiority.
///
/// # Cost
/// Some ten microseconds for a size: a root of the power, and the expected events once. A search for the follow-up takes some thirty of
/// those.
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
/// The subjects who have these events in four years:
/// ```
/// use greenwood::trial::design::{EquivalenceDesign, Hazard};
///
/// let design = EquivalenceDesign::new(1.25).control(Hazard::median(12.0)?).accrual(24.0).followup(24.0);
/// let plan = design.fit()?;
/// let subjects = plan.subjects().unwrap();
/// assert!((plan.assumptions().unwrap().expected_events(48.0).iter().sum::<f64>() - plan.events()).abs() < 1e-9);
/// // More subjects need less follow-up.
/// assert!(design.followup_for(1.1 * subjects)?.unwrap() < 24.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Schuirmann (1987), J Pharmacokinet Biopharm 15:657. Chow, Shao & Wang (2008), Sample Size Calculations in Clinical Research,
/// section 7.3.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct EquivalenceDesign {
    upper: f64,
    lower: Option<f64>,
    hazard_ratio: f64,
    alpha: f64,
    target: Target,
    ratio: f64,
    #[cfg_attr(feature = "serde", serde(default))]
    control: Option<Hazard>,
    #[cfg_attr(feature = "serde", serde(default))]
    accrual: Option<Accrual>,
    /// A duration of accrual that was no duration: refused by the verb.
    #[cfg_attr(feature = "serde", serde(skip))]
    refused: Option<f64>,
    #[cfg_attr(feature = "serde", serde(default))]
    followup: f64,
    #[cfg_attr(feature = "serde", serde(default = "nobody_leaves"))]
    dropout: [Hazard; 2],
}

/// A design with its numbers: exact reals. Made by [`EquivalenceDesign::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EquivalencePlan {
    design: EquivalenceDesign,
    events: f64,
    power: f64,
    assumptions: Option<Assumptions>,
}

fn nobody_leaves() -> [Hazard; 2] {
    [Hazard::none(), Hazard::none()]
}

impl EquivalenceDesign {
    /// With this upper margin; the lower one is its inverse.
    pub fn new(upper: f64) -> Self {
        let target = Target::Power(0.9);
        Self {
            upper,
            lower: None,
            hazard_ratio: 1.0,
            alpha: 0.05,
            target,
            ratio: 1.0,
            control: None,
            accrual: None,
            refused: None,
            followup: 0.0,
            dropout: nobody_leaves(),
        }
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

    /// What is given: power, subjects or events.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// Experimental subjects for each control subject.
    pub fn allocation(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    /// The hazard of the control arm.
    pub fn control(self, hazard: Hazard) -> Self {
        Self { control: Some(hazard), ..self }
    }

    /// Entry at an even rate over this duration; 0 for all at once.
    pub fn accrual(self, duration: f64) -> Self {
        let accrual = Accrual::uniform(1.0, duration).ok();
        let refused = accrual.is_none().then_some(duration);
        Self { accrual, refused, ..self }
    }

    /// Entry in this shape; the number of subjects follows.
    pub fn accrual_shape(self, accrual: Accrual) -> Self {
        Self { accrual: Some(accrual), refused: None, ..self }
    }

    /// Follow-up after the last entry.
    pub fn followup(self, duration: f64) -> Self {
        Self { followup: duration, ..self }
    }

    /// The hazards of leaving, of the experimental and the control arm.
    pub fn dropout(self, experimental: Hazard, control: Hazard) -> Self {
        Self { dropout: [experimental, control], ..self }
    }

    fn margins(&self) -> [f64; 2] {
        [self.lower.unwrap_or(self.upper.recip()), self.upper]
    }

    /// The plan.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options, and hazards under which nobody has an event; [`Error::Unsupported`] for a number of
    /// subjects without the control hazard and the accrual.
    pub fn fit(&self) -> Result<EquivalencePlan> {
        self.check()?;
        let one = self.one_subject()?;
        let events = match (self.target, &one) {
            (Target::Events(events), _) => events,
            (Target::Power(power), _) => self.events_for(power),
            (Target::Subjects(n), Some((_, probability))) => n * probability,
            (Target::Subjects(_), None) => {
                return Err(Error::Unsupported {
                    method: "the size for equivalence",
                    with: "a number of subjects alone",
                    why: "subjects have events by the control hazard, the accrual and the follow-up; give these, or the events",
                });
            }
        };
        let power = if let Target::Power(power) = self.target { power } else { self.power_of(events) };
        checks::size("the number of events", events)?;
        one.as_ref().map_or(Ok(()), |(_, p)| checks::size("the number of subjects", events / p))?;
        let assumptions = one.map(|(assumed, probability)| assumed.with_subjects(events / probability));
        Ok(EquivalencePlan { design: self.clone(), events, power, assumptions })
    }

    /// The follow-up after the last entry with which a number of subjects has the power of the target. Returns `None`
    /// if no follow-up gives it.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`Error::Unsupported`] for a target without power.
    pub fn followup_for(&self, subjects: f64) -> Result<Option<f64>> {
        self.check()?;
        checks::positive("subjects", subjects)?;
        let Target::Power(power) = self.target else {
            return Err(Error::Unsupported {
                method: "a search for the follow-up",
                with: "a target without power",
                why: "give the power",
            });
        };
        let Some(accrual) = &self.accrual else {
            return Err(Error::Unsupported {
                method: "a search for the follow-up",
                with: "margins alone",
                why: "events come by the control hazard and the accrual; give these",
            });
        };
        let wanted = self.events_for(power) / subjects;
        let missing = |followup: f64| {
            let at = Self { followup, ..self.clone() };
            at.one_subject().ok().flatten().map_or(f64::NAN, |(_, p)| p - wanted)
        };
        // Of a follow-up so short that nobody has an event nothing is known, but that it is too short.
        if missing(0.0) >= 0.0 {
            return Ok(Some(0.0));
        }
        let mut high = accrual.duration().max(1e-3);
        for _ in 0..40 {
            if missing(high) >= 0.0 {
                let found = root::find(0.0, high, |f| if f > 0.0 { missing(f) } else { -wanted });
                return Ok(Some(found));
            }
            high *= 2.0;
        }
        Self { followup: high, ..self.clone() }.one_subject().map(|_| None)
    }

    /// The assumptions of one subject, and the probability of its event; `None` without a control hazard or an accrual.
    fn one_subject(&self) -> Result<Option<(Assumptions, f64)>> {
        let (Some(control), Some(accrual)) = (&self.control, &self.accrual) else { return Ok(None) };
        let total = accrual.duration() + self.followup;
        if total <= 1e-8 {
            return checks::refuse(
                "accrual and follow-up",
                0.0,
                "above 0 together: nobody would be followed",
            );
        }
        let [experimental, own] = self.dropout.clone();
        let one = accrual.with_subjects(1.0);
        let assumed = Assumptions::new(control.times(self.hazard_ratio), control.clone(), one)
            .allocation(self.ratio)?
            .dropout(experimental, own);
        let probability = assumed.expected_events(total).iter().sum();
        if !(probability > 0.0) {
            return checks::refuse(
                "the control hazard",
                control.rates().iter().copied().fold(0.0, f64::max),
                "above 0 within the follow-up: nobody would have an event",
            );
        }
        Ok(Some((assumed, probability)))
    }

    fn power_of(&self, events: f64) -> f64 {
        let [lower, upper] = self.margins().map(|m| (m / self.hazard_ratio).ln());
        let z = normal_quantile(1.0 - self.alpha);
        let s = (1.0 + self.ratio) / (self.ratio * events).sqrt();
        (1.0 - normal_sf(upper / s - z) - normal_sf(-lower / s - z)).max(0.0)
    }

    fn events_for(&self, power: f64) -> f64 {
        let [lower, upper] = self.margins().map(|m| (m / self.hazard_ratio).ln());
        let z = normal_quantile(1.0 - self.alpha);
        // Each of the tests alone needs no more than this with β/2.
        let near = upper.min(-lower);
        let most = ((z + normal_quantile(1.0 - (1.0 - power) / 2.0)) / near).powi(2);
        let most = most * (1.0 + self.ratio).powi(2) / self.ratio;
        root::find(1e-9 * most, 1.000_001 * most, |d| self.power_of(d) - power)
    }

    fn check(&self) -> Result<()> {
        let [lower, upper] = self.margins();
        for (argument, value) in [
            // The lower margin may be the inverse of the upper one.
            ("the upper margin", upper),
            ("the lower margin", lower),
            ("hazard_ratio", self.hazard_ratio),
        ] {
            checks::positive(argument, value)?;
        }
        checks::allocation("allocation", self.ratio)?;
        if lower >= upper {
            return checks::refuse("the lower margin", lower, "below the upper margin");
        }
        if !(lower < self.hazard_ratio && self.hazard_ratio < upper) {
            let must_be = "between the margins: a ratio on or beyond one of them is not equivalent";
            return checks::refuse("hazard_ratio", self.hazard_ratio, must_be);
        }
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return checks::refuse("alpha", self.alpha, "inside (0, 0.5)");
        }
        checks::error_rate(self.alpha, 1)?;
        checks::durations(self.refused, self.followup)?;
        checks::target(self.target)
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

    /// The number of subjects; `None` without a control hazard and an accrual.
    #[must_use]
    pub fn subjects(&self) -> Option<f64> {
        self.assumptions.as_ref().map(|a| a.accrual().subjects())
    }

    /// The subjects of the experimental and the control arm.
    #[must_use]
    pub fn subjects_by_arm(&self) -> Option<[f64; 2]> {
        self.assumptions.as_ref().map(|a| [a.share(), 1.0 - a.share()].map(|s| s * a.accrual().subjects()))
    }

    /// From the first entry to the analysis; `None` without a control hazard and an accrual.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        self.assumptions.as_ref().map(|a| a.accrual().duration() + self.design.followup)
    }

    /// What was assumed, with the number of subjects.
    #[must_use]
    pub fn assumptions(&self) -> Option<&Assumptions> {
        self.assumptions.as_ref()
    }

    /// Whole numbers: events up, and each arm up.
    #[must_use]
    pub fn rounded(&self) -> RoundedPlan {
        let by_arm = self.subjects_by_arm().map(|arms| arms.map(whole));
        RoundedPlan { events: whole(self.events), subjects: by_arm.map(|a| a[0] + a[1]), by_arm }
    }

    /// Whole numbers that fill blocks; see [`FixedPlan::in_blocks`](crate::trial::design::FixedPlan::in_blocks).
    ///
    /// # Errors
    /// As there.
    pub fn in_blocks(&self, experimental: u64, control: u64) -> Result<RoundedPlan> {
        in_blocks(self.events, self.subjects(), self.design.ratio, [experimental, control])
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
        )?;
        let rounded = self.rounded();
        if let (Some(n), Some([own, control]), Some(duration)) =
            (rounded.subjects, rounded.by_arm, self.duration())
        {
            write!(
                f,
                " {n} subjects ({own} experimental, {control} control) enter, and the analysis is at {}.",
                Number((duration * 1e6).round() / 1e6)
            )?;
        }
        Ok(())
    }
}
