//! A model beside the data that it was fitted to, for what cannot be had of the model alone.

use crate::error::Result;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::design::Design;
use crate::survival::regression::fine_gray::integrand::{Integrand, Slope};
use crate::survival::regression::fine_gray::model::FineGrayModel;
use crate::survival::regression::fine_gray::risk_set::RiskSet;
use crate::survival::regression::fine_gray::sandwich;
use crate::survival::regression::fine_gray::scan::Scan;
use crate::survival::regression::term::Status;

/// A fitted Fine-Gray model beside its data. Made by [`FineGrayModel::with`], which checks that they are those of the fit.
///
/// | question | method |
/// |---|---|
/// | predicted incidences with standard errors | [`incidence`](Self::incidence) |
/// | residuals | [`residuals`](Self::residuals) |
/// | are the subdistribution hazards proportional? | [`proportional_hazards`](Self::proportional_hazards) |
///
/// # Where the likelihood is monotone
/// All of them are those of the limit, in which an event has a risk set of those alone who are undecided against it. The
/// incidence of a row adds up over the events beside which it is undecided; beside others its hazard is 0, or infinite: then the
/// incidence is 1 from there on; or it has no value, and the incidence is refused.
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Design, FineGray};
///
/// let outcome = [Some("a"), Some("b"), Some("a"), None, Some("b"), Some("a"), Some("a"), None];
/// let data = CompetingRisks::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &outcome)?;
/// let design = Design::builder().numeric("age", &[61., 50., 48., 70., 58., 66., 52., 55.]).build()?;
/// let fit = FineGray::new("a").fit(&data, &design)?;
/// let beside = fit.with(&data, &design)?;
/// let at = &beside.incidence(&fit.row().numeric("age", 60.0), &[6.0])?[0];
/// let (lower, upper) = at.interval(0.95)?.bounds().unwrap();
/// assert!(lower < at.value() && at.value() < upper);
/// assert!(beside.residuals().schoenfeld().sum().abs() < 1e-9);
///
/// let others = Design::builder().numeric("age", &[0.; 8]).build()?;
/// let error = fit.with(&data, &others).unwrap_err().to_string();
/// assert!(error.starts_with("covariate age differs from that of the fit"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "ask it for predictions, residuals or a test"]
pub struct FittedCompetingRisks<'a> {
    pub(super) model: &'a FineGrayModel,
    pub(super) data: &'a CompetingRisks<'a>,
    /// Of the data; where a coefficient is infinite, in the risk sets of the limit.
    pub(super) rows: Rows,
    pub(super) scan: Scan,
    /// The stratum whose baseline counts.
    pub(super) stratum: Option<String>,
}

impl FineGrayModel {
    /// The model beside the data and the design that it was fitted to. The groups of censoring the model has kept.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where they are not those of the fit: it names the part that differs.
    pub fn with<'a>(&'a self, data: &'a CompetingRisks, design: &Design) -> Result<FittedCompetingRisks<'a>> {
        self.fingerprint.check_competing(data, design)?;
        let cause = data.position(self.cause())? as u32 + 1;
        let (groups, ties) = (self.censoring_groups.as_ref(), self.censoring_ties);
        let (sets, rows) = RiskSet::with_rows(data, design, cause, groups, ties)?;
        let rows = match &self.limit {
            Some(limit) => {
                let free: Vec<usize> = self.columns_of(|status| status != Status::Redundant);
                sets.of_limit(rows, &free, &limit.directions)
            }
            None => rows,
        };
        let mut scan = sets.scan(&rows);
        let beta: Vec<f64> = self.finite_part().iter().zip(&rows.scale).map(|(b, s)| b * s).collect();
        scan.stand_at(&rows, &beta);
        Ok(FittedCompetingRisks { model: self, data, rows, scan, stratum: None })
    }

    /// The coefficients; of a limit, those by which its finite part is told.
    pub(super) fn finite_part(&self) -> &[f64] {
        self.limit.as_ref().map_or(&*self.coefficients, |l| &l.coefficients)
    }

    /// The inverse information of these.
    pub(super) fn variance_of_finite(&self) -> &[f64] {
        self.limit.as_ref().map_or(&self.model_variance, |l| &l.model_variance)
    }

    /// The columns whose terms have such a status.
    pub(super) fn columns_of(&self, wanted: impl Fn(Status) -> bool) -> Vec<usize> {
        let terms = self.terms();
        (0..terms.len()).filter(|&j| wanted(terms[j].status())).collect()
    }
}

impl FittedCompetingRisks<'_> {
    /// The stratum whose baseline counts for predictions, where the data have strata.
    pub fn stratum(self, label: impl ToString) -> Self {
        Self { stratum: Some(label.to_string()), ..self }
    }

    /// What each row adds to an integral, per unit of weight, in the order of the sorted rows.
    pub(super) fn influences(&self, of_time: &Integrand) -> Vec<f64> {
        sandwich::influences(&self.rows, &self.scan, of_time, self.data)
    }

    /// What each row adds to the score.
    pub(super) fn score(&self) -> Vec<f64> {
        self.influences(&Integrand { slope: Slope::One, offset: &self.scan.mean, columns: self.rows.p })
    }

    /// The inverse of the information, penalty included, of the scaled coefficients.
    pub(super) fn inverse_information(&self) -> Vec<f64> {
        let (p, scale) = (self.rows.p, &self.rows.scale);
        let v = self.model.variance_of_finite();
        (0..p * p).map(|k| v[k] * scale[k / p] * scale[k % p]).collect()
    }
}
