//! The table under the axis: each number stands under its tick.

use std::fmt;
use std::sync::Arc;

use crate::plot::curves::builder::{CurvePlot, Kind};
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::layout::{cut, wrap};
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::series::StepSeries;
use crate::plot::style::INK;
use crate::print::MISSING;

/// A row of the table under the axis, for each curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TableRow {
    /// Under observation just before the time of the column.
    AtRisk,
    /// The same as a percentage of all who ever were under observation: of weights where these are weights.
    AtRiskShare,
    /// Censored before it.
    Censored,
    /// Events before it: without delayed entry at risk + events + censored is the number of subjects.
    Events,
    /// The value of the curve at the time of the column; a dash beyond follow-up.
    Value,
}

impl TableRow {
    /// Is it a number of the risk set, which several curves of one group share?
    fn is_of_risk_set(self) -> bool {
        matches!(self, Self::AtRisk | Self::AtRiskShare | Self::Censored)
    }
}

/// A row that a user fills.
#[derive(Clone)]
pub(super) struct OwnRow {
    heading: String,
    text: Arc<dyn Fn(usize, f64) -> String + Send + Sync>,
}

impl OwnRow {
    pub(super) fn new(heading: String, text: impl Fn(usize, f64) -> String + Send + Sync + 'static) -> Self {
        Self { heading, text: Arc::new(text) }
    }
}

impl fmt::Debug for OwnRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnRow").field("heading", &self.heading).finish_non_exhaustive()
    }
}

/// A heading with the rows under it: a name, its colour and number, and a text for each time.
struct Rows<'a> {
    heading: String,
    rows: Vec<Line<'a>>,
}

struct Line<'a> {
    name: &'a str,
    own: &'a StepSeries,
    /// A risk set that several curves share has no colour.
    shared: bool,
    text: Box<dyn Fn(f64) -> String + 'a>,
}

impl CurvePlot {
    fn heading(&self, row: TableRow) -> String {
        match row {
            TableRow::AtRisk => "Number at risk".into(),
            TableRow::AtRiskShare => "At risk (%)".into(),
            TableRow::Censored => "Censored".into(),
            TableRow::Events => "Events".into(),
            TableRow::Value => self.value_title(),
        }
    }

    fn cell(&self, row: TableRow, own: &StepSeries, t: f64) -> String {
        match row {
            TableRow::AtRisk => whole(own.at_risk(t)),
            TableRow::AtRiskShare => {
                let total = own.total();
                if total > 0.0 { whole(100.0 * own.at_risk(t) / total) } else { MISSING.into() }
            }
            TableRow::Censored => whole(own.censored_before(t)),
            TableRow::Events => whole(own.events_before(t)),
            TableRow::Value => {
                // A change of units may have moved the end by a rounding.
                let value = own.value_at(t * (1.0 + 1e-12));
                let followed = t <= own.end * (1.0 + 1e-9) && value.is_finite();
                match (followed, self.fraction || self.kind == Kind::Steps) {
                    (false, _) => MISSING.into(),
                    (true, true) => format!("{:.2}", value + 0.0),
                    (true, false) => format!("{:.0}", value + 0.0),
                }
            }
        }
    }

    /// Everything that stands under the axis.
    fn under<'a>(&'a self, series: &'a [StepSeries]) -> Vec<Rows<'a>> {
        let line = |own: &'a StepSeries, text: Box<dyn Fn(f64) -> String + 'a>| Line {
            name: &own.label,
            own,
            shared: false,
            text,
        };
        let counted = series.iter().any(StepSeries::is_counted);
        let mut all = Vec::new();
        for &row in self.table.iter().filter(|&&row| counted || row == TableRow::Value) {
            let mut rows = Vec::new();
            let mut last: Option<&str> = None;
            for own in series {
                let mut next = line(own, Box::new(move |t| self.cell(row, own, t)));
                if let (true, Some(name)) = (row.is_of_risk_set(), &own.risk_set) {
                    if last == Some(name) {
                        continue;
                    }
                    last = Some(name);
                    (next.name, next.shared) = (name, true);
                }
                rows.push(next);
            }
            all.push(Rows { heading: self.heading(row), rows });
        }
        for row in &self.own_rows {
            let rows = series.iter().enumerate();
            let rows = rows.map(|(i, own)| line(own, Box::new(move |t| (row.text)(i, t)))).collect();
            all.push(Rows { heading: row.heading.clone(), rows });
        }
        all
    }

