//! Curves over time with their bands, marks and the table under the axis.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::axis::{Rounding, Scale, label, ticks, ticks_between, ticks_logarithmic};
use crate::plot::font;
use crate::plot::layout::{inside, merge_marks, step_line};
use crate::plot::picture::{Anchor, Color, Picture, Text};
use crate::plot::series::StepSeries;
use crate::plot::style::{FAINT, GREY, INK, Style};
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

/// A row of the table under the axis, for each curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TableRow {
    /// Under observation just before the time of the column.
    AtRisk,
    /// Censored before it.
    Censored,
    /// Events before it: without delayed entry at risk + events + censored is the number of subjects.
    Events,
}

impl TableRow {
    fn heading(self) -> &'static str {
        match self {
            Self::AtRisk => "Number at risk",
            Self::Censored => "Censored",
            Self::Events => "Events",
        }
    }

    fn count(self, series: &StepSeries, t: f64) -> f64 {
        match self {
            Self::AtRisk => series.at_risk(t),
            Self::Censored => series.censored_before(t),
            Self::Events => series.events_before(t),
        }
    }
}

/// The name under which most people look for [`CurvePlot`].
pub type KaplanMeierPlot = CurvePlot;

/// What the values of the curves are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
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
    source: Source,
    labels: Option<Vec<String>>,
    title: String,
    kind: Kind,
    bands: Option<Interval>,
    marks: bool,
    fraction: bool,
    stacked: bool,
    time_name: String,
    value_name: Option<String>,
    unit: f64,
    until: Option<f64>,
    ticks: Option<Vec<f64>>,
    table: Vec<TableRow>,
    landmarks: Vec<f64>,
    medians: bool,
    notes: Vec<String>,
    /// The vertical axis shows falls below 0 too, and has a line there.
    signed: bool,
    style: Style,
}

#[derive(Debug, Clone)]
enum Source {
    Curves(Vec<SurvivalCurve>),
    Hazards(Vec<CumulativeHazard>),
    Steps(Vec<StepSeries>),
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Self::Curves(c) => c.len(),
            Self::Hazards(h) => h.len(),
            Self::Steps(s) => s.len(),
        }
    }
}

