//! Looks that are too many and too near to each other for a search of their bounds.

use crate::error::Error;
use crate::trial::design::recursion::FAR;

/// A recursion over these looks is too much: a search for bounds, which takes some thirty, would take minutes.
pub(crate) const TOO_NEAR: Error = Error::Unsupported {
    method: "this design",
    with: "so many looks so near to each other",
    why: "their bounds would take minutes; leave out looks, or let them be at least a thousandth of the information apart",
};

/// Are the looks so many and so near to each other that a recursion would have more than 12 million pairs of points? By the points
/// of [`Stage`](crate::trial::design::recursion::Stage), for intervals as wide as they may be.
pub(crate) fn too_near(fractions: &[f64]) -> bool {
    let (mut pairs, mut before, mut points) = (0.0, 0.0, 1.0_f64);
    for step in fractions.windows(2) {
        let (t, following) = (step[0], step[1]);
        let width = 2.0 * FAR * t.sqrt() + FAR * t;
        let precision = ((t - before).recip() + (following - t).recip()).sqrt();
        // A kernel reaches thirty standard deviations to each side.
        let met = points * (60.0 * (t - before).sqrt() / width).min(1.0);
        points = 2.0 * precision * width + 6.0;
        pairs += points * met;
        before = t;
    }
    pairs > 1.2e7
}
