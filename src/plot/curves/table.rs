//! The table under the axis: each number stands under its tick.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::series::StepSeries;

/// A row of the table under the axis, for each curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TableRow {
    /// Under observation just before the time of the column.
    AtRisk,
    /// Censored before it.
    Censored,
    /// Events before it: without delayed entry at risk + events + censored is the number of subjects.
    Events,
}

impl TableRow {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::AtRisk => "Number at risk",
            Self::Censored => "Censored",
            Self::Events => "Events",
        }
    }

    pub(super) fn count(self, series: &StepSeries, t: f64) -> f64 {
        match self {
            Self::AtRisk => series.at_risk(t),
            Self::Censored => series.censored_before(t),
            Self::Events => series.events_before(t),
        }
    }
}

impl CurvePlot {
    /// Rows of text under the ticks: the name of the axis, and the table with one heading for each kind of row.
    pub(super) fn rows_of_table(&self, series: &[StepSeries]) -> usize {
        if series.iter().all(|s| s.counts.is_empty()) { 0 } else { self.table.len() * (series.len() + 1) }
    }

    pub(super) fn rows_under(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        if self.rows_of_table(series) == 0 {
            return;
        }
        let size = self.style.font_size;
        let mut y = frame.bottom + 3.1 * size + self.line_height();
        for &row in &self.table {
            let heading = self.style.text("table heading", (0.8 * size, y), Anchor::Start, row.heading());
            picture.text(Text { bold: true, ..heading });
            y += self.line_height();
            for (i, own) in series.iter().enumerate() {
                let name = self.style.text(
                    format!("row {}", i + 1),
                    (0.8 * size, y),
                    Anchor::Start,
                    cut(&own.label, size, frame.left - 2.0 * size),
                );
                picture.text(Text { color: self.style.palette.color(i), ..name });
                let mut free = f64::NEG_INFINITY;
                for &tick in &frame.ticks {
                    let text = whole(row.count(own, tick));
                    let (x, half) = (frame.x.place(tick), font::width(&text, size, false) / 2.0);
                    // The number stands under its tick or, where there is no room for it, not at all.
                    if x - half > free {
                        picture.text(self.style.text(
                            format!("count {}", i + 1),
                            (x, y),
                            Anchor::Middle,
                            text,
                        ));
                        free = x + half + 0.3 * size;
                    }
                }
                y += self.line_height();
            }
        }
    }
}

/// A count of subjects, or a sum of weights rounded to one.
pub(super) fn whole(count: f64) -> String {
    format!("{}", count.round() + 0.0)
}

/// A label that is too long for its place, cut with an ellipsis.
fn cut(text: &str, size: f64, room: f64) -> String {
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
