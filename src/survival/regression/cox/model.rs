//! What was fitted: coefficients with their status, variances, tests, and how the iteration ended.

pub(in crate::survival::regression) mod end_of_search;
mod finished;
pub(in crate::survival::regression) mod limit;
#[cfg(feature = "serde")]
mod stored;
mod table;
pub(in crate::survival::regression) mod wald;

pub(super) use finished::Finished;

use ndarray::Array2;

use crate::error::{Error, ModelError, Result};
use crate::survival::regression::cox::{Stop, Ties};
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::new_rows::{NewColumns, NewRow};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Status, Term, TestResult};

/// A fitted proportional-hazards model. Made by [`CoxPh::fit`](crate::survival::CoxPh::fit).
///
/// # Example
/// Eighteen patients in two arms, with times as in Freireich's leukaemia trial:
/// ```
/// use greenwood::survival::{CoxPh, Design, Groups, RightCensored};
///
/// let weeks = [6., 6., 7., 10., 13., 16., 22., 23., 1., 2., 4., 5., 8., 8., 11., 12., 15., 17.];
/// let relapse = [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1].map(|event| event == 1);
/// let arm = Groups::new(&["6-MP", "6-MP", "6-MP", "6-MP", "6-MP", "6-MP", "6-MP", "6-MP", "placebo", "placebo",
///     "placebo", "placebo", "placebo", "placebo", "placebo", "placebo", "placebo", "placebo"]);
/// let data = RightCensored::new(&weeks, &relapse)?;
/// let design = Design::builder().factor("arm", &arm, "placebo").build()?;
///
/// let fit = CoxPh::new().fit(&data, &design)?;
/// assert!(fit.stop().is_success());
/// let ratio = fit.hazard_ratio("arm: 6-MP")?.unwrap();
/// assert_eq!((ratio.group(), ratio.reference()), ("arm: 6-MP", "arm: placebo"));
/// assert!(ratio.value()? < 1.0);
/// // A patient by name; what needs the data again is asked beside them.
/// let baseline = fit.with(&data, &design)?.baseline()?;
/// let treated = baseline.curve(&fit.row().level("arm", "6-MP"))?;
/// let control = baseline.curve(&fit.row().level("arm", "placebo"))?;
/// assert!(treated.value(10.0)? > control.value(10.0)?);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// With the feature `serde` a model, and its [`Baseline`](crate::survival::regression::Baseline), can be written down and read back
/// to predict elsewhere, to the last bit, without the data.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawModel"))]
pub struct CoxModel {
    /// How the design was made: rows for prediction are checked against it.
    pub(super) recipe: Recipe,
    /// Of the data of the fit.
    pub(super) fingerprint: Fingerprint,
    ties: Ties,
    rows: usize,
    events: usize,
    pub(super) terms: Vec<Term>,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    pub(super) coefficients: SideBySide,
    pub(super) offset: Option<Vec<f64>>,
    pub(super) initial: Vec<f64>,
    pub(super) log_likelihood: [f64; 2],
    score_test: TestResult,
    robust_score_test: Option<TestResult>,
    model_variance: Vec<f64>,
    robust_variance: Option<Vec<f64>>,
    /// One for each redundant column: the coefficients may move along it, and the likelihood does not see it.
    pub(super) unknown: Vec<Vec<f64>>,
    /// Where the likelihood has no maximum.
    pub(super) limit: Option<limit::LimitPart>,
    iterations: usize,
    stop: Stop,
    pub(super) ridge: f64,
    pub(super) firth: bool,
}

/// The coefficients of the terms, side by side. The terms tell them, and are compared: NaN is not equal to itself.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct SideBySide(Vec<f64>);

impl SideBySide {
    pub fn of(terms: &[Term]) -> Self {
        Self(terms.iter().map(Term::coefficient).collect())
    }
}

impl PartialEq for SideBySide {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::ops::Deref for SideBySide {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.0
    }
}

impl CoxModel {
    /// How the covariates were made: their names, levels, reference, knots and products.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row, such as a patient, given by name and checked against the recipe:
    /// `fit.row().numeric("age", 60.0).level("arm", "low")`.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// Many new rows, given by named columns and checked against the recipe:
    /// `fit.columns().numeric("age", &[60.0, 70.0]).levels("arm", &["low", "high"])`.
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// The rule for ties.
    #[must_use]
    pub fn ties(&self) -> Ties {
        self.ties
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of rows with an event, whatever their weights.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The coefficients with their names, status and standard errors.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The coefficients: 0 for a redundant column, ±∞ where the likelihood has no maximum, NaN where they are not estimable.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The log partial likelihood, penalties included, at the starting values and at the end.
    #[must_use]
    pub fn log_likelihood(&self) -> [f64; 2] {
        self.log_likelihood
    }

    /// The covariance of the coefficients: robust with sampling weights or clusters, else the inverse information.
    /// Rows and columns of what was not estimated are 0.
    #[must_use]
    pub fn variance(&self) -> Array2<f64> {
        self.matrix(self.robust_variance.as_deref().unwrap_or(&self.model_variance))
    }

    /// The inverse information, whatever the weights.
    #[must_use]
    pub fn model_variance(&self) -> Array2<f64> {
        self.matrix(&self.model_variance)
    }

    fn matrix(&self, v: &[f64]) -> Array2<f64> {
        let p = self.coefficients.len();
        Array2::from_shape_fn((p, p), |(i, j)| v[i * p + j])
    }

    pub(super) fn reported(&self) -> &[f64] {
        self.robust_variance.as_deref().unwrap_or(&self.model_variance)
    }

    pub(super) fn naive(&self) -> &[f64] {
        &self.model_variance
    }

    /// Is the variance robust?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust_variance.is_some()
    }

