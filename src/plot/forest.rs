//! The forest plot: an effect with its interval in every subgroup.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::axis::Scale;
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::forest_row::ForestRow;
use crate::plot::layout::wrap;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::style::{GREY, Style};
use crate::survival::result::interval::percent;

/// From one line of a name to the next, in sizes of the font.
pub(super) const NAME_LINE: f64 = 1.3;

/// The head of the counts.
pub(super) const COUNTS: &str = "Events / n";

/// An effect with its interval in every subgroup: squares whose area grows with the number of events, arrows where an
/// interval leaves the axis, a line at no effect, a diamond for all.
///
/// # Errors
/// [`Error::Empty`] without rows, [`Error::OutOfRange`] for an estimate that cannot stand on the axis; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::{ForestPlot, ForestRow};
///
/// let svg = ForestPlot::new(vec![
///     ForestRow::heading("Sex").interaction(0.41),
///     ForestRow::new("women", 0.60, 0.35, 1.02).counts(40, 90),
///     ForestRow::new("men", 0.80, 0.55, 1.16).counts(66, 138),
///     ForestRow::new("all", 0.73, 0.54, 0.99).counts(106, 228).overall(),
/// ])
/// .favours("new better", "old better")
/// .to_svg()?;
/// assert!(svg.contains("interaction p = 0.41"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct ForestPlot {
    pub(super) rows: Vec<ForestRow>,
    pub(super) title: String,
    pub(super) effect_name: String,
    pub(super) logarithmic: bool,
    pub(super) range: Option<(f64, f64)>,
    pub(super) favours: Option<(String, String)>,
    pub(super) level: f64,
    pub(super) style: Style,
}

/// The columns of a forest plot, in points: of the names, of the counts where there are any, and the ends of the axis.
struct Columns {
    names: f64,
    counts: Option<f64>,
    left: f64,
    right: f64,
}

impl ForestPlot {
    /// Ratios on a logarithmic axis.
    pub fn new(rows: Vec<ForestRow>) -> Self {
        Self {
            rows,
            title: String::new(),
            effect_name: "Hazard ratio".into(),
            logarithmic: true,
            range: None,
            favours: None,
            level: 0.95,
            style: Style { width_mm: 160.0, ..Style::journal() },
        }
    }

