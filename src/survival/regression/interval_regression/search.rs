//! The way to the maximum: Newton steps on the levels that there are, each of which may be parted where that promises most.

use super::problem::{Condition, Evaluation, Point, Problem};
use super::step::{Step, Target};
use crate::survival::regression::cox::Stop;

/// Of the weights, a derivative at which a search stops.
const TOLERANCE: f64 = 1e-12;
/// The same that passes for 0 where no step raises the log likelihood any more.
const ENOUGH: f64 = 1e-7;
/// No level moves further in one step, on the scale of α.
const FURTHEST: f64 = 6.0;

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub point: Point,
    pub at: Evaluation,
    pub condition: Condition,
    pub iterations: usize,
    pub stop: Stop,
}

/// The maximum over the baseline and the coefficients `free`; the others are held.
pub(super) fn maximise(problem: &Problem, start: Point, free: &[usize], most: usize) -> Found {
    let mut point = start;
    let mut at = problem.evaluate(&point);
    let mut condition = problem.condition(&point, &at, free);
    let mut iterations = 0;
    let stop = loop {
        if condition.gap <= TOLERANCE {
            break Stop::Converged;
        }
        if iterations >= most {
            break Stop::MaxIterations;
        }
        let parted = part(&point, &condition);
        let of_parted = if parted.starts.len() == point.starts.len() {
            condition.clone()
        } else {
            problem.condition(&parted, &at, free)
        };
        let Some((next, there)) = ascend(problem, &parted, &at, &of_parted, free) else {
            break if condition.gap <= ENOUGH { Stop::Converged } else { Stop::NoAscent };
        };
        iterations += 1;
        (point, at) = (next, there);
        condition = problem.condition(&point, &at, free);
    };
    Found { point, at, condition, iterations, stop }
}

/// The same point with each level parted where a rise promises most.
fn part(point: &Point, condition: &Condition) -> Point {
    let mut parted = Point { starts: Vec::new(), levels: Vec::new(), beta: point.beta.clone() };
    for ((&start, &level), split) in point.starts.iter().zip(&point.levels).zip(&condition.splits) {
        for start in std::iter::once(start).chain(*split) {
            parted.starts.push(start);
            parted.levels.push(level);
        }
    }
    parted
}

/// A step by which the log likelihood rises, or by which it stays and its derivatives fall.
fn ascend(
    problem: &Problem,
    point: &Point,
    at: &Evaluation,
    condition: &Condition,
    free: &[usize],
) -> Option<(Point, Evaluation)> {
    let level_of = point.level_of(problem.places());
    let step = Step { problem, at, free, level_of: &level_of };
    let slope_to = |target: &Target| -> f64 {
        let moved = target.levels.iter().zip(&point.levels).map(|(t, l)| t - l);
        let levels: f64 = moved.zip(&condition.by_level).map(|(d, g)| d * g).sum();
        let turned = free.iter().map(|&j| (target.beta[j] - point.beta[j]) * condition.score[j]);
        levels + turned.sum::<f64>()
    };
    let newton = step.target(point, condition);
    let both = newton.into_iter().chain([step.isotonic(point, condition)]);
    both.filter(|target| slope_to(target) > 0.0)
        .find_map(|target| line_search(problem, (point, at, condition), free, &target, slope_to(&target)))
}

fn line_search(
    problem: &Problem,
    (point, at, condition): (&Point, &Evaluation, &Condition),
    free: &[usize],
    target: &Target,
    slope: f64,
) -> Option<(Point, Evaluation)> {
    let furthest = target.levels.iter().zip(&point.levels).map(|(t, l)| (t - l).abs()).fold(0.0, f64::max);
    let turned = target.beta.iter().zip(&point.beta).map(|(t, b)| (t - b).abs()).fold(0.0, f64::max);
    let mut step = (FURTHEST / furthest.max(turned)).min(1.0);
    let noise = 1e-13 * (at.log_likelihood.abs() + problem.total);
    for _ in 0..40 {
        let between = |from: f64, to: f64| if step == 1.0 { to } else { from + step * (to - from) };
        let mut next = Point {
            starts: point.starts.clone(),
            levels: point.levels.iter().zip(&target.levels).map(|(&l, &t)| between(l, t)).collect(),
            beta: point.beta.iter().zip(&target.beta).map(|(&b, &t)| between(b, t)).collect(),
        };
        next.merge(&problem.chain);
        let now = problem.log_likelihood(&next);
        let rise = now - at.log_likelihood;
        if rise.is_finite() && rise >= (1e-4 * step * slope).min(1e-3 * problem.total) - noise {
            let there = problem.evaluate(&next);
            // Near the maximum the rise is below the rounding error of the sum: there the derivatives tell.
            if rise.abs() > noise || problem.condition(&next, &there, free).gap < condition.gap {
                return Some((next, there));
            }
        }
        step *= 0.5;
    }
    None
}
