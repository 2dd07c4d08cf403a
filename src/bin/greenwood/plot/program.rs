//! The flags of `plot`, and which figure they ask for.

use std::path::PathBuf;

use greenwood::plot::{Detail, FigureData, Legend, Palette, Picture, Style, TableRow};

use crate::support::{Columns, Failure, Program, Warnings, distinct};

/// A figure of a file: curves with bands, marks and the numbers at risk; forest and swimmer plots.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: plot aml.csv --time time --event status --by x --time-axis Weeks -o curve.svg"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    #[command(flatten)]
    pub(super) columns: Columns,
    /// Column with the groups: one curve each
    #[arg(long)]
    pub(super) by: Option<String>,
    /// Column with strata: a panel each, on common axes
    #[arg(long)]
    pub(super) panels: Option<String>,
    #[arg(long, value_enum, default_value = "survival")]
    pub(super) kind: Kind,
    /// Codes of --event that are competing causes, for --kind incidence, and for brier, roc and calibration, where the risks
    /// are of the first; 0 is censored
    #[arg(long, value_delimiter = ',')]
    pub(super) causes: Vec<String>,
    /// Stack the incidences of the causes
    #[arg(long)]
    pub(super) stacked: bool,
    /// The file to write: .svg, .png or .pdf
    #[arg(short, long)]
    pub(super) output: PathBuf,
    /// The numbers of the figure as tables, for readers who cannot see it: .csv, .html or .txt
    #[arg(long)]
    pub(super) data: Option<PathBuf>,
    /// States in their order, for --kind states: --entry and --time are where a row starts and ends, --event the state
    /// entered there, 0 for none
    #[arg(long, value_delimiter = ',')]
    pub(super) states: Vec<String>,
    /// Columns with predicted risks of the event, for --kind brier, roc (any marker) and calibration
    #[arg(long, value_delimiter = ',')]
    pub(super) risk: Vec<String>,
    /// The times by which these are the risks, in the unit of the file
    #[arg(long, value_delimiter = ',')]
    pub(super) horizon: Vec<f64>,
    /// Groups of predicted risk, for --kind calibration; 10 unless given
    #[arg(long)]
    pub(super) groups: Option<usize>,
    /// Width of the printed figure in millimetres; 120 (forest 160) unless the preset has its own
    #[arg(long)]
    pub(super) width_mm: Option<f64>,
    /// A title above the figure
    #[arg(long)]
    pub(super) title: Option<String>,
    /// Name of the time axis; months and days have round ticks of their own
    #[arg(long)]
    pub(super) time_axis: Option<String>,
    /// How many units of the file one unit of the time axis has: 30.4375 shows days as months
    #[arg(long)]
    pub(super) time_unit: Option<f64>,
    /// Where the time axis ends, in its own unit
    #[arg(long)]
    pub(super) until: Option<f64>,
    /// Show the probability of an event instead of survival
    #[arg(long)]
    pub(super) rising: bool,
    /// Bands, and the numbers at risk, censored and with an event (Morris et al. 2019)
    #[arg(long)]
    pub(super) kmunicate: bool,
    /// Lines to the medians
    #[arg(long)]
    pub(super) medians: bool,
    /// Columns whose levels are the subgroups of a forest plot, above the effect in all
    #[arg(long, value_delimiter = ',')]
    pub(super) subgroups: Vec<String>,
    /// Confidence level of bands and intervals; 0.95 unless given
    #[arg(long, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    pub(super) level: Option<f64>,
    /// Where the names of the curves stand; inside unless given
    #[arg(long, value_enum)]
    pub(super) legend: Option<Place>,
    /// What stands behind each name
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(super) name_with: Vec<Behind>,
    /// The rows under the axis, such as at-risk,censored,events; none for no table
    #[arg(long = "table", value_enum, value_delimiter = ',')]
    pub(super) table_rows: Option<Vec<Under>>,
    /// Numbers of subjects under a weighted curve, instead of sums of weights
    #[arg(long)]
    pub(super) count_subjects: bool,
    /// No confidence bands
    #[arg(long)]
    pub(super) no_bands: bool,
    /// Confidence bars at the ticks instead of bands
    #[arg(long)]
    pub(super) bars: bool,
    /// No marks where subjects were censored
    #[arg(long)]
    pub(super) no_marks: bool,
    /// The vertical axis from 0 to 1 instead of 0 to 100 per cent
    #[arg(long)]
    pub(super) fraction: bool,
    /// Name of the vertical axis: what the event is, where it is not death
    #[arg(long)]
    pub(super) value_axis: Option<String>,
    /// Vertical lines at these times of the axis
    #[arg(long, value_delimiter = ',')]
    pub(super) landmarks: Vec<f64>,
    /// Areas of the restricted means up to this time of the axis, with their values
    #[arg(long)]
    pub(super) mean_to: Option<f64>,
    /// Write the hazard ratio of the second group of --by against the first into the panel
    #[arg(long, requires = "by")]
    pub(super) hazard_ratio: bool,
    /// Write the p-value of the log-rank test of --by into the panel
    #[arg(long, requires = "by")]
    pub(super) test: bool,
    /// Sizes and rows of a preset
    #[arg(long, value_enum, default_value = "journal")]
    pub(super) preset: Preset,
    /// Shades of grey, told apart by their dashes
    #[arg(long)]
    pub(super) greys: bool,
}