    /// Differences on a linear axis, with no effect at 0.
    pub fn differences(rows: Vec<ForestRow>) -> Self {
        Self { logarithmic: false, effect_name: "Difference".into(), ..Self::new(rows) }
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// What the effect is.
    pub fn effect(self, name: impl Into<String>) -> Self {
        Self { effect_name: name.into(), ..self }
    }

    /// The ends of the axis; intervals beyond end in arrows.
    pub fn range(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// What stands under the axis left and right of no effect.
    pub fn favours(self, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { favours: Some((left.into(), right.into())), ..self }
    }

    /// The level of the limits, as it stands above them; 0.95 unless said.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Sizes and colours.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let size = self.style.font_size;
        let columns = self.columns()?;
        // What the effect is stands above the figures and, where it is long, above the axis.
        let head = format!("{} ({}% CI)", self.effect_name, percent(self.level));
        let head = wrap(&head, size, 0.92 * (self.style.width() - 0.8 * size - columns.left));
        let titled = if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let top = (3.2 + NAME_LINE * (head.len() as f64 - 1.0)) * size + titled;
        let lines: Vec<Vec<String>> = self.rows.iter().map(|row| self.lines_of(row, &columns)).collect();
        let tall = |lines: &[String]| (1.75 + NAME_LINE * (lines.len() as f64 - 1.0)) * size;
        let bottom = top + lines.iter().map(|l| tall(l)).sum::<f64>() + 0.4 * size;
        let height = bottom + if self.favours.is_some() { 4.2 * size } else { 2.6 * size };
        let range = self.range.unwrap_or_else(|| self.natural_range());
        let ends = (columns.left, columns.right);
        let x = if self.logarithmic { Scale::logarithmic(range, ends) } else { Scale::linear(range, ends) };
        let mut picture = Picture::new(self.style.width(), height, self.name(), self.describe());
        let counts = columns.counts.map(|counts| columns.names + counts);
        self.heads(&mut picture, top - 0.9 * size, counts, &head);
        let none = x.place(if self.logarithmic { 1.0 } else { 0.0 });
        picture.line("no effect", &[(none, top - 0.3 * size), (none, bottom)], GREY, 0.06 * size);
        let most = self.rows.iter().map(|r| r.weight).fold(1.0, f64::max);
        let mut next = top;
        for (i, (row, lines)) in self.rows.iter().zip(&lines).enumerate() {
            let height = tall(lines);
            let y = next + 0.5 * height;
            self.texts(&mut picture, (i, row, lines), y, counts);
            if let Some(effect) = row.effect {
                self.draw(&mut picture, row, i, effect, range, x, y, (row.weight / most).sqrt());
            }
            next += height;
        }
        self.axis(&mut picture, x, range, ends, bottom);
        Ok(picture)
    }

    /// How far the name of a row stands from the edge of the column.
    fn indent(&self, row: &ForestRow) -> f64 {
        if row.heading || row.overall { 0.0 } else { 1.2 * self.style.font_size }
    }

    /// How wide the columns are, and where the axis begins and ends.
    fn columns(&self) -> Result<Columns> {
        let (size, width) = (self.style.font_size, self.style.width());
        let has_counts = self.rows.iter().any(|r| r.counts.is_some());
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        // Names with counts beside them make the column; others may go on to the axis.
        let beside = |r: &&ForestRow| !has_counts || r.counts.is_some();
        let name = |r: &ForestRow| self.indent(r) + font::width(&r.name, size, r.heading || r.overall);
        let names = widest(&mut self.rows.iter().filter(beside).map(name)).min(0.32 * width);
        let names = names.max(font::width("Subgroup", size, true));
        let counted = |r: &ForestRow| font::width(&r.counts_text(), size, false);
        let counts = has_counts.then(|| {
            widest(&mut self.rows.iter().map(counted)).max(font::width(COUNTS, size, true)) + 1.4 * size
        });
        let figures =
            widest(&mut self.rows.iter().map(|r| font::width(&r.figures(), size, false))) + 0.8 * size;
        let left = 0.8 * size + names + counts.unwrap_or(0.0) + 1.2 * size;
        let right = width - figures - 1.6 * size;
        if !(right - left > 6.0 * size) {
            return Err(Error::OutOfRange {
                argument: "width_mm",
                value: self.style.width_mm,
                must_be: "wide enough for the names, the counts and the axis",
            });
        }
        Ok(Columns { names, counts, left, right })
    }

    /// The name of a row in lines: where it has no counts it may go on to the axis.
    fn lines_of(&self, row: &ForestRow, columns: &Columns) -> Vec<String> {
        let size = self.style.font_size;
        let room = if row.counts.is_none() { columns.left - 2.0 * size } else { columns.names };
        // Bold letters are a little wider.
        let bold = if row.heading || row.overall { 0.92 } else { 1.0 };
        wrap(&row.name, size, (room - self.indent(row)) * bold)
    }

    /// What is written in a row whose middle is at y: its name, its counts, which end at this place, and its figures.
    fn texts(
        &self,
        picture: &mut Picture,
        (i, row, lines): (usize, &ForestRow, &[String]),
        y: f64,
        counts: Option<f64>,
    ) {
        let size = self.style.font_size;
        for (k, line) in lines.iter().enumerate() {
            let down = (k as f64 - 0.5 * (lines.len() as f64 - 1.0)) * NAME_LINE * size;
            let at = (0.8 * size + self.indent(row), y + down + 0.35 * size);
            let name = self.style.text(format!("name {}", i + 1), at, Anchor::Start, line);
            picture.text(Text { bold: row.heading || row.overall, ..name });
        }
        if let Some(end) = counts {
            let at = (0.8 * size + end, y + 0.35 * size);
            picture.text(self.style.text(format!("counts {}", i + 1), at, Anchor::End, row.counts_text()));
        }
        let at = (self.style.width() - 0.8 * size, y + 0.35 * size);
        picture.text(self.style.text(format!("figures {}", i + 1), at, Anchor::End, row.figures()));
    }

    /// Each row with its counts, its estimate and its limits, as a table.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let names =
            ["subgroup", "events", "n", &self.effect_name, "lower limit", "upper limit", "interaction p"];
        let mut table = DataTable::new("Effects", &names);
        for row in &self.rows {
            let count = |of: fn((usize, usize)) -> usize| row.counts.map(|c| of(c) as f64);
            let part = |of: fn((f64, f64, f64)) -> f64| row.effect.map(of);
            table.row([
                DataCell::from(&row.name),
                count(|c| c.0).into(),
                count(|c| c.1).into(),
                part(|e| e.0).into(),
                part(|e| e.1).into(),
                part(|e| e.2).into(),
                row.interaction.into(),
            ]);
        }
        Ok(FigureData::new(self.name(), vec![table]))
    }

