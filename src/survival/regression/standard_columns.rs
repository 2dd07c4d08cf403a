//! A column of ones beside the covariates, each centred and in units of its deviation, and the way back.

use crate::error::{Error, ModelError, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::design::Design;

/// A column is a combination of earlier ones where it keeps less than this share of its own square without them.
const SINGULAR: f64 = 1e-10;

/// The rows `z = (1, (x − centre)/unit)`, row-major.
#[derive(Debug, Clone)]
pub(super) struct StandardColumns {
    pub p: usize,
    pub z: Vec<f64>,
    centre: Vec<f64>,
    unit: Vec<f64>,
}

impl StandardColumns {
    /// Of the rows that have a weight; the columns must be independent in them.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`ModelError::Collinear`].
    pub fn new(design: &Design, weights: &[f64]) -> Result<Self> {
        let (n, q) = (weights.len(), design.columns());
        if design.rows() != n && q > 0 {
            let (len, expected) = (design.rows(), n);
            return Err(Error::LengthMismatch { argument: "the design", len, other: "time", expected });
        }
        let (x, total) = (design.matrix(), weights.iter().sum::<f64>());
        let (mut centre, mut unit) = (vec![0.0; q], vec![1.0; q]);
        for j in 0..q {
            // In units of its largest value, so that no square overflows.
            let most = (0..n).filter(|&i| weights[i] > 0.0).fold(0.0, |m: f64, i| m.max(x[(i, j)].abs()));
            let most = if most > 0.0 { most } else { 1.0 };
            let mean = |of: &dyn Fn(f64) -> f64| {
                (0..n).map(|i| weights[i] / total * of(x[(i, j)] / most)).sum::<f64>()
            };
            let middle = mean(&|v| v);
            let deviation = mean(&|v| (v - middle).powi(2)).sqrt();
            if !(deviation > 1e-7) {
                return Err(collinear(design, j));
            }
            (centre[j], unit[j]) = (middle * most, deviation * most);
        }
        let mut z = Vec::with_capacity(n * (q + 1));
        for i in 0..n {
            z.push(1.0);
            z.extend((0..q).map(|j| (x[(i, j)] - centre[j]) / unit[j]));
        }
        let columns = Self { p: q + 1, z, centre, unit };
        let cross = columns.cross(|i| weights[i] / total);
        let kept = Cholesky::independent(&cross, q + 1, SINGULAR, 0.0);
        match (1..=q).find(|j| !kept.contains(j)) {
            Some(j) => Err(collinear(design, j - 1)),
            None => Ok(columns),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.z.len() / self.p
    }

    /// One row.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    /// `z'b` of a row.
    pub fn dot(&self, i: usize, b: &[f64]) -> f64 {
        self.row(i).iter().zip(b).map(|(z, b)| z * b).sum()
    }

    /// `Σ w z z'`, row-major.
    pub fn cross(&self, weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let p = self.p;
        let mut cross = vec![0.0; p * p];
        for i in 0..self.rows() {
            let (z, w) = (self.row(i), weight(i));
            for a in 0..p {
                for b in 0..=a {
                    cross[a * p + b] += w * z[a] * z[b];
                }
            }
        }
        for a in 0..p {
            for b in 0..a {
                cross[b * p + a] = cross[a * p + b];
            }
        }
        cross
    }

    /// The coefficients of the columns as they were given.
    pub fn original(&self, b: &[f64]) -> Vec<f64> {
        let mut own: Vec<f64> = b.to_vec();
        for j in 1..self.p {
            own[j] = b[j] / self.unit[j - 1];
            own[0] -= own[j] * self.centre[j - 1];
        }
        own
    }
}

fn collinear(design: &Design, column: usize) -> Error {
    Error::Model(ModelError::Collinear { covariate: design.names()[column].clone() })
}