/// Where names stand.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Place {
    /// In the panel where they cover nothing, else above it
    Inside,
    /// Above the panel
    Above,
    /// At the ends of the curves
    Direct,
    /// Nowhere
    None,
}

impl Place {
    pub(super) fn place(self) -> Legend {
        match self {
            Self::Inside => Legend::Inside,
            Self::Above => Legend::Above,
            Self::Direct => Legend::Direct,
            Self::None => Legend::None,
        }
    }
}

/// What stands behind a name.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Behind {
    /// The number of subjects
    N,
    /// The number of events
    Events,
    /// The median with its interval
    Median,
}

impl Behind {
    pub(super) fn detail(self) -> Detail {
        match self {
            Self::N => Detail::Subjects,
            Self::Events => Detail::Events,
            Self::Median => Detail::Median,
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Under {
    /// Under observation just before the time
    AtRisk,
    /// The same in per cent of all
    AtRiskPercent,
    /// Censored before it
    Censored,
    /// Events before it
    Events,
    /// The value of the curve
    Value,
    /// No table
    None,
}

impl Under {
    pub(super) fn row(self) -> Option<TableRow> {
        match self {
            Self::AtRisk => Some(TableRow::AtRisk),
            Self::AtRiskPercent => Some(TableRow::AtRiskShare),
            Self::Censored => Some(TableRow::Censored),
            Self::Events => Some(TableRow::Events),
            Self::Value => Some(TableRow::Value),
            Self::None => None,
        }
    }
}

/// Sizes and rows that go together.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Preset {
    /// A figure of a journal
    Journal,
    /// The same without marks, with the numbers at risk, censored and with an event (Morris et al. 2019)
    Kmunicate,
    /// Large text and strong lines, for a talk
    Slides,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Kind {
    Survival,
    Incidence,
    CumulativeHazard,
    LogLog,
    /// The hazard itself, by kernels
    SmoothedHazard,
    /// The probability of each state
    States,
    Forest,
    Swimmer,
    /// The Brier score of predicted risks over time
    Brier,
    /// ROC curves at a time
    Roc,
    /// Observed over predicted risks
    Calibration,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        self.draw().map_err(of_argument)
    }
}

/// An argument of a figure has the name of its flag.
fn of_argument(failure: Failure) -> Failure {
    const ARGUMENTS: [&str; 7] =
        ["width_mm", "time_unit", "until", "landmarks", "mean_to", "horizon", "groups"];
    match failure.downcast_ref::<greenwood::Error>() {
        Some(error @ greenwood::Error::OutOfRange { argument, .. }) if ARGUMENTS.contains(argument) => {
            format!("--{}: {error}", argument.replace('_', "-")).into()
        }
        _ => failure,
    }
}

impl Options {
    fn draw(&self) -> Result<String, Failure> {
        let mut named: Vec<(&'static str, &str)> = self.by.iter().map(|c| ("--by", c.as_str())).collect();
        named.extend(self.panels.iter().map(|c| ("--panels", c.as_str())));
        named.extend(self.subgroups.iter().map(|c| ("--subgroups", c.as_str())));
        named.extend(self.risk.iter().map(|c| ("--risk", c.as_str())));
        distinct(&named)?;
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.columns.table(&named, &mut warnings)?;
        let groups = match &self.by {
            Some(column) => Some(table.groups("--by", column)?),
            None => None,
        };
        let (picture, data) = match self.kind {
            Kind::Incidence => self.incidence(&table, groups.as_ref())?,
            Kind::States => self.occupation(&table)?,
            Kind::Brier | Kind::Roc | Kind::Calibration if !self.causes.is_empty() => {
                self.scores(&table, self.outcomes_of_first(&table)?)?
            }
            _ => {
                let data = self.columns.data(&table, &mut warnings)?;
                match self.kind {
                    Kind::Forest => self.forest(&table, &data, groups.as_ref())?,
                    Kind::Swimmer => self.swimmer(&table, &data, groups.as_ref())?,
                    Kind::Brier | Kind::Roc | Kind::Calibration => self.scores(&table, (&data).into())?,
                    _ => self.curves(&table, &data, groups.as_ref())?,
                }
            }
        };
        picture.save(&self.output).map_err(|e| format!("-o {}: {e}", self.output.display()))?;
        if let Some(path) = &self.data {
            data.save(path).map_err(|e| format!("--data {}: {e}", path.display()))?;
        }
        Ok(String::new())
    }
}

/// A figure and its numbers.
pub(super) type Drawn = (Picture, FigureData);

impl Options {
    /// The level of bands and intervals.
    pub(super) fn level(&self) -> f64 {
        self.level.unwrap_or(0.95)
    }

    pub(super) fn time_unit(&self) -> f64 {
        self.time_unit.unwrap_or(1.0)
    }

    pub(super) fn time_axis(&self) -> &str {
        self.time_axis.as_deref().unwrap_or("Time")
    }

    pub(super) fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    pub(super) fn style(&self) -> Style {
        let preset = if self.preset == Preset::Slides { Style::slides() } else { Style::journal() };
        let palette = if self.greys { Palette::greys() } else { Palette::default() };
        Style { width_mm: self.width_mm.unwrap_or(preset.width_mm), palette, ..preset }
    }
}
