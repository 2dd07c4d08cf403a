//! Tests.

use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::log_rank::LogRankTest;
use crate::survival::result::{Interval, TestSummary};

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

impl ToRecordBatch for LogRankTest {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        TestSummary::from(self).tidy_with(interval)
    }
}
