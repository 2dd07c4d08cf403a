//! The mid-p limit: Clopper and Pearson's with half the probability of what was observed.

use crate::numeric::root;
use crate::proportion::clopper_pearson::at_least;

/// The lower limit: `P(X > x) + ½ P(X = x) = tail`, the mean of two neighbouring tails; 0 without events.
pub(super) fn lower(x: f64, n: f64, tail: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    root::find(0.0, 1.0, |p| 0.5 * (at_least(x, n, p) + at_least(x + 1.0, n, p)) - tail)
}
