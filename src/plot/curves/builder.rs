//! What is to be drawn, and how: the options, their checks, and the order in which a figure is put together.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plot::curves::legend::Legend;
use crate::plot::curves::source::Source;
use crate::plot::curves::table::{OwnRow, TableRow};
use crate::plot::curves::words::Detail;
use crate::plot::occupied::Occupied;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;
use crate::plot::style::Style;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;

/// What the vertical axis shows of survival curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum VerticalAxis {
    /// The probability of no event yet, S(t).
    #[default]
    Survival,
    /// The probability of an event, 1 − S(t).
    Event,
    /// `ln(−ln S(t))` over the logarithm of time: parallel where hazards are proportional.
    LogMinusLog,
}
/// The name under which most people look for [`CurvePlot`].
pub type KaplanMeierPlot = CurvePlot;
/// What the values of the curves are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Probability(VerticalAxis),
    /// Any other step function from 0 upwards.
    Steps,
}

/// Curves over time: step lines with confidence bands, marks where subjects were censored, and a table under the axis in
/// which each number stands under its tick.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`labels`](Self::labels) | none | names of the curves, in their order |
/// | [`legend`](Self::legend) | [`Legend::Inside`] | where the names stand: in the panel where they cover nothing, above it, or at the ends of the curves |
/// | [`name_with`](Self::name_with) | none | subjects, events or the median behind each name |
/// | [`interval`](Self::interval) | log-log, 95 % | of the bands; [`without_bands`](Self::without_bands); [`bars`](Self::bars) instead of bands |
/// | [`without_marks`](Self::without_marks) | marks | where subjects were censored |
/// | [`vertical_axis`](Self::vertical_axis) | survival | survival, event, or log-minus-log |
/// | [`fraction`](Self::fraction) | percent | the vertical axis from 0 to 1 |
/// | [`time_axis`](Self::time_axis) | "Time" | its name; months and days have their own round ticks |
/// | [`time_unit`](Self::time_unit) | 1 | how many units of the data one unit of the axis has |
/// | [`until`](Self::until) | the end of the data | where the time axis ends |
/// | [`table`](Self::table), [`own_row`](Self::own_row) | at risk | the rows under the axis; empty for none |
/// | [`count_subjects`](Self::count_subjects) | weights | numbers of subjects under a weighted curve |
/// | [`landmarks`](Self::landmarks), [`median_lines`](Self::median_lines) | none | vertical lines; lines to the medians |
/// | [`mean_to`](Self::mean_to) | none | the areas of the restricted means, and their values |
/// | [`hazard_ratio`](Self::hazard_ratio), [`test`](Self::test), [`note`](Self::note) | none | lines of text in the panel where they cover nothing |
/// | [`style`](Self::style) | [`Style::journal`] | sizes, colours, dashes |
///
/// # Conventions
/// A curve and its band end where follow-up ends. Numbers at risk are those under observation just before the time, events
/// and censorings those before it (Morris et al. 2019 recommend all three). Weighted counts are rounded to whole
/// numbers. Marks that would touch are one, and taller; where they would fill the axis, each stands for more of them.
///
/// # Cost
/// One pass over the steps; no more than 7,200 points of a line are kept for each 300 points of width.
///
/// # Errors
/// [`Error::LengthMismatch`] where labels and curves differ in number, [`Error::OutOfRange`] for options; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::{KaplanMeierPlot, TableRow};
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, true])?);
/// let picture = KaplanMeierPlot::new(&[curve])
///     .labels(&["all"])
///     .table(&[TableRow::AtRisk, TableRow::Events])
///     .time_axis("Months since entry")
///     .build()?;
/// assert_eq!(picture.to_svg(), picture.to_svg());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Morris, Jarvis, Cragg, Phillips, Choodari-Oskooei & Sydes (2019), BMJ Open 9:e030215.
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct CurvePlot {
    pub(super) source: Source,
    pub(super) labels: Option<Vec<String>>,
    pub(super) title: String,
    pub(super) kind: Kind,
    pub(super) bands: Option<Interval>,
    pub(super) marks: bool,
    pub(super) fraction: bool,
    pub(super) stacked: bool,
    pub(super) time_name: String,
    pub(super) value_name: Option<String>,
    pub(super) unit: f64,
    pub(super) until: Option<f64>,
    pub(super) ticks: Option<Vec<f64>>,
    pub(super) table: Vec<TableRow>,
    pub(super) landmarks: Vec<f64>,
    pub(super) medians: bool,
    pub(super) notes: Vec<String>,
    pub(super) legend: Legend,
    pub(super) details: Vec<Detail>,
    /// Times of bars instead of bands; empty for the ticks.
    pub(super) bars: Option<Vec<f64>>,
    pub(super) own_rows: Vec<OwnRow>,
    pub(super) subjects: bool,
    /// The horizon of areas under the curves.
    pub(super) mean_to: Option<f64>,
    /// What this figure shares with others beside it.
    pub(super) common: Option<Common>,
    /// The vertical axis shows falls below 0 too, and has a line there.
    pub(super) signed: bool,
    /// The vertical axis ends at so many times the highest line: a band that goes further is cut there.
    pub(super) reach: Option<f64>,
    pub(super) style: Style,
}

