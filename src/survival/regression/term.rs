//! One coefficient with what belongs to it, and the result of a test.

#[cfg(feature = "serde")]
mod stored;

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::{chi_square_sf, normal_two_sided};
use crate::survival::result::interval::{ConfidenceInterval, z_of};
use crate::survival::result::print::PValue as P;

/// What is known of one coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Status {
    /// It was estimated.
    Estimated,
    /// Its column is constant or a combination of earlier ones, and was left out: the coefficient counts as 0. (So
    /// too where the column no longer varies within any risk set once another coefficient is infinite.)
    Redundant,
    /// The likelihood is monotone: it rises as the coefficient grows, and has no maximum.
    PlusInfinity,
    /// The likelihood is monotone: it rises as the coefficient falls, and has no maximum.
    MinusInfinity,
}

/// One coefficient with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawTerm"))]
pub struct Term {
    /// The covariate.
    pub name: String,
    /// Was it estimated?
    pub status: Status,
    /// The coefficient; ±∞ where it is infinite (written as null), 0 where the column was left out.
    #[cfg_attr(feature = "serde", serde(serialize_with = "stored::finite"))]
    pub coefficient: f64,
    /// Its model-based standard error; `None` unless it was estimated.
    pub std_error: Option<f64>,
    /// Its robust standard error, with sampling weights or clusters.
    pub robust_std_error: Option<f64>,
}

impl Term {
    /// The standard error that tests and intervals use: the robust one where there is one.
    #[must_use]
    pub fn reported_std_error(&self) -> Option<f64> {
        self.robust_std_error.or(self.std_error)
    }

    /// Coefficient over standard error.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.reported_std_error().filter(|&se| se > 0.0).map(|se| self.coefficient / se)
    }

    /// The two-sided p-value of Wald's test.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }

    /// The hazard ratio of one unit more, `exp(β)`.
    #[must_use]
    pub fn hazard_ratio(&self) -> f64 {
        self.coefficient.exp()
    }

    /// Wald's interval of the hazard ratio.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let bounds = self
            .reported_std_error()
            .map(|se| ((self.coefficient - z * se).exp(), (self.coefficient + z * se).exp()));
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawTest"))]
pub struct TestResult {
    /// The statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
}

impl TestResult {
    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        // A difference of models that are not nested may be negative; one that has overflowed is the largest number.
        let statistic = self.statistic.clamp(0.0, f64::MAX);
        (self.degrees_of_freedom > 0).then(|| chi_square_sf(statistic, self.degrees_of_freedom))
    }
}

impl fmt::Display for TestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} on {} df", self.statistic, self.degrees_of_freedom)?;
        self.p_value().map_or(Ok(()), |p| write!(f, ", {:#}", P(p)))
    }
}
