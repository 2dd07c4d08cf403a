//! The search for a maximum: Newton's steps, damped by Levenberg and Marquardt's rule where the quadratic model does not
//! hold (Nocedal & Wright 2006, Numerical Optimization, chapter 4). Where it ended is told in [`diagnosis`](super::diagnosis).

use std::ops::ControlFlow;

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::parametric::coordinates::Coordinates;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::infinite::Flat;
use crate::survival::regression::parametric::likelihood::{Point, Problem};
use crate::survival::regression::parametric::stop::ParametricStop;

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub theta: Vec<f64>,
    pub point: Point,
    pub iterations: usize,
    pub stop: ParametricStop,
    /// Which coefficients the data determine, where one alone has run to an end of its range or is level.
    pub determined: Vec<bool>,
    /// Directions along which the likelihood rises without end, in the coefficients of the search.
    pub flat: Option<Flat>,
}

/// What ended a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// No step is left.
    Maximum,
    /// Steps change nothing: what they would is below rounding.
    Standing,
    /// Step after step changes next to nothing.
    Creeping,
    /// The iterations are used up, or there is nowhere to go.
    Limit,
}

/// Changes below this part of the log likelihood are rounding.
const ROUNDING: f64 = 1e-13;
/// Of a term, and of the difference of two, the part that is rounding.
const ROUNDING_OF_TERMS: f64 = 2e-15;
/// A step of so many standard errors is as good as none where rounding keeps it from being shorter.
const SHORT: f64 = 1e-5;
/// So many steps that change nothing are enough, however the search goes on.
const STANDING: usize = 12;
/// A step that gains less is one of a search that creeps.
const SLOW: f64 = 1e-9;
/// The iterations are used up for nothing where steps are below so many standard errors.
const CREEPING: f64 = 1e-2;
/// Below this part of a step another one is looked for.
const LEAST_SHARE: f64 = 0.02;

/// A damping beyond this leaves no step.
const MOST_DAMPING: f64 = 1e14;

/// Where a search stands.
struct Place {
    theta: Vec<f64>,
    point: Point,
    /// The same point in the coordinates of the search.
    here: Point,
    damping: f64,
    /// How many steps in a row have changed nothing.
    still: usize,
    /// How many steps in a row have gained next to nothing.
    slow: usize,
    /// The last step in standard errors.
    last: f64,
    coordinates: Coordinates,
    /// The square root of the mean weight of a row, where that is above 1.
    row: f64,
}

impl Place {
    /// Another try, unless the damping leaves no step.
    fn unless_damped_out(&self, end: End) -> ControlFlow<End, bool> {
        if self.damping > MOST_DAMPING { ControlFlow::Break(end) } else { ControlFlow::Continue(false) }
    }
}

