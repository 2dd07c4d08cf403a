//! Trials drawn from the assumptions of a design, and what a test finds in them.
//!
//! Every trial has its own stream of random numbers, a function of the seed and its number: the results are the same
//! bits however the trials are divided between threads.

use std::fmt;
use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::survival::contrast::restricted_means::MeanMeasure;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::{LogRank, Weight};
use crate::trial::design::assumptions::{Accrual, Assumptions, Hazard};
use crate::trial::design::boundaries::Boundaries;

/// When the data are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cutoff {
    /// At this number of events; at the end of all follow-up where there are never so many.
    Events(usize),
    /// At this calendar time.
    Time(f64),
}

/// One trial as it is known at a data cutoff.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    time: Vec<f64>,
    event: Vec<bool>,
    experimental: Vec<bool>,
    cutoff: f64,
}

impl Sample {
    /// The time under observation of each subject.
    #[must_use]
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Did it end in the event?
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Is the subject in the experimental arm?
    #[must_use]
    pub fn experimental(&self) -> &[bool] {
        &self.experimental
    }

    /// The calendar time of the cutoff.
    #[must_use]
    pub fn cutoff(&self) -> f64 {
        self.cutoff
    }

    /// The number of events.
    #[must_use]
    pub fn events(&self) -> usize {
        self.event.iter().filter(|&&e| e).count()
    }

    /// The data and the arms, the control arm first, for every estimator and test of the crate.
    ///
    /// # Errors
    /// Those of [`RightCensored::new`].
    pub fn data(&self) -> Result<(RightCensored<'_>, Groups)> {
        let codes: Vec<usize> = self.experimental.iter().map(|&e| usize::from(e)).collect();
        Ok((
            RightCensored::new(&self.time, &self.event)?,
            Groups::from_codes(&codes, &["control", "experimental"])?,
        ))
    }
}

/// A test of the experimental arm against the control arm: a statistic that is standard normal where there is no effect
/// and grows with the benefit; `None` where the sample does not allow it.
///
/// A function of a [`Sample`] is one, so every test of the crate can be.
pub trait Procedure: Sync {
    /// The statistic.
    fn statistic(&self, sample: &Sample) -> Option<f64>;
}

impl<F: Fn(&Sample) -> Option<f64> + Sync> Procedure for F {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        self(sample)
    }
}

/// The log-rank test, by one sort and one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogRankProcedure;

impl Procedure for LogRankProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        // The two lowest bits of a time hold the event and the arm: 50 bits of it are more than any clock has.
        let mut keys: Vec<u64> = (0..sample.time.len())
            .map(|i| {
                (sample.time[i].to_bits() & !3)
                    | (u64::from(sample.event[i]) << 1)
                    | u64::from(sample.experimental[i])
            })
            .collect();
        keys.sort_unstable();
        let mut at_risk = [0.0_f64, 0.0];
        for key in &keys {
            at_risk[(key & 1) as usize] += 1.0;
        }
        let (mut difference, mut variance) = (0.0, 0.0);
        let mut i = 0;
        while i < keys.len() {
            let time = keys[i] & !3;
            let (mut events, mut leaving) = ([0.0, 0.0], [0.0, 0.0]);
            while i < keys.len() && keys[i] & !3 == time {
                let arm = (keys[i] & 1) as usize;
                leaving[arm] += 1.0;
                events[arm] += ((keys[i] >> 1) & 1) as f64;
                i += 1;
            }
            let (n, d) = (at_risk[0] + at_risk[1], events[0] + events[1]);
            if d > 0.0 {
                let share = at_risk[1] / n;
                difference += events[1] - d * share;
                if n > 1.0 {
                    variance += d * share * (1.0 - share) * (n - d) / (n - 1.0);
                }
            }
            at_risk = [at_risk[0] - leaving[0], at_risk[1] - leaving[1]];
        }
        (variance > 0.0).then(|| -difference / variance.sqrt())
    }
}

/// A weighted log-rank test.
#[derive(Debug, Clone)]
pub struct WeightedProcedure(pub Weight);

impl Procedure for WeightedProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        let (data, arms) = sample.data().ok()?;
        // The statistic is that of the first group, the control arm: more of its events than expected is a benefit.
        LogRank::weighted(self.0.clone()).test(&data, &arms).ok()?.z()
    }
}

