//! Many trials, divided between threads.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::trial::design::simulation::part::{PART, Part};

/// A round that took less is doubled, so that the caller is not asked too often.
const SHORT: Duration = Duration::from_millis(50);
/// A round that took more is halved, so that the caller is asked a few times a second.
const LONG: Duration = Duration::from_millis(250);
/// A round is never more than so many parts for each thread: what is kept is bounded.
const MOST: usize = 1024;

/// Who does what: so many trials, each of them summed by `one` into its part with the space of its thread. After each round
/// `progress` is told how many are done, and may end the run. Gives the number of trials done and their sums.
///
/// The sums are those of parts of [`PART`] trials in their order, so no bit depends on threads or rounds.
pub(super) fn divided<S>(
    trials: usize,
    threads: usize,
    looks: usize,
    progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    space: impl Fn() -> S + Sync,
    one: impl Fn(usize, &mut S, &mut Part) -> Result<()> + Sync,
) -> Result<(usize, Part)> {
    let threads = threads.clamp(1, 256);
    let parts = trials.div_ceil(PART);
    let part = |number: usize, space: &mut S| -> Result<Part> {
        let mut sum = Part::of_looks(looks);
        for trial in number * PART..((number + 1) * PART).min(trials) {
            one(trial, space, &mut sum)?;
        }
        Ok(sum)
    };
    // Parts one after the other, from the one numbered `first` on, in a space of their own.
    let fill = |first: usize, slots: &mut [Option<Result<Part>>]| {
        let mut own = space();
        for (i, slot) in slots.iter_mut().enumerate() {
            *slot = Some(part(first + i, &mut own));
        }
    };
    let (mut sum, mut first, mut per_thread) = (Part::of_looks(looks), 0, 1);
    while first < parts {
        let last = (first + threads * per_thread).min(parts);
        let mut found: Vec<Option<Result<Part>>> = vec![None; last - first];
        let start = Instant::now();
        if threads == 1 {
            fill(first, &mut found);
        } else {
            let share = (last - first).div_ceil(threads);
            std::thread::scope(|scope| {
                for (thread, own) in found.chunks_mut(share).enumerate() {
                    let fill = &fill;
                    scope.spawn(move || fill(first + thread * share, own));
                }
            });
        }
        for part in found.into_iter().flatten() {
            sum.add(&part?);
        }
        first = last;
        let done = (last * PART).min(trials);
        if progress(done).is_break() {
            return Ok((done, sum));
        }
        match start.elapsed() {
            took if took < SHORT => per_thread = (2 * per_thread).min(MOST),
            took if took > LONG => per_thread = (per_thread / 2).max(1),
            _ => {}
        }
    }
    Ok((trials, sum))
}
