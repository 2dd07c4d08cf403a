//! Residuals over time or over a covariate, with a smooth line through them.

use std::path::Path;

use crate::error::{Error, Result, check_len};
use crate::plot::axis::{Scale, label, ticks_between};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture, Stroke};
use crate::plot::style::{GREY, INK, Style};

/// Points with a smooth line: scaled Schoenfeld residuals over time show how a coefficient changes, martingale
/// residuals over a covariate show its form.
///
/// The line is a running weighted linear fit (Cleveland 1979) with tricube weights over a share of the points, without
/// robustness steps.
///
/// # Cost
/// 100 fits, each over the points of its window.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::OutOfRange`] for values that are not finite; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::ResidualPlot;
///
/// let svg = ResidualPlot::new(&[1.0, 2.0, 3.0, 4.0], &[0.2, -0.1, 0.3, 0.0]).axes("Months", "β(t) of age").to_svg()?;
/// assert!(svg.contains("β(t) of age"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct ResidualPlot {
    x: Vec<f64>,
    y: Vec<f64>,
    names: (String, String),
    title: String,
    share: f64,
    reference: Option<f64>,
    style: Style,
}

impl ResidualPlot {
    /// Residuals `y` at the values `x`.
    pub fn new(x: &[f64], y: &[f64]) -> Self {
        Self {
            x: x.to_vec(),
            y: y.to_vec(),
            names: ("Time".into(), "Residual".into()),
            title: String::new(),
            share: 2.0 / 3.0,
            reference: Some(0.0),
            style: Style::journal(),
        }
    }

    /// The names of the axes.
    pub fn axes(self, x: impl Into<String>, y: impl Into<String>) -> Self {
        Self { names: (x.into(), y.into()), ..self }
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The share of the points that each place of the line looks at.
    pub fn smoothing(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Where the dashed horizontal line stands: 0, or the estimated coefficient.
    pub fn reference(self, value: f64) -> Self {
        Self { reference: Some(value), ..self }
    }

    /// Sizes and colours.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`ResidualPlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let size = self.style.font_size;
        let extent = |values: &[f64], further: Option<f64>| {
            let low = values.iter().copied().chain(further).fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().chain(further).fold(f64::NEG_INFINITY, f64::max);
            let margin = if high > low { 0.04 * (high - low) } else { 0.5 };
            (low - margin, high + margin)
        };
        let (left, right) = (6.2 * size, self.style.width() - 1.6 * size);
        let top = if self.title.is_empty() { 1.2 * size } else { 1.2 * size + 1.6 * self.style.title_size };
        let bottom = top + self.style.panel_height();
        let (range_x, range_y) = (extent(&self.x, None), extent(&self.y, self.reference));
        let (x, y) = (Scale::linear(range_x, (left, right)), Scale::linear(range_y, (bottom, top)));
        let description = format!("{} points and a smooth line through them.", self.x.len());
        let mut picture = Picture::new(self.style.width(), bottom + 3.4 * size, self.name(), description);
        self.style.draw_title(&mut picture, &self.title);
        if let Some(value) = self.reference {
            let stroke = Stroke { color: GREY, width: 0.08 * size, dashes: vec![3.0, 2.0] };
            picture.stroked("reference", &[(left, y.place(value)), (right, y.place(value))], stroke);
        }
        // Few points are larger: they would be lost on the sheet.
        let r = if self.x.len() <= 200 { 0.24 } else { 0.16 } * size;
        for (&px, &py) in self.x.iter().zip(&self.y) {
            let (cx, cy) = (x.place(px), y.place(py));
            picture.area("point", &[(cx, cy - r), (cx + r, cy), (cx, cy + r), (cx - r, cy)], GREY, 0.6);
        }
        let line: Vec<(f64, f64)> =
            self.smooth().into_iter().map(|(a, b)| (x.place(a), y.place(b))).collect();
        picture.line("smooth", &line, self.style.palette.color(0), 1.5 * self.style.line_width);
        picture.line("axis", &[(left, top), (left, bottom), (right, bottom)], INK, 0.08 * size);
        for tick in ticks_between(range_x.0, range_x.1, 7) {
            let at = x.place(tick);
            picture.line("axis", &[(at, bottom), (at, bottom + 0.4 * size)], INK, 0.08 * size);
            picture.text(self.style.text("x tick", (at, bottom + 1.5 * size), Anchor::Middle, label(tick)));
        }
        let mut widest = 0.0_f64;
        for tick in ticks_between(range_y.0, range_y.1, 6) {
            widest = widest.max(font::width(&label(tick), size, false));
            let at = y.place(tick);
            picture.line("axis", &[(left - 0.4 * size, at), (left, at)], INK, 0.08 * size);
            picture.text(self.style.text(
                "y tick",
                (left - 0.7 * size, at + 0.35 * size),
                Anchor::End,
                label(tick),
            ));
        }
        picture.text(self.style.text(
            "x axis",
            (f64::midpoint(left, right), bottom + 2.8 * size),
            Anchor::Middle,
            &self.names.0,
        ));
        picture.text(self.style.upright("y axis", (left, top, bottom), widest, &self.names.1));
        Ok(picture)
    }

    /// The points, as a table.
    ///
    /// # Errors
    /// See [`ResidualPlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let mut table = DataTable::new("Points", &[&self.names.0, &self.names.1]);
        for (&x, &y) in self.x.iter().zip(&self.y) {
            table.row([DataCell::from(x), y.into()]);
        }
        Ok(FigureData::new(self.name(), vec![table]))
    }

