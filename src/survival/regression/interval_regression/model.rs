//! What was fitted: coefficients, the baseline of each stratum, and the certificate.

#[cfg(feature = "serde")]
mod stored;
mod table;

use ndarray::Array2;

use super::link::IntervalLink;
use crate::error::{Error, ModelError, Result};
use crate::survival::curve::turnbull::{Place, TurnbullCurve};
use crate::survival::regression::cox::Stop;
use crate::survival::regression::new_rows::{NewColumns, NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Term, TestResult};

/// A fitted model of interval-censored events. Made by
/// [`IntervalRegression::fit`](super::IntervalRegression::fit).
///
/// With a monotone likelihood ([`Stop::InfiniteCoefficient`]) the finite coefficients, and the log likelihood, are those of the
/// limit in which the others are infinite; there is no curve then.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawModel"))]
pub struct IntervalModel {
    pub(super) recipe: Recipe,
    pub(super) link: IntervalLink,
    pub(super) rows: usize,
    pub(super) subjects: f64,
    pub(super) terms: Vec<Term>,
    pub(super) variance: Vec<f64>,
    /// The covariates at which the baseline stands.
    pub(super) centre: Vec<f64>,
    pub(super) log_likelihood: [f64; 2],
    pub(super) gap: f64,
    pub(super) score: f64,
    pub(super) iterations: usize,
    pub(super) stop: Stop,
    pub(super) baseline: Vec<StratumBaseline>,
}

/// The maximal intersections of a stratum and α after each but the last.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub(super) struct StratumBaseline {
    pub label: String,
    pub rows: usize,
    pub subjects: f64,
    #[cfg_attr(feature = "serde", serde(serialize_with = "stored::write_places"))]
    pub places: Vec<(Place, Place)>,
    pub level: Vec<f64>,
}

impl IntervalModel {
    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row by name, as [`CoxModel::row`](crate::survival::CoxModel::row).
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// Many new rows by named columns, as [`CoxModel::columns`](crate::survival::CoxModel::columns).
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// The scale on which covariates add.
    #[must_use]
    pub fn link(&self) -> IntervalLink {
        self.link
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of subjects: the sum of the weights.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.subjects
    }

    /// The coefficients with their names, status and standard errors. [`Term::hazard_ratio`] is `exp β`: with proportional odds a
    /// ratio of odds.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The coefficients: positive where events come earlier; 0 for a redundant column, ±∞ or NaN where the likelihood has no
    /// maximum ([`Term::status`]).
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        self.terms.iter().map(Term::coefficient).collect()
    }

    /// The covariance of the coefficients by the profile likelihood; 0 for what has none.
    #[must_use]
    pub fn variance(&self) -> Array2<f64> {
        let p = self.terms.len();
        Array2::from_shape_fn((p, p), |(i, j)| self.variance[i * p + j])
    }

    /// The log likelihood without covariates, which is Turnbull's, and at the maximum.
    #[must_use]
    pub fn log_likelihood(&self) -> [f64; 2] {
        self.log_likelihood
    }

    /// The likelihood-ratio test of all coefficients (Murphy & van der Vaart 1997, Ann Stat 25:1471).
    #[must_use]
    pub fn likelihood_ratio_test(&self) -> TestResult {
        let [null, fitted] = self.log_likelihood;
        let redundant = |t: &&Term| t.status() == crate::survival::regression::term::Status::Redundant;
        TestResult {
            statistic: (2.0 * (fitted - null)).max(0.0),
            degrees_of_freedom: self.terms.len() - self.terms.iter().filter(redundant).count(),
        }
    }

    /// The certificate of the maximum: the largest derivative of the log likelihood, relative to Σw, by anything that may still be
    /// moved: a coefficient in units of its column's deviation, the baseline α (the logarithm of the cumulative hazard or of the odds) of
    /// one of its levels, or of a part of one in the direction in which it may leave it. The log likelihood is concave in all of
    /// them, so at 0 it is at its maximum.
    #[must_use]
    pub fn gap(&self) -> f64 {
        self.gap
    }

    /// The part of the [gap](Self::gap) that is that of the coefficients.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.score
    }

    /// The number of steps from the model without covariates.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Why the search ended: look here before the estimates are reported.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// The labels of the strata, one that is empty where there are none.
    #[must_use]
    pub fn strata(&self) -> Vec<&str> {
        self.baseline.iter().map(|b| b.label.as_str()).collect()
    }

    /// The predicted curve of one row, of a model without strata. Its rows, log likelihood and gap are those of the model.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with strata; those of [`curve_in`](Self::curve_in).
    pub fn curve(&self, row: &impl NewRows) -> Result<TurnbullCurve> {
        if self.baseline.len() > 1 {
            return Err(Error::Unsupported {
                method: "a curve without a stratum",
                with: "a model with strata",
                why: "each has a baseline of its own: use `curve_in`",
            });
        }
        self.curve_of(self.baseline.first(), row)
    }

    /// The predicted curve of one row in a stratum.
    ///
    /// # Errors
    /// [`ModelError::InfiniteCoefficient`] where the likelihood has no maximum; [`Error::UnknownLabel`] for a stratum that does not
    /// exist; those of [`NewColumns::build`], and [`Error::LengthMismatch`] for more rows than one.
    pub fn curve_in(&self, stratum: &str, row: &impl NewRows) -> Result<TurnbullCurve> {
        let found = self.baseline.iter().find(|b| b.label == stratum);
        if found.is_none() && !self.baseline.is_empty() {
            return Err(Error::UnknownLabel { label: stratum.into(), known: self.strata().join(", ") });
        }
        self.curve_of(found, row)
    }

    fn curve_of(&self, of: Option<&StratumBaseline>, row: &impl NewRows) -> Result<TurnbullCurve> {
        let Some(of) = of else {
            let infinite = self.terms.iter().find(|t| !t.coefficient().is_finite());
            let covariate = infinite.map_or(String::new(), |t| t.name().into());
            return Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate,
                remedy: "leave the covariate out, or join the level with another",
            }));
        };
        let x = one_row(row, &self.recipe, "the row")?;
        let terms = self.terms.iter().zip(x.iter().zip(&self.centre));
        let shift: f64 = terms.map(|(t, (x, c))| t.coefficient() * (x - c)).sum();
        let ends = [f64::NEG_INFINITY].into_iter().chain(of.level.iter().copied());
        let ends: Vec<f64> = ends.chain([f64::INFINITY]).collect();
        let mass: Vec<f64> = ends
            .windows(2)
            .map(|w| if w[0] == w[1] { 0.0 } else { self.link.log_probability(w[0], w[1], shift).exp() })
            .collect();
        let size = (of.rows, of.subjects);
        Ok(TurnbullCurve::predicted(
            of.places.clone(),
            mass,
            size,
            self.log_likelihood[1],
            self.gap,
            self.iterations,
        ))
    }
}
