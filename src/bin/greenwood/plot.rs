//! `plot`: figures of a file as SVG, PNG or PDF.

use std::path::PathBuf;

use greenwood::plot::{
    CurvePlot, ForestPlot, ForestRow, KaplanMeierPlot, Picture, Style, SwimmerLane, SwimmerPlot, TableRow,
    VerticalAxis,
};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, Groups, Interval, KaplanMeier, NelsonAalen, RightCensored,
};

use crate::support::{Columns, Failure, Program, Table, Warnings, distinct};

/// A figure of a file: curves with bands, marks and the numbers at risk; forest and swimmer plots.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: plot aml.csv --time time --event status --by x --time-axis Weeks -o curve.svg"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the groups: one curve each
    #[arg(long)]
    by: Option<String>,
    #[arg(long, value_enum, default_value = "survival")]
    kind: Kind,
    /// Codes of --event that are competing causes, for --kind incidence; 0 is censored
    #[arg(long, value_delimiter = ',')]
    causes: Vec<String>,
    /// Stack the incidences of the causes
    #[arg(long)]
    stacked: bool,
    /// The file to write: .svg, .png or .pdf
    #[arg(short, long)]
    output: PathBuf,
    /// Width of the printed figure in millimetres
    #[arg(long, default_value_t = 120.0)]
    width_mm: f64,
    /// A title above the figure
    #[arg(long)]
    title: Option<String>,
    /// Name of the time axis; months and days have round ticks of their own
    #[arg(long, default_value = "Time")]
    time_axis: String,
    /// How many units of the file one unit of the time axis has: 30.4375 shows days as months
    #[arg(long, default_value_t = 1.0)]
    time_unit: f64,
    /// Where the time axis ends, in its own unit
    #[arg(long)]
    until: Option<f64>,
    /// Show the probability of an event instead of survival
    #[arg(long)]
    rising: bool,
    /// Bands, and the numbers at risk, censored and with an event (Morris et al. 2019)
    #[arg(long)]
    kmunicate: bool,
    /// Lines to the medians
    #[arg(long)]
    medians: bool,
    /// Columns whose levels are the subgroups of a forest plot
    #[arg(long, value_delimiter = ',')]
    subgroups: Vec<String>,
    /// Confidence level of bands and intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Kind {
    Survival,
    Incidence,
    CumulativeHazard,
    LogLog,
    Forest,
    Swimmer,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        let mut named: Vec<(&'static str, &str)> = self.by.iter().map(|c| ("--by", c.as_str())).collect();
        named.extend(self.subgroups.iter().map(|c| ("--subgroups", c.as_str())));
        distinct(&named)?;
        if self.kind == Kind::Forest && (self.by.is_none() || self.subgroups.is_empty()) {
            return Err("--kind forest needs two groups, --by COLUMN, and --subgroups COLUMN,…".into());
        }
        if self.kind != Kind::Forest && !self.subgroups.is_empty() {
            return Err("--subgroups belongs to --kind forest: add it, or leave out --subgroups".into());
        }
        let mut warnings = Warnings::default();
        let table = self.columns.table(&named, &mut warnings)?;
        if (self.kind == Kind::Incidence) == self.causes.is_empty() {
            return Err(
                "--kind incidence and --causes belong together, such as --kind incidence --causes 1,2".into(),
            );
        }
        if self.stacked && self.kind != Kind::Incidence {
            return Err("--stacked belongs to --kind incidence: add it, or leave out --stacked".into());
        }
        let groups = match &self.by {
            Some(column) => Some(table.groups("--by", column)?),
            None => None,
        };
        if self.kind == Kind::Incidence {
            let picture = self.incidence(&table, groups.as_ref())?;
            picture.save(&self.output).map_err(|e| format!("-o {}: {e}", self.output.display()))?;
            return Ok(String::new());
        }
        let data = self.columns.data(&table, &mut warnings)?;
        let picture = match self.kind {
            Kind::Forest => self.forest(&table, &data, groups.as_ref())?,
            Kind::Swimmer => self.swimmer(&table, &data, groups.as_ref())?,
            _ => self.curves(&data, groups.as_ref())?,
        };
        picture.save(&self.output).map_err(|e| format!("-o {}: {e}", self.output.display()))?;
        Ok(String::new())
    }
}

