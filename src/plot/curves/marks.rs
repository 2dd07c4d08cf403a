//! Marks where subjects were censored.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::layout::merge_marks;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;

impl CurvePlot {
    pub(super) fn censoring_marks(&self, picture: &mut Picture, frame: &Frame, own: &StepSeries, i: usize) {
        let times: Vec<(f64, f64)> = own.censored.iter().copied().filter(|c| c.0 <= frame.until).collect();
        for (x, time, count) in merge_marks(&times, frame.x, 0.09 * self.style.font_size) {
            let y = frame.y.place(own.value_at(time));
            // Twice as many censored make the mark a little taller, up to twice its height.
            let half = 0.3 * self.style.font_size * (1.0 + 0.12 * count.max(1.0).log2()).min(2.0);
            let color = self.style.palette.color(i);
            picture.line(
                format!("censored {}", i + 1),
                &[(x, y - half), (x, y + half)],
                color,
                0.6 * self.style.line_width,
            );
        }
    }
}
