//! Marks where subjects were censored.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::layout::merge_marks;
use crate::plot::occupied::Occupied;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;

impl CurvePlot {
    pub(super) fn censoring_marks(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        own: &StepSeries,
        taken: &mut Occupied,
    ) {
        let size = self.style.font_size;
        let drawn = |&(time, _): &(f64, f64)| time >= frame.from && time <= frame.until;
        let times: Vec<(f64, f64)> = own.censored.iter().copied().filter(drawn).collect();
        for (x, time, count) in merge_marks(&times, frame.x, 0.09 * size) {
            let value = own.value_at(time);
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
