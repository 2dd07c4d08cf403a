//! The bounds of a group-sequential design over the information.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::axis::{Scale, label, ticks_between};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Color, Picture, Stroke};
use crate::plot::style::{GREY, INK, Style};
use crate::trial::design::boundaries::Boundaries;

/// Bounds over the share of the information: efficacy, futility and harm as lines with a point at every look, the regions
/// beyond them shaded. Made by [`Boundaries::figure`](crate::trial::design::Boundaries::figure).
///
/// # Errors
/// [`Error::OutOfRange`] for observed statistics that are not finite or more than there are looks; those of [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::trial::design::{Futility, GroupSequential, Spending};
///
/// let bounds = GroupSequential::looks(4).futility(Futility::Spending(Spending::OBrienFleming)).fit()?;
/// let svg = bounds.figure().observed(&[0.9, 1.8]).to_svg()?;
/// assert!(svg.contains("Efficacy") && svg.contains("Futility"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct BoundaryPlot<'a> {
    bounds: &'a Boundaries,
    observed: Vec<f64>,
    title: String,
    style: Style,
}

/// A bound as it is drawn: its name, the look and the value where it exists, and on which side the trial stops.
struct Line {
    name: &'static str,
    points: Vec<(f64, f64)>,
    above: bool,
    color: Color,
    dashes: Vec<f64>,
}

impl Boundaries {
    /// The bounds over the information as a figure (feature `plot`), with the expected path of the statistic under the
    /// planned effect.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::GroupSequential;
    ///
    /// assert!(GroupSequential::looks(3).fit()?.figure().to_svg()?.starts_with("<svg"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> BoundaryPlot<'_> {
        BoundaryPlot { bounds: self, observed: Vec::new(), title: String::new(), style: Style::journal() }
    }
}

