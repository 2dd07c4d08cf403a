//! The picture as data: what is drawn, in points (1/72 inch), before any file format.

use std::path::Path as FilePath;

use crate::error::{Error, FileError, Result};
use crate::plot::font;

/// A colour: red, green and blue from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Color(pub u8, pub u8, pub u8);

/// Which point of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Anchor {
    /// Its left end.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// A piece of a path, in points from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Segment {
    /// The pen goes here without drawing.
    Move(f64, f64),
    /// A straight line to here.
    Line(f64, f64),
    /// A straight line back to the last `Move`.
    Close,
}

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in turn, in points; empty for a continuous line.
    pub dashes: Vec<f64>,
}

impl Stroke {
    /// A continuous line.
    #[must_use]
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width, dashes: Vec::new() }
    }
}

/// A line or an area.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Path {
    /// What it shows, such as "curve 1": the class of the element in an SVG.
    pub class: String,
    /// Its pieces.
    pub segments: Vec<Segment>,
    /// The colour inside and its opacity from 0 to 1.
    pub fill: Option<(Color, f64)>,
    /// The line around it.
    pub stroke: Option<Stroke>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Text {
    /// What it shows, such as "tick": the class of the element in an SVG.
    pub class: String,
    /// Where its anchor stands.
    pub at: (f64, f64),
    /// The size of the font in points.
    pub size: f64,
    /// Which point of it stands there.
    pub anchor: Anchor,
    /// Is it bold?
    pub bold: bool,
    /// Does it run upwards?
    pub upwards: bool,
    /// Its colour.
    pub color: Color,
    /// What it says.
    pub content: String,
}

/// A thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Item {
    /// A line or an area.
    Path(Path),
    /// A line of text.
    Text(Text),
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Format {
    /// Scalable; its text can be searched and read aloud.
    Svg,
    /// Pixels, 300 to the inch.
    Png,
    /// For print; its text can be searched.
    Pdf,
}

/// A figure as data: its size, what it shows in words, and everything that is drawn, first things first.
///
/// # Example
/// ```
/// use greenwood::plot::{Color, Picture};
///
/// let mut picture = Picture::new(72.0, 36.0, "A line", "A line from corner to corner.");
/// picture.line("diagonal", &[(0.0, 0.0), (72.0, 36.0)], Color(0, 0, 0), 1.0);
/// assert!(picture.to_svg().contains("M0 0L72 36"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Picture {
    /// The width in points.
    pub width: f64,
    /// The height in points.
    pub height: f64,
    /// A name for readers who cannot see it.
    pub title: String,
    /// What it shows, for readers who cannot see it.
    pub description: String,
    /// What is drawn, in this order.
    pub items: Vec<Item>,
}

impl Text {
    /// How wide it is in points, by the metrics of the font that comes with the crate.
    #[must_use]
    pub fn width(&self) -> f64 {
        font::width(&self.content, self.size, self.bold)
    }

    /// The rectangle `(left, top, right, bottom)` that holds its letters.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64, f64, f64) {
        let (start, width) = (self.start(), self.width());
        let (x, y) = self.at;
        // Ascent and descent of the letters of Liberation Sans.
        let (up, down) = (0.73 * self.size, 0.21 * self.size);
        if self.upwards {
            (x - up, y - start - width, x + down, y - start)
        } else {
            (x + start, y - up, x + start + width, y + down)
        }
    }
}

