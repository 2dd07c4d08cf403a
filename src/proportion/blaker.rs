//! Blaker's limit: the first probability that is acceptable.
//!
//! The acceptability of p is the tail of what was observed together with the other tail as far as it is no more
//! probable: for p below the estimate `P(X ≥ x) + P(X ≤ k)` with the largest k for which `P(X ≤ k) ≤ P(X ≥ x)`. It
//! jumps where k grows, and between two jumps it is `1 − P(k < X < x)`, which falls and then rises. So within a piece
//! it is enough to look at the ends: a limit is a jump across α, or the one crossing of a piece. (Searching on a grid,
//! as the paper's program does, misses jumps: Klaschka & Reiczigel 2021, Comput Stat 36:1775.)

use crate::numeric::root;
use crate::proportion::clopper_pearson::{at_least, at_most, lower as tail_limit};

/// The lower limit of the interval at level 1 − `alpha`.
pub(super) fn lower(x: f64, n: f64, alpha: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    // The tail alone is at least α/2 and at most α of the limit: it lies between these two of Clopper and Pearson's.
    let (from, to) = (tail_limit(x, n, 0.5 * alpha), tail_limit(x, n, alpha));
    // The k of `from`: the other tail is monotone in k, so it is bisected.
    let own = at_least(x, n, from);
    let (mut k, mut above) = (-1.0, x);
    while above - k > 1.0 {
        let middle = f64::floor(0.5 * (k + above));
        if at_most(middle, n, from) <= own { k = middle } else { above = middle }
    }
    let acceptability = |p: f64, k: f64| at_least(x, n, p) + at_most(k, n, p);
    let mut start = from;
    while k < x - 1.0 {
        if acceptability(start, k) >= alpha {
            return start;
        }
        // Where the next k comes in.
        let gap = |p: f64| at_least(x, n, p) - at_most(k + 1.0, n, p);
        let next = root::bracketed(start, to, gap).unwrap_or(to);
        if acceptability(next, k) >= alpha {
            return root::find(start, next, |p| acceptability(p, k) - alpha);
        }
        if next >= to {
            return to;
        }
        (start, k) = (next, k + 1.0);
    }
    start
}
