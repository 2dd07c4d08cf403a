//! What is to be drawn, and how: the options, their checks, and the order in which a figure is put together.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::curves::source::Source;
use crate::plot::curves::table::TableRow;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;
use crate::plot::style::Style;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;

/// What the vertical axis shows of survival curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
/// | [`interval`](Self::interval) | log-log, 95 % | of the bands; [`without_bands`](Self::without_bands) |
/// | [`vertical_axis`](Self::vertical_axis) | survival | survival, event, or log-minus-log |
/// | [`fraction`](Self::fraction) | percent | the vertical axis from 0 to 1 |
/// | [`time_axis`](Self::time_axis) | "Time" | its name; months and days have their own round ticks |
/// | [`time_unit`](Self::time_unit) | 1 | how many units of the data one unit of the axis has |
/// | [`until`](Self::until) | the end of the data | where the time axis ends |
/// | [`table`](Self::table) | at risk | the rows under the axis; empty for none |
/// | [`landmarks`](Self::landmarks), [`median_lines`](Self::median_lines) | none | vertical lines; lines to the medians |
/// | [`note`](Self::note) | none | lines of text in the panel, such as a hazard ratio |
/// | [`style`](Self::style) | [`Style::journal`] | sizes, colours, dashes |
///
/// # Conventions
/// A curve and its band end where follow-up ends. Numbers at risk are those under observation just before the time, events
/// and censorings those before it (Morris et al. 2019 recommend all three). Weighted counts are rounded to whole
/// numbers. Marks that would touch are one, and taller.
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
    /// The vertical axis shows falls below 0 too, and has a line there.
    pub(super) signed: bool,
    pub(super) style: Style,
}
impl CurvePlot {
    /// Survival curves.
    pub fn new(curves: &[SurvivalCurve]) -> Self {
        Self::of(Source::Curves(curves.to_vec()), Kind::Probability(VerticalAxis::Survival))
    }

    /// Survival curves as `ln(−ln S(t))` over the logarithm of time, without bands: parallel where hazards are proportional.
    pub fn log_log(curves: &[SurvivalCurve]) -> Self {
        Self::new(curves).vertical_axis(VerticalAxis::LogMinusLog).without_bands().without_marks().table(&[])
    }

    /// Cumulative hazards.
    pub fn hazards(hazards: &[CumulativeHazard]) -> Self {
        Self {
            value_name: Some("Cumulative hazard".into()),
            ..Self::of(Source::Hazards(hazards.to_vec()), Kind::Steps)
        }
    }

    /// Cumulative incidences of competing causes, each group's causes in turn: "group: cause" where there are several groups.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one label for each group; those of the intervals.
    pub fn incidence(groups: &[CumulativeIncidence], labels: &[impl ToString]) -> Result<Self> {
        if labels.len() != groups.len() {
            let (len, expected) = (labels.len(), groups.len());
            return Err(Error::LengthMismatch { argument: "labels", len, other: "groups", expected });
        }
        let mut series = Vec::new();
        for (fit, label) in groups.iter().zip(labels) {
            for (k, cause) in fit.causes().iter().enumerate() {
                let name =
                    if groups.len() == 1 { cause.clone() } else { format!("{}: {cause}", label.to_string()) };
                series.push(StepSeries::of_incidence(name, fit, k, Some(Interval::default()))?);
            }
        }
        Ok(Self { value_name: Some("Cumulative incidence".into()), ..Self::steps(series) })
    }

