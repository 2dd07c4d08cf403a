//! What was fitted: coefficients, both variances, the baseline, predicted incidences.

use std::fmt;

use ndarray::Array2;

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::print::{self, Number, PValue, counted, one_line};
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::model::SideBySide;
use crate::survival::regression::cox::model::limit::LimitPart;
use crate::survival::regression::cox::model::wald;
use crate::survival::regression::fine_gray::baseline::SubdistributionBaseline;
use crate::survival::regression::fine_gray::censoring::CensoringTies;
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::new_rows::{NewColumns, NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Status, Term, TestResult};
use crate::survival::result::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// A fitted Fine-Gray model. Made by [`FineGray::fit`](crate::survival::FineGray::fit).
///
/// It predicts incidences alone ([`incidence`](Self::incidence)); with standard errors, and for residuals and the test of
/// proportional hazards, it is set [beside its data](Self::with). With the feature `serde` it can be written down and read
/// back.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawModel"))]
pub struct FineGrayModel {
    /// How the design was made: rows for prediction are checked against it.
    pub(super) recipe: Recipe,
    /// Of the data of the fit.
    pub(super) fingerprint: Fingerprint,
    pub(super) cause: String,
    pub(super) censoring_ties: CensoringTies,
    pub(super) censoring_groups: Option<Groups>,
    pub(super) rows: usize,
    pub(super) events: usize,
    pub(super) terms: Vec<Term>,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    pub(super) coefficients: SideBySide,
    pub(super) log_likelihood: [f64; 2],
    pub(super) score_test: TestResult,
    pub(super) limit: Option<LimitPart>,
    pub(super) variance: Vec<f64>,
    pub(super) model_variance: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) stop: Stop,
    pub(super) baseline: Vec<SubdistributionBaseline>,
}

impl FineGrayModel {
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

    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of rows with an event of the cause, whatever their weights.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The coefficients with their names, status and standard errors. Tests and intervals use the robust one, which is
    /// that of Fine and Gray's sandwich.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The coefficients: logarithms of subdistribution hazard ratios; 0 for a redundant column, ±∞ or NaN where the
    /// likelihood has no maximum ([`Term::status`]).
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The log partial likelihood at the starting values and at the end. It is a pseudo-likelihood: differences of it are
    /// no likelihood-ratio tests.
    #[must_use]
    pub fn log_likelihood(&self) -> [f64; 2] {
        self.log_likelihood
    }

    /// The covariance of the coefficients: Fine and Gray's sandwich.
    #[must_use]
    pub fn variance(&self) -> Array2<f64> {
        self.matrix(&self.variance)
    }

    /// The inverse of the information alone.
    #[must_use]
    pub fn model_variance(&self) -> Array2<f64> {
        self.matrix(&self.model_variance)
    }

    fn matrix(&self, v: &[f64]) -> Array2<f64> {
        let p = self.coefficients.len();
        Array2::from_shape_fn((p, p), |(i, j)| v[i * p + j])
    }

    /// Wald's test that all coefficients are 0, with the sandwich. Where coefficients are infinite, of the contrasts that are
    /// finite, such as that of two levels of a factor whose reference has no event. There is no test (0 degrees of freedom) where the
    /// sandwich does not know all coefficients, as with no more clusters than covariates.
    #[must_use]
    pub fn wald_test(&self) -> TestResult {
        let p = self.coefficients.len();
        if let Some(limit) = &self.limit {
            let which: Vec<usize> = (0..p).filter(|&j| self.terms[j].status != Status::Redundant).collect();
            return limit.wald(&which, &vec![0.0; p], true);
        }
        let which: Vec<usize> = (0..p).filter(|&j| self.terms[j].std_error.is_some()).collect();
        let b: Vec<f64> = which.iter().map(|&j| self.coefficients[j]).collect();
        let [model, reported] = [&self.model_variance, &self.variance].map(|v| wald::part(v, p, &which));
        wald::wald(&b, [&model, &reported], true)
    }

    /// The score test of the starting values, with the information: of the pseudo-likelihood.
    #[must_use]
    pub fn score_test(&self) -> TestResult {
        self.score_test
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

    /// The baseline hazard of each stratum; none where a coefficient is infinite.
    #[must_use]
    pub fn baseline(&self) -> &[SubdistributionBaseline] {
        &self.baseline
    }

    /// The model of one stratum: its own baseline beside the common coefficients, for predictions of its members.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(&self, label: &str) -> Result<Self> {
        match self.baseline.iter().find(|b| b.label() == label) {
            Some(own) => Ok(Self { baseline: vec![own.clone()], ..self.clone() }),
            None => Err(Error::UnknownLabel { label: label.into(), known: self.strata() }),
        }
    }