/// The difference of restricted mean survival times up to a horizon over its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMeanProcedure(pub f64);

impl Procedure for RestrictedMeanProcedure {
    fn statistic(&self, sample: &Sample) -> Option<f64> {
        let (data, arms) = sample.data().ok()?;
        let curves = KaplanMeier::by_group(&data, &arms).ok()?;
        let contrast =
            curves.get(1)?.restricted_mean_contrast(curves.first()?, self.0, MeanMeasure::Difference).ok()?;
        contrast.z(0.0)
    }
}

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

/// What many trials showed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OperatingCharacteristics {
    trials: usize,
    rejected: usize,
    stopped_for_futility: usize,
    not_computed: usize,
    rejected_by_look: Vec<usize>,
    events: f64,
    events_squared: f64,
    duration: f64,
    duration_squared: f64,
    subjects: f64,
}

/// Trials are summed in parts of this many, and the parts in their order: so the sums are the same bits for any number of
/// threads.
const PART: usize = 256;

#[derive(Debug, Clone, Default)]
struct Part {
    rejected: usize,
    futility: usize,
    none: usize,
    by_look: Vec<usize>,
    events: f64,
    events_squared: f64,
    duration: f64,
    duration_squared: f64,
    subjects: f64,
}

/// Everything a trial needs, kept from one to the next.
#[derive(Default)]
struct Workspace {
    entry: Vec<f64>,
    end: Vec<f64>,
    event: Vec<bool>,
    experimental: Vec<bool>,
    event_times: Vec<f64>,
    sample: Sample,
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
        self.draw(trial, &mut space);
        let cutoff = self.cutoff_time(&space, self.final_cutoff());
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
            self.draw(trial, space);
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
                let time = self.cutoff_time(space, cutoff);
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

    /// All subjects of a trial, followed to the end.
    fn draw(&self, trial: usize, space: &mut Workspace) {
        let mut random = Random::new(self.seed, trial as u64);
        let accrual = self.assumptions.accrual();
        let n = accrual.subjects().round() as usize;
        space.clear(n);
        let [experimental, control] = self.assumptions.hazards();
        let dropout = self.assumptions.dropout_hazards();
        // Entry times are independent draws, so which of the subjects are in which arm does not matter: the first so many.
        let in_experimental = (self.assumptions.share() * n as f64).round() as usize;
        for i in 0..n {
            let own = i < in_experimental;
            let arm = usize::from(!own);
            let entry = entry_time(accrual, random.uniform());
            let hazard = if own && self.effect { experimental } else { control };
            let event = hazard.inverse_cumulative(-random.uniform().ln());
            let left = if dropout[arm].rates() == [0.0] {
                f64::INFINITY
            } else {
                dropout[arm].inverse_cumulative(-random.uniform().ln())
            };
            space.entry.push(entry);
            space.end.push(event.min(left));
            space.event.push(event <= left && event.is_finite());
            space.experimental.push(own);
        }
        space.event_times.clear();
        for i in 0..n {
            if space.event[i] {
                space.event_times.push(space.entry[i] + space.end[i]);
            }
        }
    }

    fn cutoff_time(&self, space: &Workspace, cutoff: Cutoff) -> f64 {
        match cutoff {
            Cutoff::Time(t) => t,
            Cutoff::Events(events) => {
                let mut times = space.event_times.clone();
                if events <= times.len() {
                    *times.select_nth_unstable_by(events - 1, f64::total_cmp).1
                } else {
                    // Never so many: everybody is followed to the end.
                    let ends =
                        space.entry.iter().zip(&space.end).map(|(a, b)| a + b).filter(|t| t.is_finite());
                    ends.fold(self.assumptions.accrual().duration(), f64::max)
                }
            }
        }
    }
}

fn entry_time(accrual: &Accrual, uniform: f64) -> f64 {
    accrual.time_of_share(uniform)
}

impl Workspace {
    fn clear(&mut self, n: usize) {
        for column in [&mut self.entry, &mut self.end] {
            column.clear();
            column.reserve(n);
        }
        self.event.clear();
        self.experimental.clear();
    }

