//! Labelled tables of several causes of the event.

use crate::error::Result;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::risk_table::competing::{CompetingRiskTable, events_of_all, with_events};
use crate::survival::risk_table::labelled::{LabelledTables, Table};
use crate::survival::risk_table::table::RiskTable;

/// The competing-risks tables of groups, within strata if the data have any, by their labels.
///
/// It is what [`CompetingRiskTable::by_stratum_and_group`] returns, with the labels. A stream of batches ends with it
/// (feature `arrow`). Parts merge label by label, and near ties are judged over all tables together: the tables of any parts, in any
/// order and grouping, merge into those of the whole, bit for bit (with weights as far as [`RiskTable::merge_all`] says).
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
/// let twice = tables.merge(&tables)?;
/// assert_eq!(twice.table("old")?.all().subjects(), 4);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub type CompetingRiskTables = LabelledTables<CompetingRiskTable>;

impl Table for CompetingRiskTable {
    fn is_of_nobody(&self) -> bool {
        self.all().is_empty()
    }

    fn of_nobody(&self) -> Self {
        self.emptied()
    }

    fn check_alike(&self, other: &Self) -> Result<()> {
        self.check_causes(other)?;
        self.all().check_alike(other.all())
    }

    fn merge_lists(lists: &[Vec<&Self>]) -> Result<Vec<Self>> {
        let all: Vec<Vec<&RiskTable>> = lists.iter().map(|l| l.iter().map(|t| t.all()).collect()).collect();
        let merged = RiskTable::merge_lists(&all)?.into_iter();
        let finish = |(tables, all): (&Vec<&Self>, RiskTable)| {
            let held: Vec<&Self> = tables.iter().copied().filter(|t| !t.is_of_nobody()).collect();
            let causes = held.first().unwrap_or(&tables[0]).causes().to_vec();
            let events = events_of_all(if held.is_empty() { tables } else { &held });
            with_events(all, causes, &events)
        };
        Ok(lists.iter().zip(merged).map(finish).collect())
    }
}

impl LabelledTables<CompetingRiskTable> {
    /// The tables of the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// Those of [`CompetingRiskTable::by_stratum_and_group`].
    pub fn new(data: &CompetingRisks, groups: &Groups) -> Result<Self> {
        let tables = CompetingRiskTable::by_stratum_and_group(data, groups)?;
        let strata = data.any_cause().strata().map(|s| s.labels().to_vec());
        Ok(Self { labels: groups.labels().to_vec(), strata, tables }.sorted())
    }
}