/// Where everything is: the panel, its scales and the columns of the table.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Scale,
    y: Scale,
    ticks: Vec<f64>,
    /// Where the time axis begins and ends, in units of the axis.
    from: f64,
    until: f64,
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

    fn of(source: Source, kind: Kind) -> Self {
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

    fn check(&self) -> Result<()> {
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

    /// The curves in the unit and on the scale of the axes.
    fn series(&self) -> Result<Vec<StepSeries>> {
        let label = |i: usize| {
            let named = self.labels.as_ref().map(|l| l[i].clone());
            named.unwrap_or_else(|| if self.source.len() == 1 { String::new() } else { format!("{}", i + 1) })
        };
        let mut all = match &self.source {
            Source::Curves(curves) => curves
                .iter()
                .enumerate()
                .map(|(i, c)| StepSeries::of_curve(label(i), c, self.bands))
                .collect::<Result<Vec<_>>>()?,
            Source::Hazards(hazards) => hazards
                .iter()
                .enumerate()
                .map(|(i, h)| StepSeries::of_hazard(label(i), h, self.bands.map(|b| b.confidence_level())))
                .collect::<Result<Vec<_>>>()?,
            Source::Steps(steps) => {
                let mut steps = steps.clone();
                for (i, own) in steps.iter_mut().enumerate() {
                    if self.labels.is_some() {
                        own.label = label(i);
                    }
                    if self.bands.is_none() {
                        own.band.clear();
                    }
                }
                steps
            }
        };
        if self.stacked {
            stack(&mut all);
        }
        let factor = if self.fraction || self.kind == Kind::Steps { 1.0 } else { 100.0 };
        for own in &mut all {
            own.rescale(1.0 / self.unit, |v| match self.kind {
                Kind::Probability(VerticalAxis::Survival) => factor * v,
                Kind::Probability(VerticalAxis::Event) => factor * (1.0 - v),
                Kind::Probability(VerticalAxis::LogMinusLog) => (-v.ln()).ln(),
                Kind::Steps => v,
            });
        }
        Ok(all)
    }

    fn logarithmic(&self) -> bool {
        self.kind == Kind::Probability(VerticalAxis::LogMinusLog)
    }

    /// Rows of text under the ticks: the name of the axis, and the table with one heading for each kind of row.
    fn rows_of_table(&self, series: &[StepSeries]) -> usize {
        if series.iter().all(|s| s.counts.is_empty()) { 0 } else { self.table.len() * (series.len() + 1) }
    }

    fn line_height(&self) -> f64 {
        1.45 * self.style.font_size
    }

    fn frame(&self, series: &[StepSeries]) -> Result<Frame> {
        let size = self.style.font_size;
        let widest = series.iter().map(|s| font::width(&s.label, size, false)).fold(0.0, f64::max);
        let with_table = self.rows_of_table(series) > 0;
        let end = series.iter().map(|s| s.end).fold(0.0, f64::max);
        let until = self.until.unwrap_or(end);
        let until = if until > 0.0 { until } else { 1.0 };
        // Labels of the table hang left of the panel; a very long one is cut by its own width there.
        let heading = self.table.iter().map(|r| font::width(r.heading(), size, true)).fold(0.0, f64::max);
        let room = if with_table { widest.max(heading * 0.5) + 1.6 * size } else { 0.0 };
        let left = room.max(5.2 * size).min(0.38 * self.style.width());
        let right = self.style.width() - 1.6 * size;
        let top = if self.title.is_empty() { 1.2 * size } else { 1.2 * size + 1.6 * self.style.title_size };
        let top = top + self.legend_above(series, right - left);
        let bottom = top + self.style.panel_height();
        if !(right - left > 4.0 * size) {
            return Err(Error::OutOfRange {
                argument: "width_mm",
                value: self.style.width_mm,
                must_be: "wide enough for the font: at least about 15 times its size",
            });
        }
        let most = (((right - left) / (3.6 * size)) as usize).clamp(2, 12);
        let (low, high) = self.range(series);
        let y = Scale::linear((low, high), (bottom, top));
        if self.logarithmic() {
            let first =
                series.iter().filter_map(|s| s.steps.first()).map(|s| s.0).fold(f64::INFINITY, f64::min);
            let from = if first.is_finite() && first > 0.0 && first < until { first } else { until / 10.0 };
            let x = Scale::logarithmic((from, until), (left, right));
            let ticks = self.ticks.clone().unwrap_or_else(|| ticks_logarithmic(from, until));
            return Ok(Frame { left, right, top, bottom, x, y, ticks, from, until });
        }
        let rounding = Rounding::of(&self.time_name);
        let ticks = self.ticks.clone().unwrap_or_else(|| ticks(until, most, rounding));
        let x = Scale::linear((0.0, until), (left, right));
        let ticks = ticks.into_iter().filter(|&t| t <= until * (1.0 + 1e-9)).collect();
        Ok(Frame { left, right, top, bottom, x, y, ticks, from: 0.0, until })
    }

    /// The lowest and highest value of the vertical axis.
    fn range(&self, series: &[StepSeries]) -> (f64, f64) {
        match self.kind {
            Kind::Probability(VerticalAxis::LogMinusLog) => {
                let values =
                    || series.iter().flat_map(|s| s.steps.iter().map(|s| s.1)).filter(|v| v.is_finite());
                let (low, high) =
                    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
                if low < high { (low, high) } else { (-2.0, 1.0) }
            }
            Kind::Probability(_) => (0.0, if self.fraction { 1.0 } else { 100.0 }),
            Kind::Steps if self.signed => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let bands =
                    series.iter().flat_map(|s| s.band.iter().filter_map(|b| b.1)).flat_map(|(l, u)| [l, u]);
                let reach = lines.chain(bands).filter(|v| v.is_finite()).fold(0.0_f64, |m, v| m.max(v.abs()));
                let reach = if reach > 0.0 { 1.05 * reach } else { 1.0 };
                (-reach, reach)
            }
            Kind::Steps => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let bands = series.iter().flat_map(|s| s.band.iter().filter_map(|b| b.1).map(|b| b.1));
                let starts = series.iter().map(|s| s.start);
                let high = lines.chain(bands).chain(starts).filter(|v| v.is_finite()).fold(0.0, f64::max);
                // Probabilities that reach far are shown up to 1.
                if high <= 0.0 || (0.6..=1.0).contains(&high) {
                    (0.0, 1.0)
                } else {
                    let step = ticks(high, 5, Rounding::Decimal).get(1).copied().unwrap_or(high);
                    (0.0, (high / step).ceil() * step)
                }
            }
        }
    }

    fn height(&self, frame: &Frame, series: &[StepSeries]) -> f64 {
        let under = 3.1 * self.style.font_size;
        let table = self.rows_of_table(series) as f64 * self.line_height();
        frame.bottom
            + under
            + if table > 0.0 { table + 0.9 * self.style.font_size } else { 0.5 * self.style.font_size }
    }

    fn name(&self) -> String {
        if self.title.is_empty() {
            format!("{} over {}", self.value_title(), self.time_name.to_lowercase())
        } else {
            self.title.clone()
        }
    }

    fn value_title(&self) -> String {
        let percent = if self.fraction { "" } else { " (%)" };
        match (&self.value_name, self.kind) {
            (Some(name), Kind::Probability(VerticalAxis::LogMinusLog) | Kind::Steps) => name.clone(),
            (Some(name), _) => format!("{name}{percent}"),
            (None, Kind::Probability(VerticalAxis::Survival)) => format!("Event-free{percent}"),
            (None, Kind::Probability(VerticalAxis::Event)) => format!("With event{percent}"),
            (None, Kind::Probability(VerticalAxis::LogMinusLog)) => "ln(\u{2212}ln S)".into(),
            (None, Kind::Steps) => "Value".into(),
        }
    }

    /// What a reader who cannot see the figure is told: each curve at a few times, and its median.
    fn describe(&self, series: &[StepSeries]) -> String {
        let mut sentences = Vec::new();
        for own in series {
            let name = if own.label.is_empty() { "The curve".to_string() } else { own.label.clone() };
            let mut parts = Vec::new();
            for share in [0.25, 0.5, 0.75, 1.0] {
                let t = own.end * share;
                if !own.value_at(t).is_finite() {
                    continue;
                }
                parts.push(format!("{} at {}", label(round3(own.value_at(t))), label(round3(t))));
            }
            let mut sentence = format!("{name}: {}", parts.join(", "));
            if self.kind == Kind::Probability(VerticalAxis::Survival) {
                let half = if self.fraction { 0.5 } else { 50.0 };
                match own.first_at_or_below(half) {
                    Some(t) => sentence.extend(["; median ", &label(round3(t))]),
                    None => sentence += "; median not reached",
                }
            }
            if !own.counts.is_empty() {
                let (events, censored) =
                    (own.events_before(f64::INFINITY), own.censored_before(f64::INFINITY));
                sentence.extend(["; ", &whole(events), " events, ", &whole(censored), " censored"]);
            }
            sentences.push(sentence);
        }
        format!("{} over {}. {}.", self.value_title(), self.time_name.to_lowercase(), sentences.join(". "))
    }

    fn axes(&self, picture: &mut Picture, frame: &Frame) {
        let size = self.style.font_size;
        let thin = 0.06 * size;
        let (low, high) = (frame.y_value(0.0), frame.y_value(1.0));
        let values =
            if self.logarithmic() { ticks_between(low, high, 6) } else { ticks_between(low, high, 5) };
        for &value in &values {
            let y = frame.y.place(value);
            if self.style.grid && value > low {
                picture.line("grid", &[(frame.left, y), (frame.right, y)], FAINT, thin);
            }
            picture.line("axis", &[(frame.left - 0.4 * size, y), (frame.left, y)], INK, thin * 1.4);
            picture.text(self.style.text(
                "value tick",
                (frame.left - 0.7 * size, y + 0.35 * size),
                Anchor::End,
                label(value),
            ));
        }
        picture.line(
            "axis",
            &[(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)],
            INK,
            thin * 1.4,
        );
        let mut free = f64::NEG_INFINITY;
        for &tick in &frame.ticks {
            let x = frame.x.place(tick);
            picture.line("axis", &[(x, frame.bottom), (x, frame.bottom + 0.4 * size)], INK, thin * 1.4);
            // A label that would touch the one before is left out; its tick stays.
            let text = label(tick);
            let half = font::width(&text, size, false) / 2.0;
            if x - half > free {
                picture.text(self.style.text(
                    "time tick",
                    (x, frame.bottom + 1.5 * size),
                    Anchor::Middle,
                    text,
                ));
                free = x + half + 0.4 * size;
            }
        }
        let middle = f64::midpoint(frame.left, frame.right);
        picture.text(self.style.text(
            "time axis",
            (middle, frame.bottom + 2.8 * size),
            Anchor::Middle,
            &self.time_name,
        ));
        let widest = values.iter().map(|&v| font::width(&label(v), size, false)).fold(0.0, f64::max);
        let at = (frame.left - 1.3 * size - widest, f64::midpoint(frame.top, frame.bottom));
        picture.text(Text {
            upwards: true,
            ..self.style.text("value axis", at, Anchor::Middle, self.value_title())
        });
        self.style.draw_title(picture, &self.title);
    }

    /// Bands below, lines above, marks on top. Returns the lines, for the legend to keep away from.
    fn curves(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) -> Vec<Vec<(f64, f64)>> {
        let palette = &self.style.palette;
        if self.stacked {
            self.stacked_areas(picture, frame, series);
        } else {
            for (i, own) in series.iter().enumerate() {
                for corners in own.band_corners(frame.x, frame.y, frame.until) {
                    picture.area(
                        format!("band {}", i + 1),
                        &corners,
                        palette.color(i),
                        self.style.band_opacity,
                    );
                }
            }
        }
        let mut lines = Vec::new();
        for (i, own) in series.iter().enumerate() {
            let end = own.end.min(frame.until);
            let line = if self.logarithmic() {
                let steps: Vec<(f64, f64)> =
                    own.steps.iter().copied().filter(|s| s.1.is_finite() && s.0 >= frame.from).collect();
                match steps.split_first() {
                    Some((&first, rest)) => step_line(first, rest, end.max(first.0), frame.x, frame.y),
                    None => Vec::new(),
                }
            } else {
                step_line((0.0, own.start), &own.steps, end, frame.x, frame.y)
            };
            if !line.is_empty() {
                picture.stroked(format!("curve {}", i + 1), &line, palette.stroke(i, self.style.line_width));
            }
            lines.push(line);
        }
        if self.marks && !self.stacked {
            for (i, own) in series.iter().enumerate() {
                self.censoring_marks(picture, frame, own, i);
            }
        }
        lines
    }

    fn stacked_areas(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let mut below: Vec<(f64, f64)> =
            vec![(frame.x.place(0.0), frame.y.place(0.0)), (frame.x.place(frame.until), frame.y.place(0.0))];
        for (i, own) in series.iter().enumerate() {
            let line = step_line((0.0, own.start), &own.steps, own.end.min(frame.until), frame.x, frame.y);
            let mut corners = line.clone();
            corners.extend(below.iter().rev());
            picture.area(format!("band {}", i + 1), &corners, self.style.palette.color(i), 0.35);
            below = line;
        }
    }

    fn censoring_marks(&self, picture: &mut Picture, frame: &Frame, own: &StepSeries, i: usize) {
        let times: Vec<(f64, f64)> = own.censored.iter().copied().filter(|c| c.0 <= frame.until).collect();
        for (x, time, count) in merge_marks(&times, frame.x, 0.09 * self.style.font_size) {
            let y = frame.y.place(own.value_at(time));
            // Twice as many censored make the mark a little taller, up to twice its height.
            let half = 0.3 * self.style.font_size * (1.0 + 0.12 * count.max(1.0).log2()).min(2.0);
            let color = self.style.palette.color(i);
            picture.line(
                format!("censored {}", i + 1),
                &[(x, y - half), (x, y + half)],
                color,
                0.6 * self.style.line_width,
            );
        }
    }

    /// Landmarks, lines to medians and notes.
    fn extras(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let size = self.style.font_size;
        let dashed =
            |color: Color| crate::plot::picture::Stroke { color, width: 0.07 * size, dashes: vec![2.0, 2.0] };
        if self.signed {
            let y = frame.y.place(0.0);
            picture.stroked("no difference", &[(frame.left, y), (frame.right, y)], dashed(GREY));
        }
        for &time in self.landmarks.iter().filter(|&&t| t <= frame.until) {
            let x = frame.x.place(time);
            picture.stroked("landmark", &[(x, frame.top), (x, frame.bottom)], dashed(GREY));
        }
        if self.medians && self.kind == Kind::Probability(VerticalAxis::Survival) {
            let half = if self.fraction { 0.5 } else { 50.0 };
            for (i, own) in series.iter().enumerate() {
                if let Some(t) = own.first_at_or_below(half).filter(|&t| t <= frame.until) {
                    let (x, y) = (frame.x.place(t), frame.y.place(half));
                    let corners = [(frame.left, y), (x, y), (x, frame.bottom)];
                    picture.stroked(
                        format!("median {}", i + 1),
                        &corners,
                        dashed(self.style.palette.color(i)),
                    );
                }
            }
        }
        // Notes stand where survival curves are not: low at the left; for rising curves high at the left.
        let low = matches!(self.kind, Kind::Probability(VerticalAxis::Survival));
        for (i, note) in self.notes.iter().enumerate() {
            let y = if low {
                frame.bottom - 0.8 * size - (self.notes.len() - 1 - i) as f64 * self.line_height()
            } else {
                frame.top + 1.2 * size + i as f64 * self.line_height()
            };
            picture.text(self.style.text("note", (frame.left + 0.8 * size, y), Anchor::Start, note));
        }
    }

    fn legend_entries(&self, series: &[StepSeries]) -> bool {
        series.iter().any(|s| !s.label.is_empty()) && (series.len() > 1 || self.labels.is_some())
    }

    /// The width of one entry: a stroke, a gap, the label.
    fn entry_width(&self, label: &str) -> f64 {
        3.0 * self.style.font_size + font::width(label, self.style.font_size, false)
    }

    /// The height of a legend above the panel, in rows that fit its width.
    fn legend_above(&self, series: &[StepSeries], width: f64) -> f64 {
        if !self.legend_entries(series) {
            return 0.0;
        }
        self.legend_places(series, width).last().map_or(0.0, |p| p.1 + self.line_height())
    }

    /// The place of each entry relative to the upper left corner of the legend.
    fn legend_places(&self, series: &[StepSeries], width: f64) -> Vec<(f64, f64)> {
        let (mut x, mut y) = (0.0, 0.0);
        let mut places = Vec::new();
        for own in series {
            let entry = self.entry_width(&own.label) + 1.5 * self.style.font_size;
            if x > 0.0 && x + entry > width {
                x = 0.0;
                y += self.line_height();
            }
            places.push((x, y));
            x += entry;
        }
        places
    }

    /// The legend stands above the panel, where no curve is.
    fn legend(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries], lines: &[Vec<(f64, f64)>]) {
        if !self.legend_entries(series) {
            return;
        }
        let size = self.style.font_size;
        let height = self.legend_above(series, frame.right - frame.left);
        let top = frame.top - height;
        debug_assert_eq!(inside(lines, (frame.left, top, frame.right, frame.top - size * 0.5)), 0);
        for (i, (own, (x, y))) in
            series.iter().zip(self.legend_places(series, frame.right - frame.left)).enumerate()
        {
            let (x, y) = (frame.left + x, top + y + 0.2 * size);
            let stroke = self.style.palette.stroke(i, 1.3 * self.style.line_width);
            picture.stroked(format!("key {}", i + 1), &[(x, y), (x + 2.2 * size, y)], stroke);
            picture.text(self.style.text(
                format!("label {}", i + 1),
                (x + 2.7 * size, y + 0.35 * size),
                Anchor::Start,
                &own.label,
            ));
        }
    }

    fn rows_under(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        if self.rows_of_table(series) == 0 {
            return;
        }
        let size = self.style.font_size;
        let mut y = frame.bottom + 3.1 * size + self.line_height();
        for &row in &self.table {
            let heading = self.style.text("table heading", (0.8 * size, y), Anchor::Start, row.heading());
            picture.text(Text { bold: true, ..heading });
            y += self.line_height();
            for (i, own) in series.iter().enumerate() {
                let name = self.style.text(
                    format!("row {}", i + 1),
                    (0.8 * size, y),
                    Anchor::Start,
                    cut(&own.label, size, frame.left - 2.0 * size),
                );
                picture.text(Text { color: self.style.palette.color(i), ..name });
                let mut free = f64::NEG_INFINITY;
                for &tick in &frame.ticks {
                    let text = whole(row.count(own, tick));
                    let (x, half) = (frame.x.place(tick), font::width(&text, size, false) / 2.0);
                    // The number stands under its tick or, where there is no room for it, not at all.
                    if x - half > free {
                        picture.text(self.style.text(
                            format!("count {}", i + 1),
                            (x, y),
                            Anchor::Middle,
                            text,
                        ));
                        free = x + half + 0.3 * size;
                    }
                }
                y += self.line_height();
            }
        }
    }
}

