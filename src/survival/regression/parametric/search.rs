//! The likelihood of all rows, and the damped Newton search for its maximum.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::jet::Jet;
use crate::survival::regression::parametric::model::ParametricStop;
use crate::survival::regression::parametric::observations::Observations;

/// The rows on the scale of the search: the covariates standardised, an intercept first.
pub(super) struct Problem<'a> {
    pub family: Family,
    pub data: &'a Observations,
    /// Row-major, `columns` wide.
    pub x: Vec<f64>,
    pub columns: usize,
    pub offset: Vec<f64>,
    /// The number of scales.
    pub strata: usize,
    /// The scale where it is not estimated.
    pub fixed: Option<f64>,
}

/// The log likelihood with its derivatives.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub value: f64,
    pub gradient: Vec<f64>,
    /// Minus the Hessian, row-major.
    pub information: Vec<f64>,
}

pub(super) struct Found {
    pub theta: Vec<f64>,
    pub point: Point,
    pub iterations: usize,
    pub stop: ParametricStop,
}

impl Problem<'_> {
    pub fn size(&self) -> usize {
        self.columns + if self.fixed.is_some() { 0 } else { self.strata }
    }

    pub fn stratum(&self, row: usize) -> usize {
        self.data.strata.as_ref().filter(|_| self.strata > 1).map_or(0, |s| s.codes()[row] as usize)
    }

    /// What a row adds, in its linear predictor and its other parameter.
    fn row(&self, theta: &[f64], row: usize) -> Jet {
        let x = &self.x[row * self.columns..(row + 1) * self.columns];
        let eta = self.offset[row] + x.iter().zip(theta).map(|(x, b)| x * b).sum::<f64>();
        let eta = Jet::variable(eta, 0);
        let other = match self.fixed {
            Some(value) => Jet::constant(value),
            None => Jet::variable(theta[self.columns + self.stratum(row)], 1),
        };
        let (lower, upper) = (self.data.lower[row], self.data.upper[row]);
        let start = if self.family.is_positive() { 0.0 } else { f64::NEG_INFINITY };
        let survival = |t: f64| {
            (t > start && t < f64::INFINITY).then(|| self.family.log_survival(t, eta, other))
        };
        let mut log = if lower == upper {
            self.family.log_density(lower, eta, other)
        } else {
            let zero = Jet::constant(0.0);
            let before = survival(lower).unwrap_or(zero);
            match survival(upper) {
                Some(after) => before + (after - before).ln_one_minus_exp(),
                None => before,
            }
        };
        if let Some(entered) = self.data.entry.as_ref().and_then(|entry| survival(entry[row])) {
            log = log - entered;
        }
        log
    }

    pub fn evaluate(&self, theta: &[f64]) -> Point {
        let n = self.size();
        let mut point = Point { value: 0.0, gradient: vec![0.0; n], information: vec![0.0; n * n] };
        for row in 0..self.data.len() {
            let weight = self.data.weight(row);
            if weight == 0.0 {
                continue;
            }
            let jet = self.row(theta, row);
            point.value += weight * jet.value;
            let x = &self.x[row * self.columns..(row + 1) * self.columns];
            let (g, h) = (jet.gradient, jet.hessian);
            for j in 0..self.columns {
                point.gradient[j] += weight * g[0] * x[j];
                let hx = weight * h[0][0] * x[j];
                for k in 0..=j {
                    point.information[j * n + k] -= hx * x[k];
                }
            }
            if self.fixed.is_none() {
                let s = self.columns + self.stratum(row);
                point.gradient[s] += weight * g[1];
                point.information[s * n + s] -= weight * h[1][1];
                for j in 0..self.columns {
                    point.information[s * n + j] -= weight * h[0][1] * x[j];
                }
            }
        }
        for j in 0..n {
            for k in 0..j {
                point.information[k * n + j] = point.information[j * n + k];
            }
        }
        point
    }

    /// The weighted scores of the rows, for the robust variance.
    pub fn scores(&self, theta: &[f64]) -> Vec<Vec<f64>> {
        let row_score = |row: usize| {
            let mut score = vec![0.0; self.size()];
            let weight = self.data.weight(row);
            if weight > 0.0 {
                let jet = self.row(theta, row);
                for j in 0..self.columns {
                    score[j] = weight * jet.gradient[0] * self.x[row * self.columns + j];
                }
                if self.fixed.is_none() {
                    score[self.columns + self.stratum(row)] = weight * jet.gradient[1];
                }
            }
            score
        };
        (0..self.data.len()).map(row_score).collect()
    }

    /// Newton's steps, damped where the information is not positive definite or the likelihood does not rise.
    pub fn maximise(&self, mut theta: Vec<f64>, most: usize, tolerance: f64) -> Option<Found> {
        let n = self.size();
        let all: Vec<usize> = (0..n).collect();
        let mut point = self.evaluate(&theta);
        if !is_finite(&point) {
            return None;
        }
        let (mut damping, mut iterations) = (0.0_f64, 0);
        let stop = loop {
            if iterations == most {
                break ParametricStop::MaxIterations;
            }
            iterations += 1;
            let mut damped = point.information.clone();
            for j in 0..n {
                let own = point.information[j * n + j].abs().max(1e-8);
                damped[j * n + j] += damping * own;
            }
            let Some(factor) = Cholesky::new(&damped, n, &all) else {
                damping = (damping * 4.0).max(1e-4);
                if damping > 1e12 {
                    break ParametricStop::Flat;
                }
                continue;
            };
            let step = factor.solve(&point.gradient);
            let decrement: f64 = step.iter().zip(&point.gradient).map(|(s, g)| s * g).sum();
            // Steps of more than a few standard deviations of the times leave the region where the model is quadratic.
            let longest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
            let spread = 1.0_f64.max(theta.iter().fold(0.0_f64, |m, b| m.max(b.abs())));
            let mut length = (5.0 * spread / longest.max(1e-300)).min(1.0);
            let mut taken = None;
            for _ in 0..30 {
                let candidate: Vec<f64> = theta.iter().zip(&step).map(|(b, s)| b + length * s).collect();
                let there = self.evaluate(&candidate);
                if is_finite(&there) && there.value >= point.value - 1e-13 * point.value.abs() {
                    taken = Some((candidate, there));
                    break;
                }
                length *= 0.5;
            }
            let quadratic = damping < 1e-8 && decrement.abs().sqrt() < tolerance;
            let Some((candidate, there)) = taken else {
                if quadratic {
                    break ParametricStop::Converged;
                }
                damping = (damping * 10.0).max(1e-3);
                if damping > 1e12 {
                    break ParametricStop::Flat;
                }
                continue;
            };
            theta = candidate;
            point = there;
            if quadratic {
                break ParametricStop::Converged;
            }
            damping = if length == 1.0 { damping * 0.1 } else { damping };
            if damping < 1e-9 {
                damping = 0.0;
            }
            if let Some(stop) = self.without_maximum(&theta, &point) {
                break stop;
            }
        };
        Some(Found { theta, point, iterations, stop })
    }

    /// Signs that the likelihood rises for ever.
    fn without_maximum(&self, theta: &[f64], point: &Point) -> Option<ParametricStop> {
        let n = self.size();
        if self.fixed.is_none()
            && self.family.is_location_scale()
            && let Some(k) = (0..self.strata).find(|k| theta[self.columns + k] < -18.0)
        {
            return Some(ParametricStop::ScaleToZero { stratum: k });
        }
        let flat = (0..self.columns).find(|&j| {
            theta[j].abs() > 25.0 && point.information[j * n + j].abs() < 1e-7 && point.gradient[j].abs() < 1e-7
        });
        flat.map(|column| ParametricStop::NoMaximum { column })
    }
}

fn is_finite(point: &Point) -> bool {
    point.value.is_finite()
        && point.gradient.iter().all(|g| g.is_finite())
        && point.information.iter().all(|h| h.is_finite())
}
