//! Survival, hazard and quantiles of one subject, with limits by the delta method.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::survival::regression::new_rows::{NewRows, one_row};
use crate::survival::regression::parametric::jet::Jet;
use crate::survival::regression::parametric::model::ParametricModel;

/// What a model predicts of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction<'a> {
    model: &'a ParametricModel,
    row: Vec<f64>,
    stratum: usize,
    offset: f64,
    level: f64,
}

/// A predicted number with its standard error and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Predicted {
    value: f64,
    std_error: f64,
    lower: f64,
    upper: f64,
}

impl Predicted {
    /// The number.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error, on its own scale.
    #[must_use]
    pub fn std_error(&self) -> f64 {
        self.std_error
    }

    /// The lower limit.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// The upper limit.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }
}

impl ParametricModel {
    /// What is predicted of a row, in the first stratum and without an offset.
    ///
    /// # Errors
    /// As [`NewColumns::build`](crate::survival::NewColumns::build); [`Error::LengthMismatch`] for more rows than one.
    pub fn predict(&self, row: &impl NewRows) -> Result<Prediction<'_>> {
        let mut x = vec![1.0];
        x.extend(one_row(row, &self.recipe, "row")?);
        Ok(Prediction { model: self, row: x, stratum: 0, offset: 0.0, level: 0.95 })
    }
}

impl Prediction<'_> {
    /// The same subject in the stratum of this label.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(mut self, label: &str) -> Result<Self> {
        let known = &self.model.strata;
        self.stratum = known
            .iter()
            .position(|s| s == label)
            .ok_or_else(|| Error::UnknownLabel { label: label.into(), known: known.join(", ") })?;
        Ok(self)
    }

    /// The same subject with a number that is added to the linear predictor.
    #[must_use]
    pub fn offset(self, offset: f64) -> Self {
        Self { offset, ..self }
    }

    /// The confidence level of the limits.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where it is not inside (0, 1).
    pub fn level(self, level: f64) -> Result<Self> {
        inside("level", level)?;
        Ok(Self { level, ..self })
    }

    /// The linear predictor.
    #[must_use]
    pub fn linear_predictor(&self) -> f64 {
        self.offset + self.row.iter().zip(&self.model.coefficients).map(|(x, b)| x * b).sum::<f64>()
    }

    fn parameters(&self) -> (Jet, Jet) {
        let other = match self.model.fixed {
            Some(fixed) => Jet::constant(fixed),
            None => Jet::variable(self.model.coefficients[self.model.columns + self.stratum], 1),
        };
        (Jet::variable(self.linear_predictor(), 0), other)
    }

    fn log_survival(&self, t: f64) -> Jet {
        let (eta, other) = self.parameters();
        if self.model.family.is_positive() && t <= 0.0 {
            return Jet::constant(0.0);
        }
        self.model.family.log_survival(t, eta, other)
    }

    fn log_hazard(&self, t: f64) -> f64 {
        let (eta, other) = self.parameters();
        let (f, s) =
            (self.model.family.log_density(t, eta, other), self.model.family.log_survival(t, eta, other));
        f.value - s.value
    }

    /// The standard error of a number with this gradient in the row's parameters.
    fn error_of(&self, jet: &Jet) -> f64 {
        let mut gradient: Vec<f64> = self.row.iter().map(|x| x * jet.gradient[0]).collect();
        gradient.resize(self.model.coefficients.len(), 0.0);
        if self.model.fixed.is_none() {
            gradient[self.model.columns + self.stratum] = jet.gradient[1];
        }
        let v = &self.model.variance;
        let mut sum = 0.0;
        for i in 0..gradient.len() {
            for j in 0..gradient.len() {
                sum += gradient[i] * v[(i, j)] * gradient[j];
            }
        }
        sum.max(0.0).sqrt()
    }

    fn z(&self) -> f64 {
        -normal_quantile((1.0 - self.level) / 2.0)
    }

    /// The probability that the event comes after t; limits from the logarithm of the cumulative hazard.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite.
    pub fn survival(&self, t: f64) -> Result<Predicted> {
        let hazard = self.cumulative_hazard(t)?;
        let value = (-hazard.value).exp();
        Ok(Predicted {
            value,
            std_error: if value == 0.0 { 0.0 } else { value * hazard.std_error },
            lower: (-hazard.upper).exp(),
            upper: (-hazard.lower).exp(),
        })
    }

    /// The cumulative hazard; limits from its logarithm.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite.
    pub fn cumulative_hazard(&self, t: f64) -> Result<Predicted> {
        finite(t)?;
        let log = self.log_survival(t);
        let (value, std_error) = (-log.value, self.error_of(&log));
        if value <= 0.0 {
            return Ok(Predicted { value: 0.0, std_error: 0.0, lower: 0.0, upper: 0.0 });
        }
        let factor = (self.z() * std_error / value).exp();
        Ok(Predicted { value, std_error, lower: value / factor, upper: value * factor })
    }

    /// The hazard, by logarithms: it is a number where the survival function underflows.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite, or not above 0 for a distribution of positive times.
    pub fn hazard(&self, t: f64) -> Result<f64> {
        finite(t)?;
        if self.model.family.is_positive() && t <= 0.0 {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "above 0" });
        }
        Ok(self.log_hazard(t).exp())
    }

    /// The time by which a share p has the event: infinite where so many never have it. Limits on the scale of the
    /// model: of the logarithm for positive times.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where p is not inside (0, 1).
    pub fn quantile(&self, p: f64) -> Result<Predicted> {
        inside("p", p)?;
        let target = (-p).ln_1p();
        let positive = self.model.family.is_positive();
        let t_of = |y: f64| if positive { y.exp() } else { y };
        let above = |y: f64| self.log_survival(t_of(y)).value > target;
        let centre = if positive { 0.0 } else { self.linear_predictor() };
        let mut reach = 1.0;
        let limit = if positive { 700.0 } else { f64::MAX / 4.0 };
        while reach < limit && (!above(centre - reach) || above(centre + reach)) {
            reach *= 2.0;
        }
        let (mut low, mut high) = (centre - reach.min(limit), centre + reach.min(limit));
        if above(high) || !above(low) {
            let value = if above(high) { f64::INFINITY } else { t_of(low) };
            return Ok(Predicted { value, std_error: f64::NAN, lower: f64::NAN, upper: f64::NAN });
        }
        for _ in 0..2000 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if above(middle) { low = middle } else { high = middle }
        }
        let value = t_of(f64::midpoint(low, high));
        // dq/dθ = (d ln S/dθ) / hazard
        let std_error = self.error_of(&self.log_survival(value)) / self.log_hazard(value).exp();
        let width = self.z() * std_error;
        let (lower, upper) = if positive {
            (value * (-width / value).exp(), value * (width / value).exp())
        } else {
            (value - width, value + width)
        };
        Ok(Predicted { value, std_error, lower, upper })
    }
}

fn finite(t: f64) -> Result<()> {
    if t.is_finite() {
        return Ok(());
    }
    Err(Error::OutOfRange { argument: "t", value: t, must_be: "finite" })
}

fn inside(argument: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(Error::OutOfRange { argument, value, must_be: "inside (0, 1)" })
}
