//! What was fitted: coefficients with their covariance, and predicted means.

use std::fmt;

use super::link::{MeanLink, MeanMethod};
use crate::error::{NotEstimable, Result};
use crate::print::{self, MISSING, Number, PValue, counted, one_line};
use crate::survival::regression::new_rows::{NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// The restricted mean as a function of covariates: the result of
/// [`RestrictedMeanRegression`](super::RestrictedMeanRegression).
///
/// # Example
/// ```
/// use greenwood::survival::regression::RestrictedMeanRegression;
/// use greenwood::survival::{Design, RightCensored};
///
/// let data = RightCensored::new(&[2.0, 4.0, 12.0, 3.0, 9.0, 15.0], &[true; 6])?;
/// let design = Design::builder().numeric("treated", &[0., 0., 0., 1., 1., 1.]).build()?;
/// let model = RestrictedMeanRegression::new(10.0).fit(&data, &design)?;
/// assert_eq!(model.names(), ["(Intercept)", "treated"]);
/// assert!(model.to_string().starts_with("Restricted mean up to 10 by covariates (weights of censoring): 6 rows"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RestrictedMeanModel {
    pub(super) recipe: Recipe,
    pub(super) names: Vec<String>,
    pub(super) tau: f64,
    pub(super) link: MeanLink,
    pub(super) method: MeanMethod,
    pub(super) rows: usize,
    pub(super) known: usize,
    /// Was a root found? If not, the numbers are 0 and are not shown.
    pub(super) success: bool,
    pub(super) coefficients: Vec<f64>,
    pub(super) covariance: Vec<f64>,
}

/// The names of the coefficients.
pub(super) fn names(columns: &[String]) -> Vec<String> {
    std::iter::once("(Intercept)".to_string()).chain(columns.iter().cloned()).collect()
}

impl RestrictedMeanModel {
    /// The coefficients: `(Intercept)` and the columns of the design.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row, given by name and checked against the recipe.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// The horizon.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The scale on which covariates add up.
    #[must_use]
    pub fn link(&self) -> MeanLink {
        self.link
    }

    /// What stood in for the times of those who were censored.
    #[must_use]
    pub fn method(&self) -> MeanMethod {
        self.method
    }

    /// Was the equation solved? It has no finite solution where the mean of some rows is 0 or τ on a scale that is
    /// infinite there; coefficients are then not estimable.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.success
    }

    /// The effects, in the order of [`names`](Self::names): differences in units of time, or ratios (of means, of times
    /// lost, of odds) whose standard error is that of the logarithm. The first is the mean (ratio: mean, time lost, odds)
    /// where all covariates are 0.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Estimate> {
        let scale = if self.link.is_ratio() { Scale::Log } else { Scale::Identity };
        let p = self.names.len();
        let one = |j: usize| Estimate::new(scale, self.coefficients[j], self.covariance[j * p + j].sqrt());
        let none = Estimate::none(scale, NotEstimable::NoMaximum);
        (0..p).map(|j| if self.success { one(j) } else { none }).collect()
    }

    /// The covariance of the coefficients on the scale of the link, row by row; zeros without [success](Self::is_success).
    #[must_use]
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// The restricted mean of a row given by name, with its standard error by the delta method. With the identity it
    /// may leave 0 to τ.
    ///
    /// # Errors
    /// [`ModelError::MissingCovariate`](crate::ModelError::MissingCovariate) and others where the row is not one of the model.
    pub fn restricted_mean(&self, row: &impl NewRows) -> Result<Estimate> {
        let x: Vec<f64> = std::iter::once(1.0).chain(one_row(row, &self.recipe, "the row")?).collect();
        let p = x.len();
        let eta: f64 = self.coefficients.iter().zip(&x).map(|(b, x)| b * x).sum();
        let variance: f64 =
            (0..p * p).map(|k| x[k / p] * self.covariance[k] * x[k % p]).sum::<f64>().max(0.0);
        let se = variance.sqrt();
        let (share, slope) = self.link.mean(eta);
        Ok(match self.link {
            _ if !self.success => Estimate::none(Scale::Identity, NotEstimable::NoMaximum),
            MeanLink::Identity => Estimate::new(Scale::Identity, eta, se),
            MeanLink::Log => Estimate::new(Scale::Log, eta, se),
            MeanLink::LogTimeLost => Estimate::new(Scale::Identity, self.tau - share, slope * se),
            MeanLink::Logit => Estimate::new(Scale::Identity, self.tau * share, self.tau * slope * se),
        })
    }
}

prints_limits!(RestrictedMeanModel);

impl PrintsLimits for RestrictedMeanModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, known, .. } = self;
        write!(f, "Restricted mean up to {} by covariates ({}): ", Number(self.tau), self.method)?;
        write!(f, "{}, of {known} the time up to there is known", counted(rows, "row"))?;
        if !self.success {
            return write!(f, "\nno estimates: the {} has no finite solution", self.link);
        }
        let what = match self.link {
            MeanLink::Identity => "difference",
            MeanLink::Log => "ratio of means",
            MeanLink::LogTimeLost => "ratio of times lost",
            MeanLink::Logit => "odds ratio",
        };
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let level = format!("{} CI", print::level(interval.confidence_level()));
        write!(f, "\n{:width$} {what:>19} {:>10} {level:>22} {:>8}", "", "std error", "p")?;
        for (name, estimate) in self.names.iter().zip(self.coefficients()) {
            let bounds = estimate.interval(interval).ok().and_then(|i| i.bounds());
            let bounds = bounds.map_or_else(|| MISSING.into(), |(l, u)| format!("{l:.4} to {u:.4}"));
            write!(
                f,
                "\n{:width$} {:>19.4} {:>10} {bounds:>22} {:>8}",
                one_line(name),
                Number(estimate.value().unwrap_or(f64::NAN)),
                format!("{:.4}", Number(estimate.std_error().unwrap_or(f64::NAN))),
                PValue(estimate.p_value().unwrap_or(f64::NAN)).to_string()
            )?;
        }
        Ok(())
    }
}
