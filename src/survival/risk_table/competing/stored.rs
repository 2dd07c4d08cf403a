//! A table as it was written: its events by cause must be those of any cause.

use crate::error::{Error, Result, TableError, check_len};
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::table::RiskTable;

/// The columns of a [`CompetingRiskTable`] before they are checked.
#[derive(serde::Deserialize)]
pub(super) struct Raw {
    all: RiskTable,
    causes: Vec<String>,
    by_cause: ByCause,
    #[serde(default)]
    fine: Vec<f64>,
}

impl TryFrom<Raw> for CompetingRiskTable {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { all, causes, by_cause, fine } = raw;
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        let k = causes.len();
        let (len, expected) = match &by_cause {
            ByCause::One => (usize::from(k > 1), 0),
            ByCause::Subjects(events) => (events.len(), all.len() * k),
            ByCause::Weighted(events) => (events.len(), all.len() * k),
        };
        check_len("by_cause", len, "the rows and causes", expected)?;
        let parts = if k > 1 { all.fine.rows.len() * k } else { 0 };
        check_len("fine", fine.len(), "the parts of rows and causes", parts)?;
        let table = Self { all, causes, by_cause, fine };
        table.check_fine()?;
        for index in 0..table.all.len() {
            let sum: f64 = (0..k).map(|c| table.events_of(index, c)).sum();
            let (events, negative) =
                (table.all.row(index).events, (0..k).any(|c| !(table.events_of(index, c) >= 0.0)));
            if negative || !((sum - events).abs() <= 1e-9 * events) {
                let reason = "the events by cause do not add up to the events";
                return Err(Error::Table(TableError::InconsistentTable { index, reason }));
            }
        }
        Ok(table)
    }
}

impl CompetingRiskTable {
    /// The parts of a row of near ties are the row, cause by cause, and each is as many events as any cause has.
    fn check_fine(&self) -> Result<()> {
        let k = self.causes.len();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
        let mut parts = self.fine.chunks_exact(k).enumerate();
        for rows in self.all.fine.rows.chunk_by(|a, b| a.row == b.row).filter(|_| k > 1) {
            let index = rows[0].row as usize;
            let mut sums = vec![0.0; k];
            let mut right = true;
            for (place, events) in parts.by_ref().take(rows.len()) {
                let any = self.all.fine.sums_at(place).events.high;
                right &= events.iter().all(|&d| d >= 0.0) && close(events.iter().sum(), any);
                sums.iter_mut().zip(events).for_each(|(sum, d)| *sum += d);
            }
            if !right || (0..k).any(|c| !close(sums[c], self.events_of(index, c))) {
                let reason = "the events by cause of near ties do not make up their row";
                return Err(Error::Table(TableError::InconsistentTable { index, reason }));
            }
        }
        Ok(())
    }
}
