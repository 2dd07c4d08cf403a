//! Panels side by side on common axes, one for each stratum.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::curves::builder::{Common, CurvePlot};
use crate::plot::curves::legend::Legend;
use crate::plot::data::{DataTable, FigureData};
use crate::plot::picture::{Item, Picture, Text};
use crate::plot::series::StepSeries;
use crate::plot::style::Style;

/// A panel for each stratum (small multiples): all on the same axes, each with its table, and one legend above them.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`columns`](Self::columns) | as many as panels, at most 3; 2 for four panels | panels in a row |
/// | [`title`](Self::title) | none | above all |
/// | [`style`](Self::style) | that of the first panel | sizes and colours; the width is that of the whole figure |
///
/// # Conventions
/// A curve has the colour and the dashes of its name in every panel. The time axis ends where the longest panel ends, the
/// vertical one at the highest value of any. Curves with names at their ends ([`Legend::Direct`]) keep them.
///
/// # Errors
/// [`Error::Empty`] without panels; those of [`CurvePlot`].
///
/// # Example
/// ```
/// use greenwood::plot::{KaplanMeierPlot, PanelPlot};
/// use greenwood::survival::{Groups, KaplanMeier, RightCensored};
///
/// let arm = Groups::new(&["new", "new", "old", "old"]);
/// let of = |time: [f64; 4]| {
///     let data = RightCensored::new(&time, &[true, false, true, true])?;
///     Ok::<_, greenwood::Error>(KaplanMeierPlot::new(&KaplanMeier::by_group(&data, &arm)?).labels(arm.labels()))
/// };
/// let panels = PanelPlot::new(vec![("women", of([6.0, 7.0, 3.0, 4.0])?), ("men", of([5.0, 9.0, 2.0, 8.0])?)]);
/// let svg = panels.to_svg()?;
/// assert!(svg.contains("women") && svg.matches("Number at risk").count() == 2);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct PanelPlot {
    panels: Vec<(String, CurvePlot)>,
    columns: Option<usize>,
    title: String,
    style: Option<Style>,
}

impl PanelPlot {
    /// Panels with the names of their strata, in reading order.
    pub fn new(panels: Vec<(impl Into<String>, CurvePlot)>) -> Self {
        let panels = panels.into_iter().map(|(name, plot)| (name.into(), plot)).collect();
        Self { panels, columns: None, title: String::new(), style: None }
    }

    /// How many panels stand in a row.
    pub fn columns(self, columns: usize) -> Self {
        Self { columns: Some(columns), ..self }
    }

    /// A title above all.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sizes and colours of all panels; the width is that of the whole figure.
    pub fn style(self, style: Style) -> Self {
        Self { style: Some(style), ..self }
    }

    /// The figure as data. What is drawn in the k-th panel has the class "panel k" before its own.
    ///
    /// # Errors
    /// See [`PanelPlot`].
    pub fn build(&self) -> Result<Picture> {
        let (first, style, columns, mut plots) = self.plots()?;
        let (all, names) = colored(&plots)?;
        let common = common(&plots, &all)?;
        let size = style.font_size;
        let whole = first.clone().style(style.clone());
        let legend = match whole.legend {
            Legend::Direct => None,
            _ if !whole.shows_names(&names) => None,
            _ => Some(whole.names(&names, style.width() - 2.4 * size, true)),
        };
        let pictures = drawn(&mut plots, &all, &common, columns)?;
        let mut sheet = Picture::beside(&pictures, columns);
        let title = if self.title.is_empty() { 0.0 } else { 1.6 * style.title_size };
        let height = title + legend.as_ref().map_or(0.0, |b| b.height + 0.8 * size);
        sheet.shift(0.0, height);
        sheet.height += height;
        if let Some(block) = legend {
            block.draw(&mut sheet, (0.8 * size, title + 0.8 * size));
        }
        style.draw_title(&mut sheet, &self.title);
        if !self.title.is_empty() {
            sheet.title.clone_from(&self.title);
        }
        Ok(sheet)
    }

    /// What each panel shows, as tables ([`CurvePlot::data`]) whose names begin with that of the panel.
    ///
    /// # Errors
    /// See [`PanelPlot`].
    pub fn data(&self) -> Result<FigureData> {
        let (_, _, _, mut plots) = self.plots()?;
        let all: Vec<Vec<StepSeries>> = plots
            .iter()
            .map(|plot| plot.check().and_then(|()| plot.all_series(false)))
            .collect::<Result<_>>()?;
        let common = common(&plots, &all)?;
        let mut tables = Vec::new();
        for ((plot, series), (name, _)) in plots.iter_mut().zip(&all).zip(&self.panels) {
            plot.common = Some(common.clone());
            let own = plot.tables(series)?.into_iter();
            tables.extend(own.map(|table| DataTable { name: format!("{name}: {}", table.name), ..table }));
        }
        let names: Vec<&str> = self.panels.iter().map(|p| p.0.as_str()).collect();
        let title = if self.title.is_empty() { names.join("; ") } else { self.title.clone() };
        Ok(FigureData::new(title, tables))
    }

