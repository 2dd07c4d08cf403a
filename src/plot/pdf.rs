//! A picture as PDF 1.7, one page, with the part of the fonts that it needs. Its text can be searched.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;

use crate::error::{Error, Result};
use crate::plot::font;
use crate::plot::picture::{Color, Item, Path, Picture, Segment, Text};

impl Picture {
    /// The picture as PDF.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the fonts cannot be embedded.
    pub fn to_pdf(&self) -> Result<Vec<u8>> {
        let mut page = Page::new(self.height as f32);
        for item in &self.items {
            match item {
                Item::Path(path) => page.path(path),
                Item::Text(text) => page.text(text),
            }
        }
        page.finish(self)
    }
}

/// One font as far as it was used: its glyphs, renumbered, and the characters that they stand for.
#[derive(Default)]
struct Used {
    glyphs: GlyphRemapper,
    characters: BTreeMap<u16, char>,
    advances: BTreeMap<u16, f32>,
}

struct Page {
    height: f32,
    content: Content,
    fonts: [Used; 2],
    /// Opacities in thousandths; each is a named state of the page.
    opacities: Vec<u32>,
}

const FONT_NAMES: [&[u8]; 2] = [b"R", b"B"];

fn channels(Color(red, green, blue): Color) -> [f32; 3] {
    [red, green, blue].map(|c| f32::from(c) / 255.0)
}

impl Page {
    fn new(height: f32) -> Self {
        Self {
            height,
            content: Content::new(),
            fonts: [Used::default(), Used::default()],
            opacities: Vec::new(),
        }
    }

    fn path(&mut self, path: &Path) {
        self.content.save_state();
        if let Some((color, opacity)) = path.fill {
            let [red, green, blue] = channels(color);
            self.content.set_fill_rgb(red, green, blue);
            let thousandths = (opacity.clamp(0.0, 1.0) * 1000.0).round() as u32;
            let known = self.opacities.iter().position(|&o| o == thousandths);
            let number = known.unwrap_or_else(|| {
                self.opacities.push(thousandths);
                self.opacities.len() - 1
            });
            self.content.set_parameters(Name(format!("g{number}").as_bytes()));
        }
        if let Some(stroke) = &path.stroke {
            let [red, green, blue] = channels(stroke.color);
            self.content.set_stroke_rgb(red, green, blue).set_line_width(stroke.width as f32);
            if !stroke.dashes.is_empty() {
                self.content.set_dash_pattern(stroke.dashes.iter().map(|&d| d as f32), 0.0);
            }
        }
        for segment in &path.segments {
            match *segment {
                Segment::Move(x, y) => self.content.move_to(x as f32, self.height - y as f32),
                Segment::Line(x, y) => self.content.line_to(x as f32, self.height - y as f32),
                Segment::Close => self.content.close_path(),
            };
        }
        match (path.fill.is_some(), path.stroke.is_some()) {
            (true, true) => self.content.fill_nonzero_and_stroke(),
            (true, false) => self.content.fill_nonzero(),
            (false, true) => self.content.stroke(),
            (false, false) => self.content.end_path(),
        };
        self.content.restore_state();
    }

    fn text(&mut self, text: &Text) {
        let Some(face) = font::face(text.bold) else { return };
        let used = &mut self.fonts[usize::from(text.bold)];
        let mut bytes = Vec::new();
        for c in font::visual(&text.content) {
            let (glyph, advance) = font::glyph(face, c);
            let number = used.glyphs.remap(glyph.0);
            used.characters.insert(number, c);
            used.advances.insert(number, 1000.0 * advance as f32);
            bytes.extend(number.to_be_bytes());
        }
        let [red, green, blue] = channels(text.color);
        let (x, y, start) = (text.at.0 as f32, self.height - text.at.1 as f32, text.start() as f32);
        let matrix = if text.upwards {
            [0.0, 1.0, -1.0, 0.0, x, y + start]
        } else {
            [1.0, 0.0, 0.0, 1.0, x + start, y]
        };
        self.content
            .begin_text()
            .set_fill_rgb(red, green, blue)
            .set_font(Name(FONT_NAMES[usize::from(text.bold)]), text.size as f32)
            .set_text_matrix(matrix)
            .show(Str(&bytes))
            .end_text();
    }

