//! What Gray's test found, and the tests of all pairs.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::chi_square_sf;
use crate::numeric::quadratic_form::quadratic_form;
use crate::print::{Number, PValue, pair};
use crate::survival::log_rank::pairwise::Adjustment;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::result::test::TestSummary;

/// The result of [`Gray`](super::Gray).
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Gray, Groups};
///
/// let cause = [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].map(|c| if c == 0 { None } else { Some(c) });
/// let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
/// let data = CompetingRisks::new(&time, &cause)?;
/// let test = Gray::new(&1).test(&data, &Groups::new(&[1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 1, 1, 2]))?;
/// assert_eq!((test.cause(), test.df(), test.subjects()), ("1", 1, &[7, 7][..]));
/// assert!((test.statistic() - 0.7629625147374788).abs() < 1e-12); // R: cmprsk::cuminc
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GrayTest {
    pub(super) cause: String,
    pub(super) rho: f64,
    pub(super) labels: Vec<String>,
    pub(super) subjects: Vec<usize>,
    pub(super) observed: Vec<f64>,
    pub(super) score: Vec<f64>,
    pub(super) variance: Vec<f64>,
}

#[cfg(feature = "serde")]
checked_when_read!(GrayTest { cause: String, rho: f64, labels: Vec<String>, subjects: Vec<usize>, observed: Vec<f64>, score: Vec<f64>, variance: Vec<f64> });

#[cfg(feature = "serde")]
impl GrayTest {
    fn check(&self) -> Result<()> {
        let k = self.labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        stored::number("rho", self.rho)?;
        check_len("subjects", self.subjects.len(), "labels", k)?;
        check_len("observed", self.observed.len(), "labels", k)?;
        check_len("score", self.score.len(), "labels", k)?;
        check_len("variance", self.variance.len(), "a matrix of all groups but one", (k - 1) * (k - 1))?;
        self.subjects.iter().try_for_each(|&n| stored::count("the number of subjects", n))?;
        self.observed.iter().try_for_each(|&d| stored::size("observed", d))?;
        self.score.iter().try_for_each(|&u| stored::number("score", u))?;
        stored::covariance(&self.variance, k - 1)
    }
}

impl GrayTest {
    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The power of the weights.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// The groups.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects of each group: one with a replication weight of 2 is two.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// The events of the cause in each group.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Weighted observed less expected of each group; they add up to 0.
    #[must_use]
    pub fn score(&self) -> &[f64] {
        &self.score
    }

    /// The covariance of the scores of all groups but the last, row by row.
    #[must_use]
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    fn form(&self) -> (f64, usize) {
        quadratic_form(&self.score[..self.score.len() - 1], &self.variance)
    }

    /// The chi-square statistic.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.form().0
    }

    /// Its degrees of freedom: groups less one, fewer where a group cannot be compared; 0 without events of the cause.
    #[must_use]
    pub fn df(&self) -> usize {
        self.form().1
    }

    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let (statistic, df) = self.form();
        (df > 0).then(|| chi_square_sf(statistic, df))
    }
}

impl From<&GrayTest> for TestSummary {
    fn from(test: &GrayTest) -> Self {
        Self::new(format!("Gray's test, {}", test.cause()), Some(test.statistic()), test.p_value())
            .with_df(test.df())
            .with_counts(test.subjects().iter().sum(), test.observed().iter().sum())
    }
}

impl fmt::Display for GrayTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gray's test, cause {}", self.cause)?;
        if self.rho != 0.0 {
            write!(f, ", rho {}", Number(self.rho))?;
        }
        write!(f, ": chi-square {:.4} on {} df", self.statistic(), self.df())?;
        self.p_value().map_or(Ok(()), |p| write!(f, ", {:#}", PValue(p)))
    }
}

/// Gray's tests of every pair of groups.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PairwiseGrayTest {
    pub(super) adjustment: Adjustment,
    pub(super) tests: Vec<GrayTest>,
    pub(super) adjusted: Vec<Option<f64>>,
}

#[cfg(feature = "serde")]
checked_when_read!(PairwiseGrayTest { adjustment: Adjustment, tests: Vec<GrayTest>, adjusted: Vec<Option<f64>> });

#[cfg(feature = "serde")]
impl PairwiseGrayTest {
    fn check(&self) -> Result<()> {
        check_len("adjusted", self.adjusted.len(), "tests", self.tests.len())?;
        self.tests.iter().try_for_each(|t| check_len("labels", t.labels.len(), "a pair", 2))?;
        self.adjusted.iter().flatten().try_for_each(|&p| stored::probability("the adjusted p-value", p))?;
        let p_values: Vec<Option<f64>> = self.tests.iter().map(GrayTest::p_value).collect();
        self.adjustment.check(&p_values, &self.adjusted)
    }
}

impl PairwiseGrayTest {
    /// The pairs, the first group running slowest.
    #[must_use]
    pub fn tests(&self) -> &[GrayTest] {
        &self.tests
    }

    /// The p-values of the pairs, adjusted for their number.
    #[must_use]
    pub fn adjusted_p_values(&self) -> &[Option<f64>] {
        &self.adjusted
    }

    /// How p-values were adjusted.
    #[must_use]
    pub fn adjustment(&self) -> Adjustment {
        self.adjustment
    }
}

impl fmt::Display for PairwiseGrayTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pairwise Gray tests, adjustment: {}", self.adjustment)?;
        for (test, adjusted) in self.tests.iter().zip(&self.adjusted) {
            write!(f, "\n{}: {test}", pair(&test.labels[0], &test.labels[1]))?;
            adjusted.map_or(Ok(()), |p| write!(f, ", adjusted {:#}", PValue(p)))?;
        }
        Ok(())
    }
}
