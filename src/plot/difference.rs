//! The difference of two survival curves over time, with its pointwise band.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::curves::CurvePlot;
use crate::plot::data::FigureData;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;
use crate::plot::style::Style;
use crate::survival::contrast::Measure;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// `S₁(t) − S₀(t)` in percentage points at every event time of either curve, with its pointwise interval, up to the end of
/// the shorter follow-up.
///
/// # Errors
/// [`Error::OutOfRange`] for a level outside (0, 1); those of [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::DifferencePlot;
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let new = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, false])?);
/// let old = KaplanMeier::fit(&RightCensored::new(&[3.0, 4.0, 8.0, 11.0], &[true, true, true, false])?);
/// let svg = DifferencePlot::new(&new, &old).labels("new", "old").time_axis("Months").to_svg()?;
/// assert!(svg.contains("new less old"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct DifferencePlot<'a> {
    curves: [&'a SurvivalCurve; 2],
    labels: [String; 2],
    level: f64,
    time_name: String,
    unit: f64,
    style: Style,
}

impl<'a> DifferencePlot<'a> {
    /// The first curve less the second.
    pub fn new(group: &'a SurvivalCurve, reference: &'a SurvivalCurve) -> Self {
        Self {
            curves: [group, reference],
            labels: ["first".into(), "second".into()],
            level: 0.95,
            time_name: "Time".into(),
            unit: 1.0,
            style: Style::journal(),
        }
    }

    /// The names of the groups.
    pub fn labels(self, group: impl Into<String>, reference: impl Into<String>) -> Self {
        Self { labels: [group.into(), reference.into()], ..self }
    }

    /// The level of the interval.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The name of the time axis.
    pub fn time_axis(self, name: impl Into<String>) -> Self {
        Self { time_name: name.into(), ..self }
    }

    /// How many units of the data one unit of the time axis has: 30.4375 shows days as months.
    pub fn time_unit(self, unit: f64) -> Self {
        Self { unit, ..self }
    }

    /// Sizes, colours and dashes.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`DifferencePlot`].
    pub fn build(&self) -> Result<Picture> {
        self.plot()?.build()
    }

    /// The difference at each event time with its limits, as a table.
    ///
    /// # Errors
    /// See [`DifferencePlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.plot()?.data()
    }

    fn plot(&self) -> Result<CurvePlot> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::OutOfRange { argument: "level", value: self.level, must_be: "inside (0, 1)" });
        }
        let last = |c: &SurvivalCurve| c.steps().last().map_or(0.0, |s| s.row.time);
        let end = last(self.curves[0]).min(last(self.curves[1]));
        let mut times: Vec<f64> = self
            .curves
            .iter()
            .flat_map(|c| c.steps().filter(|s| s.row.events > 0.0 && s.row.time <= end).map(|s| s.row.time))
            .collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let (mut steps, mut band) = (Vec::new(), Vec::new());
        for t in times {
            let (Ok(group), Ok(reference)) = (self.curves[0].at(t).value(), self.curves[1].at(t).value())
            else {
                continue;
            };
            steps.push((t, 100.0 * (group - reference)));
            let limits = self.curves[0]
                .contrast(self.curves[1], t, Measure::Difference)
                .interval(self.level)?
                .bounds();
            band.push((t, limits.map(|(lower, upper)| (100.0 * lower, 100.0 * upper))));
        }
        let [group, reference] = &self.labels;
        let mut series = StepSeries::new(format!("{group} less {reference}"), 0.0, &steps, end)?;
        series.band = band;
        Ok(CurvePlot::steps(vec![series])
            .value_axis("Difference (percentage points)")
            .title(format!("{group} less {reference}"))
            .time_axis(&self.time_name)
            .time_unit(self.unit)
            .style(self.style.clone())
            .around_zero())
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`DifferencePlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`DifferencePlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }
}
