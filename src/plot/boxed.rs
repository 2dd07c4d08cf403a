//! Boxes with lines of text, and arrows that run along and across: what diagrams are drawn with.

use crate::plot::font;
use crate::plot::picture::{Anchor, Color, Picture, Text};
use crate::plot::style::{INK, Style};

const PAPER: Color = Color(0xff, 0xff, 0xff);

/// A line of text in a box.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub text: String,
    pub bold: bool,
    /// In steps of the font's size.
    pub indent: f64,
}

impl Line {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: false, indent: 0.0 }
    }

    pub(crate) fn bold(text: impl Into<String>) -> Self {
        Self { bold: true, ..Self::new(text) }
    }

    pub(crate) fn indented(text: impl Into<String>) -> Self {
        Self { indent: 0.8, ..Self::new(text) }
    }

    fn width(&self, size: f64) -> f64 {
        font::width(&self.text, size, self.bold) + self.indent * size
    }
}

/// A rectangle: left, top, right, bottom.
pub(crate) type Rectangle = (f64, f64, f64, f64);

/// The words of a line; a count in brackets, "(n = 9)", is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if last == "(n" || last.ends_with("(n =") => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_string()),
        }
    }
    words
}

/// Lines that are no wider than the room, broken between words; a word that is wider stands alone.
pub(crate) fn wrap(lines: &[Line], room: f64, size: f64) -> Vec<Line> {
    let mut out = Vec::new();
    for line in lines {
        let mut current = Line { text: String::new(), ..line.clone() };
        for word in words(&line.text) {
            let joined =
                if current.text.is_empty() { word.clone() } else { format!("{} {word}", current.text) };
            let longer = Line { text: joined, ..current.clone() };
            if current.text.is_empty() || longer.width(size) <= room + 0.01 {
                current = longer;
            } else {
                // What continues a line stands a little further in.
                let next = Line { text: word, indent: line.indent + 0.8, bold: line.bold };
                out.push(std::mem::replace(&mut current, next));
            }
        }
        out.push(current);
    }
    out
}

/// The widest word, which no line can be narrower than.
pub(crate) fn widest_word(lines: &[Line], size: f64) -> f64 {
    let of = |line: &Line| {
        let wide = words(&line.text).iter().map(|w| font::width(w, size, line.bold)).fold(0.0, f64::max);
        wide + (line.indent + 0.8) * size
    };
    lines.iter().map(of).fold(0.0, f64::max)
}

pub(crate) fn widest(lines: &[Line], size: f64) -> f64 {
    lines.iter().map(|l| l.width(size)).fold(0.0, f64::max)
}

/// The height of a line of text, and the room between text and frame.
pub(crate) fn line_height(size: f64) -> f64 {
    1.35 * size
}

pub(crate) fn padding(size: f64) -> f64 {
    0.7 * size
}

/// The height of a box around these lines.
pub(crate) fn box_height(lines: &[Line], size: f64) -> f64 {
    lines.len() as f64 * line_height(size) + 2.0 * padding(size) - 0.35 * size
}

/// A frame with its lines, from the left, or centred.
pub(crate) fn draw_box(
    picture: &mut Picture,
    style: &Style,
    class: &str,
    (left, top, right, bottom): Rectangle,
    lines: &[Line],
    centred: bool,
) {
    let size = style.font_size;
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    picture.area(format!("{class} ground"), &corners, PAPER, 1.0);
    picture.outline(class, &corners, INK, 0.1 * size);
    let block = (lines.len() as f64 - 1.0) * line_height(size);
    let first = f64::midpoint(top, bottom) - block / 2.0 + 0.35 * size;
    for (k, line) in lines.iter().enumerate() {
        let y = first + k as f64 * line_height(size);
        let text = if centred {
            style.text(format!("{class} text"), (f64::midpoint(left, right), y), Anchor::Middle, &line.text)
        } else {
            let x = left + padding(size) + line.indent * size;
            style.text(format!("{class} text"), (x, y), Anchor::Start, &line.text)
        };
        picture.text(Text { bold: line.bold, ..text });
    }
}

/// A line through these places with a head at its end.
pub(crate) fn draw_arrow(picture: &mut Picture, class: &str, places: &[(f64, f64)], size: f64) {
    let [.., before, end] = places else { return };
    let (dx, dy) = (end.0 - before.0, end.1 - before.1);
    let length = dx.hypot(dy);
    if !(length > 0.0) {
        return;
    }
    let (ux, uy, head) = (dx / length, dy / length, 0.65 * size);
    let (neck, side) = ((end.0 - head * ux, end.1 - head * uy), 0.42 * head);
    // The line stops in the head, so that its square end does not blunt the tip.
    let mut line = places.to_vec();
    if let Some(last) = line.last_mut() {
        *last = (end.0 - 0.6 * head * ux, end.1 - 0.6 * head * uy);
    }
    picture.line(class, &line, INK, 0.09 * size);
    let corners = [*end, (neck.0 - side * uy, neck.1 + side * ux), (neck.0 + side * uy, neck.1 - side * ux)];
    picture.area(format!("{class} head"), &corners, INK, 1.0);
}

/// A text on a ground of its own, centred at a place, so that a line under it does not strike it through.
pub(crate) fn draw_label(picture: &mut Picture, style: &Style, class: &str, (x, y): (f64, f64), text: &str) {
    let size = style.font_size;
    let (half, high) = (font::width(text, size, false) / 2.0 + 0.25 * size, 0.62 * size);
    let ground = [(x - half, y - high), (x + half, y - high), (x + half, y + high), (x - half, y + high)];
    picture.area(format!("{class} ground"), &ground, PAPER, 1.0);
    picture.text(style.text(class, (x, y + 0.35 * size), Anchor::Middle, text));
}

/// A straight line as places along it: for those who ask, piece by piece, what a line that runs aslant covers.
pub(crate) fn straight(from: (f64, f64), to: (f64, f64)) -> Vec<(f64, f64)> {
    const PARTS: i32 = 64;
    let at = |i| f64::from(i) / f64::from(PARTS);
    (0..=PARTS).map(|i| (from.0 + at(i) * (to.0 - from.0), from.1 + at(i) * (to.1 - from.1))).collect()
}

/// Does a line through these places touch a rectangle? Looked at in small steps.
pub(crate) fn crosses(places: &[(f64, f64)], (left, top, right, bottom): Rectangle) -> bool {
    const STEPS: usize = 64;
    places.windows(2).any(|pair| {
        (0..=STEPS).any(|i| {
            let share = i as f64 / STEPS as f64;
            let (x, y) =
                (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1));
            (left..=right).contains(&x) && (top..=bottom).contains(&y)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_keep_all_of_them() {
        let text = "Received another treatment than the one allocated (n = 12)";
        let lines = wrap(&[Line::new(text)], 80.0, 8.0);
        assert!(lines.len() > 2 && lines.iter().all(|l| l.width(8.0) <= 80.0));
        let joined: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(joined.join(" "), text);
        assert_eq!(words("Lost to (n = 12)"), ["Lost", "to", "(n = 12)"]);
        // A word without a place to break stands alone.
        assert_eq!(wrap(&[Line::new("Randomisationsgruppe A")], 20.0, 8.0).len(), 2);
    }
}