    /// The first panel, the style of the whole, panels in a row, and each panel in its own width.
    fn plots(&self) -> Result<(&CurvePlot, Style, usize, Vec<CurvePlot>)> {
        let Some((_, first)) = self.panels.first() else {
            return Err(Error::Empty { argument: "panels" });
        };
        let style = self.style.clone().unwrap_or_else(|| first.style.clone());
        // Four panels stand better in two rows of two than with one alone in the second.
        let usual = if self.panels.len() == 4 { 2 } else { 3 };
        let columns = self.columns.unwrap_or(usual).clamp(1, self.panels.len());
        let own = Style { width_mm: style.width_mm / columns as f64, ..style.clone() };
        let panel = |(name, plot): &(String, CurvePlot)| plot.clone().title(name.as_str()).style(own.clone());
        Ok((first, style, columns, self.panels.iter().map(panel).collect()))
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`PanelPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`PanelPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }
}

/// The curves of each panel, where the same name has the same colour everywhere, and the names.
fn colored(plots: &[CurvePlot]) -> Result<(Vec<Vec<StepSeries>>, Vec<StepSeries>)> {
    let (mut all, mut names): (Vec<Vec<StepSeries>>, Vec<StepSeries>) = (Vec::new(), Vec::new());
    for plot in plots {
        plot.check()?;
        let mut series = plot.series()?;
        for own in &mut series {
            let known = names.iter().position(|n| n.label == own.label);
            own.color = known.unwrap_or(names.len());
            if known.is_none() {
                names.push(StepSeries { details: Vec::new(), ..own.clone() });
            }
        }
        all.push(series);
    }
    Ok((all, names))
}

/// The panels, each with its class before those of what is drawn in it; what stands above one panel of a row moves the
/// others down too.
fn drawn(
    plots: &mut [CurvePlot],
    all: &[Vec<StepSeries>],
    common: &Common,
    columns: usize,
) -> Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    for (i, (plot, series)) in plots.iter_mut().zip(all).enumerate() {
        if plot.legend != Legend::Direct {
            plot.legend = Legend::None;
        }
        plot.common = Some(Common { names_values: i % columns == 0, ..common.clone() });
        pictures.push(plot.draw(series)?);
    }
    for row in pictures.chunks_mut(columns) {
        let most = row.iter().map(|p| p.1).fold(0.0, f64::max);
        for (picture, moved) in row {
            picture.shift(0.0, most - *moved);
            picture.height += most - *moved;
        }
    }
    for (i, ((picture, _), plot)) in pictures.iter_mut().zip(plots).enumerate() {
        plot.style.draw_title(picture, &plot.title);
        for item in &mut picture.items {
            let (Item::Path(crate::plot::picture::Path { class, .. }) | Item::Text(Text { class, .. })) =
                item;
            *class = format!("panel {} {class}", i + 1);
        }
    }
    Ok(pictures.into_iter().map(|p| p.0).collect())
}

/// Axes that hold the curves of every panel.
fn common(plots: &[CurvePlot], all: &[Vec<StepSeries>]) -> Result<Common> {
    let ends = plots
        .iter()
        .zip(all)
        .map(|(plot, series)| plot.until.unwrap_or_else(|| series.iter().map(|s| s.end).fold(0.0, f64::max)));
    let until = ends.fold(0.0, f64::max);
    let mut common = Common {
        until,
        range: (f64::INFINITY, f64::NEG_INFINITY),
        left: 0.0,
        ticks: None,
        names_values: true,
    };
    for (plot, series) in plots.iter().zip(all) {
        let (low, high) = plot.range(series);
        common.range = (common.range.0.min(low), common.range.1.max(high));
        common.left = common.left.max(plot.frame(series)?.left);
    }
    // The ticks of the panel that has room for the fewest.
    for (plot, series) in plots.iter().zip(all) {
        let own = CurvePlot { common: Some(Common { ticks: None, ..common.clone() }), ..plot.clone() };
        let ticks = own.frame(series)?.ticks;
        if common.ticks.as_ref().is_none_or(|known| ticks.len() < known.len()) {
            common.ticks = Some(ticks);
        }
    }
    Ok(common)
}