    fn name(&self) -> String {
        if self.title.is_empty() {
            format!("{} over {}", self.names.1, self.names.0)
        } else {
            self.title.clone()
        }
    }

    fn check(&self) -> Result<()> {
        let (len, expected) = (self.y.len(), self.x.len());
        check_len("y", len, "x", expected)?;
        if len == 0 {
            return Err(Error::Empty { argument: "x" });
        }
        for (argument, values) in [("x", &self.x), ("y", &self.y)] {
            if let Some(&value) = values.iter().find(|v| !v.is_finite()) {
                return Err(Error::OutOfRange { argument, value, must_be: "finite" });
            }
        }
        if !(self.share > 0.0 && self.share <= 1.0) {
            return Err(Error::OutOfRange {
                argument: "smoothing",
                value: self.share,
                must_be: "above 0 and at most 1",
            });
        }
        Ok(())
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`ResidualPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`ResidualPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    /// The running line at a hundred places.
    fn smooth(&self) -> Vec<(f64, f64)> {
        let mut points: Vec<(f64, f64)> = self.x.iter().copied().zip(self.y.iter().copied()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = points.len();
        let window = ((self.share * n as f64).ceil() as usize).clamp(2.min(n), n);
        let (first, last) = (points[0].0, points[n - 1].0);
        (0..=100)
            .map(|i| {
                let at = first + (last - first) * f64::from(i) / 100.0;
                // The window of the nearest points slides with the place.
                let mut start =
                    points.partition_point(|p| p.0 < at).saturating_sub(window / 2).min(n - window);
                while start + window < n && at - points[start].0 > points[start + window].0 - at {
                    start += 1;
                }
                while start > 0 && points[start + window - 1].0 - at > at - points[start - 1].0 {
                    start -= 1;
                }
                (at, local_line(&points[start..start + window], at))
            })
            .collect()
    }
}

/// The weighted least-squares line through these points, at a place; their mean where they do not spread.
fn local_line(points: &[(f64, f64)], at: f64) -> f64 {
    let reach = points.iter().map(|p| (p.0 - at).abs()).fold(0.0, f64::max);
    let (mut w, mut wx, mut wy, mut wxx, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(x, y) in points {
        let (d, u) = (x - at, if reach > 0.0 { (x - at).abs() / reach } else { 0.0 });
        // A hair below 1, so that the furthest point of two still counts.
        let weight = (1.0 - (0.999 * u).powi(3)).powi(3);
        w += weight;
        wx += weight * d;
        wy += weight * y;
        wxx += weight * d * d;
        wxy += weight * d * y;
    }
    let spread = w * wxx - wx * wx;
    if spread > 1e-12 * w * wxx { (wxx * wy - wx * wxy) / spread } else { wy / w }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smooth_of_a_line_is_the_line() {
        let x: Vec<f64> = (0..40).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 2.0 - 0.5 * x).collect();
        for (x, y) in ResidualPlot::new(&x, &y).smooth() {
            assert!((y - (2.0 - 0.5 * x)).abs() < 1e-9);
        }
    }
}
