//! An estimated effect: its value, its standard error, and the scale on which the two belong together.

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::{normal_sf, normal_two_sided};
use crate::survival::log_rank::P;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};

/// A difference, or a ratio, between two groups, with its standard error.
///
/// A difference is symmetric as it stands, a ratio in its logarithm: there the standard error is, there z is
/// taken and there the limits are found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Effect {
    /// On the working scale; infinite where a ratio is 0 or infinite.
    value: Option<f64>,
    std_error: Option<f64>,
    is_ratio: bool,
}

impl Effect {
    pub(crate) fn difference(value: f64, std_error: Option<f64>) -> Self {
        Self { value: Some(value).filter(|v| !v.is_nan()), std_error, is_ratio: false }
    }

    /// `log_value` is infinite for a ratio of 0 or ∞ and NaN for 0/0.
    pub(crate) fn ratio(log_value: f64, std_error: Option<f64>) -> Self {
        let value = Some(log_value).filter(|v| !v.is_nan());
        Self { value, std_error: std_error.filter(|_| log_value.is_finite()), is_ratio: true }
    }

    /// The estimate; `None` where it has no value (0/0). A ratio may be 0 or infinite.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.value.map(|v| if self.is_ratio { v.exp() } else { v })
    }

    /// The standard error: of a difference itself, of the logarithm of a ratio.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// Is it a ratio, for which 1 is no effect, rather than a difference?
    #[must_use]
    pub fn is_ratio(&self) -> bool {
        self.is_ratio
    }

    /// The estimate (its logarithm, for a ratio) over its standard error; `None` without one, or where it
    /// is 0.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        let (value, se) = self.value.zip(self.std_error)?;
        (se > 0.0).then(|| value / se)
    }

    /// The two-sided p-value of the hypothesis that there is no effect.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }

    /// The one-sided p-value against the alternative that the effect lies above `margin`: superiority at no
    /// effect, non-inferiority at another margin. `None` without a standard error, or for a ratio's margin
    /// that is not above 0.
    #[must_use]
    pub fn p_value_above(&self, margin: f64) -> Option<f64> {
        let (value, se) = self.value.zip(self.std_error).filter(|&(_, se)| se > 0.0)?;
        let null = if self.is_ratio { margin.ln() } else { margin };
        null.is_finite().then(|| normal_sf((value - null) / se))
    }

    /// The interval, symmetric on the working scale.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let back = |v: f64| if self.is_ratio { v.exp() } else { v };
        let bounds = self.value.zip(self.std_error).map(|(v, se)| (back(v - z * se), back(v + z * se)));
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

/// `0.62 (95% CI 0.34 to 1.14), p = 0.126`, with as many decimals as asked for (two by default).
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        match self.estimate() {
            Some(x) => write!(f, "{x:.decimals$}")?,
            None => return write!(f, "no estimate"),
        }
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        match interval.bounds() {
            Some(_) => write!(f, " ({}% CI {interval:.decimals$})", percent(interval.level))?,
            None => write!(f, " (no interval)")?,
        }
        self.p_value().map_or(Ok(()), |p| write!(f, ", {:#}", P(p)))
    }
}
