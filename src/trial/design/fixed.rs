//! Designs with one look: events, subjects, duration and power.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::root;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;
use crate::trial::design::event_formula::EventFormula;
use crate::trial::design::fixed_plan::FixedPlan;
use crate::trial::design::hazard::Hazard;
use crate::trial::design::sequential_plan::SequentialPlan;
use crate::trial::design::target::Target;

/// A design with one look at the end: a two-arm comparison of hazards.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha), [`sides`](Self::sides) | 0.025, 1 | the error rate | inside (0, 1); 1 or 2 |
/// | [`target`](Self::target) | power 0.9 | power, subjects or events | |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
/// | [`margin`](Self::margin) | 1 | the hazard ratio that is to be excluded: above 1 for non-inferiority | above 0 |
/// | [`formula`](Self::formula) | Schoenfeld | see [`EventFormula`] | |
/// | [`control`](Self::control), [`accrual`](Self::accrual), [`followup`](Self::followup) | none | needed for subjects | |
/// | [`dropout`](Self::dropout) | none | hazards of leaving | |
///
/// # Errors
/// [`Error::OutOfRange`] for options, and for an effect on the wrong side of the margin or on it; [`Error::Unsupported`]
/// where a formula needs the control hazard and the accrual and there are none.
///
/// # Cost
/// 3 µs with subjects; a search for the follow-up 11 µs.
///
/// # Example
/// Schoenfeld's events, and the subjects who have them in three years:
/// ```
/// use greenwood::trial::design::{FixedDesign, Hazard, Target};
///
/// let plan = FixedDesign::new(0.6)
///     .target(Target::Power(0.9))
///     .control(Hazard::median(12.0)?)
///     .accrual(24.0)
///     .followup(12.0)
///     .fit()?;
/// assert!((plan.events() - 161.06859190325582).abs() < 1e-9);          // rpact 3.3.4
/// assert!((plan.subjects().unwrap() - 251.362800927403).abs() < 1e-9);
/// assert_eq!(plan.rounded().events, 162);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Schoenfeld (1981), Biometrika 68:316; (1983), Biometrics 39:499. Freedman (1982), Stat Med 1:121. Lachin & Foulkes (1986),
/// Biometrics 42:507, for accrual and dropout.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct FixedDesign {
    pub(super) hazard_ratio: f64,
    pub(super) alpha: f64,
    pub(super) sides: u32,
    pub(super) target: Target,
    pub(super) ratio: f64,
    pub(super) margin: f64,
    pub(super) formula: EventFormula,
    pub(super) control: Option<Hazard>,
    pub(super) accrual: Option<Accrual>,
    /// A duration of accrual that was no duration: refused by the verb.
    pub(super) refused: Option<f64>,
    pub(super) followup: f64,
    pub(super) dropout: [Hazard; 2],
}

