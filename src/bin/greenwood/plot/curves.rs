//! Curves of the file's groups, in panels where asked.

use greenwood::plot::{CurvePlot, PanelPlot, VerticalAxis};
use greenwood::survival::curve::SmoothedHazard;
use greenwood::survival::result::print::{Number, level as percent};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, Groups, Interval, KaplanMeier, LogRank, NelsonAalen,
    RightCensored,
};

use super::program::{Drawn, Kind, Options, Place, Preset};
use crate::support::{Failure, Table};

impl Options {
    /// Curves of all subjects, or a panel for each level of `--panels`.
    pub(super) fn curves(
        &self,
        table: &Table,
        data: &RightCensored,
        groups: Option<&Groups>,
    ) -> Result<Drawn, Failure> {
        // A subject with several rows is counted once, and is censored once.
        let data = match &self.columns.id {
            Some(column) => &data.clone().with_ids(&table.text("--id", column)?)?,
            None => data,
        };
        self.sheet(table, groups, data.len(), |keep, by| {
            let kept = match keep {
                Some(keep) => &data.filter(keep)?,
                None => data,
            };
            let (own, by) = kept.joined(by)?;
            self.plot_of(&own, &by)
        })
    }

    /// The figure of all rows or, with `--panels`, one of the rows of each level beside the others.
    pub(super) fn sheet(
        &self,
        table: &Table,
        groups: Option<&Groups>,
        rows: usize,
        plot: impl Fn(Option<&[bool]>, &Groups) -> Result<CurvePlot, Failure>,
    ) -> Result<Drawn, Failure> {
        let all = Groups::new(&vec![""; rows]);
        let by = groups.unwrap_or(&all);
        let title = self.title();
        let Some(column) = &self.panels else {
            let plot = self.options(plot(None, by)?).title(title);
            return Ok((plot.build()?, plot.data()?));
        };
        let panels = table.groups("--panels", column)?;
        let mut plots = Vec::new();
        for (code, level) in panels.labels().iter().enumerate() {
            let keep: Vec<bool> = panels.codes().iter().map(|&c| c as usize == code).collect();
            let kept = keep.iter().zip(by.codes()).filter(|(k, _)| **k);
            let codes: Vec<usize> = kept.map(|(_, &c)| c as usize).collect();
            let own = Groups::from_codes(&codes, by.labels())?;
            plots.push((format!("{column}: {level}"), self.options(plot(Some(&keep), &own)?)));
        }
        let sheet = PanelPlot::new(plots).title(title).style(self.style());
        Ok((sheet.build()?, sheet.data()?))
    }

    /// The curves of one panel with what is noted of them.
    fn plot_of(&self, data: &RightCensored, by: &Groups) -> Result<CurvePlot, Failure> {
        let mut plot = match self.kind {
            Kind::CumulativeHazard => CurvePlot::hazards(&NelsonAalen::by_group(data, by)?),
            Kind::SmoothedHazard => CurvePlot::smoothed_hazards(&SmoothedHazard::new().by_group(data, by)?)?,
            Kind::LogLog => CurvePlot::log_log(&KaplanMeier::by_group(data, by)?),
            _ => CurvePlot::new(&KaplanMeier::by_group(data, by)?),
        };
        if self.kind == Kind::SmoothedHazard {
            plot = plot.interval(self.level());
        } else if self.kind != Kind::LogLog {
            plot = plot.interval(Interval::default().level(self.level()));
        }
        if self.by.is_some() {
            plot = plot.labels(by.labels());
        }
        if self.rising && self.kind == Kind::Survival {
            plot = plot.vertical_axis(VerticalAxis::Event);
        }
        if self.hazard_ratio {
            let [reference, group] = by.labels() else {
                return Err(format!(
                    "--hazard-ratio compares two groups, and --by has {}",
                    by.labels().len()
                )
                .into());
            };
            let design = Design::builder().factor("by", by, reference).build()?;
            let fit = CoxPh::new().fit(data, &design)?;
            let term = &fit.terms()[0];
            let limits = match term.interval(self.level())?.bounds() {
                Some((lower, upper)) => {
                    format!(" ({} CI {:.2} to {:.2})", percent(self.level()), Number(lower), Number(upper))
                }
                None => String::new(),
            };
            plot = plot.note(format!(
                "Hazard ratio, {group} against {reference}: {:.2}{limits}",
                Number(term.hazard_ratio())
            ));
        }
        if self.test {
            plot = plot.test(&LogRank::test(data, by)?);
        }
        Ok(plot)
    }

