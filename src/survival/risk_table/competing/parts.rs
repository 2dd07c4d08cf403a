//! Tables of parts become the table of the whole.

use crate::error::{Error, Result, TableError};
use crate::survival::data::competing::check_distinct;
use crate::survival::risk_table::competing::exact::{Events, joined, with_events};
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::At;

impl CompetingRiskTable {
    /// The table of the subjects of several tables, each of which counts as its events those of one cause; those censored
    /// may be in any of them, or in one more. Near ties are judged over all of them.
    ///
    /// Tables of parts, merged cause by cause, give the table of the whole: what is summed up elsewhere, a query engine
    /// say, comes back here.
    ///
    /// # Errors
    /// [`Error::Empty`] without causes; [`Error::DuplicateName`] where two have one name; those of [`RiskTable::merge_all`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{CompetingRisks, RightCensored, RiskTable};
    /// use greenwood::survival::risk_table::CompetingRiskTable;
    ///
    /// let relapse = RiskTable::new(&RightCensored::new(&[1.0, 3.0], &[true, true])?);
    /// let death = RiskTable::new(&RightCensored::new(&[1.0, 2.0], &[true, false])?);
    /// let table = CompetingRiskTable::from_causes(&[("relapse", &relapse), ("death", &death)])?;
    ///
    /// let outcome = [Some("relapse"), Some("death"), None, Some("relapse")];
    /// assert_eq!(table, CompetingRiskTable::new(&CompetingRisks::new(&[1.0, 1.0, 2.0, 3.0], &outcome)?));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_causes<C: ToString>(causes: &[(C, &RiskTable)]) -> Result<Self> {
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        let labels: Vec<String> = causes.iter().map(|(label, _)| label.to_string()).collect();
        check_distinct(&labels)?;
        let merged = RiskTable::merge_all(causes.iter().map(|&(_, table)| table))?.merge_near_ties();
        let parts: Vec<(usize, &RiskTable)> =
            causes.iter().enumerate().map(|(c, &(_, table))| (c, table)).collect();
        Ok(from_parts(labels, &parts, merged))
    }

    /// Do both have the same causes in the same order?
    pub(in crate::survival::risk_table) fn check_causes(&self, other: &Self) -> Result<()> {
        if self.causes == other.causes {
            return Ok(());
        }
        let (left, right) = (self.causes.join(", "), other.causes.join(", "));
        Err(Error::Table(TableError::MixedCauses { left, right }))
    }

    /// A table of nobody whose counts mean the same.
    pub(in crate::survival::risk_table) fn emptied(&self) -> Self {
        let by_cause = match &self.by_cause {
            ByCause::One => ByCause::One,
            ByCause::Subjects(_) => ByCause::Subjects(Vec::new()),
            ByCause::Weighted(_) => ByCause::Weighted(Vec::new()),
        };
        let (fine, fine_lost, lost) = Default::default();
        Self { all: self.all.emptied(), causes: self.causes.clone(), by_cause, fine, fine_lost, lost }
    }

    /// The table of both sets of subjects. See [`merge_all`](Self::merge_all).
    ///
    /// # Errors
    /// Those of [`merge_all`](Self::merge_all).
    pub fn merge(&self, other: &Self) -> Result<Self> {
        Self::merge_all([self, other])
    }

    /// The table of all sets of subjects: batches, sites, threads.
    ///
    /// It is the table of the undivided data to the last bit, whatever the number, order and grouping of the parts, near ties
    /// included; with weights as far as [`RiskTable::merge_all`] says. Tables of groups are merged by label, and their near ties
    /// judged over all of them, in [`CompetingRiskTables`](crate::survival::risk_table::CompetingRiskTables).
    ///
    /// # Cost
    /// O(total number of rows × (causes + log of the number of tables)).
    ///
    /// # Errors
    /// [`Error::Empty`] without tables; [`TableError::MixedCauses`](crate::TableError::MixedCauses) where causes or their order
    /// differ; those of [`RiskTable::merge_all`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::CompetingRisks;
    /// use greenwood::survival::risk_table::CompetingRiskTable;
    ///
    /// let part = |time: f64| {
    ///     let outcome = [Some("relapse"), Some("death")];
    ///     Ok(CompetingRiskTable::new(&CompetingRisks::new(&[time, 5.0], &outcome)?))
    /// };
    /// let parts = [0.3, 0.1 + 0.2, 2.0].map(part).into_iter().collect::<greenwood::Result<Vec<_>>>()?;
    /// let whole = CompetingRiskTable::merge_all(&parts)?;
    /// assert_eq!(whole.all().times(), [0.3, 2.0, 5.0]); // 0.1 + 0.2 is 0.3 but for rounding
    /// assert_eq!(whole.events(0, "relapse")?, 2.0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn merge_all<'a>(tables: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let tables: Vec<&Self> = tables.into_iter().collect();
        let Some(first) = tables.first() else { return Err(Error::Empty { argument: "the tables" }) };
        tables.iter().try_for_each(|other| first.check_causes(other))?;
        let all = RiskTable::merge_all(tables.iter().map(|t| &t.all))?;
        Ok(with_events(all, first.causes.clone(), &events_of_all(&tables)))
    }
}

/// The events of each cause of tables of the same causes, at the exact times that they had.
pub(in crate::survival::risk_table) fn events_of_all(tables: &[&CompetingRiskTable]) -> Vec<Events> {
    let k = tables.first().map_or(0, |t| t.causes.len());
    // One cause is known to the table of any cause.
    let several = tables.iter().filter(|_| k > 1);
    joined(k, several.flat_map(|t| t.exact_events().into_iter().enumerate()))
}

/// The table of parts, each of which counts as its events those of the cause of this number; `merged` is the table of them all
/// after near ties were judged.
pub(in crate::survival::risk_table) fn from_parts(
    causes: Vec<String>,
    parts: &[(usize, &RiskTable)],
    merged: RiskTable,
) -> CompetingRiskTable {
    let k = causes.len();
    let events = |table: &RiskTable| {
        let held = table.exact_sums().into_iter().filter(|row| row.counts.heads.events > 0);
        held.map(|row| At { time: row.time, counts: row.counts.events }).collect()
    };
    let several = parts.iter().filter(|_| k > 1);
    let events = joined(k, several.map(|&(c, table)| (c, events(table))));
    with_events(merged, causes, &events)
}
