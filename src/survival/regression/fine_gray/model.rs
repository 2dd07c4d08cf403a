//! What was fitted: coefficients, both variances, the baseline, predicted incidences.

use std::fmt;

use ndarray::Array2;

use crate::error::{Error, ModelError, Result};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::quadratic_form;
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::limit::Fate;
use crate::survival::regression::cox::model::SideBySide;
use crate::survival::regression::cox::newton::Maximum;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::fine_gray::baseline::SubdistributionBaseline;
use crate::survival::regression::fine_gray::censoring::CensoringTies;
use crate::survival::regression::fine_gray::options::{FineGray, Fitted};
use crate::survival::regression::fine_gray::sandwich::{self, Integrand};
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::new_rows::{NewColumns, NewRow};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Status, Term, TestResult};

/// A fitted Fine-Gray model. Made by [`FineGray::fit`].
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
    pub(super) variance: Vec<f64>,
    pub(super) model_variance: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) stop: Stop,
    pub(super) baseline: Vec<SubdistributionBaseline>,
}

impl FineGrayModel {
    pub(super) fn new(
        options: &FineGray,
        fitted: &Fitted,
        initial: &[f64],
        start: &Point,
        free: &[usize],
        found: &Maximum,
    ) -> Self {
        let Fitted { data, design, rows, scan, groups, weights } = fitted;
        let p = rows.p;
        let unscale = |j: usize| if rows.scale[j] > 0.0 { rows.scale[j].recip() } else { 0.0 };
        // In a limit what is finite is told by the pairs that are left, within their strata.
        let (left, determined) = found.limit.as_ref().map_or((*rows, free), |l| (&l.rows, &*l.free));
        let fate = |j: usize| found.limit.as_ref().map_or(Fate::Finite, |l| l.fate[j]);
        let rescale = |mut v: Vec<f64>| {
            for i in 0..p {
                for j in 0..p {
                    v[i * p + j] *= unscale(i) * unscale(j);
                }
            }
            v
        };
        let inverse = Cholesky::new(&found.point.information, p, determined).map(|c| c.inverse());
        let scaled = inverse.clone().unwrap_or_else(|| vec![0.0; p * p]);
        let any = data.any_cause();
        let ones = vec![1.0; scan.hazard.len()];
        let of_time = Integrand { slope: Some(&ones), offset: &scan.mean, columns: p };
        let score = sandwich::influences(left, scan, &of_time, data, (groups, weights));
        // What has no finite coefficient has no variance.
        let finite = |v: Vec<f64>| {
            let mut v = rescale(v);
            for i in 0..p {
                for j in 0..p {
                    if fate(i) != Fate::Finite || fate(j) != Fate::Finite {
                        v[i * p + j] = 0.0;
                    }
                }
            }
            v
        };
        let variance = finite(sandwich::sandwich(left, &score, any, &scaled));
        let model_variance = finite(scaled);
        let gradient: Vec<f64> = free.iter().map(|&j| start.gradient[j]).collect();
        let matrix: Vec<f64> =
            free.iter().flat_map(|&i| free.iter().map(move |&j| start.information[i * p + j])).collect();
        let (statistic, degrees_of_freedom) = quadratic_form(&gradient, &matrix);
        let terms = (0..p).map(|j| {
            let status = match fate(j) {
                Fate::PlusInfinity => Status::PlusInfinity,
                Fate::MinusInfinity => Status::MinusInfinity,
                Fate::Undecided => Status::NotEstimable,
                Fate::Finite if free.contains(&j) => Status::Estimated,
                Fate::Finite => Status::Redundant,
            };
            let estimated = status == Status::Estimated;
            let se = |v: &[f64]| (estimated && inverse.is_some()).then(|| v[j * p + j].sqrt());
            Term {
                name: design.names()[j].clone(),
                status,
                coefficient: estimated.then(|| found.beta[j] * unscale(j)),
                std_error: se(&model_variance),
                robust_std_error: se(&variance),
            }
        });
        let terms: Vec<Term> = terms.collect();
        let mut log_likelihood = [start.log_likelihood, found.point.log_likelihood];
        // Without a penalty nothing else is in it; the starting values are those of the overall tests.
        if initial.iter().all(|&b| b == 0.0) {
            log_likelihood[0] = start.log_likelihood;
        }
        // At covariates 0, which are not centred: exp(−shift − β'centre).
        let centre: f64 = (0..p).map(|j| found.beta[j] * unscale(j) * rows.centre[j]).sum();
        let unit = (-scan.shift - centre).exp();
        // Of a limit there is none: at covariates 0 it may be 0 or infinite.
        let strata = scan.of_strata(rows).filter(|_| found.limit.is_none());
        let baseline = strata.map(|(stratum, of)| SubdistributionBaseline {
            label: any.strata().map_or(String::new(), |s| s.labels()[stratum.code].clone()),
            times: stratum.ties.iter().map(|t| t.time).collect(),
            jumps: scan.hazard[of.first..of.first + stratum.ties.len()].iter().map(|h| h * unit).collect(),
        });
        Self {
            recipe: design.recipe().clone(),
            fingerprint: Fingerprint::of_competing(data, design),
            cause: options.cause.clone(),
            censoring_ties: options.censoring_ties,
            censoring_groups: options.censoring_groups.clone(),
            rows: data.len(),
            events: rows.event.iter().filter(|&&e| e).count(),
            log_likelihood,
            score_test: TestResult { statistic, degrees_of_freedom },
            variance,
            model_variance,
            iterations: found.iterations,
            stop: found.stop,
            baseline: baseline.collect(),
            coefficients: SideBySide::of(&terms),
            terms,
        }
    }

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

