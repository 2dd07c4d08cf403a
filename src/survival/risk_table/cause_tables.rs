//! Labelled tables of several causes of the event.

use crate::error::Result;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::labelled::{LabelledTables, Table};

/// The competing-risks tables of groups, within strata if the data have any, by their labels.
///
/// It is what [`CompetingRiskTable::by_stratum_and_group`] returns, with the labels. A stream of batches ends with it
/// (feature `arrow`). Parts merge label by label; near ties stay as each part judged them, as in
/// [`CompetingRiskTable::merge`].
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
        Self::merge_lists_of(lists)
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
