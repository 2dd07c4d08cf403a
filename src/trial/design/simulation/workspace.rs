//! The subjects of one trial: drawn, then cut.

use crate::numeric::random::Random;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::simulation::sample::{Cutoff, Sample};

/// Everything a trial needs, kept from one to the next.
#[derive(Default)]
pub(super) struct Workspace {
    entry: Vec<f64>,
    end: Vec<f64>,
    event: Vec<bool>,
    experimental: Vec<bool>,
    event_times: Vec<f64>,
    pub(super) sample: Sample,
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
    pub(super) fn cut(&mut self, at: f64) {
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

    /// All subjects of a trial, followed to the end.
    pub(super) fn draw(&mut self, assumptions: &Assumptions, effect: bool, random: &mut Random) {
        let accrual = assumptions.accrual();
        let n = accrual.subjects().round() as usize;
        self.clear(n);
        let [experimental, control] = assumptions.hazards();
        let dropout = assumptions.leaving_hazards();
        // Entry times are independent draws, so which of the subjects are in which arm does not matter: the first so many.
        let in_experimental = (assumptions.share() * n as f64).round() as usize;
        for i in 0..n {
            let own = i < in_experimental;
            let arm = usize::from(!own);
            let entry = accrual.time_of_share(random.uniform());
            let hazard = if own && effect { experimental } else { control };
            let event = hazard.inverse_cumulative(-random.uniform().ln());
            let left = if dropout[arm].rates() == [0.0] {
                f64::INFINITY
            } else {
                dropout[arm].inverse_cumulative(-random.uniform().ln())
            };
            self.entry.push(entry);
            self.end.push(event.min(left));
            self.event.push(event <= left && event.is_finite());
            self.experimental.push(own);
        }
        self.event_times.clear();
        for i in 0..n {
            if self.event[i] {
                self.event_times.push(self.entry[i] + self.end[i]);
            }
        }
    }

    /// The calendar time of a cutoff; `end` is that of accrual.
    pub(super) fn cutoff_time(&self, end: f64, cutoff: Cutoff) -> f64 {
        match cutoff {
            Cutoff::Time(t) => t,
            Cutoff::Events(events) => {
                let mut times = self.event_times.clone();
                if events <= times.len() {
                    *times.select_nth_unstable_by(events - 1, f64::total_cmp).1
                } else {
                    // Never so many: everybody is followed to the end.
                    let ends = self.entry.iter().zip(&self.end).map(|(a, b)| a + b).filter(|t| t.is_finite());
                    ends.fold(end, f64::max)
                }
            }
        }
    }
}
