//! Many trials, divided between threads.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::simulation::operating_characteristics::{OperatingCharacteristics, PART, Part};
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::{Cutoff, Sample};
use crate::trial::design::simulation::workspace::Workspace;

/// Trials drawn from assumptions.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`trials`](Self::trials) | 10,000 | how many |
/// | [`seed`](Self::seed) | 0 | of all streams |
/// | [`threads`](Self::threads) | 1 | how many work; the results do not depend on it |
/// | [`alpha`](Self::alpha) | 0.025 | one-sided, where there are no bounds |
/// | [`cutoff`](Self::cutoff) | the end of accrual | when the data are cut |
/// | [`looks`](Self::looks) | none | bounds at shares of a number of events |
/// | [`without_effect`](Self::without_effect) | no | the experimental arm has the control hazard: type I error |
///
/// The arms have their exact shares; entry times are independent draws from the accrual.
///
/// # Cost
/// A trial costs its draws, one sort and one pass: about 20 µs for 300 subjects with the log-rank test.
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
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.run(…)` is called"]
pub struct Simulation {
    assumptions: Assumptions,
    trials: usize,
    seed: u64,
    threads: usize,
    alpha: f64,
    cutoff: Option<Cutoff>,
    looks: Option<(Boundaries, f64)>,
    effect: bool,
}

impl Simulation {
    /// Trials from these assumptions, with their number of subjects.
    pub fn new(assumptions: Assumptions) -> Self {
        Self {
            assumptions,
            trials: 10_000,
            seed: 0,
            threads: 1,
            alpha: 0.025,
            cutoff: None,
            looks: None,
            effect: true,
        }
    }

    /// How many trials.
    pub fn trials(self, trials: usize) -> Self {
        Self { trials, ..self }
    }

    /// The seed of all streams.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// How many threads work. The results do not depend on it.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The one-sided level, where there are no bounds.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// When the data are cut.
    pub fn cutoff(self, cutoff: Cutoff) -> Self {
        Self { cutoff: Some(cutoff), ..self }
    }

    /// Looks at the shares of a final number of events, with these bounds.
    pub fn looks(self, bounds: &Boundaries, events: f64) -> Self {
        Self { looks: Some((bounds.clone(), events)), ..self }
    }

    /// The experimental arm has the control hazard: what is rejected is the type I error.
    pub fn without_effect(self) -> Self {
        Self { effect: false, ..self }
    }

    /// Draws the trials and tests each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::Unsupported`] for two-sided bounds.
    pub fn run(&self, procedure: &dyn Procedure) -> Result<OperatingCharacteristics> {
        self.run_with(procedure, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with a call after each round of trials, which may end the run: then the result is that of the trials
    /// so far.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with(
        &self,
        procedure: &dyn Procedure,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<OperatingCharacteristics> {
        self.check()?;
        let threads = self.threads.clamp(1, 256);
        let parts = self.trials.div_ceil(PART);
        let mut sum = Part { by_look: vec![0; self.look_count()], ..Part::default() };
        let mut done = 0;
        // A round gives every thread a few parts; between rounds the caller is asked.
        let round = threads * 16;
        for first in (0..parts).step_by(round) {
            let last = (first + round).min(parts);
            let mut found: Vec<Option<Part>> = vec![None; last - first];
            std::thread::scope(|scope| {
                for (thread, own) in found.chunks_mut((last - first).div_ceil(threads)).enumerate() {
                    let start = first + thread * (last - first).div_ceil(threads);
                    scope.spawn(move || {
                        let mut space = Workspace::default();
                        for (i, part) in own.iter_mut().enumerate() {
                            *part = Some(self.part(start + i, procedure, &mut space));
                        }
                    });
                }
            });
            for part in found.into_iter().flatten() {
                sum.add(&part);
            }
            done = (last * PART).min(self.trials);
            if progress(done).is_break() {
                break;
            }
        }
        Ok(OperatingCharacteristics {
            trials: done,
            rejected: sum.rejected,
            stopped_for_futility: sum.futility,
            not_computed: sum.none,
            rejected_by_look: sum.by_look,
            events: sum.events,
            events_squared: sum.events_squared,
            duration: sum.duration,
            duration_squared: sum.duration_squared,
            subjects: sum.subjects,
        })
    }

    /// One trial of the run as it is known at the cutoff: to look at, or to analyse in a way of one's own.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn sample(&self, trial: usize) -> Result<Sample> {
        self.check()?;
        let mut space = Workspace::default();
        space.draw(&self.assumptions, self.effect, &mut Random::new(self.seed, trial as u64));
        let cutoff = space.cutoff_time(self.accrual_end(), self.final_cutoff());
        space.cut(cutoff);
        Ok(space.sample)
    }

    fn check(&self) -> Result<()> {
        if self.trials == 0 || self.trials > 1 << 40 {
            let (argument, value) = ("trials", self.trials as f64);
            return Err(Error::OutOfRange { argument, value, must_be: "between 1 and 10^12" });
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(Error::OutOfRange { argument: "alpha", value: self.alpha, must_be: "inside (0, 1)" });
        }
        let subjects = self.assumptions.accrual().subjects();
        if !(2.0..=1e8).contains(&subjects) {
            let (argument, value) = ("subjects", subjects);
            return Err(Error::OutOfRange { argument, value, must_be: "between 2 and 100 million" });
        }
        match self.cutoff {
            Some(Cutoff::Events(0)) => {
                return Err(Error::OutOfRange {
                    argument: "cutoff",
                    value: 0.0,
                    must_be: "at least 1 event",
                });
            }
            Some(Cutoff::Time(value)) if !(value > 0.0 && value.is_finite()) => {
                return Err(Error::OutOfRange {
                    argument: "cutoff",
                    value,
                    must_be: "a finite time above 0",
                });
            }
            _ => {}
        }
        if let Some((bounds, events)) = &self.looks {
            if bounds.sides() == 2 {
                return Err(Error::Unsupported {
                    method: "a simulation",
                    with: "two-sided bounds",
                    why: "a procedure has one side, that of the benefit; take one side with half the error",
                });
            }
            if !(*events >= 1.0 && events.is_finite()) {
                return Err(Error::OutOfRange {
                    argument: "events",
                    value: *events,
                    must_be: "finite and at least 1",
                });
            }
        }
        Ok(())
    }

    fn accrual_end(&self) -> f64 {
        self.assumptions.accrual().duration()
    }

    fn look_count(&self) -> usize {
        self.looks.as_ref().map_or(1, |(b, _)| b.fractions().len())
    }

    fn final_cutoff(&self) -> Cutoff {
        match (&self.looks, self.cutoff) {
            (Some((_, events)), _) => Cutoff::Events(events.ceil() as usize),
            (None, Some(cutoff)) => cutoff,
            (None, None) => Cutoff::Time(self.assumptions.accrual().duration()),
        }
    }

    fn part(&self, part: usize, procedure: &dyn Procedure, space: &mut Workspace) -> Part {
        let mut sum = Part { by_look: vec![0; self.look_count()], ..Part::default() };
        let critical = normal_quantile(1.0 - self.alpha);
        for trial in part * PART..((part + 1) * PART).min(self.trials) {
            space.draw(&self.assumptions, self.effect, &mut Random::new(self.seed, trial as u64));
            let looks: Vec<(Cutoff, f64, f64)> = match &self.looks {
                None => vec![(self.final_cutoff(), critical, f64::NEG_INFINITY)],
                Some((bounds, events)) => {
                    let last = bounds.fractions().len() - 1;
                    let of = |k: usize| {
                        let at = (bounds.fractions()[k] * events).round().max(1.0) as usize;
                        let futility = if k < last { bounds.futility_z()[k] } else { f64::NEG_INFINITY };
                        (Cutoff::Events(at), bounds.z()[k], futility)
                    };
                    (0..=last).map(of).collect()
                }
            };
            let last = looks.len() - 1;
            for (k, (cutoff, upper, futility)) in looks.into_iter().enumerate() {
                let time = space.cutoff_time(self.accrual_end(), cutoff);
                space.cut(time);
                let statistic = procedure.statistic(&space.sample);
                sum.none += usize::from(statistic.is_none());
                let rejects = statistic.is_some_and(|z| z >= upper);
                let gives_up = k < last && statistic.is_some_and(|z| z < futility);
                if rejects {
                    sum.rejected += 1;
                    sum.by_look[k] += 1;
                }
                sum.futility += usize::from(gives_up && !rejects);
                if rejects || gives_up || k == last {
                    let events = space.sample.events() as f64;
                    sum.events += events;
                    sum.events_squared += events * events;
                    sum.duration += time;
                    sum.duration_squared += time * time;
                    sum.subjects += space.sample.time.len() as f64;
                    break;
                }
            }
        }
        sum
    }
}
