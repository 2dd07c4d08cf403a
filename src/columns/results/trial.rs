//! Reports of a trial.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::proportion::{Proportion, ProportionInterval};
use crate::survival::result::{ConfidenceInterval, Interval};
use crate::trial::Label;
use crate::trial::design::simulation::{OperatingCharacteristics, SimulatedQuantity, SimulationStudy};
use crate::trial::report::{Report, Table};
use crate::trial::response::{BinaryAnalysis, BinaryCounts};

/// A row an arm: how many have which status, then the share of those who count, with exact limits (Clopper and Pearson's).
impl<A: Label> ToRecordBatch for BinaryAnalysis<A> {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let counts: Vec<BinaryCounts> =
            self.arms().iter().map(|&arm| self.counts(arm)).collect::<Result<_>>()?;
        let shares: Vec<Option<Proportion>> =
            self.arms().iter().map(|&arm| self.proportion(arm).ok()).collect();
        let exact = ProportionInterval::clopper_pearson().level(interval.confidence_level());
        let between = shares.iter().map(|share| match share {
            Some(share) => share.interval(exact),
            None => Ok(ConfidenceInterval::new(None, interval.confidence_level())),
        });
        let between: Vec<ConfidenceInterval> = between.collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("arm", self.arms().iter().map(|arm| Some(format!("{arm:?}"))))
            .counts("responders", counts.iter().map(|c| Some(c.responders)))
            .counts("non_responders", counts.iter().map(|c| Some(c.non_responders)))
            .counts("dead", counts.iter().map(|c| Some(c.dead)))
            .counts("missing", counts.iter().map(|c| Some(c.missing)))
            .counts("not_due", counts.iter().map(|c| Some(c.not_due)))
            .counts("counted_responders", shares.iter().map(|s| s.map(|s| s.events())))
            .counts("counted", shares.iter().map(|s| s.map(|s| s.subjects())))
            .numbers("proportion", shares.iter().map(|s| s.map(|s| s.value())));
        Ok(limits(table, &between))
    }
}

fn simulated(rows: &[SimulatedQuantity]) -> Tidy {
    Tidy::default()
        .texts("quantity", rows.iter().map(|r| Some(r.name().into())))
        .numbers("value", rows.iter().map(SimulatedQuantity::value))
        .numbers("std_error", rows.iter().map(SimulatedQuantity::std_error))
}

/// A row a quantity, with its Monte Carlo standard error.
impl ToRecordBatch for OperatingCharacteristics {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(simulated(&self.rows()))
    }
}

/// The same of both scenarios, `effect` and `no effect`.
impl ToRecordBatch for SimulationStudy {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let (with, without) = (self.with_effect().rows(), self.without_effect().rows());
        Tidy::stack([
            simulated(&with).with_label("scenario", "effect"),
            simulated(&without).with_label("scenario", "no effect"),
        ])
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
