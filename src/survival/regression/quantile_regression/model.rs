//! What was fitted: coefficients as a function of τ, and predicted quantiles.

use std::fmt;

use super::method::{QuantileMethod, QuantileScale};
use crate::error::{Error, NotEstimable, Result};
use crate::print::{self, Number, PValue, counted};
use crate::survival::regression::new_rows::{NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

/// What is printed.
const PRINTED: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];
/// Two τ that are closer are one.
const SAME: f64 = 1e-9;

/// Quantiles as functions of covariates: the result of [`QuantileRegression`](super::QuantileRegression).
///
/// # Example
/// ```
/// use greenwood::survival::regression::QuantileRegression;
/// use greenwood::survival::result::NotEstimable;
/// use greenwood::survival::{Design, RightCensored};
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?;
/// let model = QuantileRegression::new().fit(&data, &Design::without_covariates(4))?;
/// assert!((model.quantile(&model.row(), 0.25)?.value()? - 2.0).abs() < 1e-9);
/// assert_eq!(model.quantile(&model.row(), 0.75)?.value(), Err(NotEstimable::NotReached { level: 0.25 }));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QuantileModel {
    pub(super) recipe: Recipe,
    pub(super) names: Vec<String>,
    pub(super) method: QuantileMethod,
    pub(super) scale: QuantileScale,
    pub(super) rows: usize,
    pub(super) events: usize,
    pub(super) grid: Vec<f64>,
    /// One row for each τ, up to the last that the data tell.
    pub(super) coefficients: Vec<f64>,
    pub(super) samples: usize,
    /// How many samples reach each τ; none without a bootstrap.
    pub(super) reached: Vec<usize>,
    /// Lower triangles, one for each τ; none without a bootstrap.
    pub(super) covariance: Vec<f64>,
}

/// The names of the coefficients.
pub(super) fn names(columns: &[String]) -> Vec<String> {
    std::iter::once("(Intercept)".to_string()).chain(columns.iter().cloned()).collect()
}

impl QuantileModel {
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

    /// The estimator.
    #[must_use]
    pub fn method(&self) -> QuantileMethod {
        self.method
    }

    /// The scale on which quantiles are linear.
    #[must_use]
    pub fn scale(&self) -> QuantileScale {
        self.scale
    }

    /// The τ at which coefficients were asked for.
    #[must_use]
    pub fn grid(&self) -> &[f64] {
        &self.grid
    }

    /// The number of bootstrap samples.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The first τ of the grid that the data do not tell, since too many are censored before it for some covariates.
    /// Returns `None` if all have coefficients.
    #[must_use]
    pub fn end(&self) -> Option<f64> {
        self.grid.get(self.known()).copied()
    }

    /// How many τ have coefficients.
    fn known(&self) -> usize {
        self.coefficients.len() / self.names.len()
    }

    /// The process: each τ that the data tell with its coefficients, in the order of [`names`](Self::names).
    pub fn path(&self) -> impl ExactSizeIterator<Item = (f64, &[f64])> {
        self.grid.iter().copied().zip(self.coefficients.chunks_exact(self.names.len()))
    }

