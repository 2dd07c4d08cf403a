//! A table as it was written: it is built again from what happened at each time, and must come out as it was.

use crate::error::{Error, Result};
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::builder::Tally;
use crate::survival::risk_table::checks::{
    SUMS, check_fine, check_heads, check_times, heads_of, refused, sums,
};
use crate::survival::risk_table::fine::FineRows;
use crate::survival::risk_table::table::{Counts, RiskTable};
use crate::survival::risk_table::tally::{At, Heads, Kind, Sums};

/// The columns of a [`RiskTable`] before they are checked.
#[derive(serde::Deserialize)]
pub(super) struct Raw {
    time: Vec<f64>,
    counts: Counts,
    subjects: u32,
    #[serde(default)]
    near_ties: NearTies,
    #[serde(default)]
    fine: FineRows,
}

impl TryFrom<Raw> for RiskTable {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { time, counts, subjects, near_ties, fine } = raw;
        check_lengths(&time, &counts)?;
        check_times(&time)?;
        let table = match &counts {
            Counts::Subjects { at_risk, events, entered } => {
                let rows = heads(at_risk, events, entered.as_deref())?;
                check_heads(rows.iter().copied())?;
                let rows: Vec<At<Heads>> =
                    rows.into_iter().zip(&time).map(|(counts, &time)| At { time, counts }).collect();
                Heads::table(rows.iter().copied(), Kind { sampling: false, reversed: false })
            }
            Counts::Weighted { sampling, reversed, rows, lost } => {
                check_heads(rows.iter().map(heads_of))?;
                let rows = sums(&time, rows, lost)?;
                Sums::table(rows.iter().copied(), Kind { sampling: *sampling, reversed: *reversed })
            }
        };
        if table.counts != counts {
            let index = (0..table.len()).find(|&i| !same_row(&table.counts, &counts, i)).unwrap_or(0);
            return refused(index, SUMS);
        }
        if table.subjects != subjects {
            return refused(0, "the number of subjects is not that of those who leave");
        }
        let table = Self { near_ties, ..table };
        check_fine(&table, &fine)?;
        Ok(Self { fine, ..table })
    }
}

fn check_lengths(time: &[f64], counts: &Counts) -> Result<()> {
    let expected = time.len();
    let lengths = match counts {
        Counts::Subjects { at_risk, events, entered } => {
            [at_risk.len(), events.len(), entered.as_ref().map_or(expected, Vec::len)]
        }
        Counts::Weighted { rows, .. } => [rows.len(); 3],
    };
    match lengths.into_iter().find(|&len| len != expected) {
        Some(len) => Err(Error::LengthMismatch { argument: "counts", len, other: "time", expected }),
        None => Ok(()),
    }
}

/// Who is at risk here had the event, was censored, or is at risk at the next time.
fn heads(at_risk: &[u32], events: &[u32], entered: Option<&[u32]>) -> Result<Vec<Heads>> {
    let mut left = 0_i64;
    let mut rows = Vec::with_capacity(events.len());
    for index in (0..events.len()).rev() {
        let entered = entered.map_or(0, |e| e[index]);
        let (n, d) = (i64::from(at_risk[index]), i64::from(events[index]));
        let censored = n + i64::from(entered) - d - left;
        left = n;
        match u32::try_from(censored) {
            Ok(censored) if d + i64::from(censored) <= n => {
                rows.push(Heads { events: events[index], censored, entered });
            }
            _ => return refused(index, SUMS),
        }
    }
    rows.reverse();
    Ok(rows)
}

fn same_row(a: &Counts, b: &Counts, i: usize) -> bool {
    match (a, b) {
        (Counts::Weighted { rows: a, .. }, Counts::Weighted { rows: b, .. }) => a[i] == b[i],
        (Counts::Subjects { at_risk: a, .. }, Counts::Subjects { at_risk: b, .. }) => a[i] == b[i],
        _ => false,
    }
}
