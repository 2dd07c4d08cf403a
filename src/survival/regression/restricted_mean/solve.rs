//! The estimating equation by Newton's steps, and the covariance of its root.

use super::link::{MeanLink, MeanMethod};
use super::responses::Responses;
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::standard_columns::StandardColumns;

const MOST_STEPS: usize = 200;
/// Of what a step changes a linear predictor by, of which 1 is a large difference.
const TOLERANCE: f64 = 1e-11;
/// Of its variance, what a column keeps that is not a combination of earlier ones.
const COLLINEAR: f64 = 1e-11;
/// Beyond it a response is 0 or its limit to every digit that is printed: the search runs to infinity.
const FAR: f64 = 30.0;

/// The equation `Σ a s(η) z (y − m(η)) = 0` with s = 1 for weights of censoring and s = m' for pseudo-values.
pub(super) struct Equation<'a> {
    pub columns: &'a StandardColumns,
    pub responses: &'a Responses,
    pub link: MeanLink,
    pub method: MeanMethod,
}

impl Equation<'_> {
    fn is_least_squares(&self) -> bool {
        self.method != MeanMethod::CensoringWeights
    }

    fn y(&self, i: usize) -> f64 {
        self.link.response(self.responses.share[i])
    }

    fn weight(&self, i: usize) -> f64 {
        self.responses.weight[i] * self.responses.known[i]
    }

    /// What grows towards the root.
    fn objective(&self, b: &[f64]) -> f64 {
        let of = |i: usize| {
            let eta = self.columns.dot(i, b);
            let least_squares = || -0.5 * (self.y(i) - self.link.mean(eta).0).powi(2);
            if self.is_least_squares() { least_squares() } else { self.link.quasi(self.y(i), eta) }
        };
        (0..self.columns.rows()).filter(|&i| self.weight(i) > 0.0).map(|i| self.weight(i) * of(i)).sum()
    }

    /// `s (y − m)` of a row.
    fn residual(&self, i: usize, b: &[f64]) -> f64 {
        let (mean, slope) = self.link.mean(self.columns.dot(i, b));
        (self.y(i) - mean) * if self.is_least_squares() { slope } else { 1.0 }
    }

    /// Minus the expected derivative of what a row adds, without its weight.
    fn curvature(&self, i: usize, b: &[f64]) -> f64 {
        let (_, slope) = self.link.mean(self.columns.dot(i, b));
        if self.is_least_squares() { slope * slope } else { slope }
    }

    fn start(&self) -> Vec<f64> {
        let total: f64 = (0..self.columns.rows()).map(|i| self.weight(i)).sum();
        let mean = (0..self.columns.rows()).map(|i| self.weight(i) * self.y(i)).sum::<f64>() / total;
        let mut b = vec![0.0; self.columns.p];
        let inside = if self.link.is_ratio() { mean.clamp(1e-3, 1.0 - 1e-3) } else { mean };
        b[0] = self.link.of_mean(inside);
        b
    }

    /// How far from 0 the linear predictor of a row is at most.
    fn furthest(&self, b: &[f64]) -> f64 {
        let known = (0..self.columns.rows()).filter(|&i| self.weight(i) > 0.0);
        known.map(|i| self.columns.dot(i, b).abs()).fold(0.0, f64::max)
    }

    /// Is the response of a row 0 or its limit? A coefficient may be large where columns are nearly collinear, and is not asked.
    fn is_far(&self, b: &[f64]) -> bool {
        self.furthest(b) > FAR
    }

    /// The root. Returns `None` if there is none that steps can find.
    pub fn root(&self) -> Option<Vec<f64>> {
        let p = self.columns.p;
        let all: Vec<usize> = (0..p).collect();
        // What is left of a column in the rows that are known may be rounding, which would pass for information.
        let known = self.columns.cross(|i| self.weight(i));
        if Cholesky::independent(&known, p, COLLINEAR, 0.0).len() < p {
            return None;
        }
        let mut b = self.start();
        let mut value = self.objective(&b);
        for _ in 0..MOST_STEPS {
            let mut score = vec![0.0; p];
            for i in 0..self.columns.rows() {
                let add = self.weight(i) * self.residual(i, &b);
                score.iter_mut().zip(self.columns.row(i)).for_each(|(s, z)| *s += add * z);
            }
            let matrix = self.columns.cross(|i| self.weight(i) * self.curvature(i, &b));
            let step = Cholesky::new(&matrix, p, &all)?.solve(&score);
            let size = self.furthest(&step);
            let mut share = 1.0;
            loop {
                let next: Vec<f64> = b.iter().zip(&step).map(|(b, s)| b + share * s).collect();
                let reached = self.objective(&next);
                // Below rounding the objective is no judge.
                if reached >= value - 1e-9 * value.abs() && (reached >= value || size < 1e-4) {
                    (b, value) = (next, reached);
                    break;
                }
                share /= 2.0;
                if share < 1e-9 {
                    return None;
                }
            }
            if self.link.is_ratio() && self.is_far(&b) {
                return None;
            }
            if share == 1.0 && size < TOLERANCE {
                return Some(b);
            }
        }
        None
    }

    /// What each row adds to the coefficients, per weight of it, with what its censoring does to the weights of others.
    fn influence(&self, b: &[f64]) -> Option<Vec<Vec<f64>>> {
        let (n, p) = (self.columns.rows(), self.columns.p);
        let residual: Vec<f64> = (0..n).map(|i| self.residual(i, b)).collect();
        let mut rows = vec![vec![0.0; p]; n];
        for j in 0..p {
            let own = |i: usize| self.responses.known[i] * residual[i] * self.columns.row(i)[j];
            let adds: Vec<f64> = (0..n).map(|i| self.responses.weight[i] * own(i)).collect();
            let through = self.responses.through_censoring(&adds);
            for i in 0..n {
                rows[i][j] = own(i) + through[i];
            }
        }
        // All rows in the derivative: the weights of censoring are 1 on average.
        let bread = self.columns.cross(|i| self.responses.weight[i] * self.curvature(i, b));
        let factor = Cholesky::new(&bread, p, &(0..p).collect::<Vec<_>>())?;
        Some(rows.into_iter().map(|row| factor.solve(&row)).collect())
    }

    /// The covariance of the coefficients of the original columns, row-major, from the influences of the units.
    pub fn covariance(&self, b: &[f64], data: &RightCensored) -> Option<Vec<f64>> {
        let p = self.columns.p;
        let rows = self.influence(b)?;
        let weight = &self.responses.weight;
        let units: Vec<Vec<f64>> = if let Some(clusters) = data.clusters() {
            let count = clusters.iter().max().map_or(0, |c| *c as usize + 1);
            let mut sums = vec![vec![0.0; p]; count];
            for (i, row) in rows.iter().enumerate() {
                let sum = &mut sums[clusters[i] as usize];
                sum.iter_mut().zip(row).for_each(|(s, u)| *s += weight[i] * u);
            }
            sums
        } else {
            let sampling = matches!(data.weights(), Some(Weights::Sampling(_)));
            let scale = |w: f64| if sampling { w } else { w.sqrt() };
            let scaled = rows.iter().zip(weight).map(|(row, &w)| (row, scale(w)));
            scaled.map(|(row, scale)| row.iter().map(|u| scale * u).collect()).collect()
        };
        let mut covariance = vec![0.0; p * p];
        for unit in units {
            let own = self.columns.original(&unit);
            for a in 0..p {
                for c in 0..p {
                    covariance[a * p + c] += own[a] * own[c];
                }
            }
        }
        Some(covariance)
    }
}
