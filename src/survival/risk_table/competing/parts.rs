//! Tables of parts become the table of the whole.

use crate::error::{Error, Result, TableError};
use crate::numeric::sums::Twofold;
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::fine::FineRows;
use crate::survival::risk_table::merge::{Whole, chained};
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
        Self { all: self.all.emptied(), causes: self.causes.clone(), by_cause, fine: Vec::new() }
    }

    /// The table of both sets of subjects: in any grouping and order of the parts the same. Near ties are judged over both, by the
    /// times at which a table has rows.
    ///
    /// # Errors
    /// [`TableError::MixedCauses`](crate::TableError::MixedCauses) where causes differ; those of [`RiskTable::merge`].
    pub fn merge(&self, other: &Self) -> Result<Self> {
        self.check_causes(other)?;
        let merged = Self::merge_lists_of(&[vec![self, other]])?.pop();
        merged.ok_or(Error::Empty { argument: "the tables" })
    }

    /// The whole of each list of parts, near ties judged over all lists. No list is empty.
    pub(in crate::survival::risk_table) fn merge_lists_of(lists: &[Vec<&Self>]) -> Result<Vec<Self>> {
        let mut wholes = Vec::with_capacity(lists.len());
        for tables in lists {
            let held: Vec<&RiskTable> = tables.iter().map(|t| &t.all).filter(|t| !t.is_empty()).collect();
            wholes.push(if held.is_empty() { None } else { Some(Whole::of(&held)?) });
        }
        let chained = chained(wholes.iter().flatten());
        let finish = |(tables, whole): (&Vec<&Self>, Option<Whole>)| {
            let held: Vec<&Self> = tables.iter().copied().filter(|t| !t.all.is_empty()).collect();
            whole.map_or_else(|| tables[0].clone(), |whole| of_parts(&held, whole.finish(&chained)))
        };
        Ok(lists.iter().zip(wholes).map(finish).collect())
    }

    /// Events of a cause at a row, or at the part of it that near ties were before.
    fn exact_events(&self, at: &Exact, cause: usize) -> f64 {
        match at.fine {
            Some(part) => self.fine[part * self.causes.len() + cause],
            None => self.events_of(at.row, cause),
        }
    }
}

/// A time before near ties became one, with its row, and its place among the parts of rows.
struct Exact {
    time: f64,
    row: usize,
    fine: Option<usize>,
}

fn exact_times(all: &RiskTable) -> Vec<Exact> {
    let mut times = Vec::with_capacity(all.len() + all.fine.rows.len());
    let mut parts = all.fine.rows.iter().enumerate().peekable();
    for (row, &time) in all.times().iter().enumerate() {
        let from = times.len();
        while let Some((place, part)) = parts.next_if(|(_, f)| f.row as usize == row) {
            times.push(Exact { time: part.time, row, fine: Some(place) });
        }
        if times.len() == from {
            times.push(Exact { time, row, fine: None });
        }
    }
    times
}

/// The table of parts with the same causes, of which `all` is the table of any cause.
fn of_parts(parts: &[&CompetingRiskTable], all: RiskTable) -> CompetingRiskTable {
    let causes = parts[0].causes.clone();
    let k = causes.len();
    if k == 1 {
        return CompetingRiskTable { all, causes, by_cause: ByCause::One, fine: Vec::new() };
    }
    let times = exact_times(&all);
    let mut sums = vec![Twofold::default(); all.len() * k];
    let mut fine = vec![Twofold::default(); all.fine.rows.len() * k];
    for part in parts {
        let mut to = times.iter();
        for at in exact_times(&part.all) {
            let Some(into) = to.by_ref().find(|to| to.time == at.time) else { break };
            for cause in 0..k {
                let events = part.exact_events(&at, cause);
                sums[into.row * k + cause].add(events);
                if let Some(place) = into.fine {
                    fine[place * k + cause].add(events);
                }
            }
        }
    }
    let by_cause = if all.subject_columns().is_some() {
        ByCause::Subjects(sums.iter().map(|s| s.high as u32).collect())
    } else {
        ByCause::Weighted(sums.iter().map(|s| s.high).collect())
    };
    CompetingRiskTable { all, causes, by_cause, fine: fine.iter().map(|s| s.high).collect() }
}

/// The table of parts, each of which counts as its events those of the cause of this number; `merged` is the table of them all
/// after near ties were judged.
pub(in crate::survival::risk_table) fn from_parts(
    causes: Vec<String>,
    parts: &[(usize, &RiskTable)],
    merged: RiskTable,
) -> CompetingRiskTable {
    let times = exact_times(&merged);
    let k = causes.len();
    let mut sums = vec![Twofold::default(); if k > 1 { merged.len() * k } else { 0 }];
    for &(c, table) in parts.iter().filter(|_| k > 1) {
        let mut rows = times.iter();
        for At { time, counts } in table.exact_sums() {
            if let Some(&Exact { row, .. }) = rows.by_ref().find(|at| at.time == time) {
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
    CompetingRiskTable { all, causes, by_cause, fine: Vec::new() }
}
