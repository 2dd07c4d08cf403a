//! Ordered groups: does the hazard rise or fall along the scores?

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::{normal_sf, normal_two_sided};
use crate::print::{Number, PValue as P};
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::test::TestSummary;

/// The test for trend over ordered groups: `z = Σ c_g U_g / √(cᵀ V c)`, standard normal where the groups share
/// one hazard.
///
/// # References
/// Tarone (1975), Biometrika 62:679.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct TrendTest {
    scores: Vec<f64>,
    /// In units of the spread of the scores, as the variance.
    u: f64,
    variance: f64,
    test: TestSummary,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    scores: Vec<f64>,
    u: f64,
    variance: f64,
    test: TestSummary,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for TrendTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { scores, u, variance, test } = raw;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if scores.len() < 2 {
            return Err(Error::TooFewGroups { found: scores.len() });
        }
        if let Some(&value) = scores.iter().chain([&u]).find(|x| !x.is_finite()) {
            return refuse("a score", value, "finite");
        }
        if !(0.0..f64::INFINITY).contains(&variance) {
            return refuse("the variance", variance, "at least 0 and finite");
        }
        Ok(Self { scores, u, variance, test })
    }
}

impl LogRankTest {
    /// The test for trend with one score per group, in the order of the labels: doses, or 0, 1, 2, ….
    ///
    /// It has one degree of freedom whatever the number of groups, and takes weight, strata and variance from
    /// this test. Adding a number to all scores, or multiplying them by one above 0, changes nothing.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where there is not one score per group; [`Error::OutOfRange`] where one is
    /// not finite.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Groups, LogRank, RightCensored};
    /// let data = RightCensored::new(&[9., 8., 7., 6., 5., 4., 3., 2., 1.], &[true; 9])?;
    /// let dose = Groups::from_codes(&[0, 0, 1, 0, 1, 1, 2, 2, 2], &["none", "low", "high"])?;
    /// let trend = LogRank::test(&data, &dose)?.trend(&[0.0, 1.0, 2.0])?;
    /// assert!(trend.z().unwrap() > 2.0); // the hazard rises with the dose
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn trend(&self, scores: &[f64]) -> Result<TrendTest> {
        let k = self.labels().len();
        check_len("scores", scores.len(), "groups", k)?;
        if let Some(&value) = scores.iter().find(|s| !s.is_finite()) {
            return Err(Error::OutOfRange { argument: "a score", value, must_be: "finite" });
        }
        // Centred, so that a large common part of the scores does not cancel in the variance, and in units of the
        // largest: products of scores of 1e200 are no numbers.
        let largest = scores.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mean = scores.iter().map(|s| s / unit).sum::<f64>() / k as f64;
        let centred: Vec<f64> = scores.iter().map(|s| s / unit - mean).collect();
        let spread = centred.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
        let (mut u, mut variance) = (0.0, 0.0);
        // Scores that differ by rounding alone do not differ.
        if spread > 1e-13 {
            for (g, a) in centred.iter().enumerate() {
                let a = a / spread;
                u += a * self.score(g);
                variance += a * centred
                    .iter()
                    .enumerate()
                    .map(|(h, b)| b / spread * self.variance[g * k + h])
                    .sum::<f64>();
            }
        }
        // Groups that are never at risk together leave nothing but rounding.
        let scale = (0..k).map(|g| self.variance[g * k + g]).fold(0.0, f64::max);
        let variance = if variance > 1e-12 * scale { variance } else { 0.0 };
        Ok(TrendTest { scores: scores.to_vec(), u, variance, test: TestSummary::from(self) })
    }
}

impl TrendTest {
    /// One score per group.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The standardised sum of scores: above 0 where the hazard rises with them. `None` without variance.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.u / self.variance.sqrt())
    }

    /// Its degrees of freedom: 1, or 0 where the groups or their scores cannot be compared.
    #[must_use]
    pub fn df(&self) -> usize {
        usize::from(self.variance > 0.0)
    }

    /// z², chi-square on one degree of freedom.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.z().map_or(0.0, |z| z * z)
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }

    /// The one-sided p-value. The "first" group is the one with the low scores:
    /// [`FirstLower`](Alternative::FirstLower) says that the hazard rises with the scores.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.z().map(|z| match alternative {
            Alternative::FirstLower => normal_sf(z),
            Alternative::FirstHigher => normal_sf(-z),
        })
    }
}

impl From<&TrendTest> for TestSummary {
    fn from(trend: &TrendTest) -> Self {
        let summary = Self::new("Test for trend", Some(trend.statistic()), trend.p_value());
        let summary = summary.with_df(usize::from(trend.variance > 0.0));
        match trend.test.subjects() {
            Some(n) => summary.with_counts(n, trend.test.events().unwrap_or(f64::NAN)),
            None => summary,
        }
    }
}

impl fmt::Display for TrendTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores: Vec<String> = self.scores.iter().map(|&s| Number(s).to_string()).collect();
        write!(f, "Test for trend, scores {}", scores.join(", "))?;
        match (self.z(), self.p_value()) {
            (Some(z), Some(p)) => {
                write!(f, "\nz = {:.4}, chi-square {:.4} on 1 df, {:#}", Number(z), z * z, P(p))
            }
            _ => write!(f, "\nnothing to compare: no p-value"),
        }
    }
}
