//! The subjects of one trial: drawn, then cut.

use crate::numeric::random::Random;
use crate::trial::design::simulation::clock::Clock;
use crate::trial::design::simulation::sample::{Cutoff, Sample};
use crate::trial::design::simulation::sampler::{Sampler, exponential};

/// Everything a trial needs, kept from one to the next.
pub(super) struct Workspace {
    entry: Vec<f64>,
    /// Time since entry at which a subject leaves: with the event, or without.
    end: Vec<f64>,
    event: Vec<bool>,
    experimental: Vec<bool>,
    stratum: Vec<u32>,
    /// The calendar times of the events that cutoffs count, as bits: of positive numbers these have the same order, and whole
    /// numbers are selected and sorted without a comparison that branches.
    event_times: Vec<u64>,
    sorted: bool,
    pub(super) sample: Sample,
}

impl Workspace {
    /// The names of the strata, where there are several.
    pub(super) fn new(strata: &[String]) -> Self {
        Self {
            entry: Vec::new(),
            end: Vec::new(),
            event: Vec::new(),
            experimental: Vec::new(),
            stratum: Vec::new(),
            event_times: Vec::new(),
            sorted: false,
            sample: Sample { strata: strata.to_vec(), ..Sample::default() },
        }
    }

    /// All subjects of a trial, followed to the end. `counted` is the stratum whose events cutoffs count, if not all of them.
    pub(super) fn draw(&mut self, sampler: &Sampler, counted: Option<usize>, random: &mut Random) {
        self.entry.clear();
        self.end.clear();
        self.event.clear();
        self.experimental.clear();
        self.stratum.clear();
        let several = !self.sample.strata.is_empty();
        for (number, stratum) in sampler.strata.iter().enumerate() {
            let from = self.entry.len();
            sampler.enter(stratum, random, &mut self.entry, &mut self.experimental);
            self.end.resize(self.entry.len(), 0.0);
            self.event.resize(self.entry.len(), true);
            let of_arm = self.experimental[from..].iter().map(|&own| usize::from(!own));
            let ends = self.end[from..].iter_mut().zip(&mut self.event[from..]).zip(of_arm);
            let quiet = stratum.leaving.iter().all(|c| matches!(c, Clock::Never));
            match &stratum.event {
                [Clock::Constant(experimental), Clock::Constant(control)] if quiet => {
                    let means = [*experimental, *control];
                    for ((end, _), arm) in ends {
                        *end = exponential(random) * means[arm];
                    }
                }
                event if quiet => {
                    for ((end, happens), arm) in ends {
                        *end = event[arm].time(exponential(random));
                        *happens = end.is_finite();
                    }
                }
                event => {
                    for ((end, happens), arm) in ends {
                        let [of_event, of_leaving] = sampler.thresholds(random);
                        let (at, left) = (event[arm].time(of_event), stratum.leaving[arm].time(of_leaving));
                        *end = at.min(left);
                        *happens = at <= left && at.is_finite();
                    }
                }
            }
            if several {
                self.stratum.resize(self.entry.len(), number as u32);
            }
        }
        self.event_times.resize(self.entry.len(), 0);
        self.sorted = false;
        // Who does not count is overwritten by the next one: no branch that guesses.
        let mut kept = 0;
        for (i, (entry, end)) in self.entry.iter().zip(&self.end).enumerate() {
            self.event_times[kept] = (entry + end).to_bits();
            let counts = counted.is_none_or(|c| self.stratum[i] as usize == c);
            kept += usize::from(self.event[i] & counts);
        }
        self.event_times.truncate(kept);
    }

    /// What is known at a calendar time.
    pub(super) fn cut(&mut self, at: f64) {
        let (n, sample) = (self.entry.len(), &mut self.sample);
        sample.cutoff = at;
        sample.time.resize(n, 0.0);
        sample.entry.resize(n, 0.0);
        sample.event.resize(n, false);
        sample.experimental.resize(n, false);
        sample.stratum.resize(self.stratum.len(), 0);
        if self.entry.iter().fold(0.0, |a: f64, &b| a.max(b)) < at {
            // Everybody has entered.
            sample.experimental.copy_from_slice(&self.experimental);
            sample.entry.copy_from_slice(&self.entry);
            sample.stratum.copy_from_slice(&self.stratum);
            let drawn = self.entry.iter().zip(&self.end).zip(&self.event);
            let seen = sample.time.iter_mut().zip(&mut sample.event);
            for ((time, event), ((entry, end), happens)) in seen.zip(drawn) {
                let known = entry + end <= at;
                *time = if known { *end } else { at - entry };
                *event = known & happens;
            }
            return;
        }
        let mut kept = 0;
        for i in 0..n {
            let (entry, end) = (self.entry[i], self.end[i]);
            let followed = at - entry;
            // The same sum as the calendar time of the event: a cutoff at an event knows of it.
            let known = entry + end <= at;
            sample.time[kept] = if known { end } else { followed };
            sample.event[kept] = known & self.event[i];
            sample.experimental[kept] = self.experimental[i];
            sample.entry[kept] = entry;
            if let Some(&stratum) = self.stratum.get(i) {
                sample.stratum[kept] = stratum;
            }
            kept += usize::from(followed > 0.0);
        }
        sample.time.truncate(kept);
        sample.event.truncate(kept);
        sample.experimental.truncate(kept);
        sample.entry.truncate(kept);
        sample.stratum.truncate(kept);
    }

    /// The calendar times of events in order: for several looks at one trial.
    pub(super) fn sort(&mut self) {
        self.event_times.sort_unstable();
        self.sorted = true;
    }

    /// The calendar time of event number `events`; where there are never so many, that at which everybody has been followed to
    /// the end. `end` is that of accrual.
    fn event_time(&mut self, end: f64, events: usize) -> f64 {
        let times = &mut self.event_times;
        if events > times.len() {
            let ends = self.entry.iter().zip(&self.end).map(|(a, b)| a + b).filter(|t| t.is_finite());
            ends.fold(end, f64::max)
        } else if self.sorted {
            f64::from_bits(times[events - 1])
        } else {
            f64::from_bits(*times.select_nth_unstable(events - 1).1)
        }
    }

    /// The calendar time of a cutoff.
    pub(super) fn cutoff_time(&mut self, end: f64, cutoff: Cutoff) -> f64 {
        match cutoff {
            Cutoff::Time(t) => t,
            Cutoff::Events(d) => self.event_time(end, d),
            Cutoff::EventsUntil(d, t) => self.event_time(end, d).min(t),
            Cutoff::EventsFrom(d, t) => self.event_time(end, d).max(t),
        }
    }
}