    /// What is known at a calendar time.
    fn cut(&mut self, at: f64) {
        let sample = &mut self.sample;
        sample.time.clear();
        sample.event.clear();
        sample.experimental.clear();
        sample.cutoff = at;
        for i in 0..self.entry.len() {
            let followed = at - self.entry[i];
            if followed > 0.0 {
                // The same sum as the calendar time of the event: a cutoff at an event knows of it.
                let known = self.entry[i] + self.end[i] <= at;
                sample.time.push(if known { self.end[i] } else { followed });
                sample.event.push(known && self.event[i]);
                sample.experimental.push(self.experimental[i]);
            }
        }
    }
}

impl Part {
    fn add(&mut self, other: &Self) {
        self.rejected += other.rejected;
        self.futility += other.futility;
        self.none += other.none;
        for (a, b) in self.by_look.iter_mut().zip(&other.by_look) {
            *a += b;
        }
        self.events += other.events;
        self.events_squared += other.events_squared;
        self.duration += other.duration;
        self.duration_squared += other.duration_squared;
        self.subjects += other.subjects;
    }
}

impl OperatingCharacteristics {
    /// How many trials were drawn.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// The share of trials that rejected: the power, or without an effect the type I error.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.rejected as f64 / self.trials as f64
    }

    /// The Monte Carlo standard error of the [`power`](Self::power).
    #[must_use]
    pub fn std_error(&self) -> f64 {
        let p = self.power();
        (p * (1.0 - p) / self.trials as f64).sqrt()
    }

    /// The share of trials that rejected at each look.
    #[must_use]
    pub fn rejection_by_look(&self) -> Vec<f64> {
        self.rejected_by_look.iter().map(|&r| r as f64 / self.trials as f64).collect()
    }

    /// The share of trials that stopped for futility.
    #[must_use]
    pub fn futility(&self) -> f64 {
        self.stopped_for_futility as f64 / self.trials as f64
    }

    /// How many tests could not be computed, for want of events: they did not reject.
    #[must_use]
    pub fn not_computed(&self) -> usize {
        self.not_computed
    }

    /// The mean number of events when a trial stopped, and its Monte Carlo standard error.
    #[must_use]
    pub fn events(&self) -> (f64, f64) {
        self.mean(self.events, self.events_squared)
    }

    /// The mean calendar time at which a trial stopped, and its Monte Carlo standard error.
    #[must_use]
    pub fn duration(&self) -> (f64, f64) {
        self.mean(self.duration, self.duration_squared)
    }

    /// The mean number of subjects entered when a trial stopped.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects / self.trials as f64
    }

    fn mean(&self, sum: f64, squares: f64) -> (f64, f64) {
        let n = self.trials as f64;
        let mean = sum / n;
        let variance = (squares / n - mean * mean).max(0.0);
        (mean, (variance / n).sqrt())
    }
}

impl fmt::Display for OperatingCharacteristics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((events, events_error), (duration, duration_error)) = (self.events(), self.duration());
        write!(
            f,
            "{} trials: rejected {:.2}% ± {:.2}%; {events:.1} ± {events_error:.1} events after {duration:.2} ± {duration_error:.2}, \
             {:.1} subjects",
            self.trials,
            100.0 * self.power(),
            100.0 * self.std_error(),
            self.subjects()
        )?;
        if self.rejected_by_look.len() > 1 {
            let by_look: Vec<String> =
                self.rejection_by_look().iter().map(|p| format!("{:.2}%", 100.0 * p)).collect();
            write!(f, "; by look {}; futility {:.2}%", by_look.join(", "), 100.0 * self.futility())?;
        }
        Ok(())
    }
}

/// A hazard ratio that sets in after a delay: the control hazard before, times `ratio` after.
///
/// # Errors
/// [`Error::OutOfRange`] for a delay or a ratio that is not above 0.
pub fn delayed_effect(control: &Hazard, delay: f64, ratio: f64) -> Result<Hazard> {
    for (argument, value) in [("delay", delay), ("ratio", ratio)] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::OutOfRange { argument, value, must_be: "finite and above 0" });
        }
    }
    let mut breaks: Vec<f64> = control.breaks().iter().copied().chain([delay]).collect();
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let starts = std::iter::once(0.0).chain(breaks.iter().copied());
    let rates: Vec<f64> = starts.map(|s| control.rate(s) * if s >= delay { ratio } else { 1.0 }).collect();
    Hazard::piecewise(&breaks, &rates)
}
