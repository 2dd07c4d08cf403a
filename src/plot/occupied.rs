//! Which parts of a panel are drawn on, and where a block of text still has room.
//!
//! The panel is divided into cells of a point and a half. Whatever is drawn covers, in each column of cells, what lies
//! between its lowest and its highest place: that is the area of a band, and the stroke of a line. A sum over the cells
//! above and to the left of each cell then tells of any rectangle at once whether it is free, so all of them are tried.

/// The side of a cell in points: about the width of a strong line.
const CELL: f64 = 1.5;

/// The cells of a panel that something is drawn on.
pub(crate) struct Occupied {
    left: f64,
    top: f64,
    columns: usize,
    rows: usize,
    taken: Vec<u8>,
}

/// Covered by a line, a mark or a text.
const STROKE: u8 = 1;
/// Covered by a band, on which a text can be read.
const BAND: u8 = 2;

/// The largest whole number that is not above x; `f64::floor` is a call where the processor is not asked what it can.
fn floor(x: f64) -> i64 {
    let whole = x as i64;
    whole.saturating_sub(i64::from(whole as f64 > x))
}

impl Occupied {
    /// A panel `(left, top, right, bottom)` that is still empty.
    pub(crate) fn new((left, top, right, bottom): (f64, f64, f64, f64)) -> Self {
        let cells = |length: f64| (length / CELL).floor().clamp(0.0, 4000.0) as usize;
        let (columns, rows) = (cells(right - left), cells(bottom - top));
        Self { left, top, columns, rows, taken: vec![0; columns * rows] }
    }

    /// A line through these places, or a text with these corners.
    pub(crate) fn cover(&mut self, places: &[(f64, f64)]) {
        self.mark(places, STROKE);
    }

    /// A band with these corners, whose sides run along the axis.
    pub(crate) fn shade(&mut self, places: &[(f64, f64)]) {
        self.mark(places, BAND);
    }

