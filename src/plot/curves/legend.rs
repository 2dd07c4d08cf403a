//! Which line is which.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::layout::inside;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::series::StepSeries;

impl CurvePlot {
    pub(super) fn legend_entries(&self, series: &[StepSeries]) -> bool {
        series.iter().any(|s| !s.label.is_empty()) && (series.len() > 1 || self.labels.is_some())
    }

    /// The width of one entry: a stroke, a gap, the label.
    pub(super) fn entry_width(&self, label: &str) -> f64 {
        3.0 * self.style.font_size + font::width(label, self.style.font_size, false)
    }

    /// The height of a legend above the panel, in rows that fit its width.
    pub(super) fn legend_above(&self, series: &[StepSeries], width: f64) -> f64 {
        if !self.legend_entries(series) {
            return 0.0;
        }
        self.legend_places(series, width).last().map_or(0.0, |p| p.1 + self.line_height())
    }

    /// The place of each entry relative to the upper left corner of the legend.
    pub(super) fn legend_places(&self, series: &[StepSeries], width: f64) -> Vec<(f64, f64)> {
        let (mut x, mut y) = (0.0, 0.0);
        let mut places = Vec::new();
        for own in series {
            let entry = self.entry_width(&own.label) + 1.5 * self.style.font_size;
            if x > 0.0 && x + entry > width {
                x = 0.0;
                y += self.line_height();
            }
            places.push((x, y));
            x += entry;
        }
        places
    }

    /// The legend stands above the panel, where no curve is.
    pub(super) fn legend(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        lines: &[Vec<(f64, f64)>],
    ) {
        if !self.legend_entries(series) {
            return;
        }
        let size = self.style.font_size;
        let height = self.legend_above(series, frame.right - frame.left);
        let top = frame.top - height;
        debug_assert_eq!(inside(lines, (frame.left, top, frame.right, frame.top - size * 0.5)), 0);
        for (i, (own, (x, y))) in
            series.iter().zip(self.legend_places(series, frame.right - frame.left)).enumerate()
        {
            let (x, y) = (frame.left + x, top + y + 0.2 * size);
            let stroke = self.style.palette.stroke(i, 1.3 * self.style.line_width);
            picture.stroked(format!("key {}", i + 1), &[(x, y), (x + 2.2 * size, y)], stroke);
            picture.text(self.style.text(
                format!("label {}", i + 1),
                (x + 2.7 * size, y + 0.35 * size),
                Anchor::Start,
                &own.label,
            ));
        }
    }
}
