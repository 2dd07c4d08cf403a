//! Calibration: predicted against observed risks.

use std::path::Path;

use crate::error::Result;
use crate::plot::axis::{Rounding, ticks};
use crate::plot::boxed::straight;
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::occupied::Occupied;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::square::Square;
use crate::plot::style::{INK, Style};
use crate::print::or_missing;
use crate::survival::prediction::calibration::CalibrationTable;
use crate::survival::result::estimate::Estimate;

/// The height of a line of the notes, in sizes of the font.
const NOTE_LINE: f64 = 1.45;

/// A group in per cent: its mean predicted risk, its observed risk and its limits.
type Point = (f64, f64, Option<(f64, f64)>);

/// Observed risks with their intervals over the mean predicted risks of groups, beside the line where both are equal, with
/// the calibration slope and observed over expected events (O/E). Made by [`CalibrationTable::figure`].
///
/// # Errors
/// Those of [`Picture::save`].
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct CalibrationPlot {
    table: CalibrationTable,
    title: String,
    style: Style,
}

impl CalibrationTable {
    /// The calibration plot (feature `plot`).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::prediction::Calibration;
    ///
    /// let time = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    /// let data = RightCensored::new(&time, &[true, true, false, true, true, false, true, false])?;
    /// let risk = [0.9, 0.7, 0.6, 0.5, 0.4, 0.4, 0.2, 0.1];
    /// let svg = Calibration::new().groups(2).estimate(&data, &risk, 5.0)?.figure().to_svg()?;
    /// assert!(svg.contains("Predicted risk (%)") && svg.contains("O/E"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> CalibrationPlot {
        CalibrationPlot { table: self.clone(), title: String::new(), style: Style::journal() }
    }
}

impl CalibrationPlot {
    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sizes and colours. The panel is a square as high as the style's.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`CalibrationPlot`].
    pub fn build(&self) -> Result<Picture> {
        let size = self.style.font_size;
        let mut points: Vec<Point> = Vec::new();
        for group in self.table.groups() {
            let limits = self.table.interval(group)?.bounds();
            if let Ok(observed) = group.observed().value() {
                let percent = |(a, b): (f64, f64)| (100.0 * a, 100.0 * b);
                points.push((100.0 * group.mean_risk(), 100.0 * observed, limits.map(percent)));
            }
        }
        let highest = points
            .iter()
            .flat_map(|&(x, y, limits)| [x, y, limits.map_or(0.0, |l| l.1)])
            .filter(|v| v.is_finite())
            .fold(0.0, f64::max);
        // Both axes end at the round number that holds all.
        let step = ticks(highest, 5, Rounding::Decimal).get(1).copied().unwrap_or(100.0);
        let most = ((highest / step - 1e-9).ceil() * step).max(step);
        let (square, (mut width, mut height)) = Square::new(&self.style, !self.title.is_empty(), most);
        let name = self.name();
        let notes = self.notes()?;
        let (at, within) = self.place_of_notes(&notes, &points, square);
        if !within {
            width = width.max(at.0 + widest(&notes, size) + 0.8 * size);
            height += notes.len() as f64 * NOTE_LINE * size + 0.2 * size;
        }
        let mut picture = Picture::new(width, height, name, self.describe());
        self.style.draw_title(&mut picture, &self.title);
        square.draw(&mut picture, &self.style, most, ("Predicted risk (%)", "Observed risk (%)"));
        let color = self.style.palette.color(0);
        let line: Vec<(f64, f64)> =
            points.iter().map(|&(x, y, _)| (square.x.place(x), square.y.place(y))).collect();
        picture.line("joined", &line, color, 0.5 * self.style.line_width);
        for (i, (&(_, _, limits), &(px, py))) in points.iter().zip(&line).enumerate() {
            if let Some((lower, upper)) = limits {
                let (low, high, cap) = (square.y.place(lower), square.y.place(upper), 0.3 * size);
                let class = format!("interval {}", i + 1);
                picture.line(class.clone(), &[(px, low), (px, high)], INK, 0.09 * size);
                for y in [low, high] {
                    picture.line(class.clone(), &[(px - cap, y), (px + cap, y)], INK, 0.09 * size);
                }
            }
            let r = 0.32 * size;
            let corners = [(px - r, py - r), (px + r, py - r), (px + r, py + r), (px - r, py + r)];
            picture.area(format!("group {}", i + 1), &corners, color, 1.0);
        }
        for (k, note) in notes.iter().enumerate() {
            let at = (at.0, at.1 + k as f64 * NOTE_LINE * size);
            picture.text(self.style.text("note", at, Anchor::Start, note));
        }
        Ok(picture)
    }

