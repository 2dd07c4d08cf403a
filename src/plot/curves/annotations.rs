//! Landmarks, lines to medians, and lines of text in the panel.

use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::frame::Frame;
use crate::plot::picture::{Anchor, Color, Picture, Stroke};
use crate::plot::series::StepSeries;
use crate::plot::style::GREY;

impl CurvePlot {
    /// Landmarks, lines to medians and notes.
    pub(super) fn extras(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let size = self.style.font_size;
        let dashed = |color: Color| Stroke { color, width: 0.07 * size, dashes: vec![2.0, 2.0] };
        if self.signed {
            let y = frame.y.place(0.0);
            picture.stroked("no difference", &[(frame.left, y), (frame.right, y)], dashed(GREY));
        }
        for &time in self.landmarks.iter().filter(|&&t| t <= frame.until) {
            let x = frame.x.place(time);
            picture.stroked("landmark", &[(x, frame.top), (x, frame.bottom)], dashed(GREY));
        }
        if self.medians && self.kind == Kind::Probability(VerticalAxis::Survival) {
            let half = if self.fraction { 0.5 } else { 50.0 };
            for (i, own) in series.iter().enumerate() {
                if let Some(t) = own.first_at_or_below(half).filter(|&t| t <= frame.until) {
                    let (x, y) = (frame.x.place(t), frame.y.place(half));
                    let corners = [(frame.left, y), (x, y), (x, frame.bottom)];
                    picture.stroked(
                        format!("median {}", i + 1),
                        &corners,
                        dashed(self.style.palette.color(i)),
                    );
                }
            }
        }
        // Notes stand where survival curves are not: low at the left; for rising curves high at the left.
        let low = matches!(self.kind, Kind::Probability(VerticalAxis::Survival));
        for (i, note) in self.notes.iter().enumerate() {
            let y = if low {
                frame.bottom - 0.8 * size - (self.notes.len() - 1 - i) as f64 * self.line_height()
            } else {
                frame.top + 1.2 * size + i as f64 * self.line_height()
            };
            picture.text(self.style.text("note", (frame.left + 0.8 * size, y), Anchor::Start, note));
        }
    }
}
