//! Which columns each result becomes.

use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::{CumulativeHazard, HazardEstimate};
use crate::survival::curve::quantile::Quantile;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::{Step, SurvivalEstimate};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::log_rank::LogRankTest;
use crate::survival::regression::{CoxModel, Term};
use crate::survival::result::{ConfidenceInterval, Estimate, Interval, TestSummary};
use crate::survival::risk_table::{RiskTable, RiskTables, Row};
use crate::trial::report::{Report, Table};

/// The two columns of limits.
fn limits(table: Tidy, limits: &[ConfidenceInterval]) -> Tidy {
    table.numbers("lower", limits.iter().map(|i| i.lower)).numbers("upper", limits.iter().map(|i| i.upper))
}

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

/// The limits are those that the quantiles were asked with.
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
            .numbers("incidence", rows.iter().map(|r| r.3.value()))
            .numbers("std_error", rows.iter().map(|r| r.3.std_error()));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for RiskTable {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .numbers("time", self.times().iter().copied())
            .numbers("at_risk", self.rows().map(|r| r.at_risk))
            .numbers("events", self.rows().map(|r| r.events))
            .numbers("censored", self.rows().map(|r| r.censored))
            .numbers("entered", self.rows().map(|r| r.entered))
            .counts("subjects_at_risk", self.rows().map(|r| Some(r.subjects_at_risk.into()))))
    }
}

impl ToRecordBatch for RiskTables {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let mut parts = Vec::new();
        for (s, tables) in self.tables().iter().enumerate() {
            for (label, table) in self.labels().iter().zip(tables) {
                let part = table.tidy_with(interval)?;
                let part = match self.strata() {
                    Some(strata) => part.with_label("stratum", &strata[s]),
                    None => part,
                };
                parts.push(part.with_label("group", label));
            }
        }
        Tidy::stack(parts)
    }
}

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

impl ToRecordBatch for CoxModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let terms = self.terms();
        let between: Vec<_> = terms.iter().map(|t| t.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("term", terms.iter().map(|t| Some(t.name().into())))
            .numbers("coefficient", terms.iter().map(Term::coefficient))
            .numbers("std_error", terms.iter().map(Term::std_error))
            .numbers("z", terms.iter().map(Term::z))
            .numbers("p_value", terms.iter().map(Term::p_value))
            .numbers("hazard_ratio", terms.iter().map(Term::hazard_ratio));
        Ok(limits(table, &between).texts("status", terms.iter().map(|t| Some(format!("{:?}", t.status())))))
    }
}

impl ToRecordBatch for [Estimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("estimate", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        Ok(limits(table, &between)
            .numbers("p_value", self.iter().map(Estimate::p_value))
            .texts("scale", self.iter().map(|e| Some(format!("{:?}", e.scale())))))
    }
}

impl ToRecordBatch for Estimate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

impl ToRecordBatch for RightCensored<'_> {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut table = Tidy::default()
            .numbers("time", self.time().iter().copied())
            .flags("event", self.event().iter().copied());
        if let Some(entry) = self.entry() {
            table = table.numbers("entry", entry.iter().copied());
        }
        if let Some(weights) = self.weights().map(Weights::values) {
            table = table.numbers("weight", weights.iter().copied());
        }
        if let Some(strata) = self.strata() {
            let label = |&code: &u32| Some(strata.labels()[code as usize].clone());
            table = table.texts("stratum", strata.codes().iter().map(label));
        }
        Ok(table)
    }
}

impl ToRecordBatch for Table {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let column =
            |k: usize| self.rows.iter().map(move |row| row.get(k).map(|cell| cell.trim().to_string()));
        let columns = self.header.iter().enumerate();
        Ok(columns.fold(Tidy::default(), |table, (k, name)| {
            let name = if name.is_empty() { "row" } else { name };
            table.texts(name, column(k))
        }))
    }
}

impl ToRecordBatch for Report {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut cells: [Vec<Option<String>>; 4] = Default::default();
        for table in self.tables() {
            for (row, name) in table.rows.iter().filter_map(|row| Some((row, row.first()?))) {
                for (column, value) in table.header.iter().zip(row).skip(1) {
                    for (to, text) in cells.iter_mut().zip([&table.caption, name, column, value]) {
                        to.push(Some(text.trim().to_string()));
                    }
                }
            }
        }
        let names = ["table", "row", "column", "value"];
        Ok(names
            .into_iter()
            .zip(cells)
            .fold(Tidy::default(), |table, (name, cells)| table.texts(name, cells)))
    }
}
