//! A table as it was written: its events by cause must be those of any cause.

use crate::error::{Error, Result, TableError, check_len};
use crate::survival::data::competing::check_distinct;
use crate::survival::risk_table::competing::exact::Lost;
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
    #[serde(default)]
    fine_lost: Lost,
    #[serde(default)]
    lost: Lost,
}

impl TryFrom<Raw> for CompetingRiskTable {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { all, causes, by_cause, fine, fine_lost, lost } = raw;
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        check_distinct(&causes)?;
        let k = causes.len();
        let (len, expected) = match &by_cause {
            ByCause::One => (usize::from(k > 1), 0),
            ByCause::Subjects(events) => (events.len(), all.len() * k),
            ByCause::Weighted(events) => (events.len(), all.len() * k),
        };
        check_len("by_cause", len, "the rows and causes", expected)?;
        let expected = if k > 1 { all.fine.rows.len() * k } else { 0 };
        check_len("fine", fine.len(), "the near ties and causes", expected)?;
        let table = Self { all, causes, by_cause, fine, fine_lost, lost };
        for index in 0..table.all.len() {
            let sum: f64 = (0..k).map(|c| table.events_of(index, c)).sum();
            let (events, negative) =
                (table.all.row(index).events, (0..k).any(|c| !(table.events_of(index, c) >= 0.0)));
            if negative || !((sum - events).abs() <= 1e-9 * events) {
                let reason = "the events by cause do not add up to the events";
                return Err(Error::Table(TableError::InconsistentTable { index, reason }));
            }
        }
        check_exact(&table)?;
        Ok(table)
    }
}

/// What near ties were, and what rounding took, are the events by cause.
fn check_exact(table: &CompetingRiskTable) -> Result<()> {
    let k = table.causes.len();
    let refused = |index, reason| Err(Error::Table(TableError::InconsistentTable { index, reason }));
    let places = if k > 1 { table.all.len() * k } else { 0 };
    check_lost(&table.lost, places, |at| table.events_of(at / k, at % k))?;
    check_lost(&table.fine_lost, table.fine.len(), |at| table.fine[at])?;
    let mut number = 0;
    for parts in table.all.fine.rows.chunk_by(|a, b| a.row == b.row).filter(|_| k > 1) {
        let index = parts[0].row as usize;
        let fine = &table.fine[number * k..(number + parts.len()) * k];
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
        let of_cause = |c: usize| near(fine.iter().skip(c).step_by(k).sum(), table.events_of(index, c));
        let of_part = |(i, events): (usize, &[f64])| {
            near(events.iter().sum(), table.all.fine.sums_at(number + i).events.high)
        };
        let right = fine.iter().all(|d| *d >= 0.0) && (0..k).all(of_cause);
        if !(right && fine.chunks(k).enumerate().all(of_part)) {
            return refused(
                index,
                "the events by cause of times that are near ties do not make up their row",
            );
        }
        number += parts.len();
    }
    Ok(())
}

/// Each stands once, in order, and is no more than rounding takes.
fn check_lost(lost: &Lost, places: usize, events: impl Fn(usize) -> f64) -> Result<()> {
    let mut next = 0;
    for &(at, low) in lost {
        let right = (next..places).contains(&at) && low.abs() <= events(at) * f64::EPSILON;
        if !right {
            let reason =
                "what rounding took from a sum belongs to no row, stands twice, or is more than rounding";
            return Err(Error::Table(TableError::InconsistentTable { index: at, reason }));
        }
        next = at + 1;
    }
    Ok(())
}
