//! The tables of competing risks that know whose they are: what is summed up cause by cause comes together here.
//!
//! A [`CompetingRiskTable`] holds rows of which near ties were judged, and cannot be divided again. A stream of batches therefore
//! sums up one risk table for each group and cause at exact times, which merge without a rounding; near ties are judged once,
//! over all of them.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::competing::{CompetingRiskTable, from_parts};
use crate::survival::risk_table::labelled::RiskTables;
use crate::survival::risk_table::merge::{Whole, chained};
use crate::survival::risk_table::table::RiskTable;

/// The competing-risks tables of groups, within strata if the data have any, by their labels.
///
/// It is what [`CompetingRiskTable::by_stratum_and_group`] returns, with the labels, in increasing order as text. A stream of
/// batches ends with it (feature `arrow`).
///
/// # Example
/// ```
/// use greenwood::survival::risk_table::CompetingRiskTables;
/// use greenwood::survival::{AalenJohansen, CompetingRisks, Groups};
///
/// let outcome = [Some("relapse"), Some("death"), None, Some("relapse")];
/// let data = CompetingRisks::new(&[1.0, 1.0, 2.0, 3.0], &outcome)?;
/// let tables = CompetingRiskTables::new(&data, &Groups::new(&["old", "new", "new", "old"]))?;
/// assert_eq!(tables.labels(), ["new", "old"]);
/// let old = AalenJohansen::new().from_table(tables.of_group("old")?);
/// assert_eq!(old.of("relapse")?.at(1.0).value(), 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompetingRiskTables {
    labels: Vec<String>,
    strata: Option<Vec<String>>,
    /// One inner vector per stratum, one table per label in it.
    tables: Vec<Vec<CompetingRiskTable>>,
}

impl CompetingRiskTables {
    /// The tables of the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// Those of [`CompetingRiskTable::by_stratum_and_group`].
    pub fn new(data: &CompetingRisks, groups: &Groups) -> Result<Self> {
        let by_code = CompetingRiskTable::by_stratum_and_group(data, groups)?;
        let order = |labels: &[String]| {
            let mut order: Vec<usize> = (0..labels.len()).collect();
            order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
            order
        };
        let columns = order(groups.labels());
        let strata = data.any_cause().strata().map(Groups::labels);
        let rows = strata.map_or_else(|| vec![0], order);
        let picked = |labels: &[String], at: &[usize]| at.iter().map(|&i| labels[i].clone()).collect();
        Ok(Self {
            labels: picked(groups.labels(), &columns),
            strata: strata.map(|labels| picked(labels, &rows)),
            tables: rows.iter().map(|&s| columns.iter().map(|&g| by_code[s][g].clone()).collect()).collect(),
        })
    }

    /// The labels of the groups.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.labels.iter().map(String::as_str).collect()
    }

    /// The labels of the strata, or `None` where the data had none.
    #[must_use]
    pub fn strata(&self) -> Option<&[String]> {
        self.strata.as_deref()
    }

    /// One inner slice per stratum, one table per label in it: what
    /// [`Gray::from_tables`](crate::survival::Gray::from_tables) takes.
    #[must_use]
    pub fn tables(&self) -> &[Vec<CompetingRiskTable>] {
        &self.tables
    }

    /// The table of a group over all strata: what [`AalenJohansen::from_table`](crate::survival::AalenJohansen::from_table)
    /// takes.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; those of [`CompetingRiskTable::merge`].
    pub fn of_group(&self, label: &str) -> Result<CompetingRiskTable> {
        let unknown = || Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") };
        let at = self.labels.iter().position(|l| l == label).ok_or_else(unknown)?;
        let mut parts = self.tables.iter().map(|tables| &tables[at]).filter(|t| !t.all().is_empty());
        match (parts.next(), self.tables.first()) {
            (Some(first), _) => parts.try_fold(first.clone(), |whole, part| whole.merge(part)),
            (None, Some(tables)) => Ok(tables[at].clone()),
            (None, None) => Err(unknown()),
        }
    }
}

impl fmt::Display for CompetingRiskTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (s, tables) in self.tables.iter().enumerate() {
            for (g, (label, table)) in self.labels.iter().zip(tables).enumerate() {
                if s + g > 0 {
                    writeln!(f)?;
                }
                if let Some(strata) = &self.strata {
                    write!(f, "{}, ", strata[s])?;
                }
                write!(f, "{label}\n{table}")?;
            }
        }
        Ok(())
    }
}

/// The risk tables of a part of the data at exact times, one for each group and cause and one for the censored of a group.
/// They merge by their labels: the code of the cause (0: censored), a blank, and the label of the group.
#[cfg(feature = "arrow")]
pub(crate) fn by_cause(data: &CompetingRisks, groups: &Groups) -> Result<RiskTables> {
    groups.check_len("groups", data.len())?;
    let width = data.causes().len() as u32 + 1;
    let cells: Vec<u32> = groups.codes().iter().zip(data.codes()).map(|(&g, &c)| g * width + c).collect();
    let labels = groups.labels().iter().flat_map(|l| (0..width).map(move |c| format!("{c} {l}"))).collect();
    RiskTables::new(data.any_cause(), &Groups::from_parts(cells, labels))
}

/// The tables of competing risks of merged tables [by cause](by_cause).
#[cfg(feature = "arrow")]
pub(crate) fn put_together(
    parts: &RiskTables,
    causes: &[String],
    near_ties: NearTies,
) -> Result<CompetingRiskTables> {
    let cells: Vec<(usize, &str)> = parts
        .labels
        .iter()
        .filter_map(|label| {
            let (code, label) = label.split_once(' ')?;
            // Who was censored had no event: it is of no moment with which cause they are counted.
            Some((code.parse::<usize>().ok()?.saturating_sub(1), label))
        })
        .collect();
    let mut labels: Vec<&str> = cells.iter().map(|c| c.1).collect();
    labels.sort_unstable();
    labels.dedup();
    let of_group = |s: usize, label: &str| -> Vec<(usize, &RiskTable)> {
        let tables = cells.iter().zip(&parts.tables[s]).filter(|(cell, _)| cell.1 == label);
        tables.map(|(&(cause, _), table)| (cause, table)).collect()
    };
    let strata = 0..parts.tables.len();
    let mut wholes = Vec::new();
    for s in strata.clone() {
        for label in &labels {
            let tables = of_group(s, label);
            let held: Vec<&RiskTable> = tables.iter().map(|t| t.1).filter(|t| !t.is_empty()).collect();
            let whole = if held.is_empty() { None } else { Some(Whole::of(&held)?.judged(near_ties)) };
            wholes.push(whole);
        }
    }
    let chained = chained(wholes.iter().flatten());
    let mut wholes = wholes.into_iter();
    let mut tables = Vec::with_capacity(parts.tables.len());
    for s in strata {
        let mut of_stratum = Vec::with_capacity(labels.len());
        for label in &labels {
            let of_causes = of_group(s, label);
            let merged = match wholes.next().flatten() {
                Some(whole) => whole.finish(&chained),
                None => of_causes.first().map(|(_, table)| table.emptied()).unwrap_or_default(),
            };
            of_stratum.push(from_parts(causes.to_vec(), &of_causes, merged));
        }
        tables.push(of_stratum);
    }
    let labels = labels.into_iter().map(String::from).collect();
    Ok(CompetingRiskTables { labels, strata: parts.strata.clone(), tables })
}
