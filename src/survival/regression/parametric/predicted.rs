//! A predicted number.

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
