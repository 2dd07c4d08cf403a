//! What was fitted.

use std::collections::HashMap;

use ndarray::Array2;

use crate::error::Result;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;
use crate::survival::regression::new_rows::{NewColumns, NewRow};
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::search::{Found, Problem};
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::{Estimate, Scale};

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ParametricStop {
    /// The last step was below the tolerance, with a positive definite information: a maximum.
    Converged,
    /// The scale falls to 0 and the likelihood rises without limit: the times of a stratum are all tied, or lie on a
    /// plane of the covariates.
    ScaleToZero {
        /// The stratum, from 0.
        stratum: usize,
    },
    /// The likelihood rises for ever in a direction of this column (0 is the intercept): no event, or a group without one.
    NoMaximum {
        /// The column: 0 is the intercept.
        column: usize,
    },
    /// The likelihood is flat: it does not rise in any direction that can be found, yet is no maximum.
    Flat,
    /// The limit of iterations was reached.
    MaxIterations,
}

impl ParametricStop {
    /// Is it a maximum?
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Converged
    }
}

impl std::fmt::Display for ParametricStop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Converged => f.write_str("converged"),
            Self::ScaleToZero { stratum } => {
                write!(f, "no maximum: the scale of stratum {stratum} falls to 0 (tied times)")
            }
            Self::NoMaximum { column: 0 } => f.write_str("no maximum: the intercept is infinite (no event?)"),
            Self::NoMaximum { column } => {
                write!(f, "no maximum: the coefficient of column {column} is infinite (a group without events?)")
            }
            Self::Flat => f.write_str("flat: the likelihood has no maximum that can be found"),
            Self::MaxIterations => f.write_str("the limit of iterations was reached"),
        }
    }
}

/// A fitted parametric model.
///
/// Parameters stand in the order `(Intercept)`, covariates, then the log scale of each stratum (or the shape of a family
/// that has one).
#[derive(Debug, Clone, PartialEq)]
pub struct ParametricModel {
    pub(super) family: Family,
    pub(super) recipe: Recipe,
    pub(super) names: Vec<String>,
    pub(super) coefficients: Vec<f64>,
    pub(super) variance: Array2<f64>,
    model_variance: Array2<f64>,
    pub(super) columns: usize,
    pub(super) strata: Vec<String>,
    pub(super) fixed: Option<f64>,
    pub(super) log_likelihood: f64,
    pub(super) rows: usize,
    counted: f64,
    pub(super) events: usize,
    robust: bool,
    pub(super) iterations: usize,
    pub(super) stop: ParametricStop,
}

impl ParametricModel {
    pub(super) fn new(
        family: Family,
        problem: &Problem,
        design: &Design,
        found: Found,
        (centre, spread): (&[f64], &[f64]),
    ) -> Self {
        let (n, columns, data) = (problem.size(), problem.columns, problem.data);
        // The coefficients are A θ.
        let mut a = Array2::eye(n);
        for j in 1..columns {
            a[(j, j)] = 1.0 / spread[j - 1];
            a[(0, j)] = -centre[j - 1] / spread[j - 1];
        }
        let coefficients = a.dot(&ndarray::Array1::from(found.theta.clone())).to_vec();
        let inner = Array2::from_shape_fn((n, n), {
            let variance = found.point.variance();
            move |(i, j)| variance[i * n + j]
        });
        let model_variance = a.dot(&inner).dot(&a.t());
        let robust = data.is_robust();
        let variance = if robust {
            let mut sums: HashMap<usize, Vec<f64>> = HashMap::new();
            let mut order = Vec::new();
            for (row, score) in problem.scores(&found.theta).into_iter().enumerate() {
                let cluster = data.clusters.as_ref().map_or(row, |c| c[row] as usize);
                let sum = sums.entry(cluster).or_insert_with(|| {
                    order.push(cluster);
                    vec![0.0; n]
                });
                sum.iter_mut().zip(score).for_each(|(s, x)| *s += x);
            }
            let mut meat = Array2::<f64>::zeros((n, n));
            for cluster in order {
                let s = &sums[&cluster];
                for i in 0..n {
                    for j in 0..n {
                        meat[(i, j)] += s[i] * s[j];
                    }
                }
            }
            let half = a.dot(&inner);
            half.dot(&meat).dot(&half.t())
        } else {
            model_variance.clone()
        };
        let mut names = vec!["(Intercept)".to_string()];
        names.extend(design.names().iter().cloned());
        let strata = data.strata.as_ref().filter(|_| problem.fixed.is_none());
        let strata = strata.map_or(Vec::new(), |s| s.labels().to_vec());
        if problem.fixed.is_none() {
            let other = family.ancillary();
            names.extend(if strata.is_empty() {
                vec![other.to_string()]
            } else {
                strata.iter().map(|s| format!("{other}: {s}")).collect()
            });
        }
        let counted = match &data.weights {
            Some(Weights::Replication(w)) => w.iter().sum(),
            _ => data.len() as f64,
        };
        Self {
            family,
            recipe: design.recipe().clone(),
            names,
            coefficients,
            variance,
            model_variance,
            columns,
            strata,
            fixed: problem.fixed,
            log_likelihood: found.point.value,
            rows: data.len(),
            counted,
            events: data.events(),
            robust,
            iterations: found.iterations,
            stop: found.stop,
        }
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row by name, for prediction.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// New rows by named columns, for prediction.
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// The names of the parameters.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The parameters on the working scale: intercept, covariates, log scales.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The parameter `index` with its standard error.
    #[must_use]
    pub fn coefficient(&self, index: usize) -> Option<Estimate> {
        let value = *self.coefficients.get(index)?;
        Some(Estimate::new(Scale::Identity, value, self.variance[(index, index)].max(0.0).sqrt()))
    }

    /// The limits of the parameter `index`, on its working scale.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for the level.
    pub fn interval(&self, index: usize, interval: impl Into<Interval>) -> Result<Option<ConfidenceInterval>> {
        self.coefficient(index).map(|c| c.interval(interval)).transpose()
    }

    /// The scale σ of each stratum, or the fixed one; for the other families their shape.
    #[must_use]
    pub fn scales(&self) -> Vec<f64> {
        let natural = |x: &f64| if self.family == Family::Gompertz { *x } else { x.exp() };
        self.fixed.iter().chain(&self.coefficients[self.columns..]).map(natural).collect()
    }

    /// The covariance of the parameters: robust with sampling weights or clusters.
    #[must_use]
    pub fn variance(&self) -> &Array2<f64> {
        &self.variance
    }

    /// The inverse of the observed information.
    #[must_use]
    pub fn model_variance(&self) -> &Array2<f64> {
        &self.model_variance
    }

    /// Is the variance robust?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// The log likelihood of the times.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Akaike's criterion, `−2 ln L + 2k`.
    #[must_use]
    pub fn aic(&self) -> f64 {
        -2.0 * self.log_likelihood + 2.0 * self.coefficients.len() as f64
    }

    /// The Bayesian criterion, `−2 ln L + k ln n`, n the rows (their weights where these repeat rows).
    #[must_use]
    pub fn bic(&self) -> f64 {
        -2.0 * self.log_likelihood + self.coefficients.len() as f64 * self.counted.ln()
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of rows that are not right censored.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The number of Newton steps.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// How the search ended.
    #[must_use]
    pub fn stop(&self) -> ParametricStop {
        self.stop
    }
}
