//! Marks where subjects were censored.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::layout::merge_marks;
use crate::plot::occupied::Occupied;
use crate::plot::picture::Picture;
use crate::plot::series::{Censored, StepSeries};

/// From this share of the axis on, marks side by side are too many.
const CROWDED: f64 = 0.4;

impl CurvePlot {
    pub(super) fn censoring_marks(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        own: &StepSeries,
        taken: &mut Occupied,
    ) {
        let size = self.style.font_size;
        let drawn = |mark: &Censored| mark.from >= frame.from && mark.from <= frame.until;
        let marks: Vec<Censored> = own.censored.iter().copied().filter(drawn).collect();
        let mut merged = merge_marks(&marks, frame.x, 0.09 * size);
        // Marks side by side all along hide the curve and tell nothing: then each stands for more of them.
        if merged.len() as f64 * 0.09 * size > CROWDED * (frame.right - frame.left) {
            merged = merge_marks(&marks, frame.x, 0.6 * size);
        }
        for Censored { from, to, count } in merged {
            let x = frame.x.place(from);
            let value = own.value_at(to);
            if !value.is_finite() {
                continue;
            }
            let y = frame.y.place(value);
            // Twice as many censored make the mark a little taller, up to twice its height.
            let half = 0.3 * size * (1.0 + 0.12 * count.max(1.0).log2()).min(2.0);
            let color = self.style.palette.color(own.color);
            let places = [(x, y - half), (x, y + half)];
            taken.cover(&places);
            picture.line(format!("censored {}", own.color + 1), &places, color, 0.6 * self.style.line_width);
        }
    }
}
