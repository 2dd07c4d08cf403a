//! Sizes where another event may come first.

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::print::Number;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::checks;
use crate::trial::design::fixed_plan::{RoundedPlan, in_blocks, whole};
use crate::trial::design::hazard::Hazard;
use crate::trial::design::non_proportional::at_risk::AtRisk;
use crate::trial::design::target::Target;

/// What the treatment changes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum CompetingEffect {
    /// The cause-specific hazard, by this ratio: for the log-rank test or Cox's model that censors competing events.
    CauseSpecific(f64),
    /// The subdistribution hazard, by this ratio: for Gray's test or Fine and Gray's model of the cumulative incidence.
    Subdistribution(f64),
}

/// A two-arm trial of one kind of event among several.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha), [`sides`](Self::sides) | 0.025, 1 | the error rate | inside (0, 1); 1 or 2 |
/// | [`target`](Self::target) | power 0.9 | power, subjects or events | |
/// | [`allocation`](Self::allocation) | 1 | experimental subjects for each control subject | above 0 |
/// | [`competing_experimental`](Self::competing_experimental) | as in the control arm | hazard of the competing events | |
/// | [`dropout`](Self::dropout) | none | hazards of leaving | |
///
/// For either effect the events of interest are `D = z² (1 + r)² / (r ln² θ)`, `z = z_α + z_β`; subjects are `D / ψ`, with ψ the
/// probability that the event is observed, of both arms by their shares:
///
/// | effect | an arm's ψ | source |
/// |---|---|---|
/// | cause-specific | `∫ A G S h dx`, S the survival of all causes; for constant hazards Pintilie's formula | Pintilie (2002) |
/// | subdistribution | `∫ A G dF`, with `F_E = 1 − (1 − F_C)^θ` | Latouche, Porcher & Chevret (2004) |
///
/// A is the share who entered early enough, G the share who did not drop out; integrals replace the papers' constant
/// hazards and Simpson's rule.
///
/// # Cost
/// Two integrals over the pieces of the hazards: microseconds.
///
/// # Example
/// ```
/// use greenwood::trial::design::{Accrual, CompetingEffect, CompetingRisksDesign, Hazard};
///
/// let (relapse, death) = (Hazard::constant(0.05)?, Hazard::constant(0.03)?);
/// let accrual = Accrual::uniform(1.0, 12.0)?;
/// let design = |effect| {
///     CompetingRisksDesign::new(effect, relapse.clone(), accrual.clone(), 36.0).competing(death.clone()).fit()
/// };
/// let cause = design(CompetingEffect::CauseSpecific(0.7))?;
/// let incidence = design(CompetingEffect::Subdistribution(0.7))?;
/// assert!((cause.events() - incidence.events()).abs() < 1e-9);
/// assert!(cause.subjects() < incidence.subjects());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Pintilie (2002), Stat Med 21:3317. Latouche, Porcher & Chevret (2004), Stat Med 23:3263. Latouche & Porcher (2007), Stat Med
/// 26:5370.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct CompetingRisksDesign {
    effect: CompetingEffect,
    event: Hazard,
    competing: Hazard,
    /// Of the experimental arm, where it differs.
    competing_experimental: Option<Hazard>,
    dropout: [Hazard; 2],
    accrual: Accrual,
    time: f64,
    alpha: f64,
    sides: u32,
    target: Target,
    ratio: f64,
}

/// A design with its numbers: exact reals. Made by [`CompetingRisksDesign::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CompetingRisksPlan {
    effect: CompetingEffect,
    ratio: f64,
    time: f64,
    alpha: f64,
    sides: u32,
    events: f64,
    probabilities: [f64; 2],
    incidences: [f64; 2],
    subjects: f64,
    power: f64,
}

