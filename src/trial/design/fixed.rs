//! Designs with one look: events, subjects, duration and power.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::root;
use crate::survival::result::print::Number;
use crate::trial::design::assumptions::{Accrual, Assumptions, Hazard};
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::sequential_plan::SequentialPlan;

/// The formula that turns a hazard ratio and an error rate into a number of events.
///
/// With `h` the hazard ratio over the margin, `r` the allocation ratio, `z = z_α + z_β`, `Q` and `P` the share and the event
/// probability of an arm (E experimental, C control):
///
/// | formula | events D or subjects N |
/// |---|---|
/// | Schoenfeld | `D = z² (1 + r)² / (r ln² h)` |
/// | Freedman | `D = z² (1 + r h)² / (r (1 − h)²)` |
/// | Lachin-Foulkes | `N = (z_α √V₀ + z_β √V₁)² / ln² h`, `V = 1/(Q_E P_E) + 1/(Q_C P_C)`, `V₀` with both hazards as under the margin, at their mean |
/// | Bernstein-Lagakos | the same, `V₀` at the control hazard |
/// | Lachin-Foulkes, difference | `N = (z_α √(φ(λ̄)(1/Q_E + 1/Q_C)) + z_β √(φ(λ_E)/Q_E + φ(λ_C)/Q_C))² / (λ_E − λ_C)²`, `φ(λ) = λ²/P(λ)`, constant hazards |
///
/// # References
/// Schoenfeld (1981), Biometrika 68:316. Freedman (1982), Stat Med 1:121. Lachin & Foulkes (1986), Biometrics 42:507. Bernstein & Lagakos
/// (1978), J Stat Comput Simul 8:65.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EventFormula {
    /// From the asymptotic variance of the log-rank test.
    #[default]
    Schoenfeld,
    /// From the expectation of the log-rank test at each event.
    Freedman,
    /// The logarithm of the hazard ratio, with its own variance under each hypothesis.
    LachinFoulkes,
    /// The difference of exponential hazards, as in the paper's first formula.
    LachinFoulkesDifference,
    /// As Lachin and Foulkes, with the control hazard in both arms under no effect.
    BernsteinLagakos,
}

/// What a design is asked for; the rest follows.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Target {
    /// This power.
    Power(f64),
    /// This number of subjects.
    Subjects(f64),
    /// This number of events.
    Events(f64),
}

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
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct FixedDesign {
    hazard_ratio: f64,
    alpha: f64,
    sides: u32,
    target: Target,
    ratio: f64,
    margin: f64,
    formula: EventFormula,
    control: Option<Hazard>,
    accrual: Option<Accrual>,
    followup: f64,
    dropout: [Hazard; 2],
}