/// What the panels of one figure have in common.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) until: f64,
    pub(super) range: (f64, f64),
    pub(super) left: f64,
    /// Where the time axes have ticks, unless a panel has its own.
    pub(super) ticks: Option<Vec<f64>>,
    /// The name of the vertical axis stands at the first panel of a row.
    pub(super) names_values: bool,
}

impl CurvePlot {
    /// Survival curves.
    pub fn new(curves: &[SurvivalCurve]) -> Self {
        Self::of(
            Source::Curves(curves.iter().cloned().map(Arc::new).collect()),
            Kind::Probability(VerticalAxis::Survival),
        )
    }

    /// Survival curves as `ln(−ln S(t))` over the logarithm of time, without bands: parallel where hazards are proportional.
    pub fn log_log(curves: &[SurvivalCurve]) -> Self {
        Self::new(curves).vertical_axis(VerticalAxis::LogMinusLog).without_bands().without_marks().table(&[])
    }

    /// Cumulative hazards.
    pub fn hazards(hazards: &[CumulativeHazard]) -> Self {
        Self {
            value_name: Some("Cumulative hazard".into()),
            ..Self::of(Source::Hazards(hazards.iter().cloned().map(Arc::new).collect()), Kind::Steps)
        }
    }

    /// Step functions with names of their own, such as cumulative incidences or state occupation probabilities.
    pub fn steps(series: Vec<StepSeries>) -> Self {
        Self { value_name: Some("Probability".into()), ..Self::of(Source::Steps(series), Kind::Steps) }
    }

    /// Survival functions with their names, shared and thinned when they are drawn.
    pub(crate) fn step_functions(named: Vec<(String, Arc<StepFunction>)>) -> Self {
        Self::of(Source::Predicted(named), Kind::Steps)
    }

