//! The diagnosis of where a search ended: a maximum, the end of a range, a level or rising likelihood, separation.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::parametric::distribution::{Distribution, Link};
use crate::survival::regression::parametric::infinite::{Flat, level_directions};
use crate::survival::regression::parametric::layout::Factor;
use crate::survival::regression::parametric::likelihood::{Point, Problem};
use crate::survival::regression::parametric::search::{End, Found, quadratic};
use crate::survival::regression::parametric::standard::Standard;
use crate::survival::regression::parametric::stop::ParametricStop;

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
/// A standard error beyond this is none where the likelihood no longer changes.
const LEVEL_AT_REST: f64 = 30.0;
/// So many times the log likelihood are the terms of which it is the difference, where they tell of a tail alone.
const BEFORE: f64 = 1e3;
/// With all rows so many scales beyond the location, a distribution is that of its tail.
const FAR_TAIL: f64 = 100.0;
/// The same where all are also within a part of a scale.
const TAIL: f64 = 5.0;
/// That part.
const WITHIN: f64 = 0.1;

impl<D: Distribution> Problem<'_, D> {
    /// A logarithm or logit that has come so far that the search goes on without end.
    pub(super) fn far(&self, start: &[f64], theta: &[f64]) -> Option<usize> {
        let coordinates = self.coordinates();
        (0..theta.len()).find(|&j| {
            let coefficient = &self.layout.coefficients[j];
            let bounded = self.layout.parameters[coefficient.parameter].link != Link::Identity;
            let own = !matches!(coefficient.factor, Factor::Column(_));
            let far = bounded && own && (theta[j] - start[j]).abs() > FAR;
            far || (coordinates.is_bent(j) && theta[j].abs() > FAR_SHAPE)
        })
    }

    pub(super) fn diagnosed(
        &self,
        start: &[f64],
        theta: Vec<f64>,
        point: Point,
        iterations: usize,
        end: End,
    ) -> Found {
        let converged = end == End::Maximum;
        let k = theta.len();
        let all: Vec<usize> = (0..k).collect();
        let information = self.of_mean_row(&point);
        let inverse = Cholesky::new(&information, k, &all).map(|c| c.inverse());
        let error = |j: usize| inverse.as_ref().map_or(f64::INFINITY, |v| v[j * k + j].sqrt());
        let (mut determined, mut flat) = (vec![true; k], None);
        let stop = if converged && (0..k).all(|j| error(j) < LEVEL * f64::max(1.0, theta[j].abs())) {
            ParametricStop::Converged
        } else if let Some((coefficient, directions)) = self.separated(&information, start, &theta) {
            flat = Some(directions);
            ParametricStop::Separated { coefficient }
        } else if let Some(coefficient) = if converged { None } else { self.in_tail(&theta) } {
            let own = |j: usize| !matches!(self.layout.coefficients[j].factor, Factor::Column(_));
            (0..k).filter(|j| own(*j)).for_each(|j| determined[j] = false);
            ParametricStop::Boundary { coefficient }
        } else if let Some(coefficient) = self
            .far(start, &theta)
            .or_else(|| self.level(&information, LEVEL))
            .or_else(|| if converged { None } else { self.diverging(start, &theta) })
            .or_else(|| {
                if matches!(end, End::Standing | End::Creeping) {
                    self.level(&information, LEVEL_AT_REST)
                } else {
                    None
                }
            })
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
        } else if converged || (end == End::Standing && inverse.is_some()) {
            ParametricStop::Converged
        } else if let Some(coefficient) = self.in_tail_after_entry(&point) {
            let own = |j: usize| !matches!(self.layout.coefficients[j].factor, Factor::Column(_));
            (0..k).filter(|j| own(*j)).for_each(|j| determined[j] = false);
            ParametricStop::Boundary { coefficient }
        } else {
            ParametricStop::MaxIterations
        };
        Found { theta, point, iterations, stop, determined, flat }
    }

    /// Is a standard error so large that the likelihood may have no maximum?
    pub(super) fn is_doubtful(&self, found: &Found) -> bool {
        self.level(&self.of_mean_row(&found.point), LEVEL_AT_REST).is_some()
    }

    /// The information of rows of mean weight: weights that are large together make no level likelihood a curved one.
    fn of_mean_row(&self, point: &Point) -> Vec<f64> {
        let share = self.mean_weight().max(1.0).recip();
        point.information.iter().map(|x| x * share).collect()
    }

    /// Is there a direction in which the likelihood, which no longer changes, is level?
    pub(super) fn is_level_at_rest(&self, point: &Point) -> bool {
        self.level(&self.of_mean_row(point), LEVEL_AT_REST).is_some()
    }

    /// The location, where all that is known after entry is a small part of the cumulative hazard before it: the data tell of the tail
    /// of a distribution alone, and the likelihood is monotone in the location.
    fn in_tail_after_entry(&self, point: &Point) -> Option<usize> {
        let layout = self.layout;
        let own = |j: &usize| {
            let coefficient = &layout.coefficients[*j];
            coefficient.parameter == layout.location && !matches!(coefficient.factor, Factor::Column(_))
        };
        let hidden = point.size > BEFORE * point.value.abs().max(1.0);
        hidden.then(|| (0..layout.len()).find(own)).flatten()
    }

    /// The mean weight of the rows that count.
    pub(super) fn mean_weight(&self) -> f64 {
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
    fn level(&self, information: &[f64], error: f64) -> Option<usize> {
        let k = self.layout.len();
        let direction = flattest(information, k)?;
        let curvature = quadratic(information, &direction);
        let leading = largest(&direction);
        (curvature < error.powi(-2)).then_some(leading)
    }

    /// The location, where all that is known of the times is in the tail of a location-scale family, so that its hazard is next to
    /// a constant, or to a power of time: the likelihood is monotone in the location, and in the scale with it.
    fn in_tail(&self, theta: &[f64]) -> Option<usize> {
        let standard = self.distribution.standard_form()?;
        let (rows, location) = (self.rows, self.layout.location);
        let mut parameters = vec![Vec::new(); self.layout.parameters.len()];
        self.predictors(theta, 0, rows.len(), &mut parameters);
        let y_of = |t: f64| if self.distribution.is_positive() { t.ln() } else { t };
        let (mut nearest, mut first, mut last) = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY);
        let mut scale = f64::INFINITY;
        for i in (0..rows.len()).filter(|i| rows.weight(*i) > 0.0) {
            let from = rows.entry.as_ref().map_or(f64::NEG_INFINITY, |e| y_of(e[i]));
            let from = if from.is_finite() { from } else { rows.y[i] };
            let own = parameters.get(1)?[i].exp();
            nearest = nearest.min((from - parameters[location][i]) / own);
            (first, last, scale) = (first.min(from), last.max(rows.y[i]), scale.min(own));
        }
        let narrow = nearest > TAIL && last - first < WITHIN * scale;
        let own = |j: &usize| {
            let coefficient = &self.layout.coefficients[*j];
            coefficient.parameter == location && !matches!(coefficient.factor, Factor::Column(_))
        };
        (narrow || standard != Standard::Smallest && nearest > FAR_TAIL)
            .then(|| (0..theta.len()).find(own))
            .flatten()
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
        if !self.rises_along(&direction, &of_location) {
            return None;
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
        (length > 0.0).then_some((leading, Flat { way, basis, rays: Vec::new() }))
    }

    /// Does no event change along a direction of the location, and every censored row that does gain by it, or by its opposite?
    fn rises_along(&self, direction: &[f64], of_location: &[usize]) -> bool {
        let change = |row: usize| -> f64 {
            of_location
                .iter()
                .map(|&j| {
                    let factor = match self.layout.coefficients[j].factor {
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
                _ => return false,
            }
        }
        up != down
    }
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

fn largest(v: &[f64]) -> usize {
    (0..v.len()).max_by(|&a, &b| v[a].abs().total_cmp(&v[b].abs())).unwrap_or(0)
}