impl CompetingRisksDesign {
    /// The effect, the cause-specific hazard of the event in the control arm, the accrual's shape, and the calendar time of the
    /// analysis.
    pub fn new(effect: CompetingEffect, event: Hazard, accrual: Accrual, time: f64) -> Self {
        Self {
            effect,
            event,
            competing: Hazard::none(),
            competing_experimental: None,
            dropout: [Hazard::none(), Hazard::none()],
            accrual,
            time,
            alpha: 0.025,
            sides: 1,
            target: Target::Power(0.9),
            ratio: 1.0,
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

    /// What is given: power, subjects or events of interest.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// Experimental subjects for each control subject.
    pub fn allocation(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    /// The cause-specific hazard of all competing events, of both arms alike unless
    /// [`competing_experimental`](Self::competing_experimental) says otherwise; none by default.
    pub fn competing(self, hazard: Hazard) -> Self {
        Self { competing: hazard, ..self }
    }

    /// The cause-specific hazard of competing events in the experimental arm. Where the effect is on the subdistribution it
    /// follows from the incidence and is ignored.
    pub fn competing_experimental(self, hazard: Hazard) -> Self {
        Self { competing_experimental: Some(hazard), ..self }
    }

    /// The hazards of leaving, of the experimental and the control arm.
    pub fn dropout(self, experimental: Hazard, control: Hazard) -> Self {
        Self { dropout: [experimental, control], ..self }
    }

    /// The plan.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for options, a ratio of 1, and hazards under which nobody has the event.
    pub fn fit(&self) -> Result<CompetingRisksPlan> {
        self.check()?;
        let theta = self.theta();
        let share = self.ratio / (1.0 + self.ratio);
        let (probabilities, incidences) = self.probabilities()?;
        let each = share * probabilities[0] + (1.0 - share) * probabilities[1];
        if !(each > 0.0) {
            return checks::refuse(
                "the probability of the event",
                each,
                "above 0 by the time of the analysis: raise the hazard of the event or analyse later",
            );
        }
        let z = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let per_square = (1.0 + self.ratio).powi(2) / (self.ratio * theta.ln().powi(2));
        let power = |events: f64| normal_sf(z - (events / per_square).sqrt());
        let (events, power) = match self.target {
            Target::Power(wanted) => ((z + normal_quantile(wanted)).powi(2) * per_square, wanted),
            Target::Events(events) => (events, power(events)),
            Target::Subjects(n) => (n * each, power(n * each)),
        };
        Ok(CompetingRisksPlan {
            effect: self.effect,
            ratio: self.ratio,
            time: self.time,
            alpha: self.alpha,
            sides: self.sides,
            events,
            probabilities,
            incidences,
            subjects: events / each,
            power,
        })
    }

    fn theta(&self) -> f64 {
        match self.effect {
            CompetingEffect::CauseSpecific(ratio) | CompetingEffect::Subdistribution(ratio) => ratio,
        }
    }

    /// Of an observed event of interest in each arm, and the cumulative incidence at the longest follow-up.
    fn probabilities(&self) -> Result<([f64; 2], [f64; 2])> {
        let theta = self.theta();
        let experimental = match self.effect {
            CompetingEffect::CauseSpecific(ratio) => self.event.times(ratio),
            CompetingEffect::Subdistribution(_) => self.event.clone(),
        };
        let [lost, reference] = self.dropout.clone();
        let control = self.competing.clone();
        let own = self.competing_experimental.clone().unwrap_or_else(|| control.clone());
        let assumed = Assumptions::new(experimental, self.event.clone(), self.accrual.clone())
            .allocation(self.ratio)?
            .dropout(lost, reference)
            .competing(own.clone(), control.clone());
        let at_risk = AtRisk::new(&assumed, self.time, self.time, &[]);
        let (panels, nodes) = (&at_risk.panels, at_risk.panels.nodes());
        let competing = [own, control];
        // The cumulative incidence of an arm and its slope, from the cause-specific hazards.
        let incidence = |arm: usize| {
            let event = assumed.hazards()[arm].cumulative_along(nodes);
            let other = competing[arm].cumulative_along(nodes);
            let slope: Vec<f64> =
                (0..nodes.len()).map(|i| at_risk.hazards[arm][i] * (-event[i] - other[i]).exp()).collect();
            (panels.running(&slope), panels.integral(slope.iter().copied()), slope)
        };
        let (control, control_end, control_slope) = incidence(1);
        let (slope, end) = match self.effect {
            CompetingEffect::CauseSpecific(_) => {
                let (_, end, slope) = incidence(0);
                (slope, end)
            }
            CompetingEffect::Subdistribution(_) => {
                let free = |f: f64| (1.0 - f).max(0.0);
                let slope = control_slope.iter().zip(&control);
                let slope = slope.map(|(s, &f)| theta * free(f).powf(theta - 1.0) * s).collect();
                (slope, 1.0 - free(control_end).powf(theta))
            }
        };
        let subjects = self.accrual.subjects();
        let seen = |slope: &[f64], arm: usize| {
            let lost = self.dropout[arm].cumulative_along(nodes);
            let entered = |i: usize| self.accrual.entered_by(self.time - nodes[i]) / subjects;
            panels.integral((0..nodes.len()).map(|i| entered(i) * (-lost[i]).exp() * slope[i]))
        };
        Ok(([seen(&slope, 0), seen(&control_slope, 1)], [end, control_end]))
    }

    fn check(&self) -> Result<()> {
        checks::effect("the ratio of the effect", self.theta())?;
        checks::allocation("allocation", self.ratio)?;
        checks::error_rate(self.alpha, self.sides)?;
        checks::analysis_time(self.time)?;
        checks::target(self.target)
    }
}

impl CompetingRisksPlan {
    /// The events of interest.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The subjects of both arms.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The probability that a subject's event of interest is observed: experimental, control.
    #[must_use]
    pub fn event_probabilities(&self) -> [f64; 2] {
        self.probabilities
    }

    /// The cumulative incidence of the event of interest at the longest follow-up, without dropout: experimental, control.
    #[must_use]
    pub fn incidences(&self) -> [f64; 2] {
        self.incidences
    }

    /// Whole numbers that fill blocks; see [`FixedPlan::in_blocks`](crate::trial::design::FixedPlan::in_blocks).
    ///
    /// # Errors
    /// As there.
    pub fn in_blocks(&self, experimental: u64, control: u64) -> Result<RoundedPlan> {
        in_blocks(self.events, Some(self.subjects), self.ratio, [experimental, control])
    }
}

/// A paragraph for a protocol.
impl fmt::Display for CompetingRisksPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, theta, test) = match self.effect {
            CompetingEffect::CauseSpecific(ratio) => ("cause-specific", ratio, "log-rank test"),
            CompetingEffect::Subdistribution(ratio) => ("subdistribution", ratio, "Gray's test"),
        };
        let [own, control] = self.incidences.map(|p| 100.0 * p);
        write!(
            f,
            "With {} events of interest among {} subjects analysed at {}, a {} {test} at level {} has {:.1}% power where the {what} \
             hazard ratio is {}. The cumulative incidence at the longest follow-up is then {own:.1}% in the experimental and \
             {control:.1}% in the control arm.",
            whole(self.events),
            whole(self.subjects),
            Number(self.time),
            if self.sides == 2 { "two-sided" } else { "one-sided" },
            Number(self.alpha),
            100.0 * self.power,
            Number(theta)
        )
    }
}
