//! A picture as SVG (W3C, Scalable Vector Graphics 1.1). Text stays text; steps are written as `h` and `v`, which
//! keeps a curve of thousands of steps small.

use std::fmt::Write;

use crate::plot::picture::{Anchor, Color, Item, Path, Picture, Segment, Stroke, Text};

/// Hundredths of a point: a coordinate of 300 dpi is four times as coarse as that.
fn hundredths(x: f64) -> i64 {
    // Halves away from 0, as `round` has it, which is a call where the processor is not asked what it can.
    // Of any two places the difference is a number too.
    let all = (x * 100.0).clamp(-1e15, 1e15);
    let whole = all as i64;
    let rest = all - whole as f64;
    whole.saturating_add(i64::from(rest >= 0.5)).saturating_sub(i64::from(rest <= -0.5))
}

/// Two decimals at the most, and never "-0".
fn push_decimal(out: &mut Vec<u8>, hundredths: i64) {
    if hundredths < 0 {
        out.push(b'-');
    }
    let (whole, part) = (hundredths.unsigned_abs() / 100, (hundredths.unsigned_abs() % 100) as u8);
    if whole > 0 || part == 0 {
        let mut digits = [b'0'; 20];
        let (mut first, mut rest) = (digits.len(), whole);
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[first..]);
    }
    if part > 0 {
        out.extend_from_slice(&[b'.', b'0' + part / 10]);
        if part % 10 > 0 {
            out.push(b'0' + part % 10);
        }
    }
}

/// Digits and letters of paths are text.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

fn number(x: f64) -> String {
    let mut out = Vec::new();
    push_decimal(&mut out, hundredths(x));
    text(out)
}

fn hex(Color(red, green, blue): Color) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text that an XML reader takes as text: markup is escaped, line ends become spaces, what XML cannot hold is left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn path_data(segments: &[Segment]) -> String {
    // A step takes about five characters.
    let mut out = Vec::with_capacity(6 * segments.len());
    let mut pen = (0, 0);
    for segment in segments {
        match *segment {
            Segment::Move(x, y) => {
                pen = (hundredths(x), hundredths(y));
                push_place(&mut out, b'M', pen);
            }
            Segment::Line(x, y) => {
                let to = (hundredths(x), hundredths(y));
                // Differences of rounded places: no error adds up along the path.
                match (to.0 - pen.0, to.1 - pen.1) {
                    (0, 0) => {}
                    (right, 0) => {
                        out.push(b'h');
                        push_decimal(&mut out, right);
                    }
                    (0, down) => {
                        out.push(b'v');
                        push_decimal(&mut out, down);
                    }
                    _ => push_place(&mut out, b'L', to),
                }
                pen = to;
            }
            Segment::Close => out.push(b'Z'),
        }
    }
    text(out)
}

fn push_place(out: &mut Vec<u8>, command: u8, (x, y): (i64, i64)) {
    out.push(command);
    push_decimal(out, x);
    out.push(b' ');
    push_decimal(out, y);
}

fn stroke_attributes(stroke: &Stroke) -> String {
    let mut out = format!(" stroke=\"{}\" stroke-width=\"{}\"", hex(stroke.color), number(stroke.width));
    if !stroke.dashes.is_empty() {
        let dashes: Vec<String> = stroke.dashes.iter().map(|&d| number(d)).collect();
        let _ = write!(out, " stroke-dasharray=\"{}\"", dashes.join(" "));
    }
    out
}

fn push_path(out: &mut String, path: &Path) {
    let _ = write!(out, "<path class=\"{}\" d=\"{}\"", escape(&path.class), path_data(&path.segments));
    match path.fill {
        Some((color, opacity)) => {
            let _ = write!(out, " fill=\"{}\"", hex(color));
            if opacity < 1.0 {
                let _ = write!(out, " fill-opacity=\"{}\"", number(opacity));
            }
        }
        None => out.push_str(" fill=\"none\""),
    }
    if let Some(stroke) = &path.stroke {
        out.push_str(&stroke_attributes(stroke));
    }
    out.push_str("/>\n");
}

fn push_text(out: &mut String, text: &Text) {
    let (x, y) = (number(text.at.0), number(text.at.1));
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let bold = if text.bold { " font-weight=\"bold\"" } else { "" };
    let turn = if text.upwards { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    let _ = writeln!(
        out,
        "<text class=\"{}\" x=\"{x}\" y=\"{y}\" font-size=\"{}\"{anchor} fill=\"{}\"{bold}{turn}>{}</text>",
        escape(&text.class),
        number(text.size),
        hex(text.color),
        escape(&text.content)
    );
}

impl Picture {
    /// The picture as SVG.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let (width, height) = (number(self.width), number(self.height));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" \
             font-family=\"'Liberation Sans', Arial, Helvetica, sans-serif\">\n"
        );
        let _ = writeln!(out, "<title>{}</title>", escape(&self.title));
        let _ = writeln!(out, "<desc>{}</desc>", escape(&self.description));
        let _ = writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        for item in &self.items {
            match item {
                Item::Path(path) => push_path(&mut out, path),
                Item::Text(text) => push_text(&mut out, text),
            }
        }
        out.push_str("</svg>\n");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_minus_zero() {
        let cases = [
            (0.0, "0"),
            (-0.001, "0"),
            (1.5, "1.5"),
            (12.345, "12.35"),
            (-0.25, "-.25"),
            (0.07, ".07"),
            (100.0, "100"),
            (-1234.5, "-1234.5"),
            (0.5, ".5"),
            (1e12, "1000000000000"),
        ];
        for (x, text) in cases {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn steps_are_written_as_steps_and_do_not_drift() {
        let segments = [
            Segment::Move(1.0, 1.0),
            Segment::Line(1.333, 1.0),
            Segment::Line(1.333, 2.0),
            Segment::Line(1.666, 2.0),
        ];
        assert_eq!(path_data(&segments), "M1 1h.33v1h.34");
    }

    #[test]
    fn hostile_labels_are_text() {
        assert_eq!(escape("<script>\"&'\u{0}\n"), "&lt;script&gt;&quot;&amp;&#39; ");
    }
}
