//! Data and risk tables.

use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::fine_gray::SubdistributionRows;
use crate::survival::result::Interval;
use crate::survival::risk_table::labelled::Table;
use crate::survival::risk_table::{CompetingRiskTable, GridBound, GridTable, LabelledTables, RiskTable};

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

/// Between which limits the Kaplan-Meier curve of the data lies.
impl ToRecordBatch for [GridBound] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .numbers("time", self.iter().map(GridBound::time))
            .numbers("lower", self.iter().map(GridBound::lower))
            .numbers("upper", self.iter().map(GridBound::upper)))
    }
}

/// The bounds of the curve; the rows are those of [`table`](GridTable::table).
impl ToRecordBatch for GridTable {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        self.bounds().tidy_with(interval)
    }
}

impl<T: Table + ToRecordBatch> ToRecordBatch for LabelledTables<T> {
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

/// `row` is the row of the data, from 0.
impl ToRecordBatch for SubdistributionRows {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .counts("row", self.row().iter().map(|&i| Some(i as u64)))
            .numbers("start", self.start().iter().copied())
            .numbers("stop", self.stop().iter().copied())
            .flags("event", self.event().iter().copied())
            .numbers("weight", self.weight().iter().copied()))
    }
}

/// A row a time and cause; who is at risk, is censored or enters stands beside each cause.
impl ToRecordBatch for CompetingRiskTable {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        for (i, row) in self.all().rows().enumerate() {
            for cause in self.causes() {
                rows.push((row, cause, self.events(i, cause)?));
            }
        }
        Ok(Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0.time))
            .texts("cause", rows.iter().map(|r| Some(r.1.clone())))
            .numbers("at_risk", rows.iter().map(|r| r.0.at_risk))
            .numbers("events", rows.iter().map(|r| r.2))
            .numbers("censored", rows.iter().map(|r| r.0.censored))
            .numbers("entered", rows.iter().map(|r| r.0.entered)))
    }
}