    fn finish(self, picture: &Picture) -> Result<Vec<u8>> {
        let mut pdf = Pdf::new();
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, tree, page, body, info) = (next(), next(), next(), next(), next());
        pdf.catalog(catalog).pages(tree);
        pdf.pages(tree).kids([page]).count(1);
        pdf.document_info(info).title(TextStr(&picture.title)).subject(TextStr(&picture.description));
        pdf.stream(body, &self.content.finish());
        let fonts: [[Ref; 5]; 2] = std::array::from_fn(|_| std::array::from_fn(|_| next()));
        let states: Vec<Ref> = self.opacities.iter().map(|_| next()).collect();
        {
            let mut page = pdf.page(page);
            page.parent(tree)
                .media_box(Rect::new(0.0, 0.0, picture.width as f32, self.height))
                .contents(body);
            let mut resources = page.resources();
            let mut named = resources.fonts();
            for (name, references) in FONT_NAMES.iter().zip(&fonts) {
                named.pair(Name(name), references[0]);
            }
            named.finish();
            let mut named = resources.ext_g_states();
            for (i, state) in states.iter().enumerate() {
                named.pair(Name(format!("g{i}").as_bytes()), *state);
            }
        }
        for (opacity, state) in self.opacities.iter().zip(&states) {
            pdf.ext_graphics(*state).non_stroking_alpha(*opacity as f32 / 1000.0);
        }
        for (bold, (used, references)) in [false, true].into_iter().zip(self.fonts.iter().zip(&fonts)) {
            embed(&mut pdf, bold, used, references)?;
        }
        Ok(pdf.finish())
    }
}

fn embed(pdf: &mut Pdf, bold: bool, used: &Used, references: &[Ref; 5]) -> Result<()> {
    let broken = || Error::Unsupported {
        method: "PDF",
        with: "the fonts of the crate",
        why: "they could not be embedded; write SVG instead",
    };
    let face = font::face(bold).ok_or_else(broken)?;
    let [font, descendant, descriptor, map, file] = *references;
    let thousandths = 1000.0 / f32::from(face.units_per_em());
    let name: &[u8] = if bold { b"GRNWDB+GreenwoodSans-Bold" } else { b"GRNWDR+GreenwoodSans" };
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(font)
        .base_font(Name(name))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(map);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(Name(name)).system_info(system).font_descriptor(descriptor);
    cid.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let natural =
        |g: u16| f32::from(face.glyph_hor_advance(ttf_parser::GlyphId(g)).unwrap_or(0)) * thousandths;
    let advance = |(new, old): (usize, u16)| {
        u16::try_from(new)
            .ok()
            .and_then(|new| used.advances.get(&new).copied())
            .unwrap_or_else(|| natural(old))
    };
    cid.widths().consecutive(0, used.glyphs.remapped_gids().enumerate().map(advance));
    cid.finish();
    let b = face.global_bounding_box();
    let [left, low, right, high] = [b.x_min, b.y_min, b.x_max, b.y_max].map(|v| f32::from(v) * thousandths);
    pdf.font_descriptor(descriptor)
        .name(Name(name))
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(left, low, right, high))
        .italic_angle(0.0)
        .ascent(f32::from(face.ascender()) * thousandths)
        .descent(f32::from(face.descender()) * thousandths)
        .cap_height(f32::from(face.capital_height().unwrap_or(0)) * thousandths)
        .stem_v(80.0)
        .font_file2(file);
    let mut unicode = UnicodeCmap::new(Name(b"Unicode"), system);
    for (&glyph, &c) in &used.characters {
        unicode.pair(glyph, c);
    }
    pdf.cmap(map, &unicode.finish());
    let subset = subsetter::subset(font::file(bold), 0, &used.glyphs).map_err(|_| broken())?;
    pdf.stream(file, &subset).pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
    Ok(())
}
