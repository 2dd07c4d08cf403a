//! The smallest error at which a test has rejected: what sequential and repeated p-values are.

use crate::numeric::distribution::normal_sf;
use crate::numeric::root;

/// No level above this is searched: a p-value above it is reported as 1.
pub(super) const LARGEST: f64 = 0.5;

/// No level below this has bounds of a design.
pub(super) const LEAST: f64 = 1e-12;

/// The smallest level at which `margin`, which grows with the level, is not negative; 1 where it is above ½. No level is below that
/// of the largest statistic, `best`, without any adjustment, and none below `floor` is told.
pub(super) fn smallest_level(best: f64, floor: f64, margin: impl Fn(f64) -> f64) -> f64 {
    let reached = |alpha: f64| margin(alpha) >= 0.0;
    if !reached(LARGEST) {
        return 1.0;
    }
    let least = (normal_sf(best).min(LARGEST) * (1.0 - 1e-9)).max(floor);
    if reached(least) {
        return least;
    }
    root::find(least.ln(), LARGEST.ln(), |log| margin(log.exp())).exp()
}