    /// The position of a τ: the last of the grid that is not above it. An error beyond what the data tell.
    fn position(&self, tau: f64) -> Result<Result<usize, NotEstimable>> {
        let (first, last) = (self.grid[0], self.grid[self.grid.len() - 1]);
        if !(tau >= first - SAME && tau <= last + SAME) {
            let must_be =
                "between the first and the last τ of the grid: give another with `QuantileRegression::grid`";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        let at = self.grid.partition_point(|t| *t <= tau + SAME).max(1) - 1;
        let unknown = NotEstimable::NotReached { level: 1.0 - tau };
        Ok(if at < self.known() { Ok(at) } else { Err(unknown) })
    }

    /// `x'Vx` by the bootstrap; an error without samples, or where fewer than half of them reach the τ.
    fn std_error(&self, at: usize, x: &[f64]) -> Result<f64, NotEstimable> {
        let enough = self.reached.get(at).is_some_and(|r| *r >= 2 && 2 * r >= self.samples);
        if !enough {
            return Err(NotEstimable::TooFewSamples);
        }
        let p = x.len();
        let own = &self.covariance[at * p * (p + 1) / 2..];
        let pair = |a: usize, b: usize| own[a.max(b) * (a.max(b) + 1) / 2 + a.min(b)];
        let variance: f64 = (0..p * p).map(|k| x[k / p] * pair(k / p, k % p) * x[k % p]).sum();
        Ok(variance.max(0.0).sqrt())
    }

    fn combination(&self, tau: f64, x: &[f64], scale: Scale) -> Result<Estimate> {
        Ok(match self.position(tau)? {
            Err(because) => Estimate::none(scale, because),
            Ok(at) => {
                let b = &self.coefficients[at * x.len()..(at + 1) * x.len()];
                let value = b.iter().zip(x).map(|(b, x)| b * x).sum();
                Estimate::with_error(scale, value, self.std_error(at, x))
            }
        })
    }

    /// The coefficients at a τ, in the order of [`names`](Self::names), in units of the scale; between two τ of the grid
    /// those of the lower one. Beyond what the data tell they are not estimable.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where τ is outside the grid.
    pub fn coefficients(&self, tau: f64) -> Result<Vec<Estimate>> {
        let p = self.names.len();
        let unit = |j: usize| (0..p).map(|k| f64::from(u8::from(k == j))).collect::<Vec<_>>();
        (0..p).map(|j| self.combination(tau, &unit(j), Scale::Identity)).collect()
    }

    /// The quantile of the time of a row given by name. Predicted quantiles of one row need not rise with τ far from the data.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where τ is outside the grid; [`ModelError::MissingCovariate`](crate::ModelError::MissingCovariate) and
    /// others where the row is not one of the model.
    pub fn quantile(&self, row: &impl NewRows, tau: f64) -> Result<Estimate> {
        let x: Vec<f64> = std::iter::once(1.0).chain(one_row(row, &self.recipe, "the row")?).collect();
        let scale = if self.scale == QuantileScale::Log { Scale::Log } else { Scale::Identity };
        self.combination(tau, &x, scale)
    }

    fn print_at(&self, tau: f64, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let Ok(estimates) = self.coefficients(tau) else { return Ok(()) };
        for (name, estimate) in self.names.iter().zip(estimates) {
            let label = format!("{}", Number(tau));
            let Ok(value) = estimate.value() else { continue };
            write!(f, "\n{label:<5} {name:width$} {value:>12.5}")?;
            let bounds = estimate.interval(interval).ok().and_then(|i| i.bounds());
            if let (Ok(se), Some((lower, upper))) = (estimate.std_error(), bounds) {
                let p = PValue(estimate.p_value().unwrap_or(f64::NAN)).to_string();
                write!(f, " {se:>11.5} {:>24} {p:>8}", format!("{lower:.5} to {upper:.5}"))?;
            }
        }
        Ok(())
    }
}

prints_limits!(QuantileModel);

impl PrintsLimits for QuantileModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, events, method, scale, samples, .. } = self;
        write!(
            f,
            "Quantiles of {scale} by covariates ({method}): {}, {}",
            counted(rows, "row"),
            counted(events, "event")
        )?;
        if *samples > 0 {
            write!(f, "; standard errors from {samples} bootstrap samples")?;
        }
        if let Some(end) = self.end() {
            write!(f, "\nnot estimable from τ = {} on: too many are censored before", Number(end))?;
        }
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        write!(f, "\n{:<5} {:width$} {:>12}", "τ", "", "coefficient")?;
        if *samples > 0 {
            let level = format!("{} CI", print::level(interval.confidence_level()));
            write!(f, " {:>11} {level:>24} {:>8}", "std error", "p")?;
        }
        let mut printed: Vec<f64> = PRINTED.to_vec();
        printed.retain(|tau| self.grid.iter().any(|t| (t - tau).abs() <= SAME));
        if printed.is_empty() {
            printed.extend(self.grid.iter().take(PRINTED.len()));
        }
        printed.into_iter().try_for_each(|tau| self.print_at(tau, interval, f))
    }
}
