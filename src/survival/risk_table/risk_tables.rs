//! Labelled tables of one cause of the event.

use crate::error::{Error, Result, TableError};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::labelled::{LabelledTables, Table};
use crate::survival::risk_table::merge::{Whole, chained};
use crate::survival::risk_table::table::RiskTable;

/// The risk tables of groups, within strata if the data have any, by their labels.
///
/// Parts merge label by label, and near ties are judged over all tables together, as [`RiskTable::by_group`] judges them: the tables of any parts, in any order and grouping,
/// merge into those of the whole, bit for bit (with weights as far as [`RiskTable::merge_all`] says).
///
/// # Example
/// Two batches in which the arms appear in different order:
/// ```
/// use greenwood::survival::risk_table::RiskTables;
/// use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored};
///
/// let one = RightCensored::new(&[5.0, 8.0, 9.0], &[true, true, false])?;
/// let two = RightCensored::new(&[4.0, 6.0, 7.0], &[true, false, true])?;
/// let parts = [
///     RiskTables::new(&one, &Groups::new(&["new", "old", "old"]))?,
///     RiskTables::new(&two, &Groups::new(&["old", "new", "new"]))?,
/// ];
/// let whole = parts.iter().sum::<greenwood::Result<RiskTables>>()?.in_order(&["old", "new"])?;
/// assert_eq!(whole.table("new")?.subjects(), 3);
///
/// let curve = KaplanMeier::from_table(whole.table("new")?.clone());
/// assert!((curve.at(5.0).value()? - 2.0 / 3.0).abs() < 1e-15);
/// let test = LogRank::from_tables(whole.tables(), &whole.labels())?;
/// assert_eq!(test.labels(), ["old", "new"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # Cost
/// As [`RiskTable::merge_all`], for each label.
pub type RiskTables = LabelledTables<RiskTable>;

impl Table for RiskTable {
    fn is_of_nobody(&self) -> bool {
        self.is_empty()
    }

    fn of_nobody(&self) -> Self {
        self.emptied()
    }

    fn check_alike(&self, other: &Self) -> Result<()> {
        if self.kind() == other.kind() {
            Ok(())
        } else {
            Err(Error::Table(TableError::MixedWeights { left: self.kind_name(), right: other.kind_name() }))
        }
    }

    fn merge_lists(lists: &[Vec<&Self>]) -> Result<Vec<Self>> {
        let mut wholes = Vec::with_capacity(lists.len());
        for tables in lists {
            let held: Vec<&Self> = tables.iter().copied().filter(|t| !t.is_empty()).collect();
            wholes.push(if held.is_empty() { None } else { Some(Whole::of(&held)?) });
        }
        let chained = chained(wholes.iter().flatten());
        let finish = |(tables, whole): (&Vec<&Self>, Option<Whole>)| {
            whole.map_or_else(|| tables[0].clone(), |whole| whole.finish(&chained))
        };
        Ok(lists.iter().zip(wholes).map(finish).collect())
    }
}

impl LabelledTables<RiskTable> {
    /// The tables of the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// Those of [`RiskTable::by_stratum_and_group`].
    pub fn new(data: &RightCensored, groups: &Groups) -> Result<Self> {
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let strata = data.strata().map(|s| s.labels().to_vec());
        Ok(Self { labels: groups.labels().to_vec(), strata, tables }.sorted())
    }

    /// The same tables with times that differ only by rounding error made one time, judged over all tables together (R's
    /// rule): for tables of data with exact times. See [`RiskTable::merge_near_ties`].
    #[must_use]
    pub fn merge_near_ties(&self) -> Self {
        let wholes: Vec<Whole> = self.tables.iter().flatten().map(Whole::merging).collect();
        let chained = chained(wholes.iter());
        let mut merged = wholes.into_iter().map(|whole| whole.finish(&chained));
        let tables = self.tables.iter().map(|t| merged.by_ref().take(t.len()).collect()).collect();
        Self { labels: self.labels.clone(), strata: self.strata.clone(), tables }
    }
}
