//! The smoothed hazard at one time.

use super::kernel::{Kernel, Range};
use super::result::SmoothedHazardPoint;

/// A standard error of 0 is none.
pub(super) fn above_zero(std_error: f64) -> Option<f64> {
    (std_error != 0.0).then_some(std_error)
}

/// The hazard at a time, from the events within a bandwidth of it.
pub(super) fn point(
    kernel: Kernel,
    range: Range,
    bandwidth: f64,
    time: f64,
    events: &[(f64, f64, f64)],
) -> SmoothedHazardPoint {
    let first = events.partition_point(|e| e.0 < time - bandwidth);
    let (mut hazard, mut variance) = (0.0, 0.0);
    for &(at, increment, spread) in events[first..].iter().take_while(|e| e.0 <= time + bandwidth) {
        let weight = range.weight(kernel, bandwidth, time, at);
        hazard += weight * increment;
        variance += weight * weight * spread;
    }
    // The corrected kernels may be below 0, a hazard is not.
    SmoothedHazardPoint { time, hazard: f64::max(hazard, 0.0), std_error: above_zero(variance.sqrt()) }
}