    fn strata(&self) -> String {
        self.baseline.iter().map(SubdistributionBaseline::label).collect::<Vec<_>>().join(", ")
    }

    /// The predicted cumulative incidence of one row, given by name ([`row`](Self::row)), at each of some times:
    /// `1 − exp(−H₀(t) exp(x'β))`. [Beside the data](Self::with) it has its standard error, and a value where a coefficient is
    /// infinite.
    ///
    /// # Errors
    /// Those of [`CoxModel::linear_predictor`](crate::survival::CoxModel::linear_predictor) for the row;
    /// [`Error::LengthMismatch`] for more than one; [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient);
    /// [`Error::NotEstimable`] for a time that is NaN, negative, or beyond follow-up;
    /// [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) with several strata: name one ([`stratum`](Self::stratum)).
    pub fn incidence(&self, row: &impl NewRows, times: &[f64]) -> Result<Vec<f64>> {
        let x = one_row(row, &self.recipe, "the row")?;
        if let Some(term) = self.terms.iter().find(|t| !t.coefficient().is_finite()) {
            return Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate: term.name.clone(),
                remedy: "fit with a penalty (`FineGray::ridge`), or leave the covariate out",
            }));
        }
        let baseline = match &self.baseline[..] {
            [] => None,
            [own] => Some(own),
            _ => return Err(Error::Model(ModelError::StratumNeeded { known: self.strata() })),
        };
        check_times(times, baseline.map_or(0.0, SubdistributionBaseline::last))?;
        let eta: f64 = x.iter().zip(&*self.coefficients).map(|(x, b)| x * b).sum();
        // A ratio that has outgrown every number makes nothing of no hazard.
        let incidence = |hazard: f64| if hazard > 0.0 { -(-hazard * eta.exp()).exp_m1() } else { 0.0 };
        let at = |&t: &f64| baseline.map_or(Ok(0.0), |b| Ok(incidence(b.at(t)?)));
        times.iter().map(at).collect()
    }
}

/// Refuses what is no time up to the end of follow-up.
pub(super) fn check_times(times: &[f64], last: f64) -> Result<()> {
    for &t in times {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime.into());
        }
        if t > last {
            return Err(NotEstimable::BeyondFollowUp { time: t, last }.into());
        }
    }
    Ok(())
}

prints_limits!(FineGrayModel);

impl PrintsLimits for FineGrayModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Fine-Gray model of cause {}: {}, {}; {} after {}",
            one_line(&self.cause),
            counted(self.rows, "row"),
            counted(self.events, "event"),
            self.stop,
            counted(self.iterations, "iteration")
        )?;
        let width = self.terms.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(9);
        write!(
            f,
            "\n{:width$} {:>10} {:>10} {:>9} {:>8} {:>9}  {:>16}",
            "covariate",
            "coef",
            "exp(coef)",
            "se",
            "z",
            "p",
            format!("{} CI of exp", print::level(interval.confidence_level()))
        )?;
        let number = |x: Option<f64>, d: usize| print::or_missing(x, |x| format!("{:.d$}", Number(x)));
        for t in &self.terms {
            match t.status {
                Status::Redundant => {
                    write!(f, "\n{:width$} redundant: left out", one_line(&t.name))?;
                    continue;
                }
                Status::NotEstimable => {
                    write!(
                        f,
                        "\n{:width$} not estimable: the likelihood rises either way",
                        one_line(&t.name)
                    )?;
                    continue;
                }
                _ => (),
            }
            let limits = t.interval(interval).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:width$} {:>10.4} {:>10.4} {:>9} {:>8} {:>9}  {:>16}",
                one_line(&t.name),
                Number(t.coefficient()),
                Number(t.hazard_ratio()),
                number(t.robust_std_error, 4),
                number(t.z(), 2),
                print::or_missing(t.p_value(), |p| PValue(p).to_string()),
                limits.to_string()
            )?;
        }
        write!(f, "\nWald (sandwich)  {}", self.wald_test())
    }
}