impl Options {
    fn style(&self) -> Style {
        Style { width_mm: self.width_mm, ..Style::journal() }
    }

    fn curves(&self, data: &RightCensored, groups: Option<&Groups>) -> Result<Picture, Failure> {
        let all = Groups::new(&vec![""; data.len()]);
        let by = groups.unwrap_or(&all);
        let mut plot = match self.kind {
            Kind::CumulativeHazard => KaplanMeierPlot::hazards(&NelsonAalen::by_group(data, by)?),
            Kind::LogLog => KaplanMeierPlot::log_log(&KaplanMeier::by_group(data, by)?),
            _ => KaplanMeierPlot::new(&KaplanMeier::by_group(data, by)?),
        };
        if self.kind != Kind::LogLog {
            plot = plot.interval(Interval::default().level(self.level));
        }
        if let Some(groups) = groups {
            plot = plot.labels(groups.labels());
        }
        if self.rising && self.kind == Kind::Survival {
            plot = plot.vertical_axis(VerticalAxis::Event);
        }
        if self.kmunicate {
            plot = plot.without_marks().table(&[TableRow::AtRisk, TableRow::Censored, TableRow::Events]);
        }
        if self.medians {
            plot = plot.median_lines();
        }
        if let Some(end) = self.until {
            plot = plot.until(end);
        }
        let title = self.title.clone().unwrap_or_default();
        let plot = plot.title(title).time_axis(&self.time_axis).time_unit(self.time_unit).style(self.style());
        Ok(plot.build()?)
    }

    fn incidence(&self, table: &Table, groups: Option<&Groups>) -> Result<Picture, Failure> {
        let time = table.numbers("--time", &self.columns.time)?;
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
            )),
        };
        let outcome = cells.into_iter().enumerate().map(outcome).collect::<Result<Vec<_>, _>>()?;
        let mut data = CompetingRisks::with_causes(time, &outcome, &self.causes)?;
        if let Some(column) = &self.columns.entry {
            data = data.with_entry(table.numbers("--entry", column)?)?;
        }
        let all = Groups::new(&vec![""; data.len()]);
        let by = groups.unwrap_or(&all);
        let fits = AalenJohansen::new().by_group(&data, by)?;
        let mut plot = CurvePlot::incidence(&fits, by.labels())?;
        if self.stacked {
            plot = plot.stacked();
        }
        if let Some(end) = self.until {
            plot = plot.until(end);
        }
        let title = self.title.clone().unwrap_or_default();
        let plot = plot.title(title).time_axis(&self.time_axis).time_unit(self.time_unit).style(self.style());
        Ok(plot.build()?)
    }

    fn forest(
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
        Ok(plot.style(Style { width_mm: self.width_mm.max(160.0), ..self.style() }).build()?)
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

    fn swimmer(
        &self,
        table: &Table,
        data: &RightCensored,
        groups: Option<&Groups>,
    ) -> Result<Picture, Failure> {
        let names: Option<Vec<&str>> = match &self.columns.id {
            Some(column) => Some(table.text("--id", column)?),
            None => None,
        };
        let lane = |i: usize| {
            let label = names.as_ref().map_or_else(|| (i + 1).to_string(), |n| n[i].to_string());
            let time = data.time()[i] / self.time_unit;
            let mut lane = SwimmerLane::new(label, time);
            if let Some(groups) = groups {
                lane = lane.group(&groups.labels()[groups.codes()[i] as usize]);
            }
            if data.event()[i] { lane.event(time, "event") } else { lane.ongoing() }
        };
        let plot = SwimmerPlot::new((0..data.len()).map(lane).collect())
            .title(self.title.clone().unwrap_or_default())
            .time_axis(&self.time_axis)
            .style(self.style());
        Ok(plot.build()?)
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