    /// The number of events of the cause.
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

    /// Wald's test that all coefficients are 0, with the sandwich. Infinite coefficients are left out.
    #[must_use]
    pub fn wald_test(&self) -> TestResult {
        let p = self.coefficients.len();
        let which: Vec<usize> = (0..p).filter(|&j| self.terms[j].std_error.is_some()).collect();
        let sd: Vec<f64> = which.iter().map(|&j| self.variance[j * p + j].sqrt()).collect();
        let of = |a: usize, v: f64| if sd[a] > 0.0 { v / sd[a] } else { 0.0 };
        let b: Vec<f64> = which.iter().enumerate().map(|(a, &j)| of(a, self.coefficients[j])).collect();
        let mut m = Vec::with_capacity(which.len() * which.len());
        for (a, &i) in which.iter().enumerate() {
            m.extend(which.iter().enumerate().map(|(c, &j)| of(a, of(c, self.variance[i * p + j]))));
        }
        let (statistic, degrees_of_freedom) = quadratic_form(&b, &m);
        TestResult { statistic, degrees_of_freedom }
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

    /// The predicted cumulative incidence at `t` for a covariate row `x` in stratum number `stratum` (0 without strata):
    /// `1 − exp(−H₀(t) exp(x'β))`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::OutOfRange`] for a stratum that does not exist; [`ModelError::InvalidCovariate`](crate::ModelError::InvalidCovariate);
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient).
    pub fn incidence(&self, x: &[f64], stratum: usize, t: f64) -> Result<f64> {
        let p = self.coefficients.len();
        if x.len() != p {
            return Err(Error::LengthMismatch {
                argument: "x",
                len: x.len(),
                other: "the model",
                expected: p,
            });
        }
        if let Some((index, &value)) = x.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::Model(ModelError::InvalidCovariate { covariate: "x".into(), index, value }));
        }
        if let Some(term) = self.terms.iter().find(|t| !t.coefficient().is_finite()) {
            return Err(Error::Model(ModelError::InfiniteCoefficient { covariate: term.name.clone() }));
        }
        let Some(baseline) = self.baseline.get(stratum) else {
            let must_be = "the number of a stratum, the first being 0";
            return Err(Error::OutOfRange { argument: "stratum", value: stratum as f64, must_be });
        };
        let eta: f64 = x.iter().zip(&*self.coefficients).map(|(x, b)| x * b).sum();
        let hazard = baseline.at(t);
        // A ratio that has outgrown every number makes nothing of no hazard.
        Ok(if hazard > 0.0 { -(-hazard * eta.exp()).exp_m1() } else { 0.0 })
    }
}

impl fmt::Display for FineGrayModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Fine-Gray model of cause {}: {} rows, {} events; {} after {} iterations",
            self.cause, self.rows, self.events, self.stop, self.iterations
        )?;
        let width = self.terms.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(9);
        write!(
            f,
            "\n{:width$} {:>10} {:>10} {:>9} {:>8} {:>9}  {:>16}",
            "covariate", "coef", "exp(coef)", "se", "z", "p", "95% CI of exp"
        )?;
        let number = |x: Option<f64>, d: usize| x.map_or("–".to_string(), |x| format!("{x:.d$}"));
        for t in &self.terms {
            match t.status {
                Status::Redundant => {
                    write!(f, "\n{:width$} redundant: left out", t.name)?;
                    continue;
                }
                Status::NotEstimable => {
                    write!(f, "\n{:width$} not estimable: the likelihood rises either way", t.name)?;
                    continue;
                }
                _ => (),
            }
            let interval = t.interval(0.95).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:width$} {:>10.4} {:>10.4} {:>9} {:>8} {:>9}  {:>16}",
                t.name,
                t.coefficient(),
                t.hazard_ratio(),
                number(t.robust_std_error, 4),
                number(t.z(), 2),
                t.p_value().map_or("–".to_string(), |p| format!("{p:.4}")),
                interval.to_string()
            )?;
        }
        write!(f, "\nWald (sandwich)  {}", self.wald_test())
    }
}
