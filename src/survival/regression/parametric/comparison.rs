//! Several families on the same data, side by side.

use std::fmt;

use crate::error::{Error, ModelError, Result};
use crate::print::MISSING;
use crate::survival::regression::design::Design;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::observations::Observations;
use crate::survival::regression::parametric::options::Parametric;
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// Models of the same data by their information criteria, the smallest Akaike criterion first.
///
/// A model whose search found no maximum is listed without a weight, and its diagnosis says why; a family that refused the
/// data is listed in [`refused`](Self::refused).
///
/// # Cost
/// One fit of [`Parametric`] for each family.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::regression::parametric::Comparison;
/// use greenwood::survival::{Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let families = [Family::Exponential, Family::Weibull, Family::LogNormal];
/// let table = Comparison::fit(&families, &data, &Design::without_covariates(6))?;
/// assert_eq!(table.rows().len(), 3);
/// assert!(table.rows()[0].aic <= table.rows()[1].aic);
/// assert!((table.rows().iter().filter_map(|row| row.weight).sum::<f64>() - 1.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Akaike (1974), IEEE Trans Automat Contr 19:716; Burnham & Anderson (2002), Model Selection, chapter 2.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comparison {
    rows: Vec<ComparedModel>,
    refused: Vec<(String, String)>,
}

/// A row of a [`Comparison`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ComparedModel {
    /// The name of the family.
    pub distribution: String,
    /// The number of coefficients.
    pub coefficients: usize,
    /// The log likelihood.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// That for small samples; none where there are too few rows for it.
    pub aicc: Option<f64>,
    /// The Bayesian criterion.
    pub bic: f64,
    /// Akaike's weight among the models with a maximum: `e^{−Δ/2}`, to sum 1.
    pub weight: Option<f64>,
    /// How the search ended.
    pub diagnosis: String,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(ComparedModel {
    distribution: String,
    coefficients: usize,
    log_likelihood: f64,
    aic: f64,
    aicc: Option<f64>,
    bic: f64,
    weight: Option<f64>,
    diagnosis: String,
});

#[cfg(feature = "serde")]
impl ComparedModel {
    fn check(&self) -> crate::error::Result<()> {
        stored::count("the number of coefficients", self.coefficients)?;
        stored::number("the log likelihood", self.log_likelihood)?;
        [Some(self.aic), self.aicc, Some(self.bic)]
            .into_iter()
            .flatten()
            .try_for_each(|x| stored::number("an information criterion", x))?;
        self.weight.map_or(Ok(()), |w| stored::probability("a weight", w))
    }
}

impl Comparison {
    /// Fits each family with the default options.
    ///
    /// # Errors
    /// [`Error::Empty`] without families; the error of the first of them where all refuse the data.
    pub fn fit(families: &[Family], data: impl Into<Observations>, design: &Design) -> Result<Self> {
        let data = data.into();
        let (mut models, mut refused, mut first) = (Vec::new(), Vec::new(), None);
        for family in families {
            match Parametric::new(family.clone()).fit(&data, design) {
                Ok(model) => models.push(model),
                Err(error) => {
                    refused.push((family.to_string(), error.to_string()));
                    first = first.or(Some(error));
                }
            }
        }
        match first {
            Some(error) if models.is_empty() => return Err(error),
            _ => {}
        }
        let models: Vec<&ParametricModel> = models.iter().collect();
        Ok(Self { refused, ..Self::of(&models)? })
    }

    /// Of models that were fitted before, to the same rows.
    ///
    /// # Errors
    /// [`Error::Empty`] without models; [`ModelError::OtherData`](crate::ModelError::OtherData) where rows or events differ in number.
    pub fn of(models: &[&ParametricModel]) -> Result<Self> {
        let [first, ..] = models else { return Err(Error::Empty { argument: "models" }) };
        let size = |model: &ParametricModel| (model.rows(), model.events());
        if let Some(other) = models.iter().find(|m| size(m) != size(first)) {
            return Err(Error::Model(ModelError::OtherData {
                part: format!("the data of {}", other.family()),
            }));
        }
        let best =
            models.iter().filter(|m| m.stop().is_success()).map(|m| m.aic()).fold(f64::INFINITY, f64::min);
        let relative = |m: &ParametricModel| m.stop().is_success().then(|| (-0.5 * (m.aic() - best)).exp());
        let total: f64 = models.iter().filter_map(|m| relative(m)).sum();
        let row = |model: &&ParametricModel| ComparedModel {
            distribution: model.family().to_string(),
            coefficients: model.coefficients().len(),
            log_likelihood: model.log_likelihood(),
            aic: model.aic(),
            aicc: Some(model.aicc()).filter(|c| c.is_finite()),
            bic: model.bic(),
            weight: relative(model).map(|w| w / total),
            diagnosis: model.diagnosis(),
        };
        let mut rows: Vec<ComparedModel> = models.iter().map(row).collect();
        rows.sort_by(|a, b| a.aic.total_cmp(&b.aic));
        Ok(Self { rows, refused: Vec::new() })
    }

    /// The models, the smallest Akaike criterion first.
    #[must_use]
    pub fn rows(&self) -> &[ComparedModel] {
        &self.rows
    }

    /// The families that refused the data, with the reason.
    #[must_use]
    pub fn refused(&self) -> &[(String, String)] {
        &self.refused
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|r| r.distribution.len()).max().unwrap_or(0).max(18);
        write!(
            f,
            "{:width$} {:>4} {:>14} {:>12} {:>12} {:>12} {:>7}",
            "distribution", "k", "log likelihood", "AIC", "AICc", "BIC", "weight"
        )?;
        for row in &self.rows {
            let aicc = row.aicc.map_or(MISSING.into(), |c| format!("{c:.3}"));
            write!(
                f,
                "\n{:width$} {:>4} {:>14.3} {:>12.3} {aicc:>12} {:>12.3}",
                row.distribution, row.coefficients, row.log_likelihood, row.aic, row.bic
            )?;
            match row.weight {
                Some(weight) => write!(f, " {weight:>7.3}")?,
                None => write!(f, " {MISSING:>7}  {}", row.diagnosis)?,
            }
        }
        for (distribution, why) in &self.refused {
            write!(f, "\n{distribution}: {why}")?;
        }
        Ok(())
    }
}
