//! Many trials, each drawn, cut and tested.

use std::ops::ControlFlow;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::numeric::random::Random;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::simulation::engine::divided;
use crate::trial::design::simulation::operating_characteristics::OperatingCharacteristics;
use crate::trial::design::simulation::plan::{Plan, Seen};
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::{Cutoff, Sample};
use crate::trial::design::simulation::sampler::{ArmAllocation, Sampler};
use crate::trial::design::simulation::study::{SimulationStudy, with_and_without};
use crate::trial::design::simulation::workspace::Workspace;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// Trials drawn from assumptions, in one stratum or several.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`trials`](Self::trials) | 10,000 | how many |
/// | [`seed`](Self::seed) | 0 | of all streams |
/// | [`threads`](Self::threads) | 1 | how many work; the results do not depend on it |
/// | [`alpha`](Self::alpha) | 0.025 | one-sided, where there are no bounds |
/// | [`cutoff`](Self::cutoff) | the end of accrual | when the data are cut |
/// | [`looks`](Self::looks), [`looks_at`](Self::looks_at) | none | bounds, and when the data are looked at |
/// | [`count_events_of`](Self::count_events_of) | all | the stratum whose events cutoffs count |
/// | [`allocation`](Self::allocation) | exact shares | blocks, or each subject by itself |
/// | [`dependent_dropout`](Self::dependent_dropout) | 0 | Kendall's τ between the times of event and dropout: informative censoring |
/// | [`truth`](Self::truth) | | of what the procedure estimates: gives bias and coverage |
/// | [`without_effect`](Self::without_effect) | no | the experimental arm has the control hazard: type I error |
///
/// Entry times are independent draws from the accrual. Each stratum has its own subjects, rounded to whole ones. The description
/// can be stored and read back (feature `serde`); what is read is checked when it runs.
///
/// # Cost
/// A trial costs its draws, one sort and one pass: about 5 µs for 300 subjects with the log-rank test, so that a million take
/// 2.7 s on two threads. Each thread keeps one trial at a time.
///
/// # Example
/// ```
/// use greenwood::trial::design::simulation::{Cutoff, LogRankProcedure, Simulation};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let control = Hazard::median(12.0)?;
/// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(252.0, 24.0)?);
/// let result = Simulation::new(assumed).cutoff(Cutoff::Events(161)).trials(2_000).seed(3).run(&LogRankProcedure)?;
/// assert!((result.power() - 0.9).abs() < 4.0 * result.std_error());      // Schoenfeld's 161 events have 90 % power
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is drawn until `.run(…)` is called"]
pub struct Simulation {
    plan: Plan,
    counted: Option<String>,
}

