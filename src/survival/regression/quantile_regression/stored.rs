//! A quantile regression as it is written down and read back: only what could have been computed.

use super::method::{QuantileMethod, QuantileScale};
use super::model::{QuantileModel, names};
use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::stored::{self, checked_when_read};

checked_when_read!(QuantileModel {
    recipe: Recipe, names: Vec<String>, method: QuantileMethod, scale: QuantileScale, rows: usize, events: usize,
    grid: Vec<f64>, coefficients: Vec<f64>, samples: usize, reached: Vec<usize>, covariance: Vec<f64>,
});

impl QuantileModel {
    fn check(&self) -> Result<()> {
        if self.names != names(self.recipe.columns()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "a name".into(),
                index: 0,
                value: f64::NAN,
            }));
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        let (p, known) = (self.names.len(), self.coefficients.len() / self.names.len());
        let triangle = p * (p + 1) / 2;
        check_len("coefficients", self.coefficients.len(), "quantiles × coefficients", known * p)?;
        stored::count("the number of rows", self.rows)?;
        if self.events > self.rows {
            return refuse("the number of events", self.events as f64, "at most the rows");
        }
        if self.grid.is_empty() {
            return Err(Error::Empty { argument: "grid" });
        }
        if known > self.grid.len() {
            return refuse("the number of known quantiles", known as f64, "at most those of the grid");
        }
        stored::increasing("a τ of the grid", self.grid.iter().copied())?;
        if let Some(&tau) = self.grid.iter().find(|t| !(**t > 0.0 && **t < 1.0)) {
            return refuse("a τ of the grid", tau, "inside (0, 1)");
        }
        let drawn = if self.samples > 0 { known } else { 0 };
        check_len("reached", self.reached.len(), "quantiles with a bootstrap", drawn)?;
        check_len(
            "covariance",
            self.covariance.len(),
            "quantiles × pairs of coefficients",
            drawn * triangle,
        )?;
        stored::count("the number of samples", self.samples)?;
        if let Some(&reached) = self.reached.iter().find(|r| **r > self.samples) {
            return refuse(
                "the number of samples that reach a quantile",
                reached as f64,
                "at most the samples",
            );
        }
        let numbers = self.coefficients.iter().chain(&self.covariance);
        numbers.clone().try_for_each(|&x| stored::number("a coefficient", x))?;
        for matrix in self.covariance.chunks_exact(triangle) {
            (0..p).try_for_each(|j| stored::size("a variance", matrix[j * (j + 3) / 2]))?;
        }
        Ok(())
    }
}
