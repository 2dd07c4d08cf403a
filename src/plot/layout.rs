//! Lines through steps, thinned to what print can show; texts in lines; labels that do not overlap.

use crate::plot::axis::Scale;
use crate::plot::font;
use crate::plot::series::Censored;

/// Two places nearer than this along the axis are one: a tenth of a point, 720 to the inch.
pub(crate) const COLUMN: f64 = 0.1;

/// The corners of a step function: across at the old value, then up or down to the new one. Steps that fall into one
/// column of print, which is this wide, are one step: the line passes through the same places.
pub(crate) fn step_line(
    start: (f64, f64),
    steps: &[(f64, f64)],
    end: f64,
    (x, y): (Scale, Scale),
    wide: f64,
) -> Vec<(f64, f64)> {
    let mut points = vec![(x.place(start.0), y.place(start.1))];
    let mut value = y.place(start.1);
    let mut column = f64::NEG_INFINITY;
    for &(time, next) in steps.iter().filter(|&&(time, _)| time <= end) {
        let (place, to) = (x.place(time), y.place(next));
        if place - column < wide {
            // The last corner moves on: the line in this column is one stroke.
            if let Some(last) = points.last_mut() {
                last.1 = to;
            }
        } else {
            points.push((place, value));
            points.push((place, to));
            column = place;
        }
        value = to;
    }
    points.push((x.place(end), value));
    points
}

/// Where marks would overlap they are one, with the sum of their counts.
pub(crate) fn merge_marks(marks: &[Censored], x: Scale, nearest: f64) -> Vec<Censored> {
    let mut merged: Vec<Censored> = Vec::new();
    for mark in marks {
        match merged.last_mut() {
            Some(last) if x.place(mark.from) - x.place(last.from) < nearest => {
                last.count += mark.count;
                last.to = mark.to;
            }
            _ => merged.push(*mark),
        }
    }
    merged
}

/// The words of a text; what stands in brackets is one word where it fits.
fn words(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut bracket: Option<Vec<&str>> = None;
    for word in text.split_whitespace() {
        let open = word.starts_with('(') && !word.contains(')');
        match &mut bracket {
            Some(inside) => {
                inside.push(word);
                if word.contains(')') {
                    let whole = inside.join(" ");
                    if fits(&whole) {
                        words.push(whole);
                    } else {
                        words.extend(inside.iter().map(ToString::to_string));
                    }
                    bracket = None;
                }
            }
            None if open => bracket = Some(vec![word]),
            None => words.push(word.to_string()),
        }
    }
    words.extend(bracket.into_iter().flatten().map(ToString::to_string));
    words
}

