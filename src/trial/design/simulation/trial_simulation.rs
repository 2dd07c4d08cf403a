//! Whole trials: subjects with entries, visits, events and exits, for everything that `Trial` offers.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::numeric::random::Random;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::hazard::Hazard;
use crate::trial::design::simulation::engine::divided;
use crate::trial::design::simulation::operating_characteristics::OperatingCharacteristics;
use crate::trial::design::simulation::plan::{Plan, Seen};
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::Cutoff;
use crate::trial::design::simulation::sampler::ArmAllocation;
use crate::trial::design::simulation::study::{SimulationStudy, with_and_without};
use crate::trial::design::simulation::subjects::Generator;
use crate::trial::design::simulation::visits::Visits;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;
use crate::trial::{Label, TimeUnit, Trial};

/// Whole trials drawn from the assumptions of a design: each is a [`Trial`] of subjects with entry, visits, events and exit, so
/// that endpoints, estimands, populations and every analysis can be studied.
///
/// The hazards of the assumptions are those of the event; their competing hazards, if any, are those of the kind that
/// [`competing`](Self::competing) names, after which nothing is observed; dropping out is [`Exit::Lost`](crate::trial::Exit). Further kinds
/// of events have hazards of their own, and the event of one kind may change the hazards of others from then on.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`terminal`](Self::terminal) | no | the event itself ends follow-up |
/// | [`competing`](Self::competing) | | the kind of the competing events |
/// | [`intercurrent`](Self::intercurrent) | none | a further kind, at any time |
/// | [`intercurrent_after`](Self::intercurrent_after) | none | a further kind, only after another |
/// | [`after`](Self::after), [`dropout_after`](Self::dropout_after) | 1 | what an event does to other hazards, by arm |
/// | [`visits`](Self::visits), [`seen_at_visits`](Self::seen_at_visits) | none | when subjects are seen, and what is dated by it |
/// | [`unit`](Self::unit) | months | the unit of all times in the assumptions |
/// | [`cutoff`](Self::cutoff), [`looks_at`](Self::looks_at) | the end of accrual | by date, or by events with a latest date |
///
/// `trials`, `seed`, `threads`, `alpha`, `allocation`, `dependent_dropout`, `truth` and `without_effect` are those of
/// [`Simulation`](crate::trial::design::simulation::Simulation). Strata are a stratification factor called `stratum`. The
/// description can be stored and read back where the arms and kinds of events can (feature `serde`).
///
/// # Cost
/// About 0.3 µs for each subject and visit; each thread keeps one trial at a time.
///
/// # Example
/// A new therapy before progression, which halves the hazard: what do two strategies of ICH E9(R1) find?
/// ```
/// use greenwood::Error;
/// use greenwood::survival::result::{Alternative, HazardRatioMethod};
/// use greenwood::trial::design::simulation::{Cutoff, Finding, TrialSimulation, Visits};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
/// use greenwood::trial::{Endpoint, Estimand, Role, Strategy, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Arm { New, Old }
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Progression, NewTherapy, Death }
///
/// const PFS: Endpoint<Event> = Endpoint::new("PFS", |e| match e {
///     Event::Progression | Event::Death => Role::Event,
///     Event::NewTherapy => Role::Ignore,
/// })
/// .assessed(Time::months(2.0), None);
///
/// let control = Hazard::median(9.0)?;
/// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(200.0, 12.0)?)
///     .competing(Hazard::constant(0.01)?, Hazard::constant(0.01)?);
/// let rare = Hazard::constant(0.01)?;
/// let simulation = TrialSimulation::new(assumed, [Arm::New, Arm::Old], Event::Progression)
///     .competing(Event::Death)
///     .intercurrent(Event::NewTherapy, &rare, &rare.times(5.0))
///     .after(Event::NewTherapy, Event::Progression, [0.5, 0.5])
///     .after(Event::Progression, Event::Death, [4.0, 4.0])
///     .visits(Visits::every(2.0).window(0.2).missed(0.05))
///     .seen_at_visits(Event::Progression)
///     .cutoff(Cutoff::EventsUntil(110, 60.0))
///     .trials(100);
///
/// let trial: Trial<Arm, Event> = simulation.draw(0)?;
/// assert!(trial.subjects().iter().any(|s| s.had(Event::NewTherapy) && !s.visits().is_empty()));
///
/// let ratio = |strategy: Strategy| move |trial: &Trial<Arm, Event>| -> Result<Finding, Error> {
///     let estimand = Estimand::of(&PFS).with(Event::NewTherapy, strategy);
///     let contrast = trial.analyse(estimand)?.contrast(Arm::New, Arm::Old)?;
///     let ratio = contrast.hazard_ratio(HazardRatioMethod::Pike).map(|r| Finding::of(&r.into(), Alternative::FirstLower));
///     Ok(ratio.unwrap_or_default())
/// };
/// let policy = simulation.run(&ratio(Strategy::TreatmentPolicy))?;
/// let hypothetical = simulation.run(&ratio(Strategy::Hypothetical))?;
/// // Rescue in the control arm blurs the difference of the arms.
/// assert!(policy.mean_estimate() > hypothetical.mean_estimate());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is drawn until `.draw(…)` or `.run(…)` is called"]
pub struct TrialSimulation<A, E> {
    pub(super) plan: Plan,
    pub(super) arms: [A; 2],
    pub(super) event: E,
    pub(super) terminal: bool,
    pub(super) competing: Option<E>,
    pub(super) further: Vec<Further<E>>,
    pub(super) changes: Vec<Changed<E>>,
    pub(super) visits: Option<Visits>,
    pub(super) seen_at_visits: Vec<E>,
    pub(super) unit: TimeUnit,
}