impl Simulation {
    /// Trials from these assumptions, with their number of subjects.
    pub fn new(assumptions: impl Into<StratifiedAssumptions>) -> Self {
        Self { plan: Plan::new(assumptions.into()), counted: None }
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

    /// When the data are cut.
    pub fn cutoff(self, cutoff: Cutoff) -> Self {
        Self { plan: Plan { cutoff: Some(cutoff), ..self.plan }, ..self }
    }

    /// Looks at the shares of a final number of events, with these bounds. A trial whose statistic is below the bound for
    /// futility, or for harm, stops without a rejection.
    pub fn looks(self, bounds: &Boundaries, events: f64) -> Self {
        Self { plan: self.plan.looks(bounds, events), ..self }
    }

    /// Looks at cutoffs of one's own, one for each bound: by events, by calendar time, or both.
    pub fn looks_at(self, bounds: &Boundaries, cutoffs: &[Cutoff]) -> Self {
        Self { plan: self.plan.looks_at(bounds, cutoffs), ..self }
    }

    /// Cutoffs count the events of this stratum alone.
    pub fn count_events_of(self, stratum: impl Into<String>) -> Self {
        Self { counted: Some(stratum.into()), ..self }
    }

    /// How subjects come to their arms.
    pub fn allocation(self, allocation: ArmAllocation) -> Self {
        Self { plan: Plan { allocation, ..self.plan }, ..self }
    }

    /// Kendall's τ, inside (−1, 1), between the time of the event and the time of leaving without it (dropout and competing
    /// events together), by a Gaussian copula: the hazards stay those that are assumed. Above 0 those who would soon have the
    /// event leave early; below 0 those who would not.
    pub fn dependent_dropout(self, tau: f64) -> Self {
        Self { plan: Plan { tau, ..self.plan }, ..self }
    }

    /// What the procedure estimates, as it is reported (a ratio, not its logarithm): then there are bias and coverage. Without an
    /// effect it need not be said: it is 0, or 1 for a ratio.
    pub fn truth(self, truth: f64) -> Self {
        Self { plan: Plan { truth: Some(truth), ..self.plan }, ..self }
    }

    /// The experimental arm has the control hazard: what is rejected is the type I error.
    pub fn without_effect(self) -> Self {
        Self { plan: Plan { effect: false, ..self.plan }, ..self }
    }

    /// Draws the trials and analyses each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::LengthMismatch`] for options; [`Error::UnknownLabel`] for a stratum;
    /// [`Error::Unsupported`] for two-sided bounds.
    pub fn run(&self, procedure: &dyn Procedure) -> Result<OperatingCharacteristics> {
        self.run_with(procedure, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with a call a few times a second that is told how many trials are done, and may end the run: then the result
    /// is that of the trials so far.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with(
        &self,
        procedure: &dyn Procedure,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<OperatingCharacteristics> {
        let plan = &self.plan;
        let (sampler, counted) = self.check()?;
        let (looks, names, accrual) =
            (plan.looks_of_a_trial(), plan.names(), plan.assumptions.accrual_duration());
        let (done, sum) = divided(
            plan.trials,
            plan.threads,
            looks.len(),
            progress,
            || Workspace::new(&names),
            |trial, space, sum| {
                space.draw(&sampler, counted, &mut Random::new(plan.seed, trial as u64));
                if looks.len() > 1 {
                    space.sort();
                }
                plan.conduct(&looks, sum, |cutoff| {
                    let time = space.cutoff_time(accrual, cutoff);
                    space.cut(time);
                    let sample = &space.sample;
                    let finding = procedure.analyse(sample);
                    Ok(Seen { finding, time, events: sample.events(), subjects: sample.time.len() })
                })
            },
        )?;
        plan.check_truth(&sum)?;
        Ok(OperatingCharacteristics::new(done, sum, plan.target()))
    }

    /// The operating characteristics in one call: the same trials with the effect and without it, so power, type I error, bias,
    /// coverage, events and duration, each with its Monte Carlo error. The [`truth`](Self::truth) is that of the effect.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::simulation::{CoxProcedure, Cutoff, Simulation};
    /// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
    ///
    /// let control = Hazard::median(12.0)?;
    /// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(100.0, 24.0)?);
    /// let study = Simulation::new(assumed).cutoff(Cutoff::Time(36.0)).truth(0.6).trials(500).study(&CoxProcedure)?;
    /// let power = study.with_effect();
    /// assert!(power.power() > 0.5 && study.without_effect().power() < 0.06);
    /// assert!((power.coverage().unwrap().0 - 0.95).abs() < 0.05);
    /// println!("{study}");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn study(&self, procedure: &dyn Procedure) -> Result<SimulationStudy> {
        self.study_with(procedure, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with progress: of twice as many trials.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn study_with(
        &self,
        procedure: &dyn Procedure,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<SimulationStudy> {
        with_and_without(&self.plan, progress, |plan, progress| {
            Self { plan, ..self.clone() }.run_with(procedure, progress)
        })
    }

    /// One trial of the run as it is known at the last cutoff: to look at, or to analyse in a way of one's own.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn sample(&self, trial: usize) -> Result<Sample> {
        let (sampler, counted) = self.check()?;
        let mut space = Workspace::new(&self.plan.names());
        space.draw(&sampler, counted, &mut Random::new(self.plan.seed, trial as u64));
        let looks = self.plan.looks_of_a_trial();
        let time = space.cutoff_time(self.plan.assumptions.accrual_duration(), looks[looks.len() - 1].0);
        space.cut(time);
        Ok(space.sample)
    }

    fn check(&self) -> Result<(Sampler, Option<usize>)> {
        let sampler = self.plan.check()?;
        let counted = match &self.counted {
            None => None,
            Some(name) => {
                let assumptions = &self.plan.assumptions;
                assumptions.stratum(name)?;
                let strata = assumptions.strata();
                strata.iter().position(|(own, _)| own == name).filter(|_| strata.len() > 1)
            }
        };
        Ok((sampler, counted))
    }
}
