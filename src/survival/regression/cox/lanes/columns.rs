//! What is collected of the columns on a walk over chunks.

use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::lanes::eight::LANES;
use crate::survival::regression::cox::lanes::plan::Chunk;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::stratum::Tie;

/// What is collected on a walk over chunks; `x` are the covariates step by step.
pub(super) trait Columns {
    /// A new stratum: nobody is at risk.
    fn leave_all(&mut self);
    /// Rows of which none has an event.
    fn join(&mut self, chunk: &Chunk, x: &[[f64; LANES]]);
    /// Many who leave together; are they the last of them?
    fn tied(&mut self, chunk: &Chunk, x: &[[f64; LANES]], tie: &Tie, last: bool);
    /// Rows of which some leave alone, or a few together.
    fn mixed(&mut self, chunk: &Chunk, x: &[[f64; LANES]], together: &[Tie]);
    /// All that was collected, as a point of the likelihood. `own` is `Σ η` over the events, `of_events` their `Σ x`.
    fn collect(&self, own: f64, of_events: &[f64], point: &mut Point);
}

/// The two vectors whose outer products a tie takes off, number by number: of `S1` and of its tied events' part.
#[inline]
pub(super) fn means(step: &HazardStep) -> impl Fn(f64, f64) -> [f64; 2] {
    let unit = step.at_risk.recip();
    let [root, cross, rest] = step.outer(1.0);
    move |all, own| [root * (all * unit) - cross * (own * unit), rest * (own * unit)]
}