/// A kind of event beyond those of the assumptions.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Further<E> {
    pub(super) kind: E,
    pub(super) only_after: Option<E>,
    pub(super) hazards: [Hazard; 2],
}

/// After `first` the hazard of `second` (of dropping out, where there is none) is multiplied by a factor for each arm.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Changed<E> {
    pub(super) first: E,
    pub(super) second: Option<E>,
    pub(super) factors: [f64; 2],
}

impl<A: Label + Sync, E: Label + Sync> TrialSimulation<A, E> {
    /// Trials from these assumptions: the experimental and the control arm, and the kind of the event.
    pub fn new(assumptions: impl Into<StratifiedAssumptions>, arms: [A; 2], event: E) -> Self {
        Self {
            plan: Plan::new(assumptions.into()),
            arms,
            event,
            terminal: false,
            competing: None,
            further: Vec::new(),
            changes: Vec::new(),
            visits: None,
            seen_at_visits: Vec::new(),
            unit: TimeUnit::Months,
        }
    }

    /// The event itself ends follow-up: death.
    pub fn terminal(self) -> Self {
        Self { terminal: true, ..self }
    }

    /// The kind of the competing events of the assumptions: it ends follow-up.
    pub fn competing(self, kind: E) -> Self {
        Self { competing: Some(kind), ..self }
    }

    /// A further kind of event, at most once in a subject, with its hazard in the experimental and in the control arm.
    pub fn intercurrent(mut self, kind: E, experimental: &Hazard, control: &Hazard) -> Self {
        let hazards = [experimental.clone(), control.clone()];
        self.further.push(Further { kind, only_after: None, hazards });
        self
    }

    /// The same for a kind that can only happen after another: a second therapy after progression. Hazards are by the time since
    /// entry.
    pub fn intercurrent_after(mut self, first: E, kind: E, experimental: &Hazard, control: &Hazard) -> Self {
        let hazards = [experimental.clone(), control.clone()];
        self.further.push(Further { kind, only_after: Some(first), hazards });
        self
    }

    /// Once `first` has happened, the hazard of `second` is multiplied: by one factor in the experimental and one in the control
    /// arm. Factors of several events multiply.
    pub fn after(mut self, first: E, second: E, factors: [f64; 2]) -> Self {
        self.changes.push(Changed { first, second: Some(second), factors });
        self
    }

    /// Once `first` has happened, the hazard of dropping out is multiplied: censoring that tells something of the subject.
    pub fn dropout_after(mut self, first: E, factors: [f64; 2]) -> Self {
        self.changes.push(Changed { first, second: None, factors });
        self
    }

    /// When subjects are seen.
    pub fn visits(self, visits: Visits) -> Self {
        Self { visits: Some(visits), ..self }
    }

    /// This kind is dated by the first visit after it; where no visit follows within follow-up it is never known.
    pub fn seen_at_visits(mut self, kind: E) -> Self {
        self.seen_at_visits.push(kind);
        self
    }

    /// The unit of all times in the assumptions, cutoffs and visits.
    pub fn unit(self, unit: TimeUnit) -> Self {
        Self { unit, ..self }
    }

    /// How many trials.
    pub fn trials(self, trials: usize) -> Self {
        Self { plan: Plan { trials, ..self.plan }, ..self }
    }

    /// The seed of all streams.
    pub fn seed(self, seed: u64) -> Self {
        Self { plan: Plan { seed, ..self.plan }, ..self }
    }

    /// How many threads work. The results do not depend on it.
    pub fn threads(self, threads: usize) -> Self {
        Self { plan: Plan { threads, ..self.plan }, ..self }
    }

