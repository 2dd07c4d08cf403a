//! The effect of a group in every subgroup.

use greenwood::plot::{ForestPlot, ForestRow, Picture, Style};
use greenwood::survival::{CoxPh, Design, Groups, RightCensored};

use super::program::Options;
use crate::support::{Failure, Table};

impl Options {
    pub(super) fn forest(
        &self,
        table: &Table,
        data: &RightCensored,
        groups: Option<&Groups>,
    ) -> Result<Picture, Failure> {
        let groups = groups.ok_or("--kind forest needs --by COLUMN")?;
        let [reference, group] = groups.labels() else {
            return Err(
                format!("--kind forest compares two groups, and --by has {}", groups.labels().len()).into()
            );
        };
        let arm: Vec<f64> = groups.codes().iter().map(|&c| f64::from(c)).collect();
        let mut rows = Vec::new();
        for column in &self.subgroups {
            let factor = table.groups("--subgroups", column)?;
            rows.push(match interaction(data, &arm, &factor)? {
                Some(p) => ForestRow::heading(column).interaction(p),
                None => ForestRow::heading(column),
            });
            for (code, level) in factor.labels().iter().enumerate() {
                let keep: Vec<usize> =
                    (0..data.len()).filter(|&i| factor.codes()[i] as usize == code).collect();
                rows.push(self.row(level, data, &arm, &keep)?);
            }
        }
        rows.push(self.row("all", data, &arm, &(0..data.len()).collect::<Vec<_>>())?.overall());
        let title = self.title.clone().unwrap_or_default();
        let plot =
            ForestPlot::new(rows).title(title).effect(format!("Hazard ratio, {group} against {reference}"));
        Ok(plot
            .style(Style { width_mm: self.width_mm.unwrap_or(160.0).max(160.0), ..self.style() })
            .build()?)
    }

    /// The hazard ratio of the second group against the first in some rows.
    fn row(
        &self,
        name: &str,
        data: &RightCensored,
        arm: &[f64],
        keep: &[usize],
    ) -> Result<ForestRow, Failure> {
        let take = |v: &[f64]| keep.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let time = take(data.time());
        let event: Vec<bool> = keep.iter().map(|&i| data.event()[i]).collect();
        let events = event.iter().filter(|&&e| e).count();
        let mut own = RightCensored::new(time, event)?;
        if let Some(entry) = data.entry() {
            own = own.with_entry(take(entry))?;
        }
        let design = Design::builder().numeric("group", &take(arm)).build()?;
        let fit = CoxPh::new().fit(&own, &design)?;
        let term = &fit.terms()[0];
        let limits = term.interval(self.level)?;
        let row = match (limits.bounds(), term.coefficient().is_finite()) {
            (Some((lower, upper)), true) if events > 0 => {
                ForestRow::new(name, term.hazard_ratio(), lower, upper)
            }
            _ => ForestRow::not_estimable(name),
        };
        Ok(row.counts(events, keep.len()))
    }
}

/// The likelihood-ratio test of arm × factor; `None` where it cannot be had.
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
