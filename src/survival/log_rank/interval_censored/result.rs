//! The result: sums of scores, their covariance, and the statistic.

use std::fmt;

use super::score::IntervalScore;
use super::variance::IntervalVariance;
#[cfg(feature = "serde")]
use super::variance::floor;
#[cfg(feature = "serde")]
use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::chi_square_sf;
#[cfg(feature = "serde")]
use crate::numeric::quadratic_form::quadratic_form_above;
use crate::numeric::sums::whole_count;
use crate::print::{Number, PValue, one_line};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::result::test::TestSummary;

/// The result of [`IntervalLogRank`](crate::survival::log_rank::IntervalLogRank).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IntervalLogRankTest {
    pub(super) score: IntervalScore,
    pub(super) variance: IntervalVariance,
    pub(super) labels: Vec<String>,
    pub(super) sizes: Vec<f64>,
    pub(super) sums: Vec<f64>,
    pub(super) covariance: Vec<f64>,
    pub(super) statistic: f64,
    pub(super) df: usize,
}

#[cfg(feature = "serde")]
checked_when_read!(IntervalLogRankTest { score: IntervalScore, variance: IntervalVariance, labels: Vec<String>, sizes: Vec<f64>, sums: Vec<f64>, covariance: Vec<f64>, statistic: f64, df: usize });

#[cfg(feature = "serde")]
impl IntervalLogRankTest {
    fn check(&self) -> Result<()> {
        let k = self.labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        check_len("sizes", self.sizes.len(), "labels", k)?;
        check_len("sums", self.sums.len(), "labels", k)?;
        check_len("covariance", self.covariance.len(), "a matrix of the groups", k * k)?;
        self.sizes.iter().try_for_each(|&n| stored::size("the size of a group", n))?;
        self.sums.iter().try_for_each(|&u| stored::number("a sum of scores", u))?;
        stored::covariance(&self.covariance, k)?;
        stored::size("the statistic", self.statistic)?;
        let floor = floor(&self.covariance, k, &self.sizes);
        let (statistic, df) = quadratic_form_above(&self.sums, &self.covariance, floor);
        if self.df != df {
            let must_be = "the rank of the covariance";
            return Err(Error::OutOfRange { argument: "df", value: self.df as f64, must_be });
        }
        if !((self.statistic - statistic).abs() <= 1e-9 * statistic) {
            let must_be = "that of the sums and their covariance";
            return Err(Error::OutOfRange { argument: "the statistic", value: self.statistic, must_be });
        }
        Ok(())
    }
}

impl IntervalLogRankTest {
    /// The labels of the groups.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects of each group: sums of weights.
    #[must_use]
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// The sums of scores of each group, less what is expected: above 0 where events are early.
    #[must_use]
    pub fn sums(&self) -> &[f64] {
        &self.sums
    }

    /// The covariance of the [sums](Self::sums), row by row, one row for each group.
    #[must_use]
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// Where its covariance comes from.
    #[must_use]
    pub fn variance(&self) -> IntervalVariance {
        self.variance
    }

    /// The sum of the first group by its standard error, of two groups: above 0 where its events are early.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.labels.len() == 2 && self.df == 1).then(|| self.sums[0] / self.covariance[0].sqrt())
    }

    /// Chi-square; 0 where all scores are the same.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The rank of the covariance: one less than the groups with subjects; 0 where all scores are the same.
    #[must_use]
    pub fn df(&self) -> usize {
        self.df
    }

    /// The two-sided p-value. Returns `None` if all scores are the same.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_sf(self.statistic, self.df))
    }
}

impl From<&IntervalLogRankTest> for TestSummary {
    fn from(test: &IntervalLogRankTest) -> Self {
        let method = format!("Interval-censored test, {} ({})", test.score, test.variance);
        Self::new(method, Some(test.statistic), test.p_value())
            .with_df(test.df)
            .with_counts(whole_count(test.sizes.iter().sum()), f64::NAN)
    }
}

impl fmt::Display for IntervalLogRankTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interval-censored test, {} ({})", self.score, self.variance)?;
        let width = self.labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).max(5);
        write!(f, "\n{:width$} {:>10} {:>12}", "group", "n", "score")?;
        for ((label, n), sum) in self.labels.iter().zip(&self.sizes).zip(&self.sums) {
            write!(f, "\n{:width$} {n:>10} {:>12.4}", one_line(label), Number(*sum))?;
        }
        match self.p_value() {
            Some(p) => write!(f, "\nchi-square {:.4} on {} df, {:#}", self.statistic, self.df, PValue(p)),
            None => write!(f, "\nnothing to compare: no p-value"),
        }
    }
}