/// What a subject contributes to the variance of the log hazard ratio, and to the events.
#[derive(Clone, Copy)]
struct PerSubject {
    /// Mean event probability of the two arms by their shares, under the effect.
    probability: f64,
    null: f64,
    effect: f64,
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
        // A duration that is not possible is refused by the verb.
        let accrual = Accrual::uniform(1.0, duration).ok();
        let refused = accrual.is_none();
        Self { accrual, followup: if refused { f64::NAN } else { self.followup }, ..self }
    }

    /// Entry in this shape; the number of subjects follows.
    pub fn accrual_shape(self, accrual: Accrual) -> Self {
        Self { accrual: Some(accrual), ..self }
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
        let events_only = matches!(self.formula, EventFormula::Schoenfeld | EventFormula::Freedman);
        if per_subject.is_none() && (!events_only || matches!(self.target, Target::Subjects(_))) {
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
        let duration = self.accrual.as_ref().map(|a| a.duration() + self.followup);
        let assumptions = match (subjects, &self.accrual) {
            (Some(n), Some(accrual)) => self.assumed(accrual.with_subjects(n))?,
            _ => None,
        };
        let z = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        Ok(FixedPlan {
            design: self.clone(),
            events,
            subjects,
            duration: duration.filter(|_| subjects.is_some()),
            power,
            critical: self.ratio_at(z, events),
            assumptions,
        })
    }

    /// The estimated hazard ratio at which the statistic is `z`.
    fn ratio_at(&self, z: f64, events: f64) -> f64 {
        let reach = z * (1.0 + self.ratio) / (self.ratio * events).sqrt();
        self.margin * if self.hazard_ratio < self.margin { -reach } else { reach }.exp()
    }

    /// The same trial with looks before the end: the events of the bounds' maximal information, and the calendar time of
    /// each look.
    ///
    /// # Errors
    /// See [`FixedDesign`]; [`Error::Unsupported`] unless the target is a power, and where the bounds were found for another
    /// error rate, number of sides or power.
    pub fn sequential(&self, bounds: &Boundaries) -> Result<SequentialPlan> {
        let Target::Power(power) = self.target else {
            return Err(Error::Unsupported {
                method: "a group-sequential plan",
                with: "a number of subjects or events",
                why: "its bounds belong to a power; give the power instead",
            });
        };
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-12;
        if !(same(bounds.alpha(), self.alpha)
            && bounds.sides() == self.sides
            && same(bounds.beta(), 1.0 - power))
        {
            return Err(Error::Unsupported {
                method: "a group-sequential plan",
                with: "bounds of another error rate, number of sides or power",
                why: "give both the same alpha, sides and power",
            });
        }
        SequentialPlan::new(self.fit()?, bounds.clone())
    }

    /// The hazard ratio nearest to the margin that the design's subjects or events can show with this power.
    ///
    /// # Errors
    /// See [`FixedDesign`].
    pub fn detectable_ratio(&self, power: f64) -> Result<f64> {
        check_power(power)?;
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

    /// The follow-up after the last entry with which a number of subjects has the power of the target; `None` where no
    /// follow-up gives it.
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
        let positive =
            [("hazard_ratio", self.hazard_ratio), ("margin", self.margin), ("allocation", self.ratio)];
        for (argument, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::OutOfRange { argument, value, must_be: "finite and above 0" });
            }
        }
        if self.hazard_ratio == self.margin {
            return Err(Error::OutOfRange {
                argument: "hazard_ratio",
                value: self.hazard_ratio,
                must_be: "different from the margin: no number of events shows a difference that is not there",
            });
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(Error::OutOfRange { argument: "alpha", value: self.alpha, must_be: "inside (0, 1)" });
        }
        if !(1..=2).contains(&self.sides) {
            return Err(Error::OutOfRange {
                argument: "sides",
                value: f64::from(self.sides),
                must_be: "1 or 2",
            });
        }
        if !(self.followup >= 0.0 && self.followup.is_finite()) {
            let (argument, value) = ("accrual and follow-up", self.followup);
            return Err(Error::OutOfRange { argument, value, must_be: "finite durations of at least 0" });
        }
        match self.target {
            Target::Power(power) => check_power(power),
            Target::Subjects(value) | Target::Events(value) if !(value > 0.0 && value.is_finite()) => {
                Err(Error::OutOfRange { argument: "target", value, must_be: "a finite number above 0" })
            }
            _ => Ok(()),
        }
    }

    fn assumed(&self, accrual: Accrual) -> Result<Option<Assumptions>> {
        let Some(control) = &self.control else { return Ok(None) };
        let [experimental, own] = self.dropout.clone();
        let assumptions = Assumptions::new(control.times(self.hazard_ratio), control.clone(), accrual);
        Ok(Some(assumptions.allocation(self.ratio)?.dropout(experimental, own)))
    }

    fn per_subject(&self) -> Result<Option<PerSubject>> {
        let (Some(control), Some(accrual)) = (&self.control, &self.accrual) else { return Ok(None) };
        let total = accrual.duration() + self.followup;
        if total <= 1e-8 {
            let (argument, value) = ("accrual and follow-up", 0.0);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "above 0 together: nobody would be followed",
            });
        }
        let accrual = accrual.with_subjects(1.0);
        let probability = |factor: f64, arm: usize| {
            accrual.expected_events(total, &control.times(factor), &self.dropout[arm])
        };
        let (h, margin, r) = (self.hazard_ratio, self.margin, self.ratio);
        let shares = [r / (1.0 + r), 1.0 / (1.0 + r)];
        let variance = |p: [f64; 2]| 1.0 / (shares[0] * p[0]) + 1.0 / (shares[1] * p[1]);
        let effect = [probability(h, 0), probability(1.0, 1)];
        if !(effect[0] > 0.0 && effect[1] > 0.0) {
            return Err(Error::OutOfRange {
                argument: "the control hazard",
                value: control.rates().iter().copied().fold(0.0, f64::max),
                must_be: "above 0 within the follow-up: nobody would have an event",
            });
        }
        let mean = match self.formula {
            EventFormula::BernsteinLagakos => 1.0,
            _ => (1.0 + r * h) / (1.0 + r * margin),
        };
        let null = [probability(mean * margin, 0), probability(mean, 1)];
        let found = PerSubject {
            probability: shares[0] * effect[0] + shares[1] * effect[1],
            null: variance(null),
            effect: variance(effect),
        };
        if self.formula != EventFormula::LachinFoulkesDifference {
            return Ok(Some(found));
        }
        // Variances of the difference of hazards, brought to the scale of the other formulas: N = (…)² / ln² h.
        let [rate] = control.rates() else {
            return Err(Error::Unsupported {
                method: "the difference of hazards",
                with: "hazards that change",
                why: "it is a formula for exponential survival; take Lachin and Foulkes's logarithm of the ratio",
            });
        };
        let phi = |factor: f64, p: f64| (rate * factor).powi(2) / p;
        let scale = ((h / margin).ln() / (rate * (h - margin))).powi(2);
        let null = [phi(mean * margin, null[0]) / shares[0], phi(mean, null[1]) / shares[1]];
        let effect = [phi(h, effect[0]) / shares[0], margin.powi(2) * phi(1.0, effect[1]) / shares[1]];
        let null = [null[0], margin.powi(2) * null[1]];
        Ok(Some(PerSubject {
            null: scale * (null[0] + null[1]),
            effect: scale * (effect[0] + effect[1]),
            ..found
        }))
    }

    /// `z²` times this is the number of events, for the formulas that need nothing else.
    fn events_per_z(&self) -> f64 {
        let (h, r) = (self.hazard_ratio / self.margin, self.ratio);
        match self.formula {
            EventFormula::Freedman => (1.0 + r * h).powi(2) / (r * (1.0 - h).powi(2)),
            _ => (1.0 + r).powi(2) / (r * h.ln().powi(2)),
        }
    }

    fn is_by_events(&self) -> bool {
        matches!(self.formula, EventFormula::Schoenfeld | EventFormula::Freedman)
    }

    fn events_for(&self, power: f64, per_subject: Option<PerSubject>) -> f64 {
        let z_alpha = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let z_beta = normal_quantile(power);
        match per_subject {
            Some(p) if !self.is_by_events() => {
                let root = z_alpha * p.null.sqrt() + z_beta * p.effect.sqrt();
                p.probability * (root / (self.hazard_ratio / self.margin).ln()).powi(2)
            }
            _ => (z_alpha + z_beta).powi(2) * self.events_per_z(),
        }
    }

    fn power_of(&self, events: f64, per_subject: Option<PerSubject>) -> f64 {
        let z_alpha = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        match per_subject {
            Some(p) if !self.is_by_events() => {
                let reach = (events / p.probability).sqrt() * (self.hazard_ratio / self.margin).ln().abs();
                normal_sf((z_alpha * p.null.sqrt() - reach) / p.effect.sqrt())
            }
            _ => normal_sf(z_alpha - (events / self.events_per_z()).sqrt()),
        }
    }
}