    fn mark(&mut self, places: &[(f64, f64)], how: u8) {
        let (Some(last_column), Some(last_row)) = (self.columns.checked_sub(1), self.rows.checked_sub(1))
        else {
            return;
        };
        let cell = |place: f64, from: f64| floor((place - from) / CELL);
        let (last_column, last_row) = (last_column as i64, last_row as i64);
        // A mark lies in one column: what it does not reach is skipped.
        let reach =
            places.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |r, p| (r.0.min(p.0), r.1.max(p.0)));
        let (first, last) = (cell(reach.0, self.left).max(0), cell(reach.1, self.left).min(last_column));
        if first > last {
            return;
        }
        let mut spans = vec![(i64::MAX, i64::MIN); (last - first + 1) as usize];
        let mut cells = places.iter().map(|p| (cell(p.0, self.left), cell(p.1, self.top)));
        let Some(mut a) = cells.next() else { return };
        for b in cells {
            let (from, to) = (a.0.min(b.0), a.0.max(b.0));
            let (low, high) = (a.1.min(b.1), a.1.max(b.1));
            a = b;
            if from > last || to < first {
                continue;
            }
            for span in &mut spans[(from.max(first) - first) as usize..=(to.min(last) - first) as usize] {
                *span = (span.0.min(low), span.1.max(high));
            }
        }
        for (column, (low, high)) in (first as usize..).zip(spans) {
            if low <= last_row && high >= 0 {
                for row in low.max(0) as usize..=high.min(last_row) as usize {
                    self.taken[row * self.columns + column] |= how;
                }
            }
        }
    }

    /// The upper left corner of the free rectangle of this size with the lowest score of its corner; the first one from
    /// above and from the left among equals.
    pub(crate) fn best(&self, size: (f64, f64), score: impl Fn(f64, f64) -> f64) -> Option<(f64, f64)> {
        self.find(size, STROKE | BAND, score)
    }

    /// The same where a band may lie under it.
    pub(crate) fn best_over_bands(
        &self,
        size: (f64, f64),
        score: impl Fn(f64, f64) -> f64,
    ) -> Option<(f64, f64)> {
        self.find(size, STROKE, score)
    }

    fn find(
        &self,
        (width, height): (f64, f64),
        avoid: u8,
        score: impl Fn(f64, f64) -> f64,
    ) -> Option<(f64, f64)> {
        let (wide, high) = ((width / CELL).ceil() as usize, (height / CELL).ceil() as usize);
        if wide == 0 || high == 0 || wide > self.columns || high > self.rows {
            return None;
        }
        let sums = self.sums(avoid);
        let sum = |row: usize, column: usize| sums[row * (self.columns + 1) + column];
        let mut best: Option<(f64, (f64, f64))> = None;
        for row in 0..=self.rows - high {
            for column in 0..=self.columns - wide {
                let taken = sum(row + high, column + wide) + sum(row, column)
                    - sum(row, column + wide)
                    - sum(row + high, column);
                if taken > 0 {
                    continue;
                }
                let corner = (self.left + column as f64 * CELL, self.top + row as f64 * CELL);
                let own = score(corner.0, corner.1);
                if best.is_none_or(|(lowest, _)| own < lowest) {
                    best = Some((own, corner));
                }
            }
        }
        best.map(|(_, corner)| corner)
    }

    /// How many cells above and to the left of each corner are taken.
    fn sums(&self, avoid: u8) -> Vec<u32> {
        let wide = self.columns + 1;
        let mut sums = vec![0; wide * (self.rows + 1)];
        for row in 0..self.rows {
            let mut along = 0;
            for column in 0..self.columns {
                along += u32::from(self.taken[row * self.columns + column] & avoid > 0);
                sums[(row + 1) * wide + column + 1] = sums[row * wide + column + 1] + along;
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_taken_between_its_sides() {
        let mut panel = Occupied::new((0.0, 0.0, 30.0, 30.0));
        panel.shade(&[(0.0, 10.0), (15.0, 10.0), (15.0, 20.0), (0.0, 20.0)]);
        // Right of it, above it, below it; nowhere is there room for more.
        let at = |size, score: fn(f64, f64) -> f64| panel.best(size, score);
        assert_eq!(at((9.0, 30.0), |x, _| x), Some((16.5, 0.0)));
        assert_eq!(at((30.0, 9.0), |_, y| y), Some((0.0, 0.0)));
        assert_eq!(at((30.0, 9.0), |_, y| -y), Some((0.0, 21.0)));
        assert_eq!(at((18.0, 18.0), |x, _| x), None);
        assert_eq!(panel.best_over_bands((18.0, 18.0), |x, _| x), Some((0.0, 0.0)));
    }

    #[test]
    fn cells_are_counted_from_the_left() {
        for (x, whole) in [(0.0, 0), (1.5, 1), (-0.1, -1), (-2.0, -2), (f64::NEG_INFINITY, i64::MIN)] {
            assert_eq!(floor(x), whole);
        }
        // What has no place covers nothing that could be seen elsewhere.
        let mut panel = Occupied::new((0.0, 0.0, 30.0, 30.0));
        panel.cover(&[(f64::INFINITY, 3.0), (f64::INFINITY, 9.0)]);
        panel.cover(&[(-90.0, 3.0), (-40.0, 9.0)]);
        assert_eq!(panel.best((30.0, 30.0), |x, _| x), Some((0.0, 0.0)));
    }

    #[test]
    fn a_line_is_taken_along_its_steps() {
        let mut panel = Occupied::new((0.0, 0.0, 30.0, 30.0));
        panel.cover(&[(0.0, 1.0), (15.0, 1.0), (15.0, 28.0), (30.0, 28.0)]);
        assert_eq!(panel.best((12.0, 12.0), |x, y| y - x), Some((18.0, 0.0)));
        assert_eq!(panel.best((24.0, 12.0), |x, _| x), None);
        assert_eq!(Occupied::new((0.0, 0.0, 1.0, 1.0)).best((1.0, 1.0), |x, _| x), None, "no cell at all");
    }
}