    pub(super) fn of(source: Source, kind: Kind) -> Self {
        Self {
            source,
            labels: None,
            title: String::new(),
            kind,
            bands: Some(Interval::default()),
            marks: true,
            fraction: false,
            stacked: false,
            time_name: "Time".into(),
            value_name: None,
            unit: 1.0,
            until: None,
            ticks: None,
            table: vec![TableRow::AtRisk],
            landmarks: Vec::new(),
            medians: false,
            notes: Vec::new(),
            legend: Legend::default(),
            details: Vec::new(),
            bars: None,
            own_rows: Vec::new(),
            subjects: false,
            mean_to: None,
            common: None,
            signed: false,
            reach: None,
            style: Style::journal(),
        }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`CurvePlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let (mut picture, _) = self.draw(&self.series()?)?;
        self.style.draw_title(&mut picture, &self.title);
        Ok(picture)
    }

    /// The figure without its title, and by how much names and notes above the panel moved it down.
    pub(super) fn draw(&self, series: &[StepSeries]) -> Result<(Picture, f64)> {
        let frame = self.frame(series)?;
        let within: Vec<StepSeries>;
        let series = if self.reach.is_some() {
            within = series.iter().map(|own| own.cut_band(frame.y_value(1.0))).collect();
            &within
        } else {
            series
        };
        let (width, height) = (self.style.width(), self.height(&frame, series));
        let mut picture = Picture::new(width, height, self.name(), self.describe(series));
        let mut taken = Occupied::new((frame.left, frame.top, frame.right, frame.bottom));
        self.areas(&mut picture, &frame, series);
        self.axes(&mut picture, &frame);
        self.extras(&mut picture, &frame, series, &mut taken);
        self.curves(&mut picture, &frame, series, &mut taken);
        self.rows_under(&mut picture, &frame, series);
        let notes = self.all_notes(series)?;
        let above = self.key(&mut picture, &frame, series, &notes, &mut taken);
        let moved = self.draw_above(&mut picture, &frame, &above);
        Ok((picture, moved))
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`CurvePlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`CurvePlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    pub(super) fn check(&self) -> Result<()> {
        for (argument, value) in
            [("time_unit", Some(self.unit)), ("until", self.until), ("mean_to", self.mean_to)]
        {
            if let Some(value) = value.filter(|v| !(*v > 0.0 && v.is_finite())) {
                return Err(Error::OutOfRange { argument, value, must_be: "above 0 and finite" });
            }
        }
        let positive = [
            ("width_mm", Some(self.style.width_mm)),
            ("panel_height_mm", Some(self.style.panel_height_mm)),
            ("font_size", Some(self.style.font_size)),
        ];
        for (argument, value) in positive {
            if let Some(value) = value.filter(|v| !(*v > 0.0 && *v < 1e6)) {
                return Err(Error::OutOfRange { argument, value, must_be: "above 0 and below a million" });
            }
        }
        for (argument, values) in [
            ("ticks", self.ticks.as_deref().unwrap_or(&[])),
            ("landmarks", &self.landmarks),
            ("bars", self.bars.as_deref().unwrap_or(&[])),
        ] {
            for &value in values {
                if !(value.is_finite() && value >= 0.0) {
                    return Err(Error::OutOfRange { argument, value, must_be: "finite and at least 0" });
                }
            }
        }
        if let Some(labels) = &self.labels
            && labels.len() != self.source.len()
        {
            let (len, expected) = (labels.len(), self.source.len());
            return Err(Error::LengthMismatch { argument: "labels", len, other: "curves", expected });
        }
        if self.source.len() == 0 {
            return Err(Error::Empty { argument: "curves" });
        }
        if self.stacked && matches!(&self.source, Source::Incidences(groups) if groups.len() > 1) {
            return Err(Error::Unsupported {
                method: "a stack",
                with: "the incidences of several groups",
                why: "those of one group add up, those of two do not: draw a panel for each group (`PanelPlot`)",
            });
        }
        if self.mean_to.is_some() && !(self.survives() && matches!(self.source, Source::Curves(_))) {
            return Err(Error::Unsupported {
                method: "an area of restricted means",
                with: "curves that are no survival curves",
                why: "it is the area under S(t); leave out `mean_to`, or draw `KaplanMeierPlot::new(&curves)`",
            });
        }
        Ok(())
    }

    /// Is the survival function itself on the vertical axis?
    pub(super) fn survives(&self) -> bool {
        self.kind == Kind::Probability(VerticalAxis::Survival)
    }

    pub(super) fn logarithmic(&self) -> bool {
        self.kind == Kind::Probability(VerticalAxis::LogMinusLog)
    }

    /// From one line of text to the next.
    pub(super) fn line_height(&self) -> f64 {
        1.45 * self.style.font_size
    }
}
