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
}

impl TryFrom<Raw> for CompetingRiskTable {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { all, causes, by_cause } = raw;
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
        let table = Self { all, causes, by_cause };
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
