//! Competing risks of a stream: what is summed up cause by cause comes together here.
//!
//! A stream of batches sums up one risk table for each group and cause at exact times, which merge without a rounding;
//! near ties are judged once, over all of them.

use crate::error::Result;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::cause_tables::CompetingRiskTables;
use crate::survival::risk_table::competing::from_parts;
use crate::survival::risk_table::merge::{Whole, chained};
use crate::survival::risk_table::risk_tables::RiskTables;
use crate::survival::risk_table::table::RiskTable;

/// The risk tables of a part of the data at exact times, one for each group and cause and one for the censored of a group.
/// They merge by their labels: the code of the cause (0: censored), a blank, and the label of the group.
pub(crate) fn by_cause(data: &CompetingRisks, groups: &Groups) -> Result<RiskTables> {
    groups.check_len("groups", data.len())?;
    let width = data.causes().len() as u32 + 1;
    let cells: Vec<u32> = groups.codes().iter().zip(data.codes()).map(|(&g, &c)| g * width + c).collect();
    let labels = groups.labels().iter().flat_map(|l| (0..width).map(move |c| format!("{c} {l}"))).collect();
    RiskTables::new(data.any_cause(), &Groups::from_parts(cells, labels))
}

/// The tables of competing risks of merged tables [by cause](by_cause).
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts put together are the table of the whole, with strata, groups, near ties, and a cause or a group that a part lacks.
    #[test]
    fn parts_are_the_whole() -> Result<()> {
        let time = [1.0, 2.0, 2.0, 0.1 + 0.2, 0.3, 5.0, 4.0, 1.0];
        let outcome = [Some("a"), None, Some("b"), Some("a"), Some("b"), None, Some("a"), None];
        let stratum = ["x", "x", "y", "x", "x", "y", "y", "y"];
        let arm = ["one", "two", "two", "one", "one", "one", "two", "one"];
        let data = |rows: &[usize]| {
            let pick = |i: &usize| (time[*i], outcome[*i]);
            let (time, outcome): (Vec<f64>, Vec<_>) = rows.iter().map(pick).unzip();
            let strata = Groups::from_codes(
                &rows.iter().map(|&i| usize::from(stratum[i] == "y")).collect::<Vec<_>>(),
                &["x", "y"],
            )?;
            CompetingRisks::with_causes(time, &outcome, &["a", "b"])?.with_strata(strata)
        };
        let groups = |rows: &[usize]| {
            Groups::from_codes(
                &rows.iter().map(|&i| usize::from(arm[i] == "two")).collect::<Vec<_>>(),
                &["one", "two"],
            )
        };
        let part = |rows: &[usize]| by_cause(&data(rows)?.with_near_ties(NearTies::Exact)?, &groups(rows)?);
        let all: Vec<usize> = (0..8).collect();
        let whole = CompetingRiskTables::new(&data(&all)?, &groups(&all)?)?;
        let causes = ["a".to_string(), "b".to_string()];
        for cut in 1..8 {
            let parts = part(&all[..cut])?.merge(&part(&all[cut..])?)?;
            assert_eq!(put_together(&parts, &causes, NearTies::Merge)?.tables(), whole.tables(), "{cut}");
        }
        assert_eq!(
            by_cause(&data(&all)?, &groups(&all[1..])?).unwrap_err().to_string(),
            "groups has 7 values, but time has 8: the two must be equal in number"
        );
        Ok(())
    }
}
