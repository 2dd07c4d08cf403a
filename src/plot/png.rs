//! A picture as pixels.

use tiny_skia as skia;

use crate::error::{Error, Result};
use crate::plot::font;
use crate::plot::picture::{Anchor, Color, Item, Path, Picture, Segment, Text};

/// No side is longer than this many pixels: 30 inches at 1,200 dpi.
const LONGEST: f64 = 36_000.0;

impl Picture {
    /// The picture as PNG with so many pixels to the inch.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a resolution that is not above 0; [`Error::Unsupported`] for a picture too large for
    /// pixels.
    pub fn to_png(&self, dpi: f64) -> Result<Vec<u8>> {
        if !(dpi > 0.0 && dpi <= 2400.0) {
            return Err(Error::OutOfRange {
                argument: "dpi",
                value: dpi,
                must_be: "above 0 and at most 2400",
            });
        }
        let scale = dpi / 72.0;
        let too_large = || Error::Unsupported {
            method: "PNG",
            with: "a picture of this size",
            why: "it has more pixels than can be held; use SVG or PDF, or fewer dots to the inch",
        };
        let side = |points: f64| {
            let pixels = (points * scale).round();
            if (1.0..=LONGEST).contains(&pixels) { Ok(pixels as u32) } else { Err(too_large()) }
        };
        let mut map = skia::Pixmap::new(side(self.width)?, side(self.height)?).ok_or_else(too_large)?;
        map.fill(skia::Color::WHITE);
        let transform = skia::Transform::from_scale(scale as f32, scale as f32);
        for item in &self.items {
            match item {
                Item::Path(path) => draw_path(&mut map, path, transform),
                Item::Text(text) => draw_text(&mut map, text, transform),
            }
        }
        map.encode_png().map_err(|_| too_large())
    }
}

fn paint(Color(red, green, blue): Color, opacity: f64) -> skia::Paint<'static> {
    let mut paint = skia::Paint::default();
    paint.set_color_rgba8(red, green, blue, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint.anti_alias = true;
    paint
}

fn draw_path(map: &mut skia::Pixmap, path: &Path, transform: skia::Transform) {
    let mut builder = skia::PathBuilder::new();
    for segment in &path.segments {
        match *segment {
            Segment::Move(x, y) => builder.move_to(x as f32, y as f32),
            Segment::Line(x, y) => builder.line_to(x as f32, y as f32),
            Segment::Close => builder.close(),
        }
    }
    let Some(outline) = builder.finish() else { return };
    if let Some((color, opacity)) = path.fill {
        map.fill_path(&outline, &paint(color, opacity), skia::FillRule::Winding, transform, None);
    }
    if let Some(stroke) = &path.stroke {
        let dashes = stroke.dashes.iter().map(|&d| d as f32).collect();
        let how = skia::Stroke {
            width: stroke.width as f32,
            dash: skia::StrokeDash::new(dashes, 0.0),
            ..skia::Stroke::default()
        };
        map.stroke_path(&outline, &paint(stroke.color, 1.0), &how, transform, None);
    }
}

/// Turns the outline of a glyph, whose y grows upwards, into a path.
struct Outline {
    builder: skia::PathBuilder,
    scale: f32,
}

impl ttf_parser::OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(x * self.scale, -y * self.scale);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(x * self.scale, -y * self.scale);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let s = self.scale;
        self.builder.quad_to(cx * s, -cy * s, x * s, -y * s);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let s = self.scale;
        self.builder.cubic_to(ax * s, -ay * s, bx * s, -by * s, x * s, -y * s);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

fn draw_text(map: &mut skia::Pixmap, text: &Text, transform: skia::Transform) {
    let Some(face) = font::face(text.bold) else { return };
    let mut pen = text.start();
    let (x, y) = (text.at.0 as f32, text.at.1 as f32);
    let place = if text.upwards {
        skia::Transform::from_row(0.0, -1.0, 1.0, 0.0, x, y)
    } else {
        skia::Transform::from_translate(x, y)
    };
    let scale = (text.size / f64::from(face.units_per_em())) as f32;
    for c in font::visual(&text.content) {
        let (glyph, advance) = font::glyph(face, c);
        let mut outline = Outline { builder: skia::PathBuilder::new(), scale };
        face.outline_glyph(glyph, &mut outline);
        if let Some(path) = outline.builder.finish() {
            let at = transform.pre_concat(place).pre_translate(pen as f32, 0.0);
            map.fill_path(&path, &paint(text.color, 1.0), skia::FillRule::Winding, at, None);
        }
        pen += advance * text.size;
    }
}

impl Text {
    /// Where the text begins, relative to its place.
    pub(crate) fn start(&self) -> f64 {
        let width = font::width(&self.content, self.size, self.bold);
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        }
    }
}
