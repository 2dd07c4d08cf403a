//! A model beside the data that it was fitted to, for what cannot be had of the model alone.

use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::score::ties_for_risk_sets;
use crate::survival::regression::design::Design;
use crate::survival::regression::term::Status;

/// A fitted model beside its data. Made by [`CoxModel::with`], which checks that they are those of the fit.
///
/// | question | method |
/// |---|---|
/// | baseline hazard and predicted curves | [`baseline`](Self::baseline), [`baseline_by`](Self::baseline_by) |
/// | residuals | [`residuals`](Self::residuals) |
/// | are the hazards proportional? | [`proportional_hazards`](Self::proportional_hazards) |
/// | intervals and tests that hold with few events | [`profile_interval`](Self::profile_interval), [`likelihood_ratio_test_of`](Self::likelihood_ratio_test_of) |
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let design = Design::builder().numeric("x", &[0.3, 1.1, 2.0, -0.4, 0.1, 0.9]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let residuals = fit.with(&data, &design)?.residuals()?;
/// assert!(residuals.martingale().iter().sum::<f64>().abs() < 1e-12);
///
/// let others = Design::builder().numeric("x", &[0.3, 1.1, 2.0, -0.4, 0.1, 0.8]).build()?;
/// let error = fit.with(&data, &others).unwrap_err().to_string();
/// assert!(error.starts_with("covariate x differs from that of the fit"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "ask it for residuals, a baseline or a test"]
pub struct FittedData<'a> {
    pub(super) model: &'a CoxModel,
    pub(super) data: &'a RightCensored<'a>,
    pub(super) rows: Rows,
}

impl CoxModel {
    /// The model beside the data and the design that it was fitted to. The offset the model has kept.
    ///
    /// # Errors
    /// [`Error::OtherData`] where they are not those of the fit: it names the part that differs.
    pub fn with<'a>(&'a self, data: &'a RightCensored, design: &Design) -> Result<FittedData<'a>> {
        self.fingerprint.check(data, design)?;
        let rows = Rows::new(data, design, self.offset.as_deref())?;
        Ok(FittedData { model: self, data, rows })
    }
}

impl FittedData<'_> {
    /// The hazards at the estimates, by the model's rule for ties.
    pub(super) fn at_estimates(&self) -> Result<Workspace> {
        self.hazards_by(ties_for_risk_sets(self.model.ties()))
    }

    /// The hazards at the estimates. Infinite coefficients have none.
    pub(super) fn hazards_by(&self, ties: Ties) -> Result<Workspace> {
        let terms = &self.model.terms;
        if let Some(term) = terms
            .iter()
            .find(|t| matches!(t.status, Status::PlusInfinity | Status::MinusInfinity | Status::NotEstimable))
        {
            return Err(Error::InfiniteCoefficient { covariate: term.name.clone() });
        }
        let mut workspace = Workspace::new(&self.rows);
        workspace.hazards(&self.rows, &self.scaled_coefficients(), ties);
        workspace.martingale(&self.rows);
        Ok(workspace)
    }

    /// The coefficients of the scaled covariates.
    pub(super) fn scaled_coefficients(&self) -> Vec<f64> {
        self.model.coefficients.iter().zip(&self.rows.scale).map(|(b, s)| b * s).collect()
    }
}
