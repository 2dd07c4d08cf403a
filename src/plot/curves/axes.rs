//! The axes of the panel: lines, ticks and their labels.

use crate::plot::axis::label;
use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::style::{FAINT, INK};

impl CurvePlot {
    pub(super) fn axes(&self, picture: &mut Picture, frame: &Frame) {
        let size = self.style.font_size;
        let thin = 0.06 * size;
        let (low, high) = (frame.y_value(0.0), frame.y_value(1.0));
        let values = self.value_ticks(low, high);
        for &value in &values {
            let y = frame.y.place(value);
            if self.style.grid && value > low {
                picture.line("grid", &[(frame.left, y), (frame.right, y)], FAINT, thin);
            }
            picture.line("axis", &[(frame.left - 0.4 * size, y), (frame.left, y)], INK, thin * 1.4);
            picture.text(self.style.text(
                "value tick",
                (frame.left - 0.7 * size, y + 0.35 * size),
                Anchor::End,
                label(value),
            ));
        }
        picture.line(
            "axis",
            &[(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)],
            INK,
            thin * 1.4,
        );
        let mut free = f64::NEG_INFINITY;
        for &tick in &frame.ticks {
            let x = frame.x.place(tick);
            picture.line("axis", &[(x, frame.bottom), (x, frame.bottom + 0.4 * size)], INK, thin * 1.4);
            // A label that would touch the one before is left out; its tick stays.
            let text = label(tick);
            let half = font::width(&text, size, false) / 2.0;
            if x - half > free {
                picture.text(self.style.text(
                    "time tick",
                    (x, frame.bottom + 1.5 * size),
                    Anchor::Middle,
                    text,
                ));
                free = x + half + 0.4 * size;
            }
        }
        let middle = f64::midpoint(frame.left, frame.right);
        picture.text(self.style.text(
            "time axis",
            (middle, frame.bottom + 2.8 * size),
            Anchor::Middle,
            &self.time_name,
        ));
        let widest = values.iter().map(|&v| font::width(&label(v), size, false)).fold(0.0, f64::max);
        if self.common.as_ref().is_none_or(|c| c.names_values) {
            let axis = (frame.left, frame.top, frame.bottom);
            picture.text(self.style.upright("value axis", axis, widest, self.value_title()));
        }
    }
}
