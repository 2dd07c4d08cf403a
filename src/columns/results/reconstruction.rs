//! What published figures say.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::result::Interval;
use crate::trial::reconstruct::{
    ArmOrder, ArmOrders, Consistency, DigitizedArm, FigureCheck, Interleavings, ReportedHazardRatio,
    TestValue,
};

/// A row a figure: whether the others are possible without it, and between which values it would then lie.
impl ToRecordBatch for Consistency {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.figures();
        Ok(Tidy::default()
            .texts("figure", rows.iter().map(|r| Some(r.figure().into())))
            .texts("without", rows.iter().map(|r: &FigureCheck| Some(r.without().to_string())))
            .numbers("lower", rows.iter().map(|r| r.instead().map(|i| i.0)))
            .numbers("upper", rows.iter().map(|r| r.instead().map(|i| i.1))))
    }
}

/// A row a distinct value of the test, with the number of interleavings that have it and the first of them.
impl ToRecordBatch for Interleavings {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.values();
        Ok(Tidy::default()
            .numbers("observed_minus_expected", rows.iter().map(TestValue::observed_minus_expected))
            .numbers("variance", rows.iter().map(TestValue::variance))
            .numbers("statistic", rows.iter().map(TestValue::statistic))
            .numbers("p_value", rows.iter().map(TestValue::p_value))
            .texts("orders", rows.iter().map(|v| Some(v.orders().to_string())))
            .texts("example", rows.iter().map(|v| v.examples().first().map(ToString::to_string))))
    }
}

/// A row a pattern of events and censorings that agrees with the figures.
impl ToRecordBatch for ArmOrders {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.patterns();
        Ok(Tidy::default()
            .texts("pattern", rows.iter().map(|p| Some(p.to_string())))
            .counts("events", rows.iter().map(|p| Some(p.events().into())))
            .counts("at_risk", rows.iter().map(|p: &ArmOrder| Some(p.at_risk().into())))
            .texts("with_ties", rows.iter().map(|p| Some(p.with_ties().to_string()))))
    }
}

/// The subjects that were reconstructed.
impl ToRecordBatch for DigitizedArm {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        self.data().tidy_with(interval)
    }
}

/// `std_error` is that of the logarithm.
impl ToRecordBatch for ReportedHazardRatio {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .texts("group", [Some(self.of().into())])
            .texts("reference", [Some(self.against().into())])
            .numbers("hazard_ratio", [self.estimate()])
            .numbers("std_error", [self.log_std_error()]);
        Ok(limits(table, &[self.interval(interval.confidence_level())?])
            .numbers("p_value", [self.p_value()])
            .texts("source", [Some(self.source().to_string())]))
    }
}
