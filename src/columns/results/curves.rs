//! Curves, their quantiles and bands.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::aalen_johansen::{
    CumulativeIncidence, IncidenceEstimate, IncidenceQuantile, TimeLost,
};
use crate::survival::curve::band::SurvivalBand;
use crate::survival::curve::cumulative_hazard::{CumulativeHazard, HazardEstimate};
use crate::survival::curve::life_table::result::{LifeTable, LifeTableRow};
use crate::survival::curve::quantile::Quantile;
use crate::survival::curve::restricted_mean::RestrictedMean;
use crate::survival::curve::smoothed_hazard::SmoothedHazardCurve;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::{Step, SurvivalEstimate};
use crate::survival::curve::turnbull::{MassInterval, TurnbullBootstrap, TurnbullCurve};
use crate::survival::curve::warning::SmallRiskSet;
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

impl ToRecordBatch for [IncidenceEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(IncidenceEstimate::time))
            .numbers("at_risk", self.iter().map(IncidenceEstimate::at_risk))
            .numbers("events", self.iter().map(IncidenceEstimate::events))
            .numbers("incidence", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        let reason = |e: &IncidenceEstimate| e.not_estimable().map(|because| because.to_string());
        Ok(limits(table, &between).texts("not_estimable", self.iter().map(reason)))
    }
}

impl ToRecordBatch for [IncidenceQuantile] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let between: Vec<ConfidenceInterval> = self.iter().map(IncidenceQuantile::interval).collect();
        let table = Tidy::default()
            .numbers("p", self.iter().map(IncidenceQuantile::p))
            .numbers("estimate", self.iter().map(IncidenceQuantile::value));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for RestrictedMean {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .numbers("tau", [self.tau()])
            .numbers("estimate", [self.value()])
            .numbers("std_error", [self.std_error().ok()]);
        Ok(limits(table, &[self.interval(interval)?]))
    }
}

impl ToRecordBatch for TimeLost {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .numbers("tau", [self.tau()])
            .numbers("estimate", [self.value()])
            .numbers("std_error", [self.std_error().ok()]);
        Ok(limits(table, &[self.interval(interval)?]))
    }
}

impl ToRecordBatch for SmoothedHazardCurve {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let points = self.points();
        let between: Vec<_> = points.iter().map(|p| p.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", points.iter().map(|p| p.time))
            .numbers("hazard", points.iter().map(|p| p.hazard))
            .numbers("std_error", points.iter().map(|p| p.std_error));
        Ok(limits(table, &between))
    }
}

/// A row an interval of the life table; the limits are those of the survival to its end.
impl ToRecordBatch for LifeTable {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = self.rows();
        let between: Vec<_> =
            rows.iter().map(|row| row.survival_interval(interval)).collect::<Result<_>>()?;
        let numbers =
            |table: Tidy, name: &str, of: fn(&LifeTableRow) -> f64| table.numbers(name, rows.iter().map(of));
        let maybe = |table: Tidy, name: &str, of: fn(&LifeTableRow) -> Option<f64>| {
            table.numbers(name, rows.iter().map(of))
        };
        let mut table = numbers(Tidy::default(), "start", |r| r.start);
        table = maybe(table, "end", |r| r.end);
        table = numbers(table, "entering", |r| r.entering);
        table = numbers(table, "late", |r| r.late);
        table = numbers(table, "withdrawn", |r| r.withdrawn);
        table = numbers(table, "events", |r| r.events);
        table = numbers(table, "effective", |r| r.effective);
        table = numbers(table, "conditional", |r| r.conditional);
        table = numbers(table, "survival", |r| r.survival);
        table = maybe(table, "std_error", |r| r.survival_std_error);
        table = limits(table, &between);
        table = maybe(table, "density", |r| r.density);
        table = maybe(table, "density_std_error", |r| r.density_std_error);
        table = maybe(table, "hazard", |r| r.hazard);
        table = maybe(table, "hazard_std_error", |r| r.hazard_std_error);
        table = maybe(table, "median_residual", |r| r.median_residual);
        Ok(maybe(table, "median_residual_std_error", |r| r.median_residual_std_error))
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

impl ToRecordBatch for [HazardEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(HazardEstimate::time))
            .numbers("cumulative_hazard", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        let reason = |e: &HazardEstimate| e.value().err().map(|because| because.to_string());
        Ok(limits(table, &between).texts("not_estimable", self.iter().map(reason)))
    }
}

/// A row a step; `value` is a survival or a cumulative hazard.
impl ToRecordBatch for StepFunction {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let times = self.times();
        let between: Vec<_> = times.iter().map(|&t| self.interval(t, interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", times.iter().copied())
            .numbers("value", self.values().iter().copied())
            .numbers("std_error", times.iter().map(|&t| self.std_error(t).ok()));
        Ok(limits(table, &between))
    }
}

/// The limits are percentiles of the samples, at the level of the interval.
impl ToRecordBatch for TurnbullBootstrap {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let (times, level) = (self.times(), interval.confidence_level());
        let regions: Vec<_> = times.iter().map(|&t| self.estimate(t)).collect::<Result<_>>()?;
        let between: Vec<_> = times.iter().map(|&t| self.interval(t, level)).collect::<Result<_>>()?;
        let errors: Vec<f64> = times.iter().map(|&t| self.std_error(t)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", times.iter().copied())
            .numbers("survival_lower", regions.iter().map(|r| r.lower))
            .numbers("survival_upper", regions.iter().map(|r| r.upper))
            .numbers("std_error", errors);
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for [SmallRiskSet] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .numbers("time", self.iter().map(SmallRiskSet::time))
            .numbers("at_risk", self.iter().map(SmallRiskSet::at_risk))
            .numbers("at_risk_later", self.iter().map(SmallRiskSet::at_risk_later))
            .numbers("share", self.iter().map(SmallRiskSet::share))
            .numbers("condition_on", self.iter().map(SmallRiskSet::condition_on)))
    }
}
