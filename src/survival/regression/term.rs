//! One coefficient with what belongs to it, and the result of a test.

#[cfg(feature = "serde")]
mod stored;

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::numeric::distribution::{chi_square_sf, normal_two_sided};
use crate::print::PValue as P;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::test::TestSummary;

/// What is known of one coefficient.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Status;
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let x = [0.3, 1.1, 2.0, -0.4, 0.1, 0.9];
/// let twice = x.map(|x| 2.0 * x);
/// let fit = CoxPh::new().fit(&data, &Design::builder().numeric("x", &x).numeric("twice x", &twice).build()?)?;
/// assert_eq!([fit.terms()[0].status(), fit.terms()[1].status()], [Status::Estimated, Status::Redundant]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Status {
    /// It was estimated.
    Estimated,
    /// Its column is constant or a combination of earlier ones, and was left out: the coefficient counts as 0.
    Redundant,
    /// The likelihood is monotone: it rises as the coefficient grows, and has no maximum.
    PlusInfinity,
    /// The likelihood is monotone: it rises as the coefficient falls, and has no maximum.
    MinusInfinity,
    /// The likelihood is monotone, and rises whether the coefficient grows or falls, as others go to infinity: it has no
    /// value. The coefficient is NaN.
    NotEstimable,
}

/// One coefficient with what belongs to it.
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let design = Design::builder().numeric("x", &[0.3, 1.1, 2.0, -0.4, 0.1, 0.9]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let term = &fit.terms()[0];
/// assert_eq!(term.name(), "x");
/// assert_eq!(term.z(), term.std_error().map(|se| term.coefficient() / se));
/// let (lower, upper) = term.interval(0.95)?.bounds().unwrap();
/// assert!(lower < term.hazard_ratio() && term.hazard_ratio() < upper);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawTerm"))]
pub struct Term {
    pub(crate) name: String,
    pub(crate) status: Status,
    /// None where it is infinite or has no value, of which the status tells: what is stored is a number, and equal to itself.
    pub(crate) coefficient: Option<f64>,
    pub(crate) std_error: Option<f64>,
    pub(crate) robust_std_error: Option<f64>,
}

impl Term {
    /// The covariate.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Was it estimated?
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The coefficient, a log hazard ratio; ±∞ where it is infinite, NaN where it is not estimable, 0 where the column was
    /// left out.
    #[must_use]
    pub fn coefficient(&self) -> f64 {
        match self.status {
            Status::Estimated => self.coefficient.unwrap_or(f64::NAN),
            Status::Redundant => 0.0,
            Status::PlusInfinity => f64::INFINITY,
            Status::MinusInfinity => f64::NEG_INFINITY,
            Status::NotEstimable => f64::NAN,
        }
    }

    /// The standard error of the coefficient that tests and intervals use: the robust one where there is one. `None`
    /// unless the coefficient was estimated.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.robust_std_error.or(self.std_error)
    }

    /// The standard error by the information, whatever the weights and clusters; `None` unless it was estimated.
    #[must_use]
    pub fn model_std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// The robust standard error, with sampling weights or clusters.
    #[must_use]
    pub fn robust_std_error(&self) -> Option<f64> {
        self.robust_std_error
    }

    /// Coefficient over standard error. Returns `None` if that is 0.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.std_error().filter(|&se| se > 0.0).map(|se| self.coefficient() / se)
    }

    /// The two-sided p-value of Wald's test.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }

    /// The hazard ratio of one unit more, `exp(β)`.
    #[must_use]
    pub fn hazard_ratio(&self) -> f64 {
        self.coefficient().exp()
    }

    /// Wald's interval of the hazard ratio, symmetric on the scale of its logarithm. Without limits where there is no
    /// standard error, or one of 0.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let se = self.std_error().ok_or(NotEstimable::ZeroOrInfinite);
        Estimate::with_error(Scale::Log, self.coefficient(), se).interval(interval)
    }
}

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawTest"))]
pub struct TestResult {
    pub(crate) statistic: f64,
    pub(crate) degrees_of_freedom: usize,
}

impl TestResult {
    /// The statistic.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its degrees of freedom; 0 where there is nothing to test, or no variance to test it by.
    #[must_use]
    pub fn df(&self) -> usize {
        self.degrees_of_freedom
    }

    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        // A difference of models that are not nested may be negative; one that has overflowed is the largest number.
        let statistic = self.statistic.clamp(0.0, f64::MAX);
        (self.degrees_of_freedom > 0).then(|| chi_square_sf(statistic, self.degrees_of_freedom))
    }
}

impl From<&TestResult> for TestSummary {
    fn from(test: &TestResult) -> Self {
        Self::new("Chi-square test", Some(test.statistic), test.p_value()).with_df(test.degrees_of_freedom)
    }
}

impl fmt::Display for TestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} on {} df", self.statistic, self.degrees_of_freedom)?;
        self.p_value().map_or(Ok(()), |p| write!(f, ", {:#}", P(p)))
    }
}
