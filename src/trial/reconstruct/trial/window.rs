//! Which second halves bring the chi-square statistic into a window.

use std::ops::Range;

use crate::trial::reconstruct::trial::log_rank::Sums;

/// Is a statistic inside a window, or within rounding errors of it? One that does not exist is inside the
/// widest only.
pub(super) fn near(x: f64, (low, high): (f64, f64)) -> bool {
    (x.is_nan() && low == 0.0 && high == f64::INFINITY)
        || (low * (1.0 - 1e-9) <= x && x <= high * (1.0 + 1e-9))
}

/// The second halves at one point as numbers.
pub(super) struct Sorted {
    /// Increasing.
    pub(super) u: Vec<f64>,
    /// The smallest and the largest variance.
    pub(super) v: (f64, f64),
}

impl Sorted {
    pub(super) fn new(after: &[(Sums, u128)], value: impl Fn(Sums) -> (f64, f64)) -> Self {
        let (u, v): (Vec<f64>, Vec<f64>) = after.iter().map(|(sums, _)| value(*sums)).unzip();
        let v = (v.iter().copied().fold(f64::INFINITY, f64::min), v.iter().copied().fold(0.0, f64::max));
        Self { u, v }
    }

    /// Where the second half can bring the statistic `(u + u′)²/(v + v′)` into the window: below 0 and above.
    pub(super) fn ranges(&self, (low, high): (f64, f64), u: f64, v: f64) -> [Range<usize>; 2] {
        let least = (low * (v + self.v.0)).sqrt() * (1.0 - 1e-9);
        let most = (high * (v + self.v.1)).sqrt() * (1.0 + 1e-9) + 1e-12;
        let (below, above) = (
            |bound: f64| self.u.partition_point(|x| *x < bound - u),
            |bound: f64| self.u.partition_point(|x| *x <= bound - u),
        );
        // Infinite bounds times no variance at all are no number: then everything is looked at.
        let start = if most.is_nan() { 0 } else { below(-most) };
        let end = if most.is_nan() { self.u.len() } else { above(most) };
        let (left, right) = if least > 0.0 { (above(-least), below(least)) } else { (end, end) };
        [start..left.max(start), right.max(left).min(end)..end]
    }
}
