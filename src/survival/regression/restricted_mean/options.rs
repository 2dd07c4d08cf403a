//! The options and the fit.

use super::link::{MeanLink, MeanMethod};
use super::model::{RestrictedMeanModel, names};
use super::responses::Responses;
use super::solve::Equation;
use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::design::Design;
use crate::survival::regression::standard_columns::StandardColumns;

/// The restricted mean `μ = E min(T, τ)` as a function of covariates, `g(μ) = β₀ + x'β`.
///
/// By weights of censoring (the default) β solves `Σ w x (Y − μ) = 0`, `Y = min(T, τ)` and w = 1/G(Y−) for those who are seen
/// up to the event or τ, 0 for those who are censored before. The covariance is the sandwich, with what the estimated G
/// adds to each subject's influence. By [pseudo-values](MeanMethod::PseudoValues) it is least squares on them.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`link`](Self::link) | identity | difference, ratio, ratio of times lost or odds: [`MeanLink`] |
/// | [`method`](Self::method) | weights of censoring | [`MeanMethod`] |
///
/// # Conventions
/// Strata of the data have a curve of censoring each: give the arms as strata where they are censored differently (survRM2
/// always does). Pseudo-values ignore strata. Who is censored at τ or later is known. A censoring that hangs on covariates
/// within a stratum biases either method. Weights that repeat rows and weights of sampling are known to the first method,
/// clusters too; infinitesimal pseudo-values take them too, others weights that repeat rows.
///
/// # Cost
/// A sort and a few passes over the rows, O(n log n + n p²).
///
/// # Example
/// The treatment's effect on the mean of the first ten years in Mayo's trial of primary biliary cirrhosis, here of a few
/// patients only; without censoring it is least squares.
/// ```
/// use greenwood::survival::regression::{MeanLink, RestrictedMeanRegression};
/// use greenwood::survival::{Design, RightCensored};
///
/// let data = RightCensored::new(&[2.0, 4.0, 12.0, 3.0, 9.0, 15.0], &[true; 6])?;
/// let design = Design::builder().numeric("treated", &[0., 0., 0., 1., 1., 1.]).build()?;
/// let model = RestrictedMeanRegression::new(10.0).fit(&data, &design)?;
/// let difference = model.coefficients()[1]; // (3 + 9 + 10)/3 − (2 + 4 + 10)/3
/// assert!((difference.value()? - 2.0).abs() < 1e-9);
/// let ratio = RestrictedMeanRegression::new(10.0).link(MeanLink::Log).fit(&data, &design)?;
/// assert!((ratio.coefficients()[1].value()? - 22.0 / 16.0).abs() < 1e-9);
/// let mean = model.restricted_mean(&model.row().numeric("treated", 1.0))?;
/// assert!((mean.value()? - 22.0 / 3.0).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Tian, Zhao & Wei (2014), Biostatistics 15:222. Andersen, Hansen & Klein (2004), Lifetime Data Anal 10:335.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct RestrictedMeanRegression {
    tau: f64,
    link: MeanLink,
    method: MeanMethod,
}

impl RestrictedMeanRegression {
    /// Means up to the horizon `tau`.
    pub fn new(tau: f64) -> Self {
        Self { tau, link: MeanLink::default(), method: MeanMethod::default() }
    }

    /// The scale on which covariates add up.
    pub fn link(self, link: MeanLink) -> Self {
        Self { link, ..self }
    }

    /// What stands in for the time of who is censored before the horizon.
    pub fn method(self, method: MeanMethod) -> Self {
        Self { method, ..self }
    }

    /// Fits the model; a column of ones is added.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the horizon is not finite and above 0; [`Error::BeyondFollowUp`] where follow-up (of one
    /// of the strata) ends before it with a censoring; [`Error::LengthMismatch`]; [`Error::Empty`];
    /// [`ModelError::Collinear`](crate::ModelError::Collinear); [`Error::Unsupported`] with delayed entry, and for pseudo-values
    /// with what they do not know.
    pub fn fit(self, data: &RightCensored, design: &Design) -> Result<RestrictedMeanModel> {
        let Self { tau, link, method } = self;
        if !(tau > 0.0 && tau < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be: "finite and above 0" });
        }
        if data.len() == 0 {
            return Err(Error::Empty { argument: "time" });
        }
        let responses = Responses::new(data, tau, method)?;
        let columns = StandardColumns::new(design, &responses.weight)?;
        let equation = Equation { columns: &columns, responses: &responses, link, method };
        let root = equation.root();
        let covariance = root.as_ref().and_then(|b| equation.covariance(b, data));
        let fitted = root.zip(covariance).map(|(b, v)| (columns.original(&b), v));
        let p = columns.p;
        let success = fitted.is_some();
        let (mut coefficients, mut covariance) = fitted.unwrap_or((vec![0.0; p], vec![0.0; p * p]));
        match link {
            // In units of time, where the search had shares of the horizon.
            MeanLink::Identity => {
                coefficients = coefficients.iter().map(|b| b * tau).collect();
                covariance = covariance.iter().map(|v| v * tau * tau).collect();
            }
            MeanLink::Log | MeanLink::LogTimeLost => coefficients[0] += if success { tau.ln() } else { 0.0 },
            MeanLink::Logit => {}
        }
        Ok(RestrictedMeanModel {
            recipe: design.recipe().clone(),
            names: names(design.names()),
            tau,
            link,
            method,
            rows: data.len(),
            known: responses.known_rows(),
            success,
            coefficients,
            covariance,
        })
    }
}
