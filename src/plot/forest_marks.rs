//! What is drawn of a forest: the heads of its columns, an effect with its interval, the axis.

use crate::plot::axis::{Scale, label, ticks_between, ticks_logarithmic};
use crate::plot::font;
use crate::plot::forest::{COUNTS, ForestPlot, NAME_LINE};
use crate::plot::forest_row::ForestRow;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::style::INK;

impl ForestPlot {
    /// The heads of the columns: of the counts where these end, of the effect in its lines.
    pub(super) fn heads(&self, picture: &mut Picture, y: f64, counts: Option<f64>, effect: &[String]) {
        let size = self.style.font_size;
        self.style.draw_title(picture, &self.title);
        let mut head = |at: (f64, f64), anchor: Anchor, words: &str| {
            let text = self.style.text("head", at, anchor, words);
            picture.text(Text { bold: true, ..text });
        };
        head((0.8 * size, y), Anchor::Start, "Subgroup");
        if let Some(end) = counts {
            head((0.8 * size + end, y), Anchor::End, COUNTS);
        }
        for (k, line) in effect.iter().rev().enumerate() {
            head((self.style.width() - 0.8 * size, y - k as f64 * NAME_LINE * size), Anchor::End, line);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one row: what it is and where it stands")]
    pub(super) fn draw(
        &self,
        picture: &mut Picture,
        row: &ForestRow,
        i: usize,
        (e, l, u): (f64, f64, f64),
        (low, high): (f64, f64),
        x: Scale,
        y: f64,
        share: f64,
    ) {
        let size = self.style.font_size;
        let color = self.style.palette.color(0);
        let (from, to) = (x.place(l.max(low)), x.place(u.min(high)));
        let half = 0.35 * size;
        if row.overall && e >= low && e <= high {
            let at = x.place(e);
            picture.area(
                format!("overall {}", i + 1),
                &[(from, y), (at, y - half), (to, y), (at, y + half)],
                color,
                1.0,
            );
            return;
        }
        picture.line(format!("interval {}", i + 1), &[(from, y), (to, y)], INK, 0.1 * size);
        let arrow = 0.3 * size;
        if l < low {
            picture.area(
                format!("arrow {}", i + 1),
                &[(from - arrow, y), (from + arrow, y - arrow), (from + arrow, y + arrow)],
                INK,
                1.0,
            );
        }
        if u > high {
            picture.area(
                format!("arrow {}", i + 1),
                &[(to + arrow, y), (to - arrow, y - arrow), (to - arrow, y + arrow)],
                INK,
                1.0,
            );
        }
        if e >= low && e <= high {
            let (at, side) = (x.place(e), half * share.max(0.35));
            let corners =
                [(at - side, y - side), (at + side, y - side), (at + side, y + side), (at - side, y + side)];
            picture.area(format!("estimate {}", i + 1), &corners, color, 1.0);
        }
    }

    pub(super) fn axis(
        &self,
        picture: &mut Picture,
        x: Scale,
        (low, high): (f64, f64),
        (left, right): (f64, f64),
        bottom: f64,
    ) {
        let size = self.style.font_size;
        picture.line("axis", &[(left, bottom), (right, bottom)], INK, 0.08 * size);
        let ticks = if self.logarithmic { ticks_logarithmic(low, high) } else { ticks_between(low, high, 6) };
        let mut free = f64::NEG_INFINITY;
        for tick in ticks {
            let at = x.place(tick);
            picture.line("axis", &[(at, bottom), (at, bottom + 0.4 * size)], INK, 0.08 * size);
            let half = font::width(&label(tick), size, false) / 2.0;
            if at - half > free {
                picture.text(self.style.text("tick", (at, bottom + 1.5 * size), Anchor::Middle, label(tick)));
                free = at + half + 0.4 * size;
            }
        }
        if let Some((below, above)) = &self.favours {
            let none = x.place(if self.logarithmic { 1.0 } else { 0.0 });
            let y = bottom + 3.0 * size;
            picture.text(self.style.text(
                "favours",
                (none - 0.8 * size, y),
                Anchor::End,
                format!("← {below}"),
            ));
            picture.text(self.style.text(
                "favours",
                (none + 0.8 * size, y),
                Anchor::Start,
                format!("{above} →"),
            ));
        }
    }
}
