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
    /// Dashes and gaps in points for each group in turn; empty for a continuous line. Lines of more than 1.5 points have
    /// them longer in proportion.
    pub dashes: Vec<Vec<f64>>,
}

impl Default for Palette {
    /// Seven colours of Okabe & Ito (2008), and brown last in the place of their yellow, which is faint on paper and, where it is
    /// darkened, is their orange to those who see no red. Any two are at least 10 units of CIEDE2000 apart, also as people
    /// without one of the three kinds of cones see them (by the matrices of Machado, Oliveira & Fernandes 2009).
    fn default() -> Self {
        let colors = [
            (0x00, 0x72, 0xb2),
            (0xd5, 0x5e, 0x00),
            (0x00, 0x9e, 0x73),
            (0x22, 0x22, 0x22),
            (0xcc, 0x79, 0xa7),
            (0x56, 0xb4, 0xe9),
            (0xe6, 0x9f, 0x00),
            (0x78, 0x2d, 0x00),
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

/// Lines that are wider than this, in points, have longer dashes.
const STRONG: f64 = 1.5;

/// How strong the area of a group is filled: beside their colours areas differ in lightness, so that they survive greyscale.
pub(crate) fn fill_of(group: usize) -> f64 {
    [0.4, 0.7, 0.2, 0.55][group % 4]
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
        let dashes: &[f64] =
            if self.dashes.is_empty() { &[] } else { &self.dashes[group % self.dashes.len()] };
        // The ends of a strong line would close its own gaps.
        let longer = (width / STRONG).max(1.0);
        Stroke { color: self.color(group), width, dashes: dashes.iter().map(|d| d * longer).collect() }
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
    /// The opacity of confidence bands, from 0 to 1; where there are more than three curves each band is fainter, so that all
    /// together are as dark as three.
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

    /// The name of a vertical axis: left of the labels of its ticks, of which the widest is so wide.
    pub(crate) fn upright(
        &self,
        class: &str,
        (left, top, bottom): (f64, f64, f64),
        widest: f64,
        name: impl Into<String>,
    ) -> Text {
        let at = (left - 1.3 * self.font_size - widest, f64::midpoint(top, bottom));
        Text { upwards: true, ..self.text(class, at, Anchor::Middle, name) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_lines_have_long_dashes_and_areas_differ_in_grey() {
        let palette = Palette::default();
        assert_eq!(palette.stroke(1, 1.1).dashes, [5.0, 2.0]);
        assert_eq!(palette.stroke(1, 3.0).dashes, [10.0, 4.0]);
        // ITU-R BT.601: how light each of the first four areas is on white paper.
        let grey = |group: usize| {
            let Color(r, g, b) = palette.color(group);
            let dark = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
            255.0 - fill_of(group) * (255.0 - dark)
        };
        for i in 0..4 {
            for j in 0..i {
                assert!((grey(i) - grey(j)).abs() > 20.0, "areas {i} and {j}: {} and {}", grey(i), grey(j));
            }
        }
    }

    /// A colour as L*a*b* after a matrix on its linear parts.
    fn lab(Color(r, g, b): Color, seen: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = [r, g, b].map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let times =
            |m: &[[f64; 3]; 3], v: [f64; 3]| m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>());
        let linear = times(seen, linear).map(|v| v.clamp(0.0, 1.0));
        let to_xyz = [
            [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
        ];
        let [x, y, z] = times(&to_xyz, linear)
            .map(|t| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Machado, Oliveira & Fernandes (2009), severity 1.0. The limits are the smallest distances of this palette (26.4,
    /// 20.7, 17.9, 16.1), computed with `numpy`; with a darkened yellow (`b8a800`) beside the orange the second is 0.04.
    #[test]
    fn colours_stay_apart_for_every_kind_of_colour_vision() {
        let eyes = [
            ("all cones", 26.0, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
            (
                "no red",
                20.0,
                [
                    [0.152286, 1.052583, -0.204868],
                    [0.114503, 0.786281, 0.099216],
                    [-0.003882, -0.048116, 1.051998],
                ],
            ),
            (
                "no green",
                17.0,
                [
                    [0.367322, 0.860646, -0.227968],
                    [0.280085, 0.672501, 0.047413],
                    [-0.011820, 0.042940, 0.968881],
                ],
            ),
            (
                "no blue",
                16.0,
                [
                    [1.255528, -0.076749, -0.178779],
                    [-0.078411, 0.930809, 0.147602],
                    [0.004733, 0.691367, 0.303900],
                ],
            ),
        ];
        for (who, limit, seen) in eyes {
            let labs: Vec<[f64; 3]> = Palette::default().colors.iter().map(|&c| lab(c, &seen)).collect();
            for (i, a) in labs.iter().enumerate() {
                for (j, b) in labs.iter().enumerate().skip(i + 1) {
                    let apart = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    assert!(apart > limit, "{who}: colours {i} and {j} are {apart} apart");
                }
            }
        }
    }
}
