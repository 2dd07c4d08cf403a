//! Curves, their quantiles and bands.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::band::SurvivalBand;
use crate::survival::curve::cumulative_hazard::{CumulativeHazard, HazardEstimate};
use crate::survival::curve::quantile::Quantile;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::{Step, SurvivalEstimate};
use crate::survival::curve::turnbull::{MassInterval, TurnbullCurve};
use crate::survival::result::{ConfidenceInterval, Interval};
use crate::survival::risk_table::Row;

impl ToRecordBatch for SurvivalCurve {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let steps: Vec<Step> = self.steps().collect();
        let between: Vec<_> = steps.iter().map(|s| s.estimate.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", steps.iter().map(|s| s.row.time))
            .numbers("at_risk", steps.iter().map(|s| s.row.at_risk))
            .numbers("events", steps.iter().map(|s| s.row.events))
            .numbers("censored", steps.iter().map(|s| s.row.censored))
            .numbers("survival", steps.iter().map(|s| s.estimate.value().ok()))
            .numbers("std_error", steps.iter().map(|s| s.estimate.std_error().ok()));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for [SurvivalEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(SurvivalEstimate::time))
            .numbers("at_risk", self.iter().map(SurvivalEstimate::at_risk))
            .numbers("events", self.iter().map(SurvivalEstimate::events))
            .numbers("survival", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        let reason = |e: &SurvivalEstimate| e.not_estimable().map(|because| because.to_string());
        Ok(limits(table, &between).texts("not_estimable", self.iter().map(reason)))
    }
}

impl ToRecordBatch for CumulativeHazard {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows: Vec<Row> = self.table().rows().filter(Row::is_exit).collect();
        let at: Vec<HazardEstimate> = rows.iter().map(|row| self.at(row.time)).collect();
        let between: Vec<_> = at.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", rows.iter().map(|row| row.time))
            .numbers("at_risk", rows.iter().map(|row| row.at_risk))
            .numbers("events", rows.iter().map(|row| row.events))
            .numbers("censored", rows.iter().map(|row| row.censored))
            .numbers("cumulative_hazard", at.iter().map(|e| e.value().ok()))
            .numbers("std_error", at.iter().map(|e| e.std_error().ok()));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for [Quantile] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let between: Vec<ConfidenceInterval> = self.iter().map(Quantile::interval).collect();
        let table = Tidy::default()
            .numbers("p", self.iter().map(Quantile::p))
            .numbers("estimate", self.iter().map(|q| q.value().ok()));
        let reason = |q: &Quantile| q.value().err().map(|because| because.to_string());
        Ok(limits(table, &between).texts("not_estimable", self.iter().map(reason)))
    }
}

impl ToRecordBatch for CumulativeIncidence {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        let mut between = Vec::new();
        for row in self.rows() {
            for (k, cause) in self.causes().iter().enumerate() {
                let estimate = row.incidence()[k];
                between.push(estimate.interval(interval)?);
                rows.push((row.row(), cause.clone(), row.events()[k], estimate));
            }
        }
        let table = Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0.time))
            .texts("cause", rows.iter().map(|r| Some(r.1.clone())))
            .numbers("at_risk", rows.iter().map(|r| r.0.at_risk))
            .numbers("events", rows.iter().map(|r| r.2))
            .numbers("censored", rows.iter().map(|r| r.0.censored))
            .numbers("incidence", rows.iter().map(|r| r.3.value().ok()))
            .numbers("std_error", rows.iter().map(|r| r.3.std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// The limits are those of the band.
impl ToRecordBatch for SurvivalBand {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let between: Vec<ConfidenceInterval> = self.times().iter().filter_map(|&t| self.at(t)).collect();
        Ok(limits(Tidy::default().numbers("time", self.times().iter().copied()), &between))
    }
}

/// A row an interval in which the estimate has mass.
impl ToRecordBatch for TurnbullCurve {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows: Vec<MassInterval> = self.intervals().collect();
        Ok(Tidy::default()
            .numbers("left", rows.iter().map(|r| r.left))
            .numbers("right", rows.iter().map(|r| r.right))
            .flags("left_closed", rows.iter().map(|r| r.left_closed))
            .flags("right_closed", rows.iter().map(|r| r.right_closed))
            .numbers("mass", rows.iter().map(|r| r.mass))
            .numbers("survival_after", rows.iter().map(|r| r.survival_after)))
    }
}