    /// The one-sided level, where there are no bounds.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { plan: Plan { alpha, ..self.plan }, ..self }
    }

    /// When the data are cut: at a time, or at so many events (those of the event's own kind, by the dates at which they are
    /// known) with a latest time, [`Cutoff::EventsUntil`].
    pub fn cutoff(self, cutoff: Cutoff) -> Self {
        Self { plan: Plan { cutoff: Some(cutoff), ..self.plan }, ..self }
    }

    /// Looks at these cutoffs, one for each bound. Follow-up ends at the latest of their times.
    pub fn looks_at(self, bounds: &Boundaries, cutoffs: &[Cutoff]) -> Self {
        Self { plan: self.plan.looks_at(bounds, cutoffs), ..self }
    }

    /// How subjects come to their arms.
    pub fn allocation(self, allocation: ArmAllocation) -> Self {
        Self { plan: Plan { allocation, ..self.plan }, ..self }
    }

    /// Kendall's τ, inside (−1, 1), between the time of the event and that of dropping out, by a Gaussian copula.
    pub fn dependent_dropout(self, tau: f64) -> Self {
        Self { plan: Plan { tau, ..self.plan }, ..self }
    }

    /// What the procedure estimates, as it is reported.
    pub fn truth(self, truth: f64) -> Self {
        Self { plan: Plan { truth: Some(truth), ..self.plan }, ..self }
    }

    /// The experimental arm has the control arm's hazard of the event. Other hazards and factors stay what they are.
    pub fn without_effect(self) -> Self {
        Self { plan: Plan { effect: false, ..self.plan }, ..self }
    }

    /// One trial of the run, as it is known at the (last) cutoff.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn draw(&self, trial: usize) -> Result<Trial<A, E>> {
        let (generator, looks) = (Generator::new(self)?, self.plan.looks_of_a_trial());
        let mut space = generator.space();
        let whole = generator.draw(&mut space, &mut Random::new(self.plan.seed, trial as u64))?;
        generator.at(&whole, looks[looks.len() - 1].0).map(|(trial, ..)| trial)
    }

    /// Draws the trials and analyses each, by a function of a `&Trial<A, E>`, say.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::DuplicateLabel`] for a kind that stands twice; [`Error::UnknownLabel`] for one
    /// that a change or visit names and no hazard has; [`Error::Unsupported`] for competing hazards without a
    /// [kind](Self::competing), a cutoff by events without a latest time, kinds that end follow-up and are seen at visits, and
    /// two-sided bounds.
    pub fn run(&self, procedure: &dyn Procedure<Trial<A, E>>) -> Result<OperatingCharacteristics> {
        self.run_with(procedure, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with a call a few times a second that is told how many trials are done, and may end the run.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with(
        &self,
        procedure: &dyn Procedure<Trial<A, E>>,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<OperatingCharacteristics> {
        let (plan, generator) = (&self.plan, Generator::new(self)?);
        let looks = plan.looks_of_a_trial();
        let (done, sum) = divided(
            plan.trials,
            plan.threads,
            looks.len(),
            progress,
            || generator.space(),
            |trial, space, sum| {
                let whole = generator.draw(space, &mut Random::new(plan.seed, trial as u64))?;
                plan.conduct(&looks, sum, |cutoff| {
                    let (trial, time, events) = generator.at(&whole, cutoff)?;
                    let subjects = trial.subjects().len();
                    Ok(Seen { finding: procedure.analyse(&trial), time, events, subjects })
                })
            },
        )?;
        plan.check_truth(&sum)?;
        Ok(OperatingCharacteristics::new(done, sum, plan.target()))
    }

    /// Power, type I error, bias, coverage, events and duration in one call: the same trials with the effect and without it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn study(&self, procedure: &dyn Procedure<Trial<A, E>>) -> Result<SimulationStudy> {
        self.study_with(procedure, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with progress: of twice as many trials. An ended run is a study of the trials so far.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn study_with(
        &self,
        procedure: &dyn Procedure<Trial<A, E>>,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<SimulationStudy> {
        with_and_without(&self.plan, progress, |plan, progress| {
            Self { plan, ..self.clone() }.run_with(procedure, progress)
        })
    }
}

/// Refuses what has no end.
pub(super) fn latest_time(cutoffs: impl Iterator<Item = Cutoff>) -> Result<f64> {
    let mut latest = 0.0_f64;
    for cutoff in cutoffs {
        match cutoff {
            Cutoff::Time(t) | Cutoff::EventsUntil(_, t) => latest = latest.max(t),
            Cutoff::Events(_) | Cutoff::EventsFrom(..) => {
                return Err(Error::Unsupported {
                    method: "a simulation of whole trials",
                    with: "a cutoff by events without a latest time",
                    why: "follow-up needs an end: use `Cutoff::EventsUntil(events, time)`",
                });
            }
        }
    }
    Ok(latest)
}
