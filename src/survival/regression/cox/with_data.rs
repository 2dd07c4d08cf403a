//! A model beside the data that it was fitted to, for what cannot be had of the model alone.

use std::borrow::Cow;

use crate::error::{Error, ModelError, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::score::ties_for_risk_sets;
use crate::survival::regression::cox::separation;
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
/// # Where the likelihood is monotone
/// Residuals and hazards are those of the limit. An event there has a risk set of those alone who are undecided against it;
/// the others at risk with it are expected to have no share of it. So martingale, score and Schoenfeld residuals have
/// finite values, and a predicted curve adds the event times at which a row is undecided: beside others it has no hazard, or an
/// infinite one, or no value ([`Baseline::curve`](crate::survival::regression::Baseline::curve)). The test of proportional hazards
/// is refused.
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
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where they are not those of the fit: it names the part that differs.
    pub fn with<'a>(&'a self, data: &'a RightCensored, design: &Design) -> Result<FittedData<'a>> {
        self.fingerprint.check(data, design)?;
        let rows = Rows::new(data, design, self.offset.as_deref())?;
        Ok(FittedData { model: self, data, rows })
    }
}

impl FittedData<'_> {
    /// The rows in the risk sets that hold the model: those of the data, or, where the likelihood is monotone, those of the
    /// limit, in which each stratum is split so that only undecided pairs are left.
    pub(super) fn undecided(&self) -> Result<Cow<'_, Rows>> {
        if self.model.limit.is_none() {
            return Ok(Cow::Borrowed(&self.rows));
        }
        let ties = self.model.ties();
        if ties.of_sets() && self.rows.has_tied_events() {
            return Err(Error::Unsupported {
                method: "a hazard where a coefficient is infinite",
                with: "exact ties",
                why: "the hazard is Breslow's, and has another limit than an exact likelihood; use Efron's or \
                      Breslow's ties",
            });
        }
        let terms = self.model.terms.iter().enumerate();
        let free: Vec<usize> = terms.filter(|(_, t)| t.status != Status::Redundant).map(|(j, _)| j).collect();
        let monotone = separation::limit(&self.rows, ties, &free);
        Ok(monotone.map_or(Cow::Borrowed(&self.rows), |m| Cow::Owned(m.left)))
    }

    /// The hazards of such rows at the estimates.
    pub(super) fn hazards_by(&self, ties: Ties, rows: &Rows) -> Workspace {
        let mut workspace = Workspace::new(rows);
        workspace.hazards(rows, &self.scaled_coefficients(), ties);
        workspace.martingale(rows);
        workspace
    }

    /// The hazards of the rows of the data, by the model's rule for ties. Infinite coefficients have none there.
    pub(super) fn at_estimates(&self) -> Result<Workspace> {
        self.refuse_infinite()?;
        Ok(self.hazards_by(ties_for_risk_sets(self.model.ties()), &self.rows))
    }

    /// The first coefficient without a finite value is named where there is no answer for it.
    pub(super) fn refuse_infinite(&self) -> Result<()> {
        let mut terms = self.model.terms.iter();
        match terms.find(|t| !matches!(t.status, Status::Estimated | Status::Redundant)) {
            Some(term) => Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate: term.name.clone(),
                remedy: "fit with a penalty (`CoxPh::firth`), or leave the covariate out",
            })),
            None => Ok(()),
        }
    }

    /// The coefficients of the scaled covariates; of a limit, those by which its finite part is told.
    pub(super) fn scaled_coefficients(&self) -> Vec<f64> {
        let finite = self.model.limit.as_ref().map_or(&*self.model.coefficients, |l| &l.coefficients);
        finite.iter().zip(&self.rows.scale).map(|(b, s)| b * s).collect()
    }

    /// The model-based variance of these.
    pub(super) fn variance_of_finite(&self) -> &[f64] {
        self.model.limit.as_ref().map_or_else(|| self.model.naive(), |l| &l.model_variance)
    }
}
