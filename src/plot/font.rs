//! The fonts of the figures and the widths of texts in them.
//!
//! Greenwood Sans is a subset of Liberation Sans (SIL Open Font License 1.1, `fonts/OFL.txt`), which has the widths of
//! Arial and Helvetica: an SVG keeps its layout where one of these is installed. It has Latin, Greek, Cyrillic and
//! Hebrew letters. Others keep their place in an SVG and are drawn as boxes in PNG and PDF.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId};

static REGULAR: &[u8] = include_bytes!("fonts/GreenwoodSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("fonts/GreenwoodSans-Bold.ttf");

/// The bytes of a font file.
pub(crate) fn file(bold: bool) -> &'static [u8] {
    if bold { BOLD } else { REGULAR }
}

/// A font that is asked for outlines and widths.
pub(crate) fn face(bold: bool) -> Option<&'static Face<'static>> {
    static FACES: [OnceLock<Option<Face<'static>>>; 2] = [OnceLock::new(), OnceLock::new()];
    FACES[usize::from(bold)].get_or_init(|| Face::parse(file(bold), 0).ok()).as_ref()
}

/// The share of the font size that a character takes where the font has none: Chinese, Japanese and Korean fill a
/// square, others are about as wide as a letter.
fn foreign_width(c: char) -> f64 {
    let code = u32::from(c);
    let wide = matches!(code, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide { 1.0 } else { 0.6 }
}

/// The glyph of a character and its advance as a share of the font size.
pub(crate) fn glyph(face: &Face, c: char) -> (GlyphId, f64) {
    match face.glyph_index(c) {
        Some(id) => {
            let advance = f64::from(face.glyph_hor_advance(id).unwrap_or(0));
            (id, advance / f64::from(face.units_per_em()))
        }
        None => (GlyphId(0), foreign_width(c)),
    }
}

/// The characters of a text that the font lacks.
pub(crate) fn missing(text: &str, bold: bool) -> Vec<char> {
    let Some(face) = face(bold) else { return Vec::new() };
    text.chars().filter(|&c| !c.is_control() && face.glyph_index(c).is_none()).collect()
}

/// The width of a text in points.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let Some(face) = face(bold) else { return 0.55 * size * text.chars().count() as f64 };
    size * text.chars().map(|c| glyph(face, c).1).sum::<f64>()
}

/// The characters from left to right, as they are drawn: a run of Hebrew or Arabic letters reads from the right.
pub(crate) fn visual(text: &str) -> Vec<char> {
    let rightward = |c: char| matches!(u32::from(c), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff);
    let chars: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        if !rightward(chars[i]) {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        // The run ends at its last letter of the kind; spaces between belong to it.
        let mut end = i;
        for (j, &c) in chars.iter().enumerate().skip(i) {
            if rightward(c) {
                end = j + 1;
            } else if c.is_alphanumeric() {
                break;
            }
        }
        out.extend(chars[i..end].iter().rev());
        i = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arial() {
        // Adobe's metrics of Helvetica: A 667, space 278, W 944 thousandths of the size.
        assert!((width("A W", 10.0, false) - 18.89).abs() < 0.02);
        assert!(width("A W", 10.0, true) > width("A W", 10.0, false));
        assert!((width("数", 10.0, false) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn hebrew_reads_from_the_right() {
        assert_eq!(visual("a אבג b").into_iter().collect::<String>(), "a גבא b");
    }
}