impl<D: Distribution> Problem<'_, D> {
    /// Nearer to the maximum than that of a part of the rows, by one step with its information, which is that of all but for
    /// their number: a gradient costs half of what an evaluation does.
    pub fn nearer(&self, part: &Found, rows: usize) -> Vec<f64> {
        let mut theta = part.theta.clone();
        let all: Vec<usize> = (0..theta.len()).collect();
        let factor = Cholesky::new(&part.point.information, theta.len(), &all);
        if let Some(factor) = factor.filter(|_| self.distribution.standard_form().is_some()) {
            let step = factor.solve(&self.slope(&theta));
            let share = rows as f64 / self.rows.len() as f64;
            if step.iter().all(|s| s.is_finite()) {
                theta.iter_mut().zip(step).for_each(|(b, s)| *b += share * s);
            }
        }
        theta
    }

    /// The maximum that is reached from `theta`. Returns `None` if the likelihood there is not finite.
    pub fn maximise(&self, start: &[f64], most: usize, tolerance: f64) -> Option<Found> {
        let k = self.layout.len();
        let coordinates = self.coordinates();
        let theta = start.to_vec();
        let point = self.evaluate(&theta);
        if !is_finite(&point) {
            return None;
        }
        let here = coordinates.of(&theta, &point);
        let row = self.mean_weight().max(1.0).sqrt();
        let (damping, still, slow, last) = (0.0, 0, 0, f64::INFINITY);
        let mut place = Place { theta, point, here, damping, still, slow, last, coordinates, row };
        let mut iterations = 0;
        let end = loop {
            if k == 0 {
                break End::Maximum;
            }
            if iterations == most {
                break if place.last < CREEPING { End::Creeping } else { End::Limit };
            }
            iterations += 1;
            match self.advance(&mut place, tolerance) {
                ControlFlow::Break(end) => break end,
                ControlFlow::Continue(true) if self.far(start, &place.theta).is_some() => break End::Limit,
                ControlFlow::Continue(_) => {}
            }
        };
        Some(self.diagnosed(start, place.theta, place.point, iterations, end))
    }

    /// One iteration: a step, or more damping where a step does not gain what it should. Was it a step?
    fn advance(&self, place: &mut Place, tolerance: f64) -> ControlFlow<End, bool> {
        let k = place.theta.len();
        let all: Vec<usize> = (0..k).collect();
        let factor = damped(&place.here.information, k, place.damping);
        let Some(factor) = factor.and_then(|m| Cholesky::new(&m, k, &all)) else {
            place.damping = (place.damping * 4.0).max(1e-4);
            return place.unless_damped_out(End::Limit);
        };
        let step = factor.solve(&place.here.gradient);
        let slope: f64 = step.iter().zip(&place.here.gradient).map(|(s, g)| s * g).sum();
        if !slope.is_finite() {
            return ControlFlow::Break(End::Limit);
        }
        // The step that is left is taken without being looked at: its square is below all rounding.
        let size = step.iter().fold(0.0, |most: f64, s| most.max(s.abs()));
        let short = slope.abs().sqrt();
        if place.damping == 0.0 && (short < tolerance || (short < 1e-4 && size < 10.0 * tolerance)) {
            place.theta = place.coordinates.moved(&place.theta, &step);
            return ControlFlow::Break(End::Maximum);
        }
        place.last = short;
        let bend = quadratic(&place.here.information, &step);
        let (share, candidate, there) = self.within_reach(&place.coordinates, &place.theta, step);
        let predicted = share * slope - 0.5 * share * share * bend;
        let gain = there.value - place.point.value;
        let of_sum = ROUNDING * place.point.value.abs().max(1.0);
        let rounding = of_sum.max(ROUNDING_OF_TERMS * place.point.size);
        let level = predicted.abs() <= rounding && gain.abs() <= 10.0 * rounding;
        if !(is_finite(&there) && (level || gain >= 0.1 * predicted)) {
            place.damping *= if is_finite(&there) { 8.0 } else { 30.0 };
            place.damping = place.damping.max(1e-3);
            return place.unless_damped_out(if short < SHORT { End::Maximum } else { End::Limit });
        }
        place.still = if level { place.still + 1 } else { 0 };
        place.here = place.coordinates.of(&candidate, &there);
        (place.theta, place.point) = (candidate, there);
        // Where rounding keeps the steps from falling below the tolerance, two of them that change nothing end it.
        if place.still >= 2 && place.damping == 0.0 {
            let near = rounding == of_sum || short < SHORT * place.row;
            return ControlFlow::Break(if near { End::Maximum } else { End::Standing });
        }
        if place.still == STANDING {
            return ControlFlow::Break(End::Standing);
        }
        place.slow = if gain < SLOW { place.slow % STANDING + 1 } else { 0 };
        if place.slow == STANDING && self.is_level_at_rest(&place.point) {
            return ControlFlow::Break(End::Creeping);
        }
        if gain > 0.7 * predicted || level {
            place.damping = if place.damping < 1e-6 { 0.0 } else { place.damping * 0.1 };
        }
        ControlFlow::Continue(true)
    }

    /// The point a step further, or half of it, a quarter, … where the likelihood is 0 there: near such an edge a damped step would
    /// be shorter in every direction.
    fn within_reach(
        &self,
        coordinates: &Coordinates,
        theta: &[f64],
        mut step: Vec<f64>,
    ) -> (f64, Vec<f64>, Point) {
        let mut share = 1.0;
        loop {
            let candidate = coordinates.moved(theta, &step);
            let there = self.evaluate(&candidate);
            if is_finite(&there) || share < LEAST_SHARE {
                return (share, candidate, there);
            }
            share *= 0.5;
            for s in &mut step {
                *s *= 0.5;
            }
        }
    }
}

/// The information with its diagonal enlarged. Returns `None` if it is not finite.
fn damped(information: &[f64], k: usize, damping: f64) -> Option<Vec<f64>> {
    let mut matrix = information.to_vec();
    if damping > 0.0 {
        let largest = (0..k).map(|j| information[j * k + j].abs()).fold(0.0, f64::max);
        for j in 0..k {
            let own = information[j * k + j].abs().max(1e-8 * largest).max(1e-8);
            matrix[j * k + j] += damping * own;
        }
    }
    matrix.iter().all(|x| x.is_finite()).then_some(matrix)
}

pub(super) fn quadratic(matrix: &[f64], v: &[f64]) -> f64 {
    let k = v.len();
    (0..k).map(|a| v[a] * (0..k).map(|b| matrix[a * k + b] * v[b]).sum::<f64>()).sum()
}

fn is_finite(point: &Point) -> bool {
    point.value.is_finite()
        && point.gradient.iter().all(|g| g.is_finite())
        && point.information.iter().all(|h| h.is_finite())
}
