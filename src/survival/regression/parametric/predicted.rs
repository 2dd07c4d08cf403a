//! A predicted number.

use crate::survival::regression::parametric::model::ParametricModel;

/// A predicted number with its standard error and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    value: f64,
    std_error: Option<f64>,
    bounds: Option<(f64, f64)>,
}

impl Predicted {
    pub(super) fn new(value: f64, std_error: f64, bounds: Option<(f64, f64)>) -> Self {
        let known = std_error.is_finite();
        Self {
            value,
            std_error: known.then_some(std_error),
            bounds: bounds.filter(|b| !b.0.is_nan() && !b.1.is_nan()),
        }
    }

    /// The number; a mean or a quantile may be infinite.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error by the delta method, on the scale of the number itself.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// Its limits.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.bounds
    }
}

impl<D> ParametricModel<D> {
    /// The standard error of a number with this gradient in the coefficients.
    pub(super) fn error_of(&self, gradient: &[f64]) -> f64 {
        let v = &self.variance;
        if !v.is_empty() && v.diag().iter().all(|x| *x == 0.0) {
            return f64::NAN; // no maximum was found, so nothing has an error
        }
        if !self.determines(gradient) {
            return f64::NAN;
        }
        let mut sum = 0.0;
        for i in 0..gradient.len() {
            for j in 0..gradient.len() {
                sum += gradient[i] * v[(i, j)] * gradient[j];
            }
        }
        sum.max(0.0).sqrt()
    }
}
