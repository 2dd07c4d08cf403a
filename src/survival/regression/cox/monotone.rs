//! A direction along which the likelihood of other risk sets than Cox's never falls, read from the last step of a search.
//!
//! Of Cox's own risk sets [`separation`](crate::survival::regression::cox::separation) finds the whole cone of such
//! directions. Risk sets that are a matter of weights have no strata that could be split, so that here one direction is
//! found: along it every event has the largest score of its risk set (Bryson & Johnson 1981, Technometrics 23:381).

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::newton::{LastStep, Maximum, Objective, SHORT, spread};
use crate::survival::regression::cox::partial_likelihood::Point;

/// A gain of twice the log likelihood above which a search has not ended.
const UNFINISHED: f64 = 1e-3;
/// The step holds, besides the direction, what the finite coefficients still move: at the gain of 1e-12 at which this is
/// asked that is about 1e-6 of it.
const STILL_MOVING: f64 = 1e-5;
/// A share of the longest coefficient of a direction that it may do without.
const IDLE: f64 = 1e-4;
/// Of the information at the start, the share that counts as none.
const VANISHED: f64 = 1e-8;

/// What the end of a search says of coefficients that are infinite.
pub(super) fn along_the_last_step(
    objective: &Objective,
    mut found: Maximum,
    last: &LastStep,
    (origin, start): (&[f64], &Point),
    free: &[usize],
) -> Maximum {
    // Where the information has all but vanished the step comes out short: then the way that the coefficients have gone
    // shows the direction.
    let gone: Vec<f64> = found.beta.iter().zip(origin).map(|(b, o)| b - o).collect();
    let leads_on = |direction: &[f64]| {
        spread(objective.rows, direction, SHORT) > SHORT && never_falls(objective, direction)
    };
    let by_step = leads_on(&last.step);
    if last.decrement < UNFINISHED && (by_step || last.lost && leads_on(&gone)) {
        mark(&mut found, objective, if by_step { last.step.clone() } else { gone }, free, start);
        let covariate = found.infinite.iter().position(|&i| i != 0.0).unwrap_or(0);
        found.stop = Stop::InfiniteCoefficient { covariate };
    } else if found.stop == Stop::Converged {
        // Flat to rounding, and no proof of where it leads: that is no maximum found.
        found.stop = Stop::NoAscent;
    }
    found
}

/// Marks the coefficients that are infinite along a direction, and those that no longer count once they are.
fn mark(found: &mut Maximum, objective: &Objective, mut direction: Vec<f64>, free: &[usize], start: &Point) {
    let p = direction.len();
    let largest = direction.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
    // Many directions may do. Coefficients that this one does not need are left out, later columns first.
    for s in direction.iter_mut().filter(|s| s.abs() <= IDLE * largest) {
        *s = 0.0;
    }
    for j in (0..p).rev() {
        let kept = std::mem::replace(&mut direction[j], 0.0);
        if direction.iter().all(|&s| s == 0.0) || !never_falls(objective, &direction) {
            direction[j] = kept;
        }
    }
    for (infinite, &s) in found.infinite.iter_mut().zip(&direction).filter(|(_, s)| **s != 0.0) {
        *infinite = s.signum();
    }
    // What is left may be flat too: no risk set that still counts differs in it.
    let rest: Vec<usize> = free.iter().copied().filter(|&j| found.infinite[j] == 0.0).collect();
    let at_start = |j: usize| start.information[j * p + j];
    let scaled: Vec<f64> = rest
        .iter()
        .flat_map(|&i| rest.iter().map(move |&j| (i, j)))
        .map(|(i, j)| found.point.information[i * p + j] / (at_start(i) * at_start(j)).sqrt())
        .collect();
    let determined = Cholesky::independent(&scaled, rest.len(), 0.0, 0.0);
    for (k, &j) in rest.iter().enumerate() {
        found.undetermined[j] = !(determined.contains(&k) && scaled[k * rest.len() + k] > VANISHED);
    }
}

/// Does every event have the largest score of its risk set along a direction? No, where the risk sets are Cox's own.
pub(super) fn never_falls(objective: &Objective, direction: &[f64]) -> bool {
    let rows = objective.rows;
    let score: Vec<f64> =
        (0..rows.len()).map(|i| rows.row(i).iter().zip(direction).map(|(x, d)| x * d).sum()).collect();
    let largest = score.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
    objective.risk_sets.as_ref().is_some_and(|r| r.never_falls(rows, &score, STILL_MOVING * largest))
}
