//! A regression on the restricted mean as it is written down and read back: only what could have been computed.

use super::link::{MeanLink, MeanMethod};
use super::model::{RestrictedMeanModel, names};
use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::stored::check_variance;
use crate::survival::result::stored::{self, checked_when_read};

checked_when_read!(RestrictedMeanModel {
    recipe: Recipe, names: Vec<String>, tau: f64, link: MeanLink, method: MeanMethod, rows: usize, known: usize,
    success: bool, coefficients: Vec<f64>, covariance: Vec<f64>,
});

impl RestrictedMeanModel {
    fn check(&self) -> Result<()> {
        if self.names != names(self.recipe.columns()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "a name".into(),
                index: 0,
                value: f64::NAN,
            }));
        }
        let p = self.names.len();
        check_len("coefficients", self.coefficients.len(), "names", p)?;
        check_len("covariance", self.covariance.len(), "pairs of coefficients", p * p)?;
        stored::count("the number of rows", self.rows)?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if !(self.tau > 0.0 && self.tau < f64::INFINITY) {
            return refuse("the horizon", self.tau, "finite and above 0");
        }
        if self.known > self.rows {
            return refuse("the number of known rows", self.known as f64, "at most the rows");
        }
        let numbers = self.coefficients.iter().chain(&self.covariance);
        numbers.clone().try_for_each(|&x| stored::number("a coefficient", x))?;
        if let Some(&x) = numbers.clone().find(|x| !self.success && **x != 0.0) {
            return refuse("a coefficient", x, "0 where no root was found");
        }
        check_variance(&self.covariance, &vec![None; p])
    }
}
