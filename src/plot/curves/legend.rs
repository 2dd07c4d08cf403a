//! Which line is which: in the panel where nothing is covered, above it, or at the ends of the curves.

use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::layout::wrap;
use crate::plot::occupied::Occupied;
use crate::plot::picture::{Anchor, Item, Picture};
use crate::plot::series::StepSeries;
use crate::plot::style::{PAPER, fill_of};

/// Where the names of the curves stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Legend {
    /// In the panel where it covers no curve, band or mark; above the panel where there is no such place.
    #[default]
    Inside,
    /// Above the panel.
    Above,
    /// At the end of each curve, with a line to it where the name had to give way; above the panel where there is no room
    /// for all.
    Direct,
    /// Nowhere: the table's rows carry the colours of the curves.
    None,
}

/// Texts and strokes that are placed together, with places relative to their upper left corner.
pub(super) struct Block {
    pub width: f64,
    pub height: f64,
    items: Vec<Item>,
}

impl Block {
    fn empty() -> Self {
        Self { width: 0.0, height: 0.0, items: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Another block at this place of it.
    fn add(&mut self, other: Self, right: f64, down: f64) {
        self.width = self.width.max(right + other.width);
        self.height = self.height.max(down + other.height);
        self.items.extend(other.items.iter().map(|item| item.moved(right, down)));
    }

    pub(super) fn draw(&self, picture: &mut Picture, (left, top): (f64, f64)) {
        picture.items.extend(self.items.iter().map(|item| item.moved(left, top)));
    }
}

/// A corner of the panel.
#[derive(Clone, Copy)]
enum Corner {
    UpperRight,
    UpperLeft,
    LowerLeft,
    LowerRight,
}

impl CurvePlot {
    /// Names and notes where nothing is covered. What finds no room in the panel is returned: it stands above it.
    pub(super) fn key(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        notes: &[String],
        taken: &mut Occupied,
    ) -> Block {
        use Corner::{LowerLeft, LowerRight, UpperLeft, UpperRight};
        let panel = frame.right - frame.left;
        let falls = matches!(self.kind, Kind::Probability(VerticalAxis::Survival));
        let free = if falls {
            [UpperRight, LowerLeft, UpperLeft, LowerRight]
        } else {
            [UpperLeft, LowerRight, UpperRight, LowerLeft]
        };
        let mut above = Block::empty();
        let names = self.shows_names(series);
        let mut inside = Block::empty();
        let direct = names && self.legend == Legend::Direct;
        if direct && !self.direct_labels(picture, frame, series, taken)
            || names && self.legend == Legend::Above
        {
            above = self.names(series, panel, true);
        } else if names && self.legend == Legend::Inside {
            inside = self.names(series, SHARE * panel, false);
        }
        // Names with the notes under them; else the names, and the notes wherever they fit.
        let lines = self.note_lines(notes, SHARE * panel);
        if !inside.is_empty() && !lines.is_empty() {
            let mut both = self.names(series, SHARE * panel, false);
            both.add(self.note_lines(notes, SHARE * panel), 0.0, both.height + 0.4 * self.style.font_size);
            if self.place(&both, picture, frame, taken, free) {
                return above;
            }
        }
        if !inside.is_empty() && !self.place(&inside, picture, frame, taken, free) {
            above = self.names(series, panel, true);
        }
        let low = if falls { [LowerLeft, UpperRight, UpperLeft, LowerRight] } else { free };
        if !lines.is_empty() && !self.place(&lines, picture, frame, taken, low) {
            let under = above.height;
            above.add(self.note_lines(notes, panel), 0.0, under);
        }
        above
    }

    /// Draws what stands above the panel, and moves everything else down by its height.
    pub(super) fn draw_above(&self, picture: &mut Picture, frame: &Frame, above: &Block) -> f64 {
        if above.is_empty() {
            return 0.0;
        }
        let height = above.height + 0.4 * self.style.font_size;
        picture.shift(0.0, height);
        picture.height += height;
        above.draw(picture, (frame.left, frame.top - 0.4 * self.style.font_size));
        height
    }

    pub(super) fn shows_names(&self, series: &[StepSeries]) -> bool {
        self.legend != Legend::None
            && series.iter().any(|s| !s.label.is_empty())
            && (series.len() > 1 || self.labels.is_some())
    }

    /// Draws a block in the free place nearest to a corner, the first corners before the later ones.
    fn place(
        &self,
        block: &Block,
        picture: &mut Picture,
        frame: &Frame,
        taken: &mut Occupied,
        corners: [Corner; 4],
    ) -> bool {
        let gap = 0.6 * self.style.font_size;
        let (width, height) = (block.width + 2.0 * gap, block.height + 2.0 * gap);
        // A later corner is worth a quarter of the panel.
        let worth = 0.25 * (frame.right - frame.left);
        let score = |x: f64, y: f64| {
            let far = |corner: &Corner| {
                let (right, down) = (frame.right - x - width, frame.bottom - y - height);
                let (right, down) = match corner {
                    Corner::UpperRight => (right, y - frame.top),
                    Corner::UpperLeft => (x - frame.left, y - frame.top),
                    Corner::LowerLeft => (x - frame.left, down),
                    Corner::LowerRight => (right, down),
                };
                // Lengths of a sheet: no square overflows.
                (right * right + down * down).sqrt()
            };
            corners.iter().enumerate().map(|(i, c)| far(c) + worth * i as f64).fold(f64::INFINITY, f64::min)
        };
        let Some((left, top)) = taken.best((width, height), score) else { return false };
        if self.style.grid {
            // The lines of the grid do not run through the text.
            let (right, bottom) = (left + width - 0.5 * gap, top + height - 0.5 * gap);
            let (left, top) = (left + 0.5 * gap, top + 0.5 * gap);
            // No stub of a line is left between the text and the end of the panel.
            let near = |edge: f64, end: f64| {
                if (edge - end).abs() < 3.0 * self.style.font_size { end } else { edge }
            };
            let (left, right) =
                (near(left, frame.left + 0.1 * self.style.font_size), near(right, frame.right));
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            picture.area("ground", &corners, PAPER, 1.0);
        }
        block.draw(picture, (left + gap, top + gap));
        taken.cover(&[(left, top), (left + width, top), (left + width, top + height), (left, top + height)]);
        true
    }

    /// The keys with their names: one under the other, or in rows that fill the room.
    pub(super) fn names(&self, series: &[StepSeries], room: f64, in_rows: bool) -> Block {
        let mut all = Block::empty();
        let (mut x, mut y, mut lowest) = (0.0, 0.0, 0.0_f64);
        for own in series {
            let entry = self.entry(own, room);
            if x > 0.0 && (!in_rows || x + entry.width > room) {
                (x, y) = (0.0, lowest);
            }
            let width = entry.width + 1.5 * self.style.font_size;
            lowest = lowest.max(y + entry.height);
            all.add(entry, x, y);
            x += width;
        }
        all
    }

    /// A stroke, a gap and a name, which may take several lines.
    fn entry(&self, own: &StepSeries, room: f64) -> Block {
        let size = self.style.font_size;
        let indent = 2.7 * size;
        let number = own.color + 1;
        let lines = wrap(&own.name(), size, room - indent);
        let mut picture = Picture::new(0.0, 0.0, "", "");
        let middle = self.line_height() / 2.0;
        if self.stacked {
            let (top, bottom) = (middle - 0.4 * size, middle + 0.4 * size);
            let corners = [(0.2 * size, top), (2.0 * size, top), (2.0 * size, bottom), (0.2 * size, bottom)];
            picture.area(
                format!("key {number}"),
                &corners,
                self.style.palette.color(own.color),
                fill_of(own.color),
            );
        } else {
            let stroke = self.style.palette.stroke(own.color, 1.3 * self.style.line_width);
            picture.stroked(format!("key {number}"), &[(0.0, middle), (2.2 * size, middle)], stroke);
        }
        self.lines(&mut picture, &format!("label {number}"), &lines, (indent, 0.0), Anchor::Start);
        let width = indent + lines.iter().map(|l| font::width(l, size, false)).fold(0.0, f64::max);
        Block { width, height: lines.len() as f64 * self.line_height(), items: picture.items }
    }

    /// Lines of text under each other, from this upper edge on.
    pub(super) fn lines(
        &self,
        picture: &mut Picture,
        class: &str,
        lines: &[String],
        (x, top): (f64, f64),
        anchor: Anchor,
    ) {
        for (i, line) in lines.iter().enumerate() {
            let y = top + (i as f64 + 0.5) * self.line_height() + 0.35 * self.style.font_size;
            picture.text(self.style.text(class, (x, y), anchor, line));
        }
    }

    fn note_lines(&self, notes: &[String], room: f64) -> Block {
        let size = self.style.font_size;
        let lines: Vec<String> = notes.iter().flat_map(|note| wrap(note, size, room)).collect();
        let mut picture = Picture::new(0.0, 0.0, "", "");
        self.lines(&mut picture, "note", &lines, (0.0, 0.0), Anchor::Start);
        let width = lines.iter().map(|l| font::width(l, size, false)).fold(0.0, f64::max);
        Block { width, height: lines.len() as f64 * self.line_height(), items: picture.items }
    }
}

/// The share of the panel's width that names and notes inside it may take.
const SHARE: f64 = 0.7;
