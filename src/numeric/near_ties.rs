//! Times that differ only by rounding error are one time.
//!
//! R's rule (`timefix`, Therneau's vignette *tiedtimes*): of the sorted distinct times, each that follows
//! its predecessor by at most √ε, absolutely or relative to the mean of the distinct times, is the same
//! time as that predecessor. A chain takes the value of its first member.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::numeric::order::{Mark, pack};

const TOLERANCE: f64 = 1.4901161193847656e-8; // √ε = 2⁻²⁶

const UNIT: f64 = 1.0 / 4294967296.0; // 2⁻³²

/// What the rule needs to know of the times in increasing order: their smallest gap and their mean, each
/// distinct time counted once.
struct Scan {
    last: f64,
    /// Both in units of 2⁻³²: their quotient is the mean, and no sum of finite times overflows.
    sum: f64,
    count: f64,
    smallest_gap: f64,
}

impl Scan {
    fn new() -> Self {
        Self { last: f64::NEG_INFINITY, sum: 0.0, count: 0.0, smallest_gap: f64::INFINITY }
    }

    #[inline]
    fn push(&mut self, t: f64) {
        let gap = t - self.last;
        // Branch-free on purpose: whether a time repeats is unpredictable.
        let new = f64::from(u8::from(gap > 0.0)) * UNIT;
        self.sum += new * t;
        self.count += new;
        self.smallest_gap = if gap > 0.0 && gap < self.smallest_gap { gap } else { self.smallest_gap };
        self.last = t;
    }

    /// The largest gap that still counts as none; 0 where no gap is that small.
    fn tolerance(self) -> f64 {
        let largest_gap = TOLERANCE * f64::max(1.0, self.sum / f64::max(self.count, UNIT));
        if self.smallest_gap <= largest_gap { largest_gap } else { 0.0 }
    }
}

/// The largest gap that still counts as none, for sorted times. 0 where nothing would be merged.
///
/// `times` yields all times in increasing order, repeats allowed.
pub(crate) fn tolerance(times: impl Iterator<Item = f64>) -> f64 {
    let mut scan = Scan::new();
    times.for_each(|t| scan.push(t));
    scan.tolerance()
}

/// The time that one asked for is a near tie of, or the time itself where there is none.
///
/// Whoever asks at 0.8 means the row at 0.7999999999999999, which is 0.8 summed up in tenths.
pub(crate) fn meant(times: impl Iterator<Item = f64>, asked: f64) -> f64 {
    let nearest = times.min_by(|a, b| (a - asked).abs().total_cmp(&(b - asked).abs()));
    nearest.filter(|t| (t - asked).abs() <= TOLERANCE * t.max(1.0)).unwrap_or(asked)
}

/// A mark whose time was rewritten: its stream, and what it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved<M> {
    pub stream: usize,
    /// The time that it has now: the first of its chain.
    pub to: f64,
    pub mark: M,
}

/// Rewrites the times of sorted streams so that near ties become ties, judged over all streams together.
/// The streams stay sorted by time. What was rewritten is returned, in order of time.
pub(crate) fn merge<M: Mark>(streams: &mut [Vec<M>]) -> Vec<Moved<M>> {
    let mut scan = Scan::new();
    in_order(streams, |_, mark| scan.push(mark.time()));
    let tolerance = scan.tolerance();
    let mut moved = Vec::new();
    if tolerance == 0.0 {
        return moved;
    }
    let (mut first, mut last) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    in_order(streams, |stream, mark| {
        let t = mark.time();
        if t - last > tolerance {
            first = t;
        } else if t != first {
            moved.push(Moved { stream, to: first, mark: *mark });
            *mark = mark.with_key(pack(first, mark.is_event()));
        }
        last = t;
    });
    moved
}

/// Of increasing distinct times those that are near ties of an earlier one, each with the first time of its chain.
pub(crate) fn chained(times: &[f64]) -> Vec<(f64, f64)> {
    let tolerance = tolerance(times.iter().copied());
    let mut chained = Vec::new();
    if tolerance == 0.0 {
        return chained;
    }
    let mut first = f64::NAN;
    for pair in times.windows(2) {
        if pair[1] - pair[0] <= tolerance {
            if chained.last().is_none_or(|&(t, _)| t != pair[0]) {
                first = pair[0];
            }
            chained.push((pair[1], first));
        }
    }
    chained
}

/// Visits the marks of sorted streams in order of time over all streams, with the number of their stream.
fn in_order<M: Mark>(streams: &mut [Vec<M>], mut visit: impl FnMut(usize, &mut M)) {
    let mut heads: Vec<(usize, usize, &mut [M])> = streams
        .iter_mut()
        .enumerate()
        .map(|(id, s)| (0, id, s.as_mut_slice()))
        .filter(|(_, _, s)| !s.is_empty())
        .collect();
    // Two streams, the common case, without a branch that depends on which comes next.
    while let [(i, first, a), (j, other, b)] = heads.as_mut_slice() {
        while *i < a.len() && *j < b.len() {
            let second = b[*j].key() < a[*i].key();
            visit(if second { *other } else { *first }, if second { &mut b[*j] } else { &mut a[*i] });
            *i += usize::from(!second);
            *j += usize::from(second);
        }
        heads.retain(|(next, _, s)| *next < s.len());
    }
    if heads.len() > 2 {
        // Many streams: a heap of their next keys.
        let mut queue: BinaryHeap<Reverse<(u64, usize)>> =
            heads.iter().enumerate().map(|(s, (next, _, marks))| Reverse((marks[*next].key(), s))).collect();
        while let Some(Reverse((_, s))) = queue.pop() {
            let (next, id, marks) = &mut heads[s];
            visit(*id, &mut marks[*next]);
            *next += 1;
            if *next < marks.len() {
                queue.push(Reverse((marks[*next].key(), s)));
            }
        }
        return;
    }
    for (next, id, marks) in heads {
        marks[next..].iter_mut().for_each(|mark| visit(id, mark));
    }
}

/// The times with near ties merged, judged over all the columns together, or `None` if none is merged.
pub(crate) fn merged_columns(columns: &[&[f64]]) -> Option<Vec<Vec<f64>>> {
    let mut times: Vec<f64> = columns.iter().flat_map(|c| c.iter().copied()).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let tolerance = tolerance(times.iter().copied());
    if tolerance == 0.0 {
        return None;
    }
    let mut firsts = Vec::with_capacity(times.len());
    for (i, &t) in times.iter().enumerate() {
        firsts.push(if i > 0 && t - times[i - 1] <= tolerance { firsts[i - 1] } else { t });
    }
    let merge = |t: f64| firsts[times.partition_point(|&x| x < t)];
    Some(columns.iter().map(|c| c.iter().map(|&t| merge(t)).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.2.2, survival 3.5-3: aeqSurv(Surv(x)) for each of these.
    #[test]
    fn rounding_error_is_a_tie_and_chains_take_their_first_time() {
        let merged = |x: &[f64]| merged_columns(&[x]).map(|mut c| c.remove(0));
        assert_eq!(merged(&[0.1 + 0.2, 0.3, 0.5]), Some(vec![0.3, 0.3, 0.5]));
        assert_eq!(merged(&[1.0, 1.0 + 1e-9, 1.0 + 1e-7]), Some(vec![1.0, 1.0, 1.0 + 1e-7]));
        assert_eq!(merged(&[1e6, 1e6 + 0.001, 2e6]), Some(vec![1e6, 1e6, 2e6]));
        assert_eq!(merged(&[1.0, 2.0, 2.0, 3.0]), None);
        assert_eq!(merged(&[]), None);
    }
}