    /// Each row as texts: its heading, its name, and what stands at each of these times, whether there is room for it or not.
    pub(super) fn texts_under(&self, series: &[StepSeries], ticks: &[f64]) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for Rows { heading, rows } in self.under(series) {
            for line in rows {
                let cells = ticks.iter().map(|&t| (line.text)(t));
                all.push([heading.clone(), line.name.to_string()].into_iter().chain(cells).collect());
            }
        }
        all
    }

    /// The width of the longest name of a row under the axis, where there are rows.
    pub(super) fn widest_row(&self, series: &[StepSeries]) -> Option<f64> {
        let rows = self.under(series);
        let names = rows.iter().flat_map(|r| r.rows.iter().map(|line| line.name));
        names.map(|name| font::width(name, self.style.font_size, false)).reduce(f64::max)
    }

    /// The height of all lines under the axis, headings included.
    pub(super) fn height_of_table(&self, frame: &Frame, series: &[StepSeries]) -> f64 {
        let under = self.under(series);
        let of = |rows: &Rows<'_>| {
            rows.rows.iter().map(|line| self.lines_of_name(frame, line.name).len()).sum::<usize>() + 1
        };
        let lines: usize = under.iter().map(of).sum();
        lines as f64 * self.line_height() + under.len().saturating_sub(1) as f64 * self.gap_of_blocks()
    }

    /// Between two blocks of rows.
    fn gap_of_blocks(&self) -> f64 {
        0.4 * self.style.font_size
    }

    /// The name of a row, in as many lines as it takes left of the panel.
    fn lines_of_name(&self, frame: &Frame, name: &str) -> Vec<String> {
        // A little more than was measured for it, so that no rounding breaks a name that fits.
        wrap(name, self.style.font_size, frame.left - 2.5 * self.style.font_size)
    }

    pub(super) fn rows_under(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let size = self.style.font_size;
        let mut y = frame.bottom + 3.1 * size + self.line_height();
        for (block, Rows { heading, rows }) in self.under(series).into_iter().enumerate() {
            y += if block > 0 { self.gap_of_blocks() } else { 0.0 };
            let room = self.style.width() - 1.6 * size;
            let heading = self.style.text(
                "table heading",
                (0.8 * size, y),
                Anchor::Start,
                cut(&heading, size, 0.9 * room),
            );
            picture.text(Text { bold: true, ..heading });
            y += self.line_height();
            for line in rows {
                let number = line.own.color + 1;
                let names = self.lines_of_name(frame, line.name);
                let color = if line.shared { INK } else { self.style.palette.color(line.own.color) };
                for (k, name) in names.iter().enumerate() {
                    let at = (0.8 * size, y + k as f64 * self.line_height());
                    let name = self.style.text(format!("row {number}"), at, Anchor::Start, name);
                    picture.text(Text { color, ..name });
                }
                let mut free = f64::NEG_INFINITY;
                for &tick in &frame.ticks {
                    let text = (line.text)(tick);
                    let (x, half) = (frame.x.place(tick), font::width(&text, size, false) / 2.0);
                    // The number stands under its tick or, where there is no room for it, not at all.
                    if x - half > free {
                        let class = format!("count {number}");
                        picture.text(self.style.text(class, (x, y), Anchor::Middle, text));
                        free = x + half + 0.3 * size;
                    }
                }
                y += names.len() as f64 * self.line_height();
            }
        }
    }
}

/// A count of subjects, or a sum of weights rounded to one.
pub(super) fn whole(count: f64) -> String {
    format!("{}", count.round() + 0.0)
}
