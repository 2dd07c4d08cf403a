//! ROC curves at a time.

use std::path::Path;

use crate::error::{Error, Result, check_len};
use crate::plot::boxed::crosses;
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::square::Square;
use crate::plot::style::Style;
use crate::survival::prediction::roc::RocCurve;

/// ROC curves in a square, each with the area under it and its 95 % interval.
///
/// # Errors
/// [`Error::Empty`] without curves; [`Error::LengthMismatch`] unless there is one label for each; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::RocPlot;
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::prediction::TimeRoc;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, true, true, true, false])?;
/// let new = TimeRoc::new().estimate(&data, &[0.9, 0.4, 0.5, 0.2, 0.1], 2.0)?;
/// let old = TimeRoc::new().estimate(&data, &[0.3, 0.4, 0.5, 0.2, 0.1], 2.0)?;
/// let svg = RocPlot::new(&[new, old]).labels(&["new", "old"]).to_svg()?;
/// assert!(svg.contains("new, AUC 0.83"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct RocPlot {
    curves: Vec<RocCurve>,
    labels: Vec<String>,
    title: String,
    style: Style,
}

impl RocCurve {
    /// The curve with its area (feature `plot`). Several are drawn by [`RocPlot`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::prediction::TimeRoc;
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, true, true, true, false])?;
    /// let roc = TimeRoc::new().estimate(&data, &[0.9, 0.4, 0.5, 0.2, 0.1], 2.0)?;
    /// assert!(roc.figure().to_svg()?.contains("AUC 0.83"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> RocPlot {
        RocPlot::new(std::slice::from_ref(self))
    }
}

impl RocPlot {
    /// These curves.
    pub fn new(curves: &[RocCurve]) -> Self {
        let labels = vec![String::new(); curves.len()];
        Self { curves: curves.to_vec(), labels, title: String::new(), style: Style::journal() }
    }

    /// Their names.
    pub fn labels(self, labels: &[impl ToString]) -> Self {
        Self { labels: labels.iter().map(ToString::to_string).collect(), ..self }
    }

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
    /// See [`RocPlot`].
    pub fn build(&self) -> Result<Picture> {
        let expected = self.check()?;
        let size = self.style.font_size;
        let words =
            self.curves.iter().zip(&self.labels).map(|(c, l)| words(c, l)).collect::<Result<Vec<_>>>()?;
        let (square, (mut width, mut height)) = Square::new(&self.style, !self.title.is_empty(), 1.0);
        let place = |x: f64, y: f64| (square.x.place(x), square.y.place(y));
        let lines: Vec<Vec<(f64, f64)>> = self
            .curves
            .iter()
            .map(|c| c.points().iter().map(|p| place(p.false_positives(), p.sensitivity())).collect())
            .collect();
        let (key, line) = (if expected > 1 { 2.7 * size } else { 0.0 }, 1.45 * size);
        let longest = words.iter().map(|w| font::width(w, size, false)).fold(0.0, f64::max) + key;
        // The legend stands below the diagonal, where useful curves are not, or else under the axis.
        let tall = words.len() as f64 * line;
        let corner = (square.right - 0.4 * size - longest, square.bottom - 0.4 * size - tall);
        let diagonal = vec![place(0.0, 0.0), place(1.0, 1.0)];
        let all: Vec<Vec<(f64, f64)>> = lines.iter().cloned().chain([diagonal]).collect();
        let place = (corner.0 - 0.3 * size, corner.1, square.right, square.bottom - 0.2 * size);
        let within = corner.0 > square.left + size && !all.iter().any(|line| crosses(line, place));
        let (left, first) = if within {
            (corner.0, corner.1 + 0.6 * line)
        } else {
            let first = height + 0.8 * size;
            width = width.max(square.left + longest + 0.8 * size);
            height += tall + 0.6 * size;
            (square.left, first)
        };
        let name = self.name();
        let mut picture = Picture::new(width, height, name, self.describe(&words));
        self.style.draw_title(&mut picture, &self.title);
        square.draw(&mut picture, &self.style, 1.0, ("1 \u{2212} specificity", "Sensitivity"));
        for (i, (points, words)) in lines.iter().zip(&words).enumerate() {
            picture.stroked(
                format!("curve {}", i + 1),
                points,
                self.style.palette.stroke(i, self.style.line_width),
            );
            let y = first + i as f64 * line;
            if expected > 1 {
                let stroke = self.style.palette.stroke(i, 1.3 * self.style.line_width);
                picture.stroked(format!("key {}", i + 1), &[(left, y), (left + 2.2 * size, y)], stroke);
            }
            let at = (left + key, y + 0.35 * size);
            picture.text(self.style.text(format!("label {}", i + 1), at, Anchor::Start, words));
        }
        Ok(picture)
    }

    /// The points of the curves and the areas under them, as tables.
    ///
    /// # Errors
    /// See [`RocPlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let mut areas = DataTable::new("Areas", &["curve", "time", "AUC", "lower limit", "upper limit"]);
        let mut points =
            DataTable::new("Curves", &["curve", "threshold", "1 \u{2212} specificity", "sensitivity"]);
        for (i, (curve, label)) in self.curves.iter().zip(&self.labels).enumerate() {
            let name = if label.is_empty() { format!("{}", i + 1) } else { label.clone() };
            let limits = match curve.auc().std_error() {
                Ok(_) => curve.auc().interval(0.95)?.bounds(),
                Err(_) => None,
            };
            areas.row([
                DataCell::from(&name),
                curve.time().into(),
                curve.auc().value().ok().into(),
                limits.map(|l| l.0).into(),
                limits.map(|l| l.1).into(),
            ]);
            for point in curve.points() {
                points.row([
                    DataCell::from(&name),
                    point.threshold().into(),
                    point.false_positives().into(),
                    point.sensitivity().into(),
                ]);
            }
        }
        Ok(FigureData::new(self.name(), vec![areas, points]))
    }

    fn name(&self) -> String {
        if self.title.is_empty() { "ROC curves".into() } else { self.title.clone() }
    }

    /// How many curves there are.
    fn check(&self) -> Result<usize> {
        let (len, expected) = (self.labels.len(), self.curves.len());
        check_len("labels", len, "curves", expected)?;
        if expected == 0 {
            return Err(Error::Empty { argument: "curves" });
        }
        Ok(expected)
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`RocPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`RocPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn describe(&self, words: &[String]) -> String {
        let of = |(curve, words): (&RocCurve, &String)| {
            format!(
                "{words} at {}: {:.1} cases, {:.1} controls",
                curve.time(),
                curve.cases(),
                curve.controls()
            )
        };
        format!("{}.", self.curves.iter().zip(words).map(of).collect::<Vec<_>>().join("; "))
    }
}

/// `bilirubin, AUC 0.85 (95% CI 0.80 to 0.91)`.
fn words(curve: &RocCurve, label: &str) -> Result<String> {
    let area = match curve.auc().value() {
        Ok(auc) if curve.auc().std_error().is_ok() => {
            let limits = curve.auc().interval(0.95)?;
            format!("AUC {auc:.2} {}", limits.in_brackets(|v| format!("{v:.2}")))
        }
        Ok(auc) => format!("AUC {auc:.2}"),
        Err(_) => "AUC not estimable".into(),
    };
    Ok(if label.is_empty() { area } else { format!("{label}, {area}") })
}