fn check_power(power: f64) -> Result<()> {
    if power > 0.0 && power < 1.0 {
        return Ok(());
    }
    Err(Error::OutOfRange { argument: "power", value: power, must_be: "inside (0, 1)" })
}

/// A design with its numbers: exact reals. Made by [`FixedDesign::fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPlan {
    pub(crate) design: FixedDesign,
    pub(crate) events: f64,
    pub(crate) subjects: Option<f64>,
    pub(crate) duration: Option<f64>,
    pub(crate) power: f64,
    pub(crate) critical: f64,
    pub(crate) assumptions: Option<Assumptions>,
}

/// Whole events and subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RoundedPlan {
    /// Events, rounded up.
    pub events: u64,
    /// Subjects of both arms.
    pub subjects: Option<u64>,
    /// Subjects of the experimental and the control arm, each rounded up.
    pub by_arm: Option<[u64; 2]>,
}

impl FixedPlan {
    /// The number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The number of subjects; `None` without a control hazard and an accrual.
    #[must_use]
    pub fn subjects(&self) -> Option<f64> {
        self.subjects
    }

    /// The subjects of the experimental and the control arm.
    #[must_use]
    pub fn subjects_by_arm(&self) -> Option<[f64; 2]> {
        let share = self.design.ratio / (1.0 + self.design.ratio);
        self.subjects.map(|n| [share * n, (1.0 - share) * n])
    }

