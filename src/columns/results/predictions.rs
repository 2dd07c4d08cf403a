//! What models predict, and how true it is.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::PseudoValues;
use crate::survival::prediction::{
    BrierCurve, BrierScore, CalibrationGroup, CalibrationTable, ConcordanceEstimate, RocCurve, RocPoint,
};
use crate::survival::regression::cox::PredictedCurve;
use crate::survival::regression::{AdditiveModel, QuantileModel, RestrictedMeanModel, RiskEstimate};
use crate::survival::result::{Estimate, Interval};

impl ToRecordBatch for PredictedCurve {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let steps: Vec<(f64, f64)> = self.steps().collect();
        let between: Vec<_> = steps.iter().map(|s| self.interval(s.0, interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", steps.iter().map(|s| s.0))
            .numbers("survival", steps.iter().map(|s| s.1))
            .numbers("std_error", steps.iter().map(|s| self.std_error(s.0).ok()));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for [RiskEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(RiskEstimate::time))
            .numbers("incidence", self.iter().map(RiskEstimate::value))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// A row a time and term.
impl ToRecordBatch for AdditiveModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let mut rows: Vec<(f64, &String, usize, Estimate)> = Vec::new();
        for (&time, &at_risk) in self.times().iter().zip(self.at_risk()) {
            let of_terms = self.names().iter().zip(self.at(time)?);
            rows.extend(of_terms.map(|(name, estimate)| (time, name, at_risk, estimate)));
        }
        let between: Vec<_> = rows.iter().map(|r| r.3.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0))
            .texts("term", rows.iter().map(|r| Some(r.1.clone())))
            .counts("at_risk", rows.iter().map(|r| Some(r.2 as u64)))
            .numbers("cumulative_coefficient", rows.iter().map(|r| r.3.value().ok()))
            .numbers("std_error", rows.iter().map(|r| r.3.std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// A row a τ of the grid and term, the last ones without estimates where the data do not tell them.
impl ToRecordBatch for QuantileModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let mut rows: Vec<(f64, &String, Estimate)> = Vec::new();
        for &tau in self.grid() {
            let of_terms = self.names().iter().zip(self.coefficients(tau)?);
            rows.extend(of_terms.map(|(name, estimate)| (tau, name, estimate)));
        }
        let between: Vec<_> = rows.iter().map(|r| r.2.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("tau", rows.iter().map(|r| r.0))
            .texts("term", rows.iter().map(|r| Some(r.1.clone())))
            .numbers("coefficient", rows.iter().map(|r| r.2.value().ok()))
            .numbers("std_error", rows.iter().map(|r| r.2.std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// A row a term: a difference, or a ratio with the error of its logarithm.
impl ToRecordBatch for RestrictedMeanModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = self.coefficients();
        let between: Vec<_> = rows.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("term", self.names().iter().map(|name| Some(name.clone())))
            .numbers("estimate", rows.iter().map(|e| e.value().ok()))
            .numbers("std_error", rows.iter().map(|e| e.std_error().ok()));
        Ok(limits(table, &between)
            .numbers("p_value", rows.iter().map(Estimate::p_value))
            .texts("scale", rows.iter().map(|e| Some(format!("{:?}", e.scale())))))
    }
}

impl ToRecordBatch for ConcordanceEstimate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .numbers("concordance", [self.value().ok()])
            .numbers("std_error", [self.std_error().ok()]);
        Ok(limits(table, &[self.interval(interval)?])
            .numbers("concordant", [self.concordant()])
            .numbers("discordant", [self.discordant()])
            .numbers("tied", [self.tied()]))
    }
}

impl ToRecordBatch for [BrierScore] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|s| s.estimate().interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(BrierScore::time))
            .numbers("brier_score", self.iter().map(BrierScore::value))
            .numbers("std_error", self.iter().map(BrierScore::std_error));
        Ok(limits(table, &between)
            .numbers("null_score", self.iter().map(BrierScore::null_value))
            .numbers("scaled", self.iter().map(BrierScore::scaled)))
    }
}

impl ToRecordBatch for BrierCurve {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        self.scores().tidy_with(interval)
    }
}

/// A row a group of predicted risk; the limits are at the level of the calibration.
impl ToRecordBatch for CalibrationTable {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let groups = self.groups();
        let between: Vec<_> = groups.iter().map(|g| self.interval(g)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("upper_risk", groups.iter().map(CalibrationGroup::upper))
            .counts("subjects", groups.iter().map(|g| Some(g.subjects() as u64)))
            .numbers("mean_risk", groups.iter().map(CalibrationGroup::mean_risk))
            .numbers("observed", groups.iter().map(|g| g.observed().value().ok()))
            .numbers("std_error", groups.iter().map(|g| g.observed().std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// A row a threshold of the marker; the area is `auc()`, an `Estimate`.
impl ToRecordBatch for RocCurve {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let points = self.points();
        Ok(Tidy::default()
            .numbers("threshold", points.iter().map(RocPoint::threshold))
            .numbers("sensitivity", points.iter().map(RocPoint::sensitivity))
            .numbers("false_positives", points.iter().map(RocPoint::false_positives)))
    }
}

/// A row a subject and time; subjects are counted from 0, in the order of the data.
impl ToRecordBatch for PseudoValues {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let values = self.values();
        let cells = || values.indexed_iter();
        Ok(Tidy::default()
            .counts("subject", cells().map(|((i, _), _)| Some(i as u64)))
            .numbers("time", cells().map(|((_, k), _)| self.times()[k]))
            .numbers("pseudo_value", cells().map(|(_, &value)| value)))
    }
}
