//! The effect of a group in every subgroup.

use std::collections::HashSet;

use greenwood::plot::{ForestPlot, ForestRow, Style};
use greenwood::survival::{CoxPh, Design, Groups, RightCensored};

use super::program::{Drawn, Options};
use crate::support::{Failure, Table};

impl Options {
    pub(super) fn forest(
        &self,
        table: &Table,
        data: &RightCensored,
        groups: Option<&Groups>,
    ) -> Result<Drawn, Failure> {
        let groups = groups.ok_or("--kind forest needs --by COLUMN")?;
        let [reference, group] = groups.labels() else {
            return Err(
                format!("--kind forest compares two groups, and --by has {}", groups.labels().len()).into()
            );
        };
        let arm: Vec<f64> = groups.codes().iter().map(|&c| f64::from(c)).collect();
        let ids = match &self.columns.id {
            Some(column) => Some(table.text("--id", column)?),
            None => None,
        };
        let ids = ids.as_deref();
        let mut rows = Vec::new();
        for column in &self.subgroups {
            let factor = table.groups("--subgroups", column)?;
            rows.push(match interaction(data, &arm, &factor)? {
                Some(p) => ForestRow::heading(column).interaction(p),
                None => ForestRow::heading(column),
            });
            for (code, level) in factor.labels().iter().enumerate() {
                let keep: Vec<bool> = factor.codes().iter().map(|&c| c as usize == code).collect();
                rows.push(self.row(level, data, &arm, &keep, ids)?);
            }
        }
        rows.push(self.row("all", data, &arm, &vec![true; data.len()], ids)?.overall());
        // A forest needs more room than curves, where no width is asked for.
        let style = self.style();
        let width_mm = self.width_mm.unwrap_or_else(|| style.width_mm.max(160.0));
        let plot = ForestPlot::new(rows)
            .title(self.title())
            .effect(format!("Hazard ratio, {group} against {reference}"))
            .level(self.level())
            .style(Style { width_mm, ..style });
        Ok((plot.build()?, plot.data()?))
    }

    /// The hazard ratio of the second group against the first in some rows.
    fn row(
        &self,
        name: &str,
        data: &RightCensored,
        arm: &[f64],
        keep: &[bool],
        ids: Option<&[&str]>,
    ) -> Result<ForestRow, Failure> {
        let own = data.filter(keep)?;
        let kept = || keep.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i);
        let events = own.event().iter().filter(|&&e| e).count();
        let arm: Vec<f64> = kept().map(|i| arm[i]).collect();
        // A subject with several rows is counted once.
        let subjects = match ids {
            Some(ids) => kept().map(|i| ids[i]).collect::<HashSet<_>>().len(),
            None => own.len(),
        };
        let design = Design::builder().numeric("group", &arm).build()?;
        let fit = CoxPh::new().fit(&own, &design)?;
        let term = &fit.terms()[0];
        let limits = term.interval(self.level())?;
        let row = match (limits.bounds(), term.coefficient().is_finite()) {
            (Some((lower, upper)), true) if events > 0 => {
                ForestRow::new(name, term.hazard_ratio(), lower, upper)
            }
            _ => ForestRow::not_estimable(name),
        };
        Ok(row.counts(events, subjects))
    }
}

/// The likelihood-ratio test of arm × factor. Returns `None` if it cannot be had.
fn interaction(data: &RightCensored, arm: &[f64], factor: &Groups) -> Result<Option<f64>, Failure> {
    let reference = factor.labels()[0].clone();
    let main = Design::builder().numeric("group", arm).factor("subgroup", factor, &reference);
    let mut crossed = main.clone();
    for (code, level) in factor.labels().iter().enumerate().skip(1) {
        let product: Vec<f64> =
            arm.iter().zip(factor.codes()).map(|(a, &c)| if c as usize == code { *a } else { 0.0 }).collect();
        crossed = crossed.numeric(format!("group within {level}"), &product);
    }
    let (small, large) =
        (CoxPh::new().fit(data, &main.build()?)?, CoxPh::new().fit(data, &crossed.build()?)?);
    Ok(large.likelihood_ratio_against(&small)?.p_value())
}
