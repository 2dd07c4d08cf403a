//! The search for a maximum: Newton's steps, damped by Levenberg and Marquardt's rule where the quadratic model does not
//! hold (Nocedal & Wright 2006, Numerical Optimization, chapter 4), and the diagnosis of where it ended.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::parametric::distribution::{Distribution, Link};
use crate::survival::regression::parametric::infinite::{Flat, level_directions};
use crate::survival::regression::parametric::layout::Factor;
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

/// A standard error beyond this, with covariates of unit variance, is none: the likelihood is level.
pub(super) const LEVEL: f64 = 1e3;
/// A logarithm or logit that has come so far from its start will not turn round.
const FAR: f64 = 22.0;
/// One that has come so far when the iterations are used up will not either.
const ON_ITS_WAY: f64 = 8.0;
/// A shape Q beyond this is at its limit: what is left of the likelihood goes by Q^−2.
const FAR_SHAPE: f64 = 3e3;
/// A level likelihood is that of the limit from here on.
const LEVEL_SHAPE: f64 = 1e2;
/// Changes below this part of the log likelihood are rounding.
const ROUNDING: f64 = 1e-13;

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
        let all: Vec<usize> = (0..k).collect();
        let coordinates = self.coordinates();
        let mut theta = start.to_vec();
        let mut point = self.evaluate(&theta);
        if !is_finite(&point) {
            return None;
        }
        let mut here = coordinates.of(&theta, &point);
        let (mut damping, mut iterations, mut still) = (0.0_f64, 0, 0);
        let converged = loop {
            if k == 0 {
                break true;
            }
            if iterations == most {
                break false;
            }
            iterations += 1;
            let Some(factor) = damped(&here.information, k, damping).and_then(|m| Cholesky::new(&m, k, &all))
            else {
                damping = (damping * 4.0).max(1e-4);
                if damping > 1e14 {
                    break false;
                }
                continue;
            };
            let step = factor.solve(&here.gradient);
            let slope: f64 = step.iter().zip(&here.gradient).map(|(s, g)| s * g).sum();
            if !slope.is_finite() {
                break false;
            }
            // The step that is left is taken without being looked at: its square is below all rounding.
            let size = step.iter().fold(0.0, |most: f64, s| most.max(s.abs()));
            let short = slope.abs().sqrt();
            if damping == 0.0 && (short < tolerance || (short < 1e-4 && size < 10.0 * tolerance)) {
                theta = coordinates.moved(&theta, &step);
                break true;
            }
            let bend: f64 = (0..k)
                .map(|a| step[a] * (0..k).map(|b| here.information[a * k + b] * step[b]).sum::<f64>())
                .sum();
            let predicted = slope - 0.5 * bend;
            let candidate = coordinates.moved(&theta, &step);
            let there = self.evaluate(&candidate);
            let gain = there.value - point.value;
            let rounding = ROUNDING * point.value.abs().max(1.0);
            let level = predicted.abs() <= rounding && gain.abs() <= 10.0 * rounding;
            if is_finite(&there) && (level || gain >= 0.1 * predicted) {
                still = if level { still + 1 } else { 0 };
                (theta, point) = (candidate, there);
                here = coordinates.of(&theta, &point);
                // Where rounding keeps the steps from falling below the tolerance, two of them that change nothing end it.
                if still >= 2 && damping == 0.0 {
                    break true;
                }
                if gain > 0.7 * predicted || level {
                    damping = if damping < 1e-6 { 0.0 } else { damping * 0.1 };
                }
            } else {
                damping = if is_finite(&there) { damping * 8.0 } else { damping * 30.0 }.max(1e-3);
                if damping > 1e14 {
                    break slope.abs().sqrt() < 1e-5;
                }
                continue;
            }
            if self.escaped(start, &theta) {
                break false;
            }
        };
        Some(self.diagnosed(start, theta, point, iterations, converged))
    }

    /// Has a logarithm or logit come so far that the search goes on without end?
    fn escaped(&self, start: &[f64], theta: &[f64]) -> bool {
        self.far(start, theta).is_some()
    }

    fn far(&self, start: &[f64], theta: &[f64]) -> Option<usize> {
        let coordinates = self.coordinates();
        (0..theta.len()).find(|&j| {
            let coefficient = &self.layout.coefficients[j];
            let bounded = self.layout.parameters[coefficient.parameter].link != Link::Identity;
            let own = !matches!(coefficient.factor, Factor::Column(_));
            let far = bounded && own && (theta[j] - start[j]).abs() > FAR;
            far || (coordinates.is_bent(j) && theta[j].abs() > FAR_SHAPE)
        })
    }

    fn diagnosed(
        &self,
        start: &[f64],
        theta: Vec<f64>,
        point: Point,
        iterations: usize,
        converged: bool,
    ) -> Found {
        let k = theta.len();
        let all: Vec<usize> = (0..k).collect();
        // What a row of mean weight tells: weights that are large together make no level likelihood a curved one.
        let share = self.mean_weight().max(1.0).recip();
        let information: Vec<f64> = point.information.iter().map(|x| x * share).collect();
        let inverse = Cholesky::new(&information, k, &all).map(|c| c.inverse());
        let error = |j: usize| inverse.as_ref().map_or(f64::INFINITY, |v| v[j * k + j].sqrt());
        let (mut determined, mut flat) = (vec![true; k], None);
        let stop = if converged && (0..k).all(|j| error(j) < LEVEL * f64::max(1.0, theta[j].abs())) {
            ParametricStop::Converged
        } else if let Some((coefficient, directions)) = self.separated(&information, start, &theta) {
            flat = Some(directions);
            ParametricStop::Separated { coefficient }
        } else if let Some(coefficient) = self
            .far(start, &theta)
            .or_else(|| self.level(&information))
            .or_else(|| if converged { None } else { self.diverging(start, &theta) })
        {
            determined[coefficient] = false;
            let coordinates = self.coordinates();
            let rising = coordinates.of(&theta, &point).gradient[coefficient].abs() > 1e-3;
            let bounded = self.layout.parameters[self.layout.coefficients[coefficient].parameter].link;
            let limit = coordinates.is_bent(coefficient) && theta[coefficient].abs() > LEVEL_SHAPE;
            // A probability at 0 or 1 leaves the likelihood finite, however slowly it tends there.
            match (rising, bounded) {
                (true, Link::Identity | Link::Log) => ParametricStop::NoMaximum { coefficient },
                (false, Link::Identity) if !limit => ParametricStop::Flat { coefficient },
                _ => ParametricStop::Boundary { coefficient },
            }
        } else if converged {
            ParametricStop::Converged
        } else {
            ParametricStop::MaxIterations
        };
        Found { theta, point, iterations, stop, determined, flat }
    }

    /// The mean weight of the rows that count.
    fn mean_weight(&self) -> f64 {
        let Some(weights) = &self.rows.weight else { return 1.0 };
        let counted = weights.iter().filter(|w| **w > 0.0).count();
        weights.iter().sum::<f64>() / (counted as f64).max(1.0)
    }

    /// The logarithm or logit that has come farthest, where the search was on its way when it ended: the likelihood still rises, or
    /// falls off on one side alone.
    fn diverging(&self, start: &[f64], theta: &[f64]) -> Option<usize> {
        let way = |j: usize| (theta[j] - start[j]).abs();
        let own = |j: &usize| {
            let coefficient = &self.layout.coefficients[*j];
            let bounded = self.layout.parameters[coefficient.parameter].link != Link::Identity;
            bounded && !matches!(coefficient.factor, Factor::Column(_)) && way(*j) > ON_ITS_WAY
        };
        (0..theta.len()).filter(own).max_by(|&a, &b| way(a).total_cmp(&way(b)))
    }

    /// The coefficient in whose direction the information has vanished.
    fn level(&self, information: &[f64]) -> Option<usize> {
        let k = self.layout.len();
        let direction = flattest(information, k)?;
        let curvature = quadratic(information, &direction);
        let leading = largest(&direction);
        (curvature < LEVEL.powi(-2)).then_some(leading)
    }

    /// Directions of the location in which no event changes and every censored row gains: the likelihood rises along them
    /// without end. The leading coefficient, and the directions.
    fn separated(&self, information: &[f64], start: &[f64], theta: &[f64]) -> Option<(usize, Flat)> {
        let k = theta.len();
        let layout = self.layout;
        let of_location: Vec<usize> =
            (0..k).filter(|j| layout.coefficients[*j].parameter == layout.location).collect();
        let m = of_location.len();
        if m < 2 {
            return None;
        }
        let inner: Vec<f64> = of_location
            .iter()
            .flat_map(|&a| of_location.iter().map(move |&b| (a, b)))
            .map(|(a, b)| information[a * k + b])
            .collect();
        let level = level_directions(&inner, m)?;
        // Of several the one that the search has gone is inside the cone of all; one alone is known better by itself.
        let gone = |v: &Vec<f64>| -> f64 {
            of_location.iter().zip(v).map(|(&j, d)| (theta[j] - start[j]) * d).sum()
        };
        let mut direction = vec![0.0; k];
        for v in &level {
            let by = if level.len() == 1 { 1.0 } else { gone(v) };
            for (&j, d) in of_location.iter().zip(v) {
                direction[j] += by * d;
            }
        }
        let basis = level.iter().map(|v| {
            let mut whole = vec![0.0; k];
            of_location.iter().zip(v).for_each(|(&j, d)| whole[j] = *d);
            whole
        });
        let basis: Vec<Vec<f64>> = basis.collect();
        let change = |row: usize| -> f64 {
            of_location
                .iter()
                .map(|&j| {
                    let factor = match layout.coefficients[j].factor {
                        Factor::One => 1.0,
                        Factor::Stratum(code) => {
                            let own = self.rows.stratum.as_ref().is_some_and(|s| s[row] as usize == code);
                            f64::from(u8::from(own))
                        }
                        Factor::Column(column) => self.rows.columns[column][row],
                    };
                    direction[j] * factor
                })
                .sum()
        };
        let rows = || (0..self.rows.len()).filter(|&i| self.rows.weight(i) > 0.0);
        let largest_change = rows().map(|i| change(i).abs()).fold(0.0, f64::max);
        let small = 1e-3 * largest_change;
        let (mut up, mut down) = (false, false);
        for i in rows() {
            let moved = change(i);
            if moved.abs() <= small {
                continue;
            }
            // A left-censored row gains where a right-censored one loses.
            match (self.rows.is_event(i), self.rows.lower(i) > 0.0) {
                (false, _) if moved > 0.0 => up = true,
                (false, _) => down = true,
                (true, false) if self.rows.lower(i) < self.rows.upper(i) => {
                    if moved > 0.0 {
                        down = true;
                    } else {
                        up = true;
                    }
                }
                _ => return None,
            }
        }
        // A covariate leads, not the intercept.
        let leading = of_location
            .iter()
            .copied()
            .filter(|&j| matches!(layout.coefficients[j].factor, Factor::Column(_)))
            .max_by(|&a, &b| direction[a].abs().total_cmp(&direction[b].abs()))?;
        let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
        let ahead: f64 = (0..k).map(|j| (theta[j] - start[j]) * direction[j]).sum();
        let way = direction.iter().map(|d| d / length.copysign(ahead)).collect();
        (up != down && length > 0.0).then_some((leading, Flat { way, basis }))
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

/// A unit vector of the least curvature: the eigenvector of the smallest eigenvalue.
fn flattest(matrix: &[f64], k: usize) -> Option<Vec<f64>> {
    if k == 0 || matrix.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let (values, vectors) = crate::numeric::symmetric_eigen::symmetric_eigen(matrix.to_vec(), k);
    let least = (0..k).min_by(|&a, &b| values[a].total_cmp(&values[b]))?;
    Some((0..k).map(|i| vectors[i * k + least]).collect())
}

pub(super) fn quadratic(matrix: &[f64], v: &[f64]) -> f64 {
    let k = v.len();
    (0..k).map(|a| v[a] * (0..k).map(|b| matrix[a * k + b] * v[b]).sum::<f64>()).sum()
}

fn largest(v: &[f64]) -> usize {
    (0..v.len()).max_by(|&a, &b| v[a].abs().total_cmp(&v[b].abs())).unwrap_or(0)
}

fn is_finite(point: &Point) -> bool {
    point.value.is_finite()
        && point.gradient.iter().all(|g| g.is_finite())
        && point.information.iter().all(|h| h.is_finite())
}
