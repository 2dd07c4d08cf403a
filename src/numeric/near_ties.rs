//! Times that differ only by rounding error are one time.
//!
//! R's rule (`timefix`, Therneau's vignette *tiedtimes*): of the sorted distinct times, each that follows
//! its predecessor by at most √ε, absolutely or relative to the mean of the distinct times, is the same
//! time as that predecessor. A chain takes the value of its first member.

use super::order::Mark;

const TOLERANCE: f64 = 1.4901161193847656e-8; // √ε = 2⁻²⁶

/// The largest gap that still counts as none, for sorted times. 0 where nothing would be merged.
///
/// `times` yields all times in increasing order, repeats allowed.
pub(crate) fn tolerance(times: impl Iterator<Item = f64>) -> f64 {
    let mut last = f64::NEG_INFINITY;
    let (mut sum, mut count, mut smallest_gap) = (0.0, 0.0, f64::INFINITY);
    for t in times {
        let gap = t - last;
        // Branch-free on purpose: whether a time repeats is unpredictable.
        let new = f64::from(u8::from(gap > 0.0));
        sum += new * t;
        count += new;
        smallest_gap = if gap > 0.0 && gap < smallest_gap { gap } else { smallest_gap };
        last = t;
    }
    let largest_gap = TOLERANCE * f64::max(1.0, sum / f64::max(count, 1.0));
    if smallest_gap <= largest_gap { largest_gap } else { 0.0 }
}

/// Rewrites the times of sorted streams so that near ties become ties, judged over all streams together.
/// The streams stay sorted by time.
pub(crate) fn merge<M: Mark>(streams: &mut [Vec<M>]) {
    let mut times: Vec<f64> = Vec::with_capacity(streams.iter().map(Vec::len).sum());
    for stream in streams.iter() {
        times.extend(stream.iter().map(|m| m.time()));
    }
    // The standard stable sort finds the sorted runs and merges them.
    times.sort_by(f64::total_cmp);
    times.dedup();
    let tolerance = tolerance(times.iter().copied());
    if tolerance == 0.0 {
        return;
    }
    // Only the times that move, with where they move to.
    let mut moves: Vec<(f64, f64)> = Vec::new();
    let mut first = times[0];
    for pair in times.windows(2) {
        if pair[1] - pair[0] <= tolerance {
            moves.push((pair[1], first));
        } else {
            first = pair[1];
        }
    }
    for stream in streams {
        let mut next = 0;
        for mark in stream.iter_mut() {
            let t = mark.time();
            while next < moves.len() && moves[next].0 < t {
                next += 1;
            }
            if next == moves.len() {
                break;
            }
            if moves[next].0 == t {
                *mark = mark.with_key(super::order::pack(moves[next].1, mark.is_event()));
            }
        }
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