    /// Where the notes begin, and whether that is in the panel: where they cover nothing, as near as can be to the upper left
    /// corner, where well calibrated risks are not; else under the axis.
    fn place_of_notes(&self, notes: &[String], points: &[Point], square: Square) -> ((f64, f64), bool) {
        let size = self.style.font_size;
        let mut taken = Occupied::new((square.left, square.top, square.right, square.bottom));
        taken.cover(&straight((square.left, square.bottom), (square.right, square.top)));
        let places: Vec<(f64, f64)> =
            points.iter().map(|&(x, y, _)| (square.x.place(x), square.y.place(y))).collect();
        for pair in places.windows(2) {
            taken.cover(&straight(pair[0], pair[1]));
        }
        for (&(_, _, limits), &(x, y)) in points.iter().zip(&places) {
            let (low, high) = limits.map_or((y, y), |(l, u)| (square.y.place(l), square.y.place(u)));
            let (low, high) = (low.max(y + 0.32 * size), high.min(y - 0.32 * size));
            taken.cover(&[(x - 0.32 * size, low), (x + 0.32 * size, high)]);
        }
        let block = (widest(notes, size) + 1.6 * size, notes.len() as f64 * NOTE_LINE * size + 0.4 * size);
        let near = |x: f64, y: f64| (x - square.left).hypot(y - square.top);
        match taken.best(block, near) {
            Some((x, y)) => ((x + 0.8 * size, y + 0.95 * size), true),
            None => ((square.left, square.bottom + 4.4 * size), false),
        }
    }

    /// Each group with its predicted and its observed risk in per cent, and the notes, as tables.
    ///
    /// # Errors
    /// See [`CalibrationPlot`].
    pub fn data(&self) -> Result<FigureData> {
        let names = ["subjects", "predicted risk (%)", "observed risk (%)", "lower limit", "upper limit"];
        let mut groups = DataTable::new("Groups", &names);
        for group in self.table.groups() {
            let limits = self.table.interval(group)?.bounds();
            groups.row([
                DataCell::from(group.subjects() as f64),
                (100.0 * group.mean_risk()).into(),
                group.observed().value().ok().map(|v| 100.0 * v).into(),
                limits.map(|l| 100.0 * l.0).into(),
                limits.map(|l| 100.0 * l.1).into(),
            ]);
        }
        let mut notes = DataTable::new("Notes", &["note"]);
        for note in self.notes()? {
            notes.row([DataCell::from(note)]);
        }
        Ok(FigureData::new(self.name(), vec![groups, notes]))
    }

    fn name(&self) -> String {
        if self.title.is_empty() {
            format!("Calibration at {}", self.table.time())
        } else {
            self.title.clone()
        }
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`CalibrationPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`CalibrationPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn notes(&self) -> Result<Vec<String>> {
        let note = |name: &str, estimate: Estimate| -> Result<Option<String>> {
            let Ok(value) = estimate.value() else { return Ok(None) };
            let limits = if estimate.std_error().is_ok() {
                format!(" {}", estimate.interval(0.95)?.in_brackets(|v| format!("{v:.2}")))
            } else {
                String::new()
            };
            Ok(value.is_finite().then(|| format!("{name} {value:.2}{limits}")))
        };
        let slope = note("Slope", self.table.slope())?;
        let ratio = note("O/E", self.table.observed_over_expected())?;
        Ok(slope.into_iter().chain(ratio).collect())
    }

    fn describe(&self) -> String {
        let group = |g: &crate::survival::prediction::calibration::CalibrationGroup| {
            let observed = or_missing(g.observed().value().ok(), |v| format!("{:.1}%", 100.0 * v));
            format!("{} subjects: predicted {:.1}%, observed {observed}", g.subjects(), 100.0 * g.mean_risk())
        };
        let groups: Vec<String> = self.table.groups().iter().map(group).collect();
        format!("Risks by {}. {}.", self.table.time(), groups.join("; "))
    }
}

fn widest(notes: &[String], size: f64) -> f64 {
    notes.iter().map(|note| font::width(note, size, false)).fold(0.0, f64::max)
}