impl Picture {
    /// The characters of its texts that the font of PNG and PDF lacks, in order of their codes: they are drawn as boxes
    /// there, with their own widths. In an SVG they are text like any other, and a browser finds a font for them.
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::KaplanMeierPlot;
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0], &[true, false])?);
    /// let figure = KaplanMeierPlot::new(&[curve]).labels(&["対照 group"]).build()?;
    /// assert_eq!(figure.missing_characters(), ['対', '照']);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn missing_characters(&self) -> Vec<char> {
        let texts = self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            Item::Path(_) => None,
        });
        let mut missing: Vec<char> = texts.flat_map(|t| font::missing(&t.content, t.bold)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// An empty picture.
    #[must_use]
    pub fn new(width: f64, height: f64, title: impl Into<String>, description: impl Into<String>) -> Self {
        Self { width, height, title: title.into(), description: description.into(), items: Vec::new() }
    }

    /// A continuous line through these points.
    pub fn line(&mut self, class: impl Into<String>, points: &[(f64, f64)], color: Color, width: f64) {
        self.stroked(class, points, Stroke::new(color, width));
    }

    /// A line through these points.
    pub fn stroked(&mut self, class: impl Into<String>, points: &[(f64, f64)], stroke: Stroke) {
        let segments = segments(points);
        self.items.push(Item::Path(Path { class: class.into(), segments, fill: None, stroke: Some(stroke) }));
    }

    /// A line around an area, whose corners are all alike.
    pub(crate) fn outline(
        &mut self,
        class: impl Into<String>,
        corners: &[(f64, f64)],
        color: Color,
        width: f64,
    ) {
        let mut segments = segments(corners);
        segments.push(Segment::Close);
        let stroke = Some(Stroke::new(color, width));
        self.items.push(Item::Path(Path { class: class.into(), segments, fill: None, stroke }));
    }

    /// An area with these corners.
    pub fn area(&mut self, class: impl Into<String>, corners: &[(f64, f64)], color: Color, opacity: f64) {
        let mut segments = segments(corners);
        segments.push(Segment::Close);
        let fill = Some((color, opacity));
        self.items.push(Item::Path(Path { class: class.into(), segments, fill, stroke: None }));
    }

    /// A line of text.
    pub fn text(&mut self, text: Text) {
        self.items.push(Item::Text(text));
    }

    /// Pictures side by side on one sheet, so many in a row.
    #[must_use]
    pub fn beside(pictures: &[Self], columns: usize) -> Self {
        let columns = columns.max(1);
        let mut sheet = Self::new(0.0, 0.0, "", "");
        let mut top = 0.0;
        for row in pictures.chunks(columns) {
            let mut left = 0.0;
            for picture in row {
                for item in &picture.items {
                    sheet.items.push(item.moved(left, top));
                }
                left += picture.width;
                sheet.width = f64::max(sheet.width, left);
            }
            top += row.iter().map(|p| p.height).fold(0.0, f64::max);
        }
        sheet.height = top;
        let join = |words: fn(&Self) -> &str| pictures.iter().map(words).collect::<Vec<_>>().join("; ");
        sheet.title = join(|p| &p.title);
        sheet.description = join(|p| &p.description);
        sheet
    }

    /// The picture as a file of its ending: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another ending, or a picture that is too large for pixels; [`FileError::NotWritten`](crate::FileError::NotWritten) where
    /// the file cannot be written.
    pub fn save(&self, path: impl AsRef<FilePath>) -> Result<()> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let format = match ending.as_str() {
            "svg" => Format::Svg,
            "png" => Format::Png,
            "pdf" => Format::Pdf,
            _ => {
                return Err(Error::Unsupported {
                    method: "a figure",
                    with: "this ending of the file's name",
                    why: "it is written as .svg, .png or .pdf",
                });
            }
        };
        let bytes = self.to_bytes(format)?;
        std::fs::write(path, bytes).map_err(|e| {
            Error::File(FileError::NotWritten { path: path.display().to_string(), why: e.to_string() })
        })
    }

    /// The picture in a format.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a picture that is too large for pixels.
    pub fn to_bytes(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Svg => Ok(self.to_svg().into_bytes()),
            Format::Png => self.to_png(300.0),
            Format::Pdf => self.to_pdf(),
        }
    }
}

impl Picture {
    /// Everything that is drawn so far, moved.
    pub(crate) fn shift(&mut self, right: f64, down: f64) {
        for item in &mut self.items {
            item.shift(right, down);
        }
    }
}

impl Item {
    pub(crate) fn moved(&self, right: f64, down: f64) -> Self {
        let mut item = self.clone();
        item.shift(right, down);
        item
    }

    fn shift(&mut self, right: f64, down: f64) {
        match self {
            Self::Path(path) => {
                for segment in &mut path.segments {
                    if let Segment::Move(x, y) | Segment::Line(x, y) = segment {
                        *x += right;
                        *y += down;
                    }
                }
            }
            Self::Text(text) => {
                text.at.0 += right;
                text.at.1 += down;
            }
        }
    }
}

fn segments(points: &[(f64, f64)]) -> Vec<Segment> {
    let piece = |(i, &(x, y)): (usize, &(f64, f64))| {
        if i == 0 { Segment::Move(x, y) } else { Segment::Line(x, y) }
    };
    points.iter().enumerate().map(piece).collect()
}

/// In a notebook (evcxr) a picture shows itself.
impl Picture {
    /// Shows the picture in a Jupyter notebook that runs Rust (evcxr calls this by its name).
    pub fn evcxr_display(&self) {
        show_in_notebook("image/svg+xml", &self.to_svg());
    }
}

/// Prints a content of this type; where nobody reads standard output any more, there is nobody to show it to.
pub(crate) fn show_in_notebook(kind: &str, content: &str) {
    let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", notebook(kind, content)));
}

/// A content of this type, as the notebook finds it among the lines that a program prints.
pub(crate) fn notebook(kind: &str, content: &str) -> String {
    format!("EVCXR_BEGIN_CONTENT {kind}\n{content}\nEVCXR_END_CONTENT")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form of evcxr's `COMMON.md`, "Custom output formats": the type behind the opening mark on a line of its own, the
    /// closing mark at the start of a line.
    #[test]
    fn a_notebook_finds_the_picture_between_its_marks() {
        let mut picture = Picture::new(20.0, 10.0, "A line", "A line.");
        picture.line("l", &[(0.0, 0.0), (20.0, 10.0)], Color(0, 0, 0), 1.0);
        let shown = notebook("image/svg+xml", &picture.to_svg());
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT image/svg+xml");
        assert_eq!(lines[lines.len() - 1], "EVCXR_END_CONTENT");
        let content = lines[1..lines.len() - 1].join("\n");
        assert_eq!(content.trim_end(), picture.to_svg().trim_end());
        assert!(content.starts_with("<svg") && !content.contains("EVCXR"));
        picture.evcxr_display();
    }
}
