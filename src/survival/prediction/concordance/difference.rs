//! Two scores of the same subjects: which of them tells more?

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::normal_two_sided;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::prediction::concordance::{Concordance, PairWeight};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// The difference of the concordances of two scores on the same subjects, with the covariance that their being the
/// same brings about. Made by [`Concordance::compare`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConcordanceDifference {
    first: Concordance,
    second: Concordance,
    covariance: f64,
}

impl Concordance {
    /// Compares two scores of the same subjects. The covariance is the infinitesimal jackknife over subjects (or
    /// clusters): the products of what each pulls at the two.
    ///
    /// # Errors
    /// As [`weighted`](Self::weighted).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Concordance, PairWeight, RightCensored};
    ///
    /// let data = RightCensored::new(&[1., 2., 3., 4., 5.], &[true, true, false, true, true])?;
    /// let (new, old) = ([5., 4., 4., 1., 2.], [3., 5., 1., 4., 2.]);
    /// let gain = Concordance::compare(&data, &new, &old, PairWeight::equal())?;
    /// assert_eq!(gain.estimate(), Some(6.5 / 8.0 - 6.0 / 8.0));
    /// assert_eq!(format!("{gain:.2}"), "0.06 ± 0.28");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn compare(
        data: &RightCensored,
        first: &[f64],
        second: &[f64],
        weight: PairWeight,
    ) -> Result<ConcordanceDifference> {
        let (first, a) = Self::measure(data, first, weight)?;
        let (second, b) = Self::measure(data, second, weight)?;
        Ok(ConcordanceDifference { first, second, covariance: a.iter().zip(&b).map(|(a, b)| a * b).sum() })
    }
}

impl ConcordanceDifference {
    /// The concordance of the first score.
    #[must_use]
    pub fn first(&self) -> Concordance {
        self.first
    }

    /// The concordance of the second score.
    #[must_use]
    pub fn second(&self) -> Concordance {
        self.second
    }

    /// The covariance of the two.
    #[must_use]
    pub fn covariance(&self) -> f64 {
        self.covariance
    }

    /// First less second; `None` where no pair is comparable.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.first.estimate().zip(self.second.estimate()).map(|(a, b)| a - b)
    }

    /// The standard error of the difference; `None` where no pair is comparable.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        let variance = self.first.variance + self.second.variance - 2.0 * self.covariance;
        self.estimate().map(|_| variance.max(0.0).sqrt())
    }

    /// The two-sided p-value of no difference; `None` where the standard error is 0.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let (d, se) = self.estimate().zip(self.std_error())?;
        (se > 0.0).then(|| normal_two_sided(d / se))
    }

    /// `d ± z·se`, cut to [−1, 1].
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let both = self.estimate().zip(self.std_error());
        let bounds = both.map(|(d, se)| ((d - z * se).max(-1.0), (d + z * se).min(1.0)));
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

impl fmt::Display for ConcordanceDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match self.estimate().zip(self.std_error()) {
            Some((d, se)) => write!(f, "{d:.decimals$} ± {se:.decimals$}"),
            None => write!(f, "no comparable pairs"),
        }
    }
}
