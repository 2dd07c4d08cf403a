//! How figures look: sizes in points and millimetres, colours that colour-blind eyes tell apart.

use crate::plot::picture::{Anchor, Color, Picture, Stroke, Text};

/// Points in a millimetre.
pub(crate) const POINTS_PER_MM: f64 = 72.0 / 25.4;

pub(crate) const PAPER: Color = Color(0xff, 0xff, 0xff);
pub(crate) const INK: Color = Color(0x22, 0x22, 0x22);
pub(crate) const FAINT: Color = Color(0xe4, 0xe4, 0xe4);
pub(crate) const GREY: Color = Color(0x70, 0x70, 0x70);

/// The colours and dashes of groups, in order: two cues, so that a figure survives greyscale.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// Colours, used again from the start where there are more groups.
    pub colors: Vec<Color>,
    /// Dashes and gaps in points for each group in turn; empty for a continuous line.
    pub dashes: Vec<Vec<f64>>,
}

impl Default for Palette {
    /// Eight colours that people with any kind of colour vision tell apart, of different lightness (Okabe & Ito 2008), with
    /// yellow last, for it is faint on paper.
    fn default() -> Self {
        let colors = [
            (0x00, 0x72, 0xb2),
            (0xd5, 0x5e, 0x00),
            (0x00, 0x9e, 0x73),
            (0x22, 0x22, 0x22),
            (0xcc, 0x79, 0xa7),
            (0x56, 0xb4, 0xe9),
            (0xe6, 0x9f, 0x00),
            (0xb8, 0xa8, 0x00),
        ];
        let dashes: [&[f64]; 8] = [
            &[],
            &[5.0, 2.0],
            &[1.5, 1.5],
            &[6.0, 2.0, 1.5, 2.0],
            &[8.0, 3.0],
            &[3.0, 1.5],
            &[6.0, 2.0, 1.5, 2.0, 1.5, 2.0],
            &[1.0, 2.5],
        ];
        Self {
            colors: colors.map(|(r, g, b)| Color(r, g, b)).to_vec(),
            dashes: dashes.iter().map(|d| d.to_vec()).collect(),
        }
    }
}

impl Palette {
    /// Shades of grey, told apart by their dashes.
    #[must_use]
    pub fn greys() -> Self {
        let shades = [0x22, 0x66, 0x44, 0x88, 0x22, 0x66, 0x44, 0x88];
        Self { colors: shades.map(|s| Color(s, s, s)).to_vec(), ..Self::default() }
    }

    pub(crate) fn color(&self, group: usize) -> Color {
        if self.colors.is_empty() { INK } else { self.colors[group % self.colors.len()] }
    }

    pub(crate) fn stroke(&self, group: usize, width: f64) -> Stroke {
        let dashes =
            if self.dashes.is_empty() { Vec::new() } else { self.dashes[group % self.dashes.len()].clone() };
        Stroke { color: self.color(group), width, dashes }
    }
}

/// The look of a figure. The fields are plain options: change what is to differ from a preset.
///
/// # Example
/// ```
/// use greenwood::plot::Style;
///
/// let narrow = Style { width_mm: 84.0, ..Style::journal() };
/// assert_eq!(narrow.font_size, Style::journal().font_size);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The width of the printed figure in millimetres.
    pub width_mm: f64,
    /// The height of the area in which curves are drawn, in millimetres; the rest grows with the table.
    pub panel_height_mm: f64,
    /// The size of labels and numbers in points.
    pub font_size: f64,
    /// The size of the title in points.
    pub title_size: f64,
    /// The width of curves in points.
    pub line_width: f64,
    /// The opacity of confidence bands, from 0 to 1.
    pub band_opacity: f64,
    /// Are there faint lines across the panel?
    pub grid: bool,
    /// Colours and dashes.
    pub palette: Palette,
}

impl Default for Style {
    fn default() -> Self {
        Self::journal()
    }
}

impl Style {
    /// A figure of one and a half columns of a journal, 120 mm wide, text of 8 points.
    #[must_use]
    pub fn journal() -> Self {
        Self {
            width_mm: 120.0,
            panel_height_mm: 62.0,
            font_size: 8.0,
            title_size: 9.0,
            line_width: 1.1,
            band_opacity: 0.15,
            grid: false,
            palette: Palette::default(),
        }
    }

    /// For a talk: large text, strong lines.
    #[must_use]
    pub fn slides() -> Self {
        Self {
            width_mm: 240.0,
            panel_height_mm: 110.0,
            font_size: 16.0,
            title_size: 20.0,
            line_width: 2.4,
            band_opacity: 0.15,
            grid: true,
            palette: Palette::default(),
        }
    }

    /// The width in points.
    pub(crate) fn width(&self) -> f64 {
        self.width_mm * POINTS_PER_MM
    }

    /// A line of text in the usual size and colour.
    pub(crate) fn text(
        &self,
        class: impl Into<String>,
        at: (f64, f64),
        anchor: Anchor,
        content: impl Into<String>,
    ) -> Text {
        let (class, content) = (class.into(), content.into());
        Text { class, at, size: self.font_size, anchor, bold: false, upwards: false, color: INK, content }
    }

    /// The title at the upper left corner, where there is one.
    pub(crate) fn draw_title(&self, picture: &mut Picture, title: &str) {
        if !title.is_empty() {
            let at = (0.8 * self.font_size, 0.9 * self.font_size + 0.7 * self.title_size);
            let text = self.text("title", at, Anchor::Start, title);
            picture.text(Text { bold: true, size: self.title_size, ..text });
        }
    }

    pub(crate) fn panel_height(&self) -> f64 {
        self.panel_height_mm * POINTS_PER_MM
    }
}