    /// The options that all curves have.
    pub(super) fn options(&self, mut plot: CurvePlot) -> CurvePlot {
        if self.kmunicate || self.preset == Preset::Kmunicate {
            plot = plot.kmunicate();
        }
        if self.no_bands {
            plot = plot.without_bands();
        }
        if self.no_marks {
            plot = plot.without_marks();
        }
        if self.fraction {
            plot = plot.fraction();
        }
        if self.medians {
            plot = plot.median_lines();
        }
        if self.count_subjects {
            plot = plot.count_subjects();
        }
        if self.bars {
            plot = plot.bars(&[]);
        }
        if let Some(rows) = &self.table_rows {
            let rows: Vec<_> = rows.iter().filter_map(|&r| r.row()).collect();
            plot = plot.table(&rows);
        }
        if let Some(end) = self.until {
            plot = plot.until(end);
        }
        if let Some(tau) = self.mean_to {
            plot = plot.mean_to(tau);
        }
        if let Some(name) = &self.value_axis {
            plot = plot.value_axis(name);
        }
        let details: Vec<_> = self.name_with.iter().map(|&d| d.detail()).collect();
        let plot = plot
            .name_with(&details)
            .landmarks(&self.landmarks)
            .legend(self.legend.unwrap_or(Place::Inside).place());
        plot.time_axis(self.time_axis()).time_unit(self.time_unit()).style(self.style())
    }

    pub(super) fn incidence(&self, table: &Table, groups: Option<&Groups>) -> Result<Drawn, Failure> {
        let time = table.numbers("--time", &self.columns.time)?;
        let outcome = self.outcomes(table)?;
        let entry = match &self.columns.entry {
            Some(column) => Some(table.numbers("--entry", column)?),
            None => None,
        };
        let weights = self.columns.rows.weights(table)?;
        let clusters = match &self.columns.rows.cluster {
            Some(column) => Some(table.text("--cluster", column)?),
            None => None,
        };
        self.sheet(table, groups, time.len(), |keep, by| {
            let kept: Vec<usize> = (0..time.len()).filter(|&i| keep.is_none_or(|k| k[i])).collect();
            let take = |values: &[f64]| kept.iter().map(|&i| values[i]).collect::<Vec<f64>>();
            let own: Vec<Option<String>> = kept.iter().map(|&i| outcome[i].clone()).collect();
            let mut data = CompetingRisks::with_causes(take(&time), &own, &self.causes)?;
            if let Some(entry) = &entry {
                data = data.with_entry(take(entry))?;
            }
            if let (Some(weights), Some(kind)) = (&weights, self.columns.rows.weight_kind) {
                data = data.with_weights(kind.of(take(weights.values())))?;
            }
            if let Some(clusters) = &clusters {
                data = data.with_clusters(&kept.iter().map(|&i| clusters[i]).collect::<Vec<_>>())?;
            }
            let plot = CurvePlot::incidence(&AalenJohansen::new().by_group(&data, by)?, by.labels())?;
            let plot = plot.interval(self.level());
            Ok(if self.stacked { plot.stacked() } else { plot })
        })
    }

    /// The cause of each row's event. Returns `None` if it is censored.
    pub(super) fn outcomes(&self, table: &Table) -> Result<Vec<Option<String>>, Failure> {
        let same = |a: &str, b: &str| {
            a == b || matches!((a.parse(), b.parse()), (Ok::<f64, _>(a), Ok::<f64, _>(b)) if a == b)
        };
        let cells = table.text("--event", &self.columns.event)?;
        let outcome = |(row, cell): (usize, &str)| match self.causes.iter().find(|c| same(c, cell)) {
            Some(cause) => Ok(Some(cause.clone())),
            None if same(cell, "0") => Ok(None),
            None => Err(format!(
                "{}: --event is \"{cell}\": it is neither 0 (censored) nor one of --causes",
                table.place(row)
            )
            .into()),
        };
        cells.into_iter().enumerate().map(outcome).collect::<Result<Vec<_>, Failure>>()
    }
}
