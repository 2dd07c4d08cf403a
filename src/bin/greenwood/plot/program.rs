//! The flags of `plot`, and which figure they ask for.

use std::path::PathBuf;

use greenwood::plot::{Detail, Legend, Palette, Style, TableRow};

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
    /// Codes of --event that are competing causes, for --kind incidence; 0 is censored
    #[arg(long, value_delimiter = ',')]
    pub(super) causes: Vec<String>,
    /// Stack the incidences of the causes
    #[arg(long)]
    pub(super) stacked: bool,
    /// The file to write: .svg, .png or .pdf
    #[arg(short, long)]
    pub(super) output: PathBuf,
    /// Width of the printed figure in millimetres; 120 unless the preset has its own
    #[arg(long)]
    pub(super) width_mm: Option<f64>,
    /// A title above the figure
    #[arg(long)]
    pub(super) title: Option<String>,
    /// Name of the time axis; months and days have round ticks of their own
    #[arg(long, default_value = "Time")]
    pub(super) time_axis: String,
    /// How many units of the file one unit of the time axis has: 30.4375 shows days as months
    #[arg(long, default_value_t = 1.0)]
    pub(super) time_unit: f64,
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
    /// Columns whose levels are the subgroups of a forest plot
    #[arg(long, value_delimiter = ',')]
    pub(super) subgroups: Vec<String>,
    /// Confidence level of bands and intervals
    #[arg(long, default_value_t = 0.95)]
    pub(super) level: f64,
    /// Where the names of the curves stand
    #[arg(long, value_enum, default_value = "inside")]
    pub(super) legend: Place,
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
    Forest,
    Swimmer,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        let mut named: Vec<(&'static str, &str)> = self.by.iter().map(|c| ("--by", c.as_str())).collect();
        named.extend(self.panels.iter().map(|c| ("--panels", c.as_str())));
        named.extend(self.subgroups.iter().map(|c| ("--subgroups", c.as_str())));
        distinct(&named)?;
        if self.kind == Kind::Forest && (self.by.is_none() || self.subgroups.is_empty()) {
            return Err("--kind forest needs two groups, --by COLUMN, and --subgroups COLUMN,…".into());
        }
        if self.kind != Kind::Forest && !self.subgroups.is_empty() {
            return Err("--subgroups belongs to --kind forest: add it, or leave out --subgroups".into());
        }
        let curves = !matches!(self.kind, Kind::Forest | Kind::Swimmer);
        if self.stacked && self.kind == Kind::Incidence && self.by.is_some() {
            return Err("--stacked draws one group: use --panels COLUMN instead of --by, a panel each".into());
        }
        if self.panels.is_some() && !curves {
            return Err("--panels belongs to curves: leave it out, or choose another --kind".into());
        }
        if (self.mean_to.is_some() || self.rising) && self.kind != Kind::Survival {
            return Err(
                "--mean-to and --rising belong to --kind survival: leave them out, or choose it".into()
            );
        }
        if (self.test || self.hazard_ratio) && (!curves || self.kind == Kind::Incidence) {
            return Err("--test and --hazard-ratio belong to curves of one event: leave them out".into());
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
            _ => self.curves(&table, &data, groups.as_ref())?,
        };
        picture.save(&self.output).map_err(|e| format!("-o {}: {e}", self.output.display()))?;
        Ok(String::new())
    }
}

impl Options {
    pub(super) fn style(&self) -> Style {
        let preset = if self.preset == Preset::Slides { Style::slides() } else { Style::journal() };
        let palette = if self.greys { Palette::greys() } else { Palette::default() };
        Style { width_mm: self.width_mm.unwrap_or(preset.width_mm), palette, ..preset }
    }
}