impl BoundaryPlot<'_> {
    /// The statistics of the looks so far.
    pub fn observed(self, z: &[f64]) -> Self {
        Self { observed: z.to_vec(), ..self }
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sizes and colours.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`BoundaryPlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let (lines, path) = (self.lines(), self.path());
        let values = || {
            let bounds = lines.iter().flat_map(|l| &l.points).map(|p| p.1);
            bounds.chain(path.iter().map(|p| p.1)).chain(self.observed.iter().copied()).chain([0.0])
        };
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        let margin = 0.08 * (high - low).max(0.5);
        let size = self.style.font_size;
        let (left, right) = (5.6 * size, self.style.width() - 1.6 * size);
        let titled = if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let top = 1.2 * size + titled + 1.7 * size;
        let bottom = top + self.style.panel_height();
        let x = Scale::linear((0.0, 1.04), (left, right));
        let y = Scale::linear((low - margin, high + margin), (bottom, top));
        let mut picture =
            Picture::new(self.style.width(), bottom + 3.4 * size, self.name(), self.description(&lines));
        self.style.draw_title(&mut picture, &self.title);
        for line in &lines {
            self.draw(&mut picture, line, x, y, if line.above { top } else { bottom });
        }
        let zero = y.place(0.0);
        let thin = Stroke { color: GREY, width: 0.06 * size, dashes: vec![1.0, 2.0] };
        picture.stroked("zero", &[(left, zero), (right, zero)], thin);
        let places: Vec<(f64, f64)> = path.iter().map(|&(t, z)| (x.place(t), y.place(z))).collect();
        let dotted = Stroke { color: GREY, width: 0.8 * self.style.line_width, dashes: vec![3.0, 2.0] };
        picture.stroked("expected path", &places, dotted);
        let seen: Vec<(f64, f64)> = self
            .bounds
            .fractions()
            .iter()
            .zip(&self.observed)
            .map(|(&t, &z)| (x.place(t), y.place(z)))
            .collect();
        if seen.len() > 1 {
            picture.line("observed", &seen, INK, self.style.line_width);
        }
        for &at in &seen {
            mark(&mut picture, "observed look", at, 0.34 * size, INK);
        }
        self.axes(&mut picture, (x, y), (low - margin, high + margin), (left, right, top, bottom));
        self.legend(&mut picture, &lines, (left, top - 0.9 * size));
        Ok(picture)
    }

    /// The bounds at each look and the statistics so far, as a table.
    ///
    /// # Errors
    /// See [`BoundaryPlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let lines = self.lines();
        let mut table = DataTable::new("Bounds", &["look", "information"]);
        table.columns.extend(lines.iter().map(|l| l.name.to_string()));
        table.columns.push("observed".into());
        for (k, &t) in self.bounds.fractions().iter().enumerate() {
            let of = |line: &Line| DataCell::from(line.points.iter().find(|p| p.0 == t).map(|p| p.1));
            let observed = self.observed.get(k).copied().into();
            let row = [((k + 1) as f64).into(), t.into()];
            table.row(row.into_iter().chain(lines.iter().map(of)).chain([observed]));
        }
        Ok(FigureData::new(self.name(), vec![table]))
    }

    fn check(&self) -> Result<()> {
        let looks = self.bounds.fractions().len();
        if self.observed.len() > looks {
            let (argument, value) = ("observed", self.observed.len() as f64);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "no more statistics than the design has looks",
            });
        }
        if let Some(&value) = self.observed.iter().find(|z| !z.is_finite()) {
            return Err(Error::OutOfRange { argument: "observed", value, must_be: "finite" });
        }
        Ok(())
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`BoundaryPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`BoundaryPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn name(&self) -> String {
        if self.title.is_empty() { "Bounds over the information".into() } else { self.title.clone() }
    }

    fn description(&self, lines: &[Line]) -> String {
        let line = |line: &Line| {
            let points: Vec<String> =
                line.points.iter().map(|(t, z)| format!("{z:.3} at {:.0}%", 100.0 * t)).collect();
            format!(" {}: {}.", line.name, points.join(", "))
        };
        let all: String = lines.iter().map(line).collect();
        format!("Bounds of {} looks.{all}", self.bounds.fractions().len())
    }

    /// The bounds that exist; a two-sided design has its efficacy bound on both sides.
    fn lines(&self) -> Vec<Line> {
        let palette = &self.style.palette;
        let all = |values: &[f64], sign: f64| -> Vec<(f64, f64)> {
            let points = self.bounds.fractions().iter().zip(values);
            points.map(|(&t, &z)| (t, sign * z)).filter(|p| p.1.is_finite()).collect()
        };
        let line = |name, points, above, group| Line {
            name,
            points,
            above,
            color: palette.color(group),
            dashes: palette.stroke(group, 1.0).dashes,
        };
        let mut lines = vec![line("Efficacy", all(self.bounds.z(), 1.0), true, 0)];
        if self.bounds.sides() == 2 {
            lines.push(line("Efficacy, other side", all(self.bounds.z(), -1.0), false, 0));
        }
        lines.push(line("Futility", all(self.bounds.futility_z(), 1.0), false, 1));
        lines.push(line("Harm", all(self.bounds.harm_z(), 1.0), false, 2));
        lines.retain(|l| !l.points.is_empty());
        lines
    }

    /// The expected statistic under the planned effect: `θ √t`.
    fn path(&self) -> Vec<(f64, f64)> {
        // Closer together at the start, where the root is steep.
        (0..=50).map(|k| f64::from(k) / 50.0).map(|root| (root * root, self.bounds.drift() * root)).collect()
    }

    fn draw(&self, picture: &mut Picture, line: &Line, x: Scale, y: Scale, beyond: f64) {
        let size = self.style.font_size;
        let places: Vec<(f64, f64)> = line.points.iter().map(|&(t, z)| (x.place(t), y.place(z))).collect();
        // Harm lies inside the region of futility: its own shade would hide the other's.
        if line.name != "Harm" && places.len() > 1 {
            let mut region = places.clone();
            region.push((places[places.len() - 1].0, beyond));
            region.push((places[0].0, beyond));
            picture.area(format!("region {}", line.name), &region, line.color, 0.7 * self.style.band_opacity);
        }
        let stroke = Stroke { color: line.color, width: self.style.line_width, dashes: line.dashes.clone() };
        picture.stroked(format!("bound {}", line.name), &places, stroke);
        for &at in &places {
            mark(picture, "look", at, 0.26 * size, line.color);
        }
    }

    fn axes(
        &self,
        picture: &mut Picture,
        (x, y): (Scale, Scale),
        (low, high): (f64, f64),
        (left, right, top, bottom): (f64, f64, f64, f64),
    ) {
        let size = self.style.font_size;
        picture.line("axis", &[(left, top), (left, bottom), (right, bottom)], INK, 0.08 * size);
        let mut widest = 0.0_f64;
        for tick in ticks_between(low, high, 7) {
            widest = widest.max(font::width(&label(tick), size, false));
            let at = y.place(tick);
            picture.line("axis", &[(left - 0.4 * size, at), (left, at)], INK, 0.08 * size);
            let place = (left - 0.7 * size, at + 0.35 * size);
            picture.text(self.style.text("y tick", place, Anchor::End, label(tick)));
        }
        for tick in ticks_between(0.0, 1.0, 5) {
            let at = x.place(tick);
            picture.line("axis", &[(at, bottom), (at, bottom + 0.4 * size)], INK, 0.08 * size);
            let name = format!("{}%", label((100.0 * tick * 1e9).round() / 1e9));
            picture.text(self.style.text("x tick", (at, bottom + 1.5 * size), Anchor::Middle, name));
        }
        let middle = (f64::midpoint(left, right), bottom + 2.8 * size);
        picture.text(self.style.text("x axis", middle, Anchor::Middle, "Information"));
        picture.text(self.style.upright("y axis", (left, top, bottom), widest, "Statistic z"));
    }

    /// One line above the panel: each bound once, then the path and what was observed.
    fn legend(&self, picture: &mut Picture, lines: &[Line], (left, at): (f64, f64)) {
        let size = self.style.font_size;
        let stroke =
            |color, dashes: &[f64]| Stroke { color, width: self.style.line_width, dashes: dashes.to_vec() };
        let mut entries: Vec<(String, Stroke)> = lines
            .iter()
            .filter(|l| l.name != "Efficacy, other side")
            .map(|l| (l.name.to_string(), stroke(l.color, &l.dashes)))
            .collect();
        entries.push(("Expected".into(), stroke(GREY, &[3.0, 2.0])));
        if !self.observed.is_empty() {
            entries.push(("Observed".into(), stroke(INK, &[])));
        }
        let mut place = left;
        for (name, stroke) in entries {
            let y = at - 0.35 * size;
            picture.stroked("legend line", &[(place, y), (place + 1.8 * size, y)], stroke);
            picture.text(self.style.text("legend", (place + 2.2 * size, at), Anchor::Start, &name));
            place += 3.4 * size + font::width(&name, size, false);
        }
    }
}

/// A diamond.
fn mark(picture: &mut Picture, class: &str, (x, y): (f64, f64), r: f64, color: Color) {
    picture.area(class, &[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], color, 1.0);
}