    /// The number of Newton steps.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Why the iteration ended: look here before the estimates are reported.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// The score test of the starting values. For one binary covariate without ties it is the log-rank test. Not valid
    /// where the variance [is robust](Self::is_robust): there [`robust_score_test`](Self::robust_score_test) is.
    #[must_use]
    pub fn score_test(&self) -> TestResult {
        self.score_test
    }

    /// The robust score test of the starting values, with sampling weights or clusters (Lin & Wei 1989): the one to report
    /// there beside Wald's, for the [`score_test`](Self::score_test) and the likelihood-ratio test take rows for
    /// independent and weights for counts. `None` without them, and with a penalty.
    #[must_use]
    pub fn robust_score_test(&self) -> Option<TestResult> {
        self.robust_score_test
    }

    /// The likelihood-ratio test of the starting values. Not valid where the variance [is robust](Self::is_robust).
    #[must_use]
    pub fn likelihood_ratio_test(&self) -> TestResult {
        TestResult {
            // At the start itself the difference is rounding.
            statistic: (2.0 * (self.log_likelihood[1] - self.log_likelihood[0])).max(0.0),
            degrees_of_freedom: self.degrees_of_freedom(),
        }
    }

    fn degrees_of_freedom(&self) -> usize {
        self.terms.iter().filter(|t| t.status != Status::Redundant).count()
    }

    /// Wald's test of the starting values, with the reported variance. Where coefficients are infinite, of the contrasts that
    /// are finite. There is no
    /// test (0 degrees of freedom) where a robust variance does not know all coefficients, as with no more clusters than
    /// covariates.
    #[must_use]
    pub fn wald_test(&self) -> TestResult {
        self.wald(&(0..self.terms.len()).collect::<Vec<_>>())
    }

    /// Wald's test that the named coefficients equal their starting values (0 unless given); where some are infinite, of their
    /// contrasts that are finite, such as that of two levels of a factor whose reference has no event.
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate).
    pub fn wald_test_of(&self, names: &[&str]) -> Result<TestResult> {
        let which = names.iter().map(|n| self.position(n)).collect::<Result<Vec<_>>>()?;
        Ok(self.wald(&which))
    }

    fn wald(&self, which: &[usize]) -> TestResult {
        let mut which: Vec<usize> =
            which.iter().copied().filter(|&j| self.terms[j].status != Status::Redundant).collect();
        which.sort_unstable();
        which.dedup();
        if let Some(limit) = &self.limit {
            return limit.wald(&which, &self.initial, self.is_robust());
        }
        which.retain(|&j| self.terms[j].std_error.is_some());
        let b: Vec<f64> = which.iter().map(|&j| self.coefficients[j] - self.initial[j]).collect();
        let [model, reported] =
            [self.naive(), self.reported()].map(|v| wald::part(v, self.coefficients.len(), &which));
        wald::wald(&b, [&model, &reported], self.is_robust())
    }

    pub(super) fn position(&self, name: &str) -> Result<usize> {
        self.terms.iter().position(|t| t.name == name).ok_or_else(|| {
            let known = self.terms.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", ");
            Error::Model(ModelError::UnknownCovariate { covariate: name.into(), known })
        })
    }

    /// The likelihood-ratio test against a model with fewer covariates, fitted to the same data by the same rule for
    /// ties. The smaller model must be a special case of this one: of two that are not nested the difference is no test.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where the two were fitted to other rows, weights, strata or offsets; [`Error::Unsupported`]
    /// where ties or penalties differ, and with Firth's penalty, which is another one in the smaller model: there
    /// [`likelihood_ratio_test_of`](crate::survival::regression::FittedData::likelihood_ratio_test_of) is the test.
    pub fn likelihood_ratio_against(&self, smaller: &Self) -> Result<TestResult> {
        self.fingerprint.check_rows(&smaller.fingerprint)?;
        if self.offset != smaller.offset {
            return Err(Error::Model(ModelError::OtherData { part: "offset".into() }));
        }
        if self.ties != smaller.ties || self.ridge != smaller.ridge || self.firth || smaller.firth {
            return Err(Error::Unsupported {
                method: "a likelihood-ratio test of two models",
                with: "other ties or penalties",
                why: "their likelihoods differ by more than the covariates; use `likelihood_ratio_test_of`",
            });
        }
        Ok(TestResult {
            statistic: 2.0 * (self.log_likelihood[1] - smaller.log_likelihood[1]),
            degrees_of_freedom: self.degrees_of_freedom().saturating_sub(smaller.degrees_of_freedom()),
        })
    }
}