    fn check(&self) -> Result<()> {
        if self.rows.is_empty() {
            return Err(Error::Empty { argument: "rows" });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::OutOfRange { argument: "level", value: self.level, must_be: "inside (0, 1)" });
        }
        for row in &self.rows {
            if let Some((estimate, lower, upper)) = row.effect {
                let possible = !estimate.is_nan()
                    && lower <= estimate
                    && estimate <= upper
                    && (!self.logarithmic || lower >= 0.0);
                if !possible {
                    return Err(Error::OutOfRange {
                        argument: "an estimate of the forest plot",
                        value: estimate,
                        must_be: "between its limits, and at least 0 on a logarithmic axis",
                    });
                }
            }
        }
        Ok(())
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn name(&self) -> String {
        if self.title.is_empty() { format!("Forest plot: {}", self.effect_name) } else { self.title.clone() }
    }

    fn describe(&self) -> String {
        let rows = self.rows.iter().filter(|r| !r.heading);
        let sentences: Vec<String> = rows.map(|r| format!("{}: {}", r.name, r.figures())).collect();
        format!("{} with {}% interval. {}.", self.effect_name, percent(self.level), sentences.join(". "))
    }

    /// The estimates and most of their intervals, and no effect.
    fn natural_range(&self) -> (f64, f64) {
        let effects = || self.rows.iter().filter_map(|r| r.effect);
        if self.logarithmic {
            let usual = |v: f64| v.is_finite() && v > 0.0;
            let low =
                effects().flat_map(|(e, l, _)| [e, l.max(e / 8.0)]).filter(|&v| usual(v)).fold(0.8, f64::min);
            let high = effects()
                .flat_map(|(e, _, u)| [e, u.min(e * 8.0)])
                .filter(|&v| usual(v))
                .fold(1.25, f64::max);
            outwards(low / 1.15, high * 1.15)
        } else {
            let finite = || effects().flat_map(|(e, l, u)| [e, l, u]).filter(|v| v.is_finite());
            let (low, high) = (finite().fold(0.0, f64::min), finite().fold(0.0, f64::max));
            let margin = 0.08 * (high - low).max(1e-9);
            (low - margin, high + margin)
        }
    }
}

/// The ends of a logarithmic axis, moved outwards to the next round number where that is near.
fn outwards(low: f64, high: f64) -> (f64, f64) {
    let round = |edge: f64, of: fn(f64) -> f64| {
        let power = 10f64.powf(edge.log10().floor());
        [1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|m| (1.0..1.15).contains(&of(m / edge)))
    };
    (round(low, f64::recip).unwrap_or(low), round(high, |ratio| ratio).unwrap_or(high))
}
