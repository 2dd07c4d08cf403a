//! Boxes with arrows between them: the states of a model with the moves, the flow of a trial's subjects.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::style::{INK, Style};

/// Boxes in rows, with arrows between them: a state diagram with the number of moves at each arrow, or the flow of a
/// trial's subjects (CONSORT).
///
/// # Errors
/// [`Error::Empty`] without boxes, [`Error::InvalidCode`] for an arrow of a box that is not there; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::BoxPlot;
///
/// let svg = BoxPlot::new(vec![vec!["remission\n100 at the start"], vec!["relapse", "death"]])
///     .arrow(0, 1, "31")
///     .arrow(0, 2, "12")
///     .arrow(1, 2, "18")
///     .to_svg()?;
/// assert!(svg.contains("remission") && svg.contains("18"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct BoxPlot {
    rows: Vec<Vec<String>>,
    arrows: Vec<(usize, usize, String)>,
    title: String,
    style: Style,
}

impl BoxPlot {
    /// Boxes, row by row; lines of their text are separated by `\n`. They are counted from 0, row by row.
    pub fn new(rows: Vec<Vec<impl ToString>>) -> Self {
        let rows = rows.iter().map(|r| r.iter().map(ToString::to_string).collect()).collect();
        Self { rows, arrows: Vec::new(), title: String::new(), style: Style::journal() }
    }

    /// An arrow from one box to another, with its text.
    pub fn arrow(mut self, from: usize, to: usize, text: impl Into<String>) -> Self {
        self.arrows.push((from, to, text.into()));
        self
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sizes.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn check(&self) -> Result<()> {
        let count = self.rows.iter().map(Vec::len).sum::<usize>();
        if count == 0 {
            return Err(Error::Empty { argument: "boxes" });
        }
        for (index, &(from, to, _)) in self.arrows.iter().enumerate() {
            let code = from.max(to);
            if code >= count {
                return Err(Error::InvalidCode { index, code, labels: count });
            }
        }
        Ok(())
    }

    fn name(&self) -> &str {
        if self.title.is_empty() { "Diagram" } else { &self.title }
    }

    /// The boxes and the arrows, as tables.
    ///
    /// # Errors
    /// See [`BoxPlot`].
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::BoxPlot;
    ///
    /// let data = BoxPlot::new(vec![vec!["remission\n100 at the start"], vec!["relapse"]]).arrow(0, 1, "31").data()?;
    /// assert_eq!(data.table("Boxes").unwrap().to_csv(), "row,box\n1,remission 100 at the start\n2,relapse\n");
    /// assert_eq!(data.table("Arrows").unwrap().to_csv(), "from,to,text\nremission 100 at the start,relapse,31\n");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let flat = |text: &str| text.lines().collect::<Vec<_>>().join(" ");
        let mut boxes = DataTable::new("Boxes", &["row", "box"]);
        for (row, texts) in self.rows.iter().enumerate() {
            for text in texts {
                boxes.row([((row + 1) as f64).into(), DataCell::from(flat(text))]);
            }
        }
        let names: Vec<String> = self.rows.iter().flatten().map(|text| flat(text)).collect();
        let mut arrows = DataTable::new("Arrows", &["from", "to", "text"]);
        for (from, to, text) in &self.arrows {
            arrows.row([&names[*from], &names[*to], text].map(DataCell::from));
        }
        Ok(FigureData::new(self.name(), vec![boxes, arrows]))
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`BoxPlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let size = self.style.font_size;
        let line = 1.4 * size;
        let lines = |text: &str| text.lines().count().max(1) as f64;
        let widest = |text: &str| text.lines().map(|l| font::width(l, size, false)).fold(0.0, f64::max);
        let title = if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let mut top = 1.2 * size + title;
        let mut boxes: Vec<(f64, f64, f64, f64)> = Vec::new();
        let width = self.rows.iter().fold(self.style.width(), |w, row| {
            let own: f64 = row.iter().map(|b| widest(b) + 2.0 * size).sum();
            w.max(own + (row.len() as f64 + 1.0) * 3.0 * size)
        });
        for row in &self.rows {
            let height = row.iter().map(|b| lines(b)).fold(0.0, f64::max) * line + 0.9 * size;
            let total: f64 = row.iter().map(|b| widest(b) + 2.0 * size).sum();
            let gap = (width - total) / (row.len() as f64 + 1.0);
            let mut left = gap;
            for text in row {
                let own = widest(text) + 2.0 * size;
                boxes.push((left, top, left + own, top + height));
                left += own + gap;
            }
            top += height + 4.0 * size;
        }
        let description: Vec<String> = self.rows.iter().flatten().map(|t| t.replace('\n', " ")).collect();
        let mut picture =
            Picture::new(width, top - 2.8 * size, self.name(), format!("{}.", description.join("; ")));
        self.style.draw_title(&mut picture, &self.title);
        for &(from, to, ref text) in &self.arrows {
            self.draw_arrow(&mut picture, boxes[from], boxes[to], text);
        }
        for (i, (text, &(left, top, right, bottom))) in self.rows.iter().flatten().zip(&boxes).enumerate() {
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            picture.outline(format!("box {}", i + 1), &corners, INK, 0.1 * size);
            let first = f64::midpoint(top, bottom) - (lines(text) - 1.0) * line / 2.0 + 0.35 * size;
            for (k, own) in text.lines().enumerate() {
                let at = (f64::midpoint(left, right), first + k as f64 * line);
                picture.text(self.style.text(format!("text {}", i + 1), at, Anchor::Middle, own));
            }
        }
        Ok(picture)
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`BoxPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`BoxPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    /// A straight arrow between the sides of two boxes that face each other.
    fn draw_arrow(
        &self,
        picture: &mut Picture,
        from: (f64, f64, f64, f64),
        to: (f64, f64, f64, f64),
        text: &str,
    ) {
        let size = self.style.font_size;
        let centre = |b: (f64, f64, f64, f64)| (f64::midpoint(b.0, b.2), f64::midpoint(b.1, b.3));
        let (a, b) = (centre(from), centre(to));
        let (start, end) = if from.3 < to.1 {
            ((a.0, from.3), (b.0, to.1))
        } else if to.3 < from.1 {
            ((a.0, from.1), (b.0, to.3))
        } else if a.0 < b.0 {
            ((from.2, a.1), (to.0, b.1))
        } else {
            ((from.0, a.1 + 0.4 * size), (to.2, b.1 + 0.4 * size))
        };
        picture.line("arrow", &[start, end], INK, 0.1 * size);
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let length = dx.hypot(dy);
        if length > 0.0 {
            let (ux, uy, head) = (dx / length, dy / length, 0.6 * size);
            let back = (end.0 - head * ux, end.1 - head * uy);
            let side = 0.5 * head;
            let corners =
                [end, (back.0 - side * uy, back.1 + side * ux), (back.0 + side * uy, back.1 - side * ux)];
            picture.area("arrow head", &corners, INK, 1.0);
        }
        if !text.is_empty() {
            let at =
                (f64::midpoint(start.0, end.0) + 0.5 * size, f64::midpoint(start.1, end.1) - 0.15 * size);
            picture.text(self.style.text("arrow text", at, Anchor::Start, text));
        }
    }
}
