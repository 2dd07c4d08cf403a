//! What happens to one subject: several kinds of events, each with a hazard that the others change.

use crate::numeric::random::Random;
use crate::trial::design::simulation::clock::Clock;

/// One kind of event for the subjects of an arm: its clock, and whether it waits for another kind.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) clock: Clock,
    /// It cannot happen before this kind has.
    pub(super) only_after: Option<usize>,
    /// Nothing is observed after it.
    pub(super) ends: bool,
}

/// After `first`, the hazard of `second` is multiplied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) factor: f64,
}

/// Space for one subject, used again for the next.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// What is left of each cumulative hazard until its event comes; infinite once it has.
    left: Vec<f64>,
    factor: Vec<f64>,
    waiting: Vec<bool>,
    /// The events in order: time since entry, kind.
    pub(super) events: Vec<(f64, usize)>,
    /// The kind that ended follow-up. It is `None` if it went on to the limit.
    pub(super) ended_by: Option<usize>,
    pub(super) end: f64,
}

impl Course {
    /// The course of a subject up to `limit`. Each kind happens at most once. `thresholds` are the cumulative hazards at which
    /// the kinds come as long as nothing changes them: independent exponential draws, or dependent ones.
    ///
    /// A hazard that changes by a factor at the events of others still runs through its threshold: the time of an event is that
    /// at which the integral of the hazard, factor and all, reaches it.
    pub(super) fn run(&mut self, processes: &[Process], changes: &[Change], limit: f64) {
        let kinds = processes.len();
        self.factor.clear();
        self.factor.resize(kinds, 1.0);
        self.waiting.clear();
        self.waiting.extend(processes.iter().map(|p| p.only_after.is_some()));
        self.events.clear();
        self.ended_by = None;
        self.end = limit;
        let mut now = 0.0;
        loop {
            let mut next = (limit, None);
            for (k, process) in processes.iter().enumerate() {
                if self.left[k] < f64::INFINITY && !self.waiting[k] && self.factor[k] > 0.0 {
                    let at = process.clock.time(process.clock.passed(now) + self.left[k] / self.factor[k]);
                    // Rounding never leads back.
                    let at = at.max(now);
                    if at < next.0 {
                        next = (at, Some(k));
                    }
                }
            }
            let (at, Some(kind)) = next else { return };
            for (k, process) in processes.iter().enumerate() {
                if !self.waiting[k] && self.left[k] < f64::INFINITY {
                    let gone = self.factor[k] * (process.clock.passed(at) - process.clock.passed(now));
                    self.left[k] = (self.left[k] - gone).max(0.0);
                }
            }
            self.left[kind] = f64::INFINITY;
            self.events.push((at, kind));
            if processes[kind].ends {
                (self.ended_by, self.end) = (Some(kind), at);
                return;
            }
            for change in changes.iter().filter(|c| c.first == kind) {
                self.factor[change.second] *= change.factor;
            }
            for (k, process) in processes.iter().enumerate() {
                if process.only_after == Some(kind) {
                    self.waiting[k] = false;
                }
            }
            now = at;
        }
    }

    /// The thresholds of a subject: those of event and dropout as they were drawn together, the others by themselves.
    pub(super) fn thresholds(&mut self, kinds: usize, event: f64, dropout: f64, random: &mut Random) {
        self.left.clear();
        self.left.push(event);
        self.left.push(dropout);
        for _ in 2..kinds {
            self.left.push(super::sampler::exponential(random));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(rate: f64) -> Process {
        Process { clock: Clock::Constant(1.0 / rate), only_after: None, ends: false }
    }

    /// By hand: kind 0 at rate 1 with threshold 3, kind 1 at rate ½ with threshold ½, so at 1, after which the rate of kind 0 is
    /// doubled: 1 of 3 is gone, 2 are left at rate 2, so at 2. Kind 2 waits for kind 1: at rate 4 with threshold 2, ½ later.
    #[test]
    fn hazards_change_at_the_events_of_others() {
        let waits = Process { only_after: Some(1), ..constant(4.0) };
        let processes = [constant(1.0), constant(0.5), waits];
        let changes = [Change { first: 1, second: 0, factor: 2.0 }];
        let mut course = Course { left: vec![3.0, 0.5, 2.0], ..Course::default() };
        course.run(&processes, &changes, 10.0);
        assert_eq!(course.events, [(1.0, 1), (1.5, 2), (2.0, 0)]);
        assert_eq!((course.end, course.ended_by), (10.0, None));
        course.left = vec![3.0, 0.5, 2.0];
        course.run(&processes, &changes, 1.2);
        assert_eq!(course.events, [(1.0, 1)]);
        let ends = Process { ends: true, ..constant(0.5) };
        course.left = vec![3.0, 0.5];
        course.run(&[constant(1.0), ends], &[], 10.0);
        assert_eq!((course.events.len(), course.end, course.ended_by), (1, 1.0, Some(1)));
    }
}