impl FixedDesign {
    /// A design for this hazard ratio of the experimental arm against the control arm.
    pub fn new(hazard_ratio: f64) -> Self {
        let none = || Hazard::piecewise(&[], &[0.0]).unwrap_or_else(|_| unreachable!("a rate of 0 is one"));
        Self {
            hazard_ratio,
            alpha: 0.025,
            sides: 1,
            target: Target::Power(0.9),
            ratio: 1.0,
            margin: 1.0,
            formula: EventFormula::default(),
            control: None,
            accrual: None,
            refused: None,
            followup: 0.0,
            dropout: [none(), none()],
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

    /// Experimental subjects for each control subject.
    pub fn allocation(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    /// The hazard ratio that is to be excluded: 1 for superiority, above 1 for non-inferiority.
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// The formula.
    pub fn formula(self, formula: EventFormula) -> Self {
        Self { formula, ..self }
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

    /// The plan.
    ///
    /// # Errors
    /// See [`FixedDesign`].
    pub fn fit(&self) -> Result<FixedPlan> {
        self.check()?;
        let per_subject = self.per_subject()?;
        if per_subject.is_none() && (!self.is_by_events() || matches!(self.target, Target::Subjects(_))) {
            return Err(Error::Unsupported {
                method: "this sample size",
                with: "a hazard ratio alone",
                why: "subjects need the control hazard, the accrual and the follow-up",
            });
        }
        let (events, power) = match self.target {
            Target::Power(power) => (self.events_for(power, per_subject), power),
            Target::Events(events) => (events, self.power_of(events, per_subject)),
            Target::Subjects(subjects) => {
                let events = subjects * per_subject.map_or(f64::NAN, |p| p.probability);
                (events, self.power_of(events, per_subject))
            }
        };
        let subjects = per_subject.map(|p| events / p.probability);
        checks::size("the number of events", events)?;
        subjects.map_or(Ok(()), |n| checks::size("the number of subjects", n))?;
        let duration = self.accrual.as_ref().map(|a| a.duration() + self.followup);
        let assumptions = match (subjects, &self.accrual) {
            (Some(n), Some(accrual)) => self.assumed(accrual.with_subjects(n))?,
            _ => None,
        };
        let z = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let critical = self.ratio_at(z, events);
        if !critical.is_finite() {
            let must_be = "so large that an estimated ratio can be significant";
            return checks::refuse("the number of events", events, must_be);
        }
        Ok(FixedPlan {
            design: self.clone(),
            events,
            subjects,
            duration: duration.filter(|_| subjects.is_some()),
            power,
            critical,
            assumptions,
        })
    }

    /// The estimated hazard ratio at which the statistic is `z`.
    pub(super) fn ratio_at(&self, z: f64, events: f64) -> f64 {
        let reach = z * (1.0 + self.ratio) / (self.ratio * events).sqrt();
        self.margin * if self.hazard_ratio < self.margin { -reach } else { reach }.exp()
    }

    /// The same trial with looks before the end: the events of the bounds' maximal information, and the calendar time of
    /// each look.
    ///
    /// # Errors
    /// See [`FixedDesign`]; [`Error::Unsupported`] where the bounds were found for another error rate, number of sides or
    /// power.
    pub fn sequential(&self, bounds: &Boundaries) -> Result<SequentialPlan> {
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-12;
        if !(same(bounds.alpha(), self.alpha) && bounds.sides() == self.sides && self.has_power_of(bounds)) {
            return Err(Error::Unsupported {
                method: "a group-sequential plan",
                with: "bounds of another error rate, number of sides or power",
                why: "give both the same alpha, sides and power",
            });
        }
        SequentialPlan::new(self.fit()?, bounds.clone())
    }

    fn has_power_of(&self, bounds: &Boundaries) -> bool {
        !matches!(self.target, Target::Power(power) if (bounds.beta() - (1.0 - power)).abs() > 1e-12)
    }

    /// The hazard ratio nearest to the margin that the design's subjects or events can show with this power.
    ///
    /// # Errors
    /// See [`FixedDesign`].
    pub fn detectable_ratio(&self, power: f64) -> Result<f64> {
        checks::power(power)?;
        self.check()?;
        let below = self.hazard_ratio < self.margin;
        let of = |h: f64| {
            let own = Self { hazard_ratio: h, ..self.clone() };
            own.fit().map_or(f64::NAN, |p| p.power())
        };
        // From the margin outwards on a logarithmic axis, since ratios are; far out the power may fall again, where the
        // experimental arm has no events left.
        let (margin, step) = (self.margin.ln(), if below { -0.02 } else { 0.02 });
        let (mut near, mut far) = (margin + step * 1e-6, margin + step);
        while !(of(far.exp()) >= power) {
            (near, far) = (far, far + step);
            if (far - margin).abs() > 12.0 {
                return Err(Error::Unsupported {
                    method: "a detectable ratio",
                    with: "so few subjects or events",
                    why: "no effect has this power with them; ask for less power or more subjects",
                });
            }
        }
        let found = root::find(near, far, |x| of(x.exp()) - power);
        Ok(found.exp())
    }

    /// The follow-up after the last entry with which a number of subjects has the power of the target. Returns `None`
    /// if no follow-up gives it.
    ///
    /// # Errors
    /// See [`FixedDesign`].
    pub fn followup_for(&self, subjects: f64) -> Result<Option<f64>> {
        self.check()?;
        let Target::Power(_) = self.target else {
            return Err(Error::Unsupported {
                method: "a search for the follow-up",
                with: "a target without power",
                why: "give the power",
            });
        };
        let needed =
            |followup: f64| Self { followup, ..self.clone() }.fit().map(|p| p.subjects().unwrap_or(f64::NAN));
        let mut high = self.accrual.as_ref().map_or(1.0, |a| a.duration().max(1e-3));
        if needed(0.0)? <= subjects {
            return Ok(Some(0.0));
        }
        let mut doublings = 0;
        while needed(high)? > subjects {
            high *= 2.0;
            doublings += 1;
            if doublings > 40 {
                return Ok(None);
            }
        }
        Ok(Some(root::find(0.0, high, |f| needed(f).map_or(f64::NAN, |n| n - subjects))))
    }

    fn check(&self) -> Result<()> {
        for (argument, value) in [("hazard_ratio", self.hazard_ratio), ("margin", self.margin)] {
            checks::positive(argument, value)?;
        }
        checks::allocation("allocation", self.ratio)?;
        if self.hazard_ratio == self.margin {
            return checks::refuse(
                "hazard_ratio",
                self.hazard_ratio,
                "different from the margin: no number of events shows a difference that is not there",
            );
        }
        checks::error_rate(self.alpha, self.sides)?;
        checks::durations(self.refused, self.followup)?;
        checks::target(self.target)
    }

    fn assumed(&self, accrual: Accrual) -> Result<Option<Assumptions>> {
        let Some(control) = &self.control else { return Ok(None) };
        let [experimental, own] = self.dropout.clone();
        let assumptions = Assumptions::new(control.times(self.hazard_ratio), control.clone(), accrual);
        Ok(Some(assumptions.allocation(self.ratio)?.dropout(experimental, own)))
    }
}