    /// Step functions with names of their own, such as cumulative incidences or state occupation probabilities.
    pub fn steps(series: Vec<StepSeries>) -> Self {
        Self { value_name: Some("Probability".into()), ..Self::of(Source::Steps(series), Kind::Steps) }
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
            signed: false,
            style: Style::journal(),
        }
    }

    /// Names of the curves, in their order.
    pub fn labels(self, labels: &[impl ToString]) -> Self {
        Self { labels: Some(labels.iter().map(ToString::to_string).collect()), ..self }
    }

    /// A title above the panel.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// What the vertical axis shows of survival curves.
    pub fn vertical_axis(self, axis: VerticalAxis) -> Self {
        let kind = if self.kind == Kind::Steps { Kind::Steps } else { Kind::Probability(axis) };
        Self { kind, ..self }
    }

    /// The scale and level of the bands.
    pub fn interval(self, interval: impl Into<Interval>) -> Self {
        Self { bands: Some(interval.into()), ..self }
    }

    /// No bands.
    pub fn without_bands(self) -> Self {
        Self { bands: None, ..self }
    }

    /// No marks where subjects were censored.
    pub fn without_marks(self) -> Self {
        Self { marks: false, ..self }
    }

    /// Step functions are stacked on each other, the first at the bottom, and the areas between them are filled.
    pub fn stacked(self) -> Self {
        Self { stacked: true, ..self }
    }

    /// The vertical axis runs from 0 to 1 instead of 0 to 100 per cent.
    pub fn fraction(self) -> Self {
        Self { fraction: true, ..self }
    }

    /// The name of the time axis. Where it says months or days its ticks are round in that unit.
    pub fn time_axis(self, name: impl Into<String>) -> Self {
        Self { time_name: name.into(), ..self }
    }

    /// The name of the vertical axis: what the event is, where it is not death.
    pub fn value_axis(self, name: impl Into<String>) -> Self {
        Self { value_name: Some(name.into()), ..self }
    }

    /// How many units of the data one unit of the time axis has: 30.4375 shows days as months, 365.25 as years.
    pub fn time_unit(self, unit: f64) -> Self {
        Self { unit, ..self }
    }

    /// Where the time axis ends, in its own unit.
    pub fn until(self, end: f64) -> Self {
        Self { until: Some(end), ..self }
    }

    /// The times of the ticks and of the table's columns, in the unit of the axis.
    pub fn ticks(self, ticks: &[f64]) -> Self {
        Self { ticks: Some(ticks.to_vec()), ..self }
    }

    /// The rows of the table under the axis, for each curve; none for no table.
    pub fn table(self, rows: &[TableRow]) -> Self {
        Self { table: rows.to_vec(), ..self }
    }

    /// Vertical lines at these times, in the unit of the axis.
    pub fn landmarks(self, times: &[f64]) -> Self {
        Self { landmarks: times.to_vec(), ..self }
    }

    /// Lines from the axis at one half to each median and down to the time axis.
    pub fn median_lines(self) -> Self {
        Self { medians: true, ..self }
    }

    /// Values on both sides of 0, with a line there.
    pub(crate) fn around_zero(self) -> Self {
        Self { signed: true, ..self }
    }

    /// A line of text in the panel, such as a hazard ratio or the p-value of a named test; may be given several times.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Sizes, colours and dashes.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The look that `KMunicate` recommends: bands, no marks, and events, censorings and numbers at risk under the axis
    /// (Morris et al. 2019).
    pub fn kmunicate(self) -> Self {
        self.without_marks().table(&[TableRow::AtRisk, TableRow::Censored, TableRow::Events])
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`CurvePlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let series = self.series()?;
        let frame = self.frame(&series)?;
        let mut picture = Picture::new(
            self.style.width(),
            self.height(&frame, &series),
            self.name(),
            self.describe(&series),
        );
        self.axes(&mut picture, &frame);
        let lines = self.curves(&mut picture, &frame, &series);
        self.extras(&mut picture, &frame, &series);
        self.legend(&mut picture, &frame, &series, &lines);
        self.rows_under(&mut picture, &frame, &series);
        Ok(picture)
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
        let positive = [
            ("time_unit", Some(self.unit)),
            ("until", self.until),
            ("width_mm", Some(self.style.width_mm)),
            ("panel_height_mm", Some(self.style.panel_height_mm)),
            ("font_size", Some(self.style.font_size)),
        ];
        for (argument, value) in positive {
            if let Some(value) = value.filter(|v| !(*v > 0.0 && *v < 1e6)) {
                return Err(Error::OutOfRange { argument, value, must_be: "above 0 and below a million" });
            }
        }
        for (argument, values) in
            [("ticks", self.ticks.as_deref().unwrap_or(&[])), ("landmarks", &self.landmarks)]
        {
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
        Ok(())
    }

    pub(super) fn logarithmic(&self) -> bool {
        self.kind == Kind::Probability(VerticalAxis::LogMinusLog)
    }

    /// From one line of text to the next.
    pub(super) fn line_height(&self) -> f64 {
        1.45 * self.style.font_size
    }
}
