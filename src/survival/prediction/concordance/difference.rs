//! Two scores of the same subjects: which of them tells more?

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print::Number;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::prediction::concordance::estimate::{Concordance, ConcordanceEstimate};
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// The difference of the concordances of two scores on the same subjects, with the covariance that their being the
/// same brings about. Made by [`Concordance::difference`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawDifference"))]
pub struct ConcordanceDifference {
    first: ConcordanceEstimate,
    second: ConcordanceEstimate,
    covariance: f64,
}

impl Concordance {
    /// The first concordance less the second, of two scores of the same subjects. The covariance is the infinitesimal
    /// jackknife over subjects (or clusters): the products of the influences of each on the two.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Concordance, RightCensored};
    ///
    /// let data = RightCensored::new(&[1., 2., 3., 4., 5.], &[true, true, false, true, true])?;
    /// let (new, old) = ([5., 4., 4., 1., 2.], [3., 5., 1., 4., 2.]);
    /// let gain = Concordance::new().difference(&data, &new, &old)?;
    /// assert_eq!(gain.value()?, 6.5 / 8.0 - 6.0 / 8.0);
    /// assert_eq!(format!("{gain:.2}"), "0.06 ± 0.28");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn difference(
        &self,
        data: &RightCensored,
        first: &[f64],
        second: &[f64],
    ) -> Result<ConcordanceDifference> {
        let (first, a) = self.measure(data, first)?;
        let (second, b) = self.measure(data, second)?;
        Ok(ConcordanceDifference { first, second, covariance: a.iter().zip(&b).map(|(a, b)| a * b).sum() })
    }
}

impl ConcordanceDifference {
    /// The concordance of the first score.
    #[must_use]
    pub fn first(&self) -> ConcordanceEstimate {
        self.first
    }

    /// The concordance of the second score.
    #[must_use]
    pub fn second(&self) -> ConcordanceEstimate {
        self.second
    }

    /// The covariance of the two.
    #[must_use]
    pub fn covariance(&self) -> f64 {
        self.covariance
    }

    /// The difference with its error, within −1 and 1.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        match (self.first.value(), self.second.value()) {
            (Ok(first), Ok(second)) => {
                let sum = self.first.variance + self.second.variance;
                // Where the two scores order everybody alike, what is left of the variance is rounding.
                let variance = sum - 2.0 * self.covariance;
                let se = if variance > ROUNDING * sum { variance.sqrt() } else { 0.0 };
                Estimate::new(Scale::Identity, first - second, se).within(-1.0, 1.0)
            }
            (Err(because), _) | (_, Err(because)) => Estimate::none(Scale::Identity, because),
        }
    }

    /// First less second.
    ///
    /// # Errors
    /// [`NotEstimable::NoPairs`] where no pair is comparable.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate().value()
    }

    /// The standard error of the difference.
    ///
    /// # Errors
    /// [`NotEstimable::NoPairs`]; [`NotEstimable::NoVariation`] where it is 0, as where the scores order all alike.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate().std_error()
    }

    /// The scale of the standard error: that of the difference itself.
    #[must_use]
    pub fn scale(&self) -> Scale {
        Scale::Identity
    }

    /// The difference over its standard error; `None` without one.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.estimate().statistic()
    }

    /// The two-sided p-value of no difference; `None` without a standard error.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.estimate().p_value()
    }

    /// `d ± z·se`, cut to [−1, 1]. Without limits where there is no standard error.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate().interval(interval)
    }
}

/// The share of the two variances below which that of the difference is rounding.
const ROUNDING: f64 = 1e-13;

impl fmt::Display for ConcordanceDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match (self.value(), self.std_error()) {
            (Ok(d), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(d), Number(se)),
            (Ok(d), Err(because)) => write!(f, "{:.decimals$} (no standard error: {because:#})", Number(d)),
            (Err(because), _) => write!(f, "{because}"),
        }
    }
}

/// A difference as it was written: a covariance is no larger than the variances allow.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawDifference {
    first: ConcordanceEstimate,
    second: ConcordanceEstimate,
    covariance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<RawDifference> for ConcordanceDifference {
    type Error = crate::error::Error;

    fn try_from(raw: RawDifference) -> Result<Self> {
        let RawDifference { first, second, covariance } = raw;
        let most = (first.variance * second.variance).sqrt();
        if !(covariance.abs() <= most * (1.0 + 1e-9)) {
            let must_be = "within the two variances";
            return Err(Self::Error::OutOfRange { argument: "the covariance", value: covariance, must_be });
        }
        Ok(Self { first, second, covariance })
    }
}
