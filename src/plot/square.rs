//! A square panel whose axes have one scale: what is predicted against what is seen.

use crate::plot::axis::{Scale, label, ticks_between};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture, Stroke};
use crate::plot::style::{GREY, INK, Style};

/// Where the panel is, and its scales.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Square {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub x: Scale,
    pub y: Scale,
}

impl Square {
    /// A panel as high as the style says, with both axes from 0 to `most`, and the size of its figure.
    pub(crate) fn new(style: &Style, titled: bool, most: f64) -> (Self, (f64, f64)) {
        let size = style.font_size;
        let left = 5.8 * size;
        let side = style.panel_height().min(style.width() - left - 1.6 * size).max(8.0 * size);
        let top = 1.2 * size + if titled { 1.6 * style.title_size } else { 0.0 };
        let (right, bottom) = (left + side, top + side);
        let (x, y) = (Scale::linear((0.0, most), (left, right)), Scale::linear((0.0, most), (bottom, top)));
        (Self { left, top, right, bottom, x, y }, (right + 1.6 * size, bottom + 3.4 * size))
    }

    /// Axes with ticks and names, and the line where both are equal.
    pub(crate) fn draw(self, picture: &mut Picture, style: &Style, most: f64, names: (&str, &str)) {
        let size = style.font_size;
        let dashed = Stroke { color: GREY, width: 0.08 * size, dashes: vec![3.0, 2.0] };
        picture.stroked("equal", &[(self.left, self.bottom), (self.right, self.top)], dashed);
        let corners = [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)];
        picture.line("axis", &corners, INK, 0.08 * size);
        let mut widest = 0.0_f64;
        for tick in ticks_between(0.0, most, 5) {
            widest = widest.max(font::width(&label(tick), size, false));
            let (x, y) = (self.x.place(tick), self.y.place(tick));
            picture.line("axis", &[(x, self.bottom), (x, self.bottom + 0.4 * size)], INK, 0.08 * size);
            picture.line("axis", &[(self.left - 0.4 * size, y), (self.left, y)], INK, 0.08 * size);
            picture.text(style.text("x tick", (x, self.bottom + 1.5 * size), Anchor::Middle, label(tick)));
            let at = (self.left - 0.7 * size, y + 0.35 * size);
            picture.text(style.text("y tick", at, Anchor::End, label(tick)));
        }
        let at = (f64::midpoint(self.left, self.right), self.bottom + 2.8 * size);
        picture.text(style.text("x axis", at, Anchor::Middle, names.0));
        picture.text(style.upright("y axis", (self.left, self.top, self.bottom), widest, names.1));
    }
}