impl Frame {
    /// The value at a share of the vertical axis: 0 at the bottom.
    fn y_value(&self, share: f64) -> f64 {
        let y = self.bottom + share * (self.top - self.bottom);
        self.y.value(y)
    }
}

impl StepSeries {
    /// In another unit of time and on another scale of values.
    fn rescale(&mut self, time: f64, value: impl Fn(f64) -> f64) {
        self.start = value(self.start);
        self.end *= time;
        for step in &mut self.steps {
            *step = (step.0 * time, value(step.1));
        }
        for (t, limits) in &mut self.band {
            *t *= time;
            *limits = limits.map(|(a, b)| {
                let (a, b) = (value(a), value(b));
                (a.min(b), a.max(b))
            });
        }
        for mark in &mut self.censored {
            mark.0 *= time;
        }
        self.scale_counts(time);
    }

    /// The corners of the bands: along the upper limits, back along the lower ones; one piece for each stretch that has
    /// limits.
    fn band_corners(&self, x: Scale, y: Scale, until: f64) -> Vec<Vec<(f64, f64)>> {
        let end = self.end.min(until);
        let mut pieces = Vec::new();
        let mut i = 0;
        while i < self.band.len() {
            let Some(first) = self.band[i].1 else {
                i += 1;
                continue;
            };
            let from = self.band[i].0;
            let mut j = i + 1;
            while j < self.band.len() && self.band[j].1.is_some() {
                j += 1;
            }
            let stop = self.band.get(j).map_or(end, |b| b.0.min(end));
            if from < stop {
                let limits: Vec<(f64, (f64, f64))> =
                    self.band[i + 1..j].iter().filter_map(|&(t, l)| Some((t, l?))).collect();
                let side = |pick: fn((f64, f64)) -> f64| {
                    let steps: Vec<(f64, f64)> = limits.iter().map(|&(t, l)| (t, pick(l))).collect();
                    step_line((from, pick(first)), &steps, stop, x, y)
                };
                let mut corners = side(|l| l.1);
                corners.extend(side(|l| l.0).into_iter().rev());
                pieces.push(corners);
            }
            i = j;
        }
        pieces
    }
}

/// Each on top of those before it, at all their times.
fn stack(series: &mut [StepSeries]) {
    for i in 1..series.len() {
        let (below, own) = (series[i - 1].clone(), &mut series[i]);
        let mut times: Vec<f64> = below.steps.iter().chain(&own.steps).map(|s| s.0).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        own.steps = times.iter().map(|&t| (t, below.value_at(t) + own.value_at(t))).collect();
        own.start += below.start;
        own.end = own.end.max(below.end);
        own.band.clear();
    }
}

/// A count of subjects, or a sum of weights rounded to one.
fn whole(count: f64) -> String {
    format!("{}", count.round() + 0.0)
}

fn round3(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A label that is too long for its place, cut with an ellipsis.
fn cut(text: &str, size: f64, room: f64) -> String {
    if font::width(text, size, false) <= room {
        return text.to_string();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if font::width(&kept, size, false) + font::width("…", size, false) > room {
            kept.pop();
            break;
        }
    }
    kept + "…"
}
