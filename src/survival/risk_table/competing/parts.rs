//! Tables of parts become the table of the whole.

use crate::error::{Error, Result, TableError};
use crate::numeric::sums::Twofold;
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::fine::FineRows;
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
    /// [`Error::Empty`] without causes; those of [`RiskTable::merge_all`].
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
        let merged = RiskTable::merge_all(causes.iter().map(|&(_, table)| table))?.merge_near_ties();
        let parts: Vec<(usize, &RiskTable)> =
            causes.iter().enumerate().map(|(c, &(_, table))| (c, table)).collect();
        Ok(from_parts(causes.iter().map(|(label, _)| label.to_string()).collect(), &parts, merged))
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
        Self { all: self.all.emptied(), causes: self.causes.clone(), by_cause }
    }

    /// The table of both sets of subjects: in any grouping and order of the parts the same.
    ///
    /// # Errors
    /// [`TableError::MixedCauses`](crate::TableError::MixedCauses) where causes differ; those of [`RiskTable::merge`].
    pub fn merge(&self, other: &Self) -> Result<Self> {
        self.check_causes(other)?;
        let all = self.all.merge(&other.all)?;
        let k = self.causes.len();
        if k == 1 {
            return Ok(Self { all, causes: self.causes.clone(), by_cause: ByCause::One });
        }
        let whole = all.subject_columns().is_some();
        let (mut counts, mut sums) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        for &time in all.times() {
            let here = |t: &Self, at: usize| t.all.times().get(at) == Some(&time);
            let (left, right) = (here(self, i), here(other, j));
            for cause in 0..k {
                let a = if left { self.events_of(i, cause) } else { 0.0 };
                let b = if right { other.events_of(j, cause) } else { 0.0 };
                if whole { counts.push((a + b) as u32) } else { sums.push(a + b) }
            }
            i += usize::from(left);
            j += usize::from(right);
        }
        let by_cause = if whole { ByCause::Subjects(counts) } else { ByCause::Weighted(sums) };
        Ok(Self { all, causes: self.causes.clone(), by_cause })
    }
}

/// The table of parts, each of which counts as its events those of the cause of this number; `merged` is the table of them all
/// after near ties were judged.
pub(in crate::survival::risk_table) fn from_parts(
    causes: Vec<String>,
    parts: &[(usize, &RiskTable)],
    merged: RiskTable,
) -> CompetingRiskTable {
    // Each exact time, and the row that it is a part of.
    let mut times = Vec::with_capacity(merged.len() + merged.fine.rows.len());
    let mut fine = merged.fine.rows.iter().peekable();
    for (i, &time) in merged.times().iter().enumerate() {
        let from = times.len();
        while let Some(part) = fine.next_if(|f| f.row as usize == i) {
            times.push((part.time, i));
        }
        if times.len() == from {
            times.push((time, i));
        }
    }
    let k = causes.len();
    let mut sums = vec![Twofold::default(); if k > 1 { merged.len() * k } else { 0 }];
    for &(c, table) in parts.iter().filter(|_| k > 1) {
        let mut rows = times.iter();
        for At { time, counts } in table.exact_sums() {
            if let Some(&(_, row)) = rows.by_ref().find(|&&(t, _)| t == time) {
                sums[row * k + c].add_twofold(counts.events);
            }
        }
    }
    let by_cause = match (k, merged.subject_columns()) {
        (1, _) => ByCause::One,
        (_, Some(_)) => ByCause::Subjects(sums.iter().map(|s| s.high as u32).collect()),
        (_, None) => ByCause::Weighted(sums.iter().map(|s| s.high).collect()),
    };
    // What near ties were is not kept: the events of causes know the rows alone.
    let all = RiskTable { fine: FineRows::default(), ..merged };
    CompetingRiskTable { all, causes, by_cause }
}