    /// From the first entry to the end of follow-up.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        self.duration
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The estimated hazard ratio at which the test is just significant: `margin · exp(∓ z_α (1 + r) / √(r D))`.
    #[must_use]
    pub fn critical_hazard_ratio(&self) -> f64 {
        self.critical
    }

    /// What was assumed, with the number of subjects.
    #[must_use]
    pub fn assumptions(&self) -> Option<&Assumptions> {
        self.assumptions.as_ref()
    }

    pub(crate) fn ratio_at(&self, z: f64, events: f64) -> f64 {
        self.design.ratio_at(z, events)
    }

    /// Whole numbers: events up, and each arm up.
    #[must_use]
    pub fn rounded(&self) -> RoundedPlan {
        // A hair above a whole number is rounding error, not a further subject.
        let up = |x: f64| (x - 1e-9 * x.max(1.0)).ceil().max(1.0) as u64;
        let by_arm = self.subjects_by_arm().map(|arms| arms.map(up));
        RoundedPlan { events: up(self.events), subjects: by_arm.map(|a| a[0] + a[1]), by_arm }
    }
}

/// A paragraph for a protocol.
impl fmt::Display for FixedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let design = &self.design;
        let rounded = self.rounded();
        write!(
            f,
            "With {} events, a {} log-rank test at level {} has {:.1}% power ",
            rounded.events,
            if design.sides == 2 { "two-sided" } else { "one-sided" },
            Number(design.alpha),
            100.0 * self.power
        )?;
        if design.margin == 1.0 {
            write!(f, "to show a difference where the hazard ratio is {}", Number(design.hazard_ratio))?;
        } else {
            let (margin, ratio) = (Number(design.margin), Number(design.hazard_ratio));
            write!(f, "to exclude a hazard ratio of {margin} where it is {ratio}")?;
        }
        write!(f, " ({}; allocation {}:1). ", formula_name(design.formula), Number(design.ratio))?;
        write!(
            f,
            "The result is significant where the estimated ratio is {:.3} or further from {}.",
            self.critical,
            Number(design.margin)
        )?;
        if let (Some(subjects), Some([experimental, control])) = (rounded.subjects, rounded.by_arm) {
            let accrual = design.accrual.as_ref().map_or(0.0, Accrual::duration);
            write!(
                f,
                " {subjects} subjects ({experimental} experimental, {control} control) enter over {} and are followed for a further {}",
                Number((accrual * 1e6).round() / 1e6),
                Number(design.followup)
            )?;
            if let Some(control) = &design.control {
                let rates: Vec<String> = control.rates().iter().map(|&r| Number(r).to_string()).collect();
                write!(f, "; the control hazard is {}", rates.join(", "))?;
            }
            write!(f, ".")?;
        }
        Ok(())
    }
}

fn formula_name(formula: EventFormula) -> &'static str {
    match formula {
        EventFormula::Schoenfeld => "Schoenfeld 1981",
        EventFormula::Freedman => "Freedman 1982",
        EventFormula::LachinFoulkes => "Lachin and Foulkes 1986, log hazard ratio",
        EventFormula::LachinFoulkesDifference => "Lachin and Foulkes 1986, difference of hazards",
        EventFormula::BernsteinLagakos => "Bernstein and Lagakos 1978",
    }
}
