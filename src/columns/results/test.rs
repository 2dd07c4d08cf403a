//! Tests.

use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::proportion::ProportionTest;
use crate::survival::contrast::FinkelsteinSchoenfeld;
use crate::survival::log_rank::{
    GrayTest, IntervalLogRankTest, LogRankTest, MaxComboTest, MonteCarloIntervalTest, OneSampleTest,
    PairwiseComparison, PairwiseGrayTest, PairwiseTest, PepeMoriTest, RenyiTest, TrendTest,
};
use crate::survival::permutation::{ExactTest, MonteCarloTest};
use crate::survival::recurrent::MeanTestResult;
use crate::survival::regression::cox::ProportionalHazards;
use crate::survival::regression::{FrailtyTest, TestResult};
use crate::survival::result::{Interval, RatioTest, TestSummary};

impl ToRecordBatch for [TestSummary] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("method", self.iter().map(|t| Some(t.method().into())))
            .numbers("statistic", self.iter().map(TestSummary::statistic))
            .counts("df", self.iter().map(|t| t.df().map(|df| df as u64)))
            .numbers("p_value", self.iter().map(TestSummary::p_value))
            .counts("subjects", self.iter().map(|t| t.subjects().map(|n| n as u64)))
            .numbers("events", self.iter().map(TestSummary::events)))
    }
}

impl ToRecordBatch for TestSummary {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// A test alone is a table of one row.
macro_rules! one_row {
    ($($test:ty),+ $(,)?) => {
        $(impl ToRecordBatch for $test {
            fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
                TestSummary::from(self).tidy_with(interval)
            }
        })+
    };
}

one_row!(
    ExactTest,
    FrailtyTest,
    GrayTest,
    IntervalLogRankTest,
    LogRankTest,
    MaxComboTest,
    MeanTestResult,
    MonteCarloIntervalTest,
    MonteCarloTest,
    OneSampleTest,
    PepeMoriTest,
    ProportionTest,
    RatioTest,
    RenyiTest,
    TestResult,
    TrendTest,
);

impl LogRankTest {
    /// Observed and expected events as a table: `group, observed, expected`, a row a group.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Groups, LogRank, RightCensored};
    ///
    /// let data = RightCensored::new(&[1.0, 2.0], &[true, true])?;
    /// let test = LogRank::test(&data, &Groups::new(&["new", "old"]))?;
    /// assert_eq!(test.tidy_groups().to_csv(), "group,observed,expected\nnew,1,0.5\nold,1,1.5\n");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn tidy_groups(&self) -> Tidy {
        Tidy::default()
            .texts("group", self.labels().iter().map(|label| Some(label.clone())))
            .numbers("observed", self.observed().iter().copied())
            .numbers("expected", self.expected().iter().copied())
    }
}

/// The test of all endpoints, with z² as its statistic.
impl ToRecordBatch for FinkelsteinSchoenfeld {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let statistic = self.z().map(|z| z * z);
        TestSummary::new("Finkelstein-Schoenfeld test", statistic, self.p_value())
            .with_df(1)
            .tidy_with(interval)
    }
}

/// A row a pair of groups.
impl ToRecordBatch for PairwiseTest {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let pairs = self.comparisons();
        let tests: Vec<TestSummary> = pairs.iter().map(TestSummary::from).collect();
        Ok(tests
            .tidy_with(interval)?
            .texts("group", pairs.iter().map(|p| Some(p.group().into())))
            .texts("reference", pairs.iter().map(|p| Some(p.reference().into())))
            .numbers("adjusted_p_value", pairs.iter().map(PairwiseComparison::adjusted_p_value)))
    }
}

/// A row a pair of groups.
impl ToRecordBatch for PairwiseGrayTest {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let tests: Vec<TestSummary> = self.tests().iter().map(TestSummary::from).collect();
        let label = |k: usize| self.tests().iter().map(move |t| t.labels().get(k).cloned());
        Ok(tests
            .tidy_with(interval)?
            .texts("group", label(0))
            .texts("reference", label(1))
            .numbers("adjusted_p_value", self.adjusted_p_values().iter().copied()))
    }
}

/// A row a covariate, then the test of all at once, `GLOBAL`.
impl ToRecordBatch for ProportionalHazards {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows: Vec<(&str, TestResult)> = self.covariates().chain([("GLOBAL", self.global())]).collect();
        Ok(Tidy::default()
            .texts("covariate", rows.iter().map(|r| Some(r.0.into())))
            .numbers("statistic", rows.iter().map(|r| r.1.statistic))
            .counts("df", rows.iter().map(|r| Some(r.1.degrees_of_freedom as u64)))
            .numbers("p_value", rows.iter().map(|r| r.1.p_value())))
    }
}
