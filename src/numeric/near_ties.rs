//! Times that differ only by rounding error are one time.
//!
//! R's rule (`timefix`, Therneau's vignette *tiedtimes*): of the sorted distinct times, each that follows
//! its predecessor by at most √ε, absolutely or relative to the mean of the distinct times, is the same
//! time as that predecessor. A chain takes the value of its first member.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::numeric::order::{Mark, pack};

const TOLERANCE: f64 = 1.4901161193847656e-8; // √ε = 2⁻²⁶

/// What the rule needs to know of the times in increasing order: their smallest gap and their mean, each
/// distinct time counted once.
struct Scan {
    last: f64,
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
        let new = f64::from(u8::from(gap > 0.0));
        self.sum += new * t;
        self.count += new;
        self.smallest_gap = if gap > 0.0 && gap < self.smallest_gap { gap } else { self.smallest_gap };
        self.last = t;
    }

    /// The largest gap that still counts as none; 0 where no gap is that small.
    fn tolerance(self) -> f64 {
        let largest_gap = TOLERANCE * f64::max(1.0, self.sum / f64::max(self.count, 1.0));
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

/// Rewrites the times of sorted streams so that near ties become ties, judged over all streams together.
/// The streams stay sorted by time.
pub(crate) fn merge<M: Mark>(streams: &mut [Vec<M>]) {
    let mut scan = Scan::new();
    in_order(streams, |mark| scan.push(mark.time()));
    let tolerance = scan.tolerance();
    if tolerance == 0.0 {
        return;
    }
    let (mut first, mut last) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    in_order(streams, |mark| {
        let t = mark.time();
        if t - last > tolerance {
            first = t;
        } else if t != first {
            *mark = mark.with_key(pack(first, mark.is_event()));
        }
        last = t;
    });
}

/// Visits the marks of sorted streams in order of time over all streams.
fn in_order<M: Mark>(streams: &mut [Vec<M>], mut visit: impl FnMut(&mut M)) {
    let mut heads: Vec<(usize, &mut [M])> =
        streams.iter_mut().map(|s| (0, s.as_mut_slice())).filter(|(_, s)| !s.is_empty()).collect();
    // Two streams, the common case, without a branch that depends on which comes next.
    while let [(i, a), (j, b)] = heads.as_mut_slice() {
        while *i < a.len() && *j < b.len() {
            let second = b[*j].key() < a[*i].key();
            visit(if second { &mut b[*j] } else { &mut a[*i] });
            *i += usize::from(!second);
            *j += usize::from(second);
        }
        heads.retain(|(next, s)| *next < s.len());
    }
    if heads.len() > 2 {
        // Many streams: a heap of their next keys.
        let mut queue: BinaryHeap<Reverse<(u64, usize)>> =
            heads.iter().enumerate().map(|(s, (next, marks))| Reverse((marks[*next].key(), s))).collect();
        while let Some(Reverse((_, s))) = queue.pop() {
            let (next, marks) = &mut heads[s];
            visit(&mut marks[*next]);
            *next += 1;
            if *next < marks.len() {
                queue.push(Reverse((marks[*next].key(), s)));
            }
        }
        return;
    }
    for (next, marks) in heads {
        marks[next..].iter_mut().for_each(&mut visit);
    }
}

/// The times with near ties merged, judged over all the columns together, or `None` where none is merged.
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
