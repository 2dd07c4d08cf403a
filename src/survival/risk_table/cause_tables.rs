//! The tables of competing risks that know whose they are.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{Error, Result};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::risk_table::competing::CompetingRiskTable;

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
/// assert_eq!(old.of("relapse")?.at(1.0).value()?, 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompetingRiskTables {
    pub(super) labels: Vec<String>,
    pub(super) strata: Option<Vec<String>>,
    /// One inner vector per stratum, one table per label in it.
    pub(super) tables: Vec<Vec<CompetingRiskTable>>,
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

    /// The same tables with the groups in another order, for what depends on it: the sign of a difference.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::LengthMismatch`] where not every group is named once.
    pub fn in_order(&self, labels: &[&str]) -> Result<Self> {
        let groups: Vec<usize> = labels.iter().map(|label| self.position(label)).collect::<Result<_>>()?;
        let distinct = groups.iter().collect::<BTreeSet<_>>().len();
        if distinct != self.labels.len() || labels.len() != distinct {
            let (argument, other, expected) = ("labels", "the tables", self.labels.len());
            return Err(Error::LengthMismatch { argument, len: distinct, other, expected });
        }
        let picked = |tables: &Vec<CompetingRiskTable>| groups.iter().map(|&g| tables[g].clone()).collect();
        Ok(Self {
            labels: labels.iter().map(ToString::to_string).collect(),
            strata: self.strata.clone(),
            tables: self.tables.iter().map(picked).collect(),
        })
    }

    fn position(&self, label: &str) -> Result<usize> {
        let unknown = || Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") };
        self.labels.iter().position(|l| l == label).ok_or_else(unknown)
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
        let at = self.position(label)?;
        let mut parts = self.tables.iter().map(|tables| &tables[at]).filter(|t| !t.all().is_empty());
        match (parts.next(), self.tables.first()) {
            (Some(first), _) => parts.try_fold(first.clone(), |whole, part| whole.merge(part)),
            (None, Some(tables)) => Ok(tables[at].clone()),
            (None, None) => Err(Error::Empty { argument: "the tables" }),
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