/// A text in lines of at most this width: broken at spaces, if possible not in brackets, and inside a word where the word
/// alone is wider.
pub(crate) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    // A room that was computed from a width holds it, whatever the rounding.
    let fits = |line: &str| font::width(line, size, false) <= room + 1e-6;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text, fits) {
        let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if line.chars().nth(1).is_some() && !fits(&line) {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A label that is too long for its place, cut with an ellipsis.
pub(crate) fn cut(text: &str, size: f64, room: f64) -> String {
    if font::width(text, size, false) <= room {
        return text.to_string();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if font::width(&kept, size, false) + font::width("…", size, false) > room {
            kept.pop();
            break;
        }
    }
    kept + "…"
}

/// Labels that touch: they move as one, to the mean of where its members want it to begin.
struct Block {
    members: usize,
    height: f64,
    begins: f64,
}

/// Heights at which labels stand so that none overlaps the next, each as near as can be to where it wants to be (the
/// smallest sum of squared distances). Returns `None` if there is no room for all. Labels are `(wish, height)`.
pub(crate) fn spread(labels: &[(f64, f64)], top: f64, bottom: f64) -> Option<Vec<f64>> {
    if labels.iter().map(|l| l.1).sum::<f64>() > bottom - top {
        return None;
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[a].0.total_cmp(&labels[b].0).then(a.cmp(&b)));
    let place = |b: &Block| b.begins.min(bottom - b.height).max(top);
    let mut blocks: Vec<Block> = Vec::new();
    for &i in &order {
        let (wish, height) = labels[i];
        let mut own = Block { members: 1, height, begins: wish - height / 2.0 };
        while let Some(before) = blocks.pop() {
            if place(&before) + before.height <= place(&own) {
                blocks.push(before);
                break;
            }
            let (m, n) = (before.members as f64, own.members as f64);
            let begins = (m * before.begins + n * (own.begins - before.height)) / (m + n);
            let members = before.members + own.members;
            own = Block { members, height: before.height + own.height, begins };
        }
        blocks.push(own);
    }
    let mut places = vec![0.0; labels.len()];
    let mut next = order.into_iter();
    for block in &blocks {
        let mut y = place(block);
        for i in next.by_ref().take(block.members) {
            places[i] = y + labels[i].1 / 2.0;
            y += labels[i].1;
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(end: f64, to: f64) -> Scale {
        Scale::linear((0.0, end), (0.0, to))
    }

    #[test]
    fn a_step_goes_across_then_down() {
        let line = step_line(
            (0.0, 1.0),
            &[(1.0, 0.5), (2.0, 0.25)],
            4.0,
            (scale(4.0, 40.0), scale(1.0, 100.0)),
            COLUMN,
        );
        assert_eq!(
            line,
            [(0.0, 100.0), (10.0, 100.0), (10.0, 50.0), (20.0, 50.0), (20.0, 25.0), (40.0, 25.0)]
        );
    }

    #[test]
    fn a_million_steps_are_no_more_than_print_shows() {
        let n = 1_000_000;
        let steps: Vec<(f64, f64)> =
            (1..=n).map(|i| (f64::from(i), 1.0 - f64::from(i) / f64::from(n))).collect();
        let line = step_line(
            (0.0, 1.0),
            &steps,
            f64::from(n),
            (scale(f64::from(n), 300.0), scale(1.0, 100.0)),
            COLUMN,
        );
        assert!(line.len() < 6_100, "{}", line.len());
        assert!(line.windows(2).all(|w| w[1].0 >= w[0].0 && w[1].1 <= w[0].1));
        assert_eq!(line.last(), Some(&(300.0, 0.0)));
    }

    #[test]
    fn marks_at_one_place_keep_their_count() {
        let mark = |from, to, count| Censored { from, to, count };
        assert_eq!(
            merge_marks(
                &[mark(1.0, 1.0, 1.0), mark(1.01, 1.02, 2.0), mark(3.0, 3.0, 1.0)],
                scale(4.0, 40.0),
                0.5
            ),
            [mark(1.0, 1.02, 3.0), mark(3.0, 3.0, 1.0)]
        );
    }

    #[test]
    fn long_texts_are_broken_at_spaces_and_then_inside_words() {
        let room = font::width("wide wide", 8.0, false);
        assert_eq!(wrap("wide wide\nwide", 8.0, room), ["wide wide", "wide"]);
        assert_eq!(wrap("対照群対照群", 8.0, 24.5), ["対照群", "対照群"]);
        assert_eq!(wrap("", 8.0, 10.0), [""]);
        let room = font::width("hazard ratio 0.5 (0.2", 8.0, false);
        assert_eq!(wrap("hazard ratio 0.5 (0.2 to 1.1)", 8.0, room), ["hazard ratio 0.5", "(0.2 to 1.1)"]);
        assert_eq!(wrap("a (b", 8.0, room), ["a (b"], "a bracket that does not close");
        assert_eq!(wrap("abc", 8.0, 0.1), ["a", "b", "c"], "a letter a line where there is no room at all");
        assert_eq!(cut("abcdef", 8.0, 1000.0), "abcdef");
        assert!(cut("abcdefghijk", 8.0, 20.0).ends_with('…'));
    }

    #[test]
    fn labels_that_would_overlap_are_spread_around_their_middle() {
        let near = |a: Option<Vec<f64>>, b: &[f64]| {
            let a = a.unwrap();
            assert!(
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9),
                "{a:?} not {b:?}"
            );
        };
        near(spread(&[(20.0, 10.0), (80.0, 10.0)], 0.0, 100.0), &[20.0, 80.0]);
        near(spread(&[(51.0, 10.0), (49.0, 10.0)], 0.0, 100.0), &[55.0, 45.0]);
        near(spread(&[(100.0, 10.0), (100.0, 10.0), (100.0, 20.0)], 0.0, 100.0), &[65.0, 75.0, 90.0]);
        near(spread(&[(0.0, 10.0), (0.0, 10.0)], 0.0, 100.0), &[5.0, 15.0]);
        assert_eq!(spread(&[(0.0, 60.0), (0.0, 60.0)], 0.0, 100.0), None);
        assert_eq!(spread(&[], 0.0, 1.0), Some(Vec::new()));
    }
}
