//! Steps and their bands.

use crate::plot::axis::Scale;
use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::layout::step_line;
use crate::plot::picture::Picture;
use crate::plot::series::StepSeries;

impl CurvePlot {
    /// Bands below, lines above, marks on top. Returns the lines, for the legend to keep away from.
    pub(super) fn curves(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
    ) -> Vec<Vec<(f64, f64)>> {
        let palette = &self.style.palette;
        if self.stacked {
            self.stacked_areas(picture, frame, series);
        } else {
            for (i, own) in series.iter().enumerate() {
                for corners in own.band_corners(frame.x, frame.y, frame.until) {
                    picture.area(
                        format!("band {}", i + 1),
                        &corners,
                        palette.color(i),
                        self.style.band_opacity,
                    );
                }
            }
        }
        let mut lines = Vec::new();
        for (i, own) in series.iter().enumerate() {
            let end = own.end.min(frame.until);
            let line = if self.logarithmic() {
                let steps: Vec<(f64, f64)> =
                    own.steps.iter().copied().filter(|s| s.1.is_finite() && s.0 >= frame.from).collect();
                match steps.split_first() {
                    Some((&first, rest)) => step_line(first, rest, end.max(first.0), frame.x, frame.y),
                    None => Vec::new(),
                }
            } else {
                step_line((0.0, own.start), &own.steps, end, frame.x, frame.y)
            };
            if !line.is_empty() {
                picture.stroked(format!("curve {}", i + 1), &line, palette.stroke(i, self.style.line_width));
            }
            lines.push(line);
        }
        if self.marks && !self.stacked {
            for (i, own) in series.iter().enumerate() {
                self.censoring_marks(picture, frame, own, i);
            }
        }
        lines
    }

    pub(super) fn stacked_areas(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let mut below: Vec<(f64, f64)> =
            vec![(frame.x.place(0.0), frame.y.place(0.0)), (frame.x.place(frame.until), frame.y.place(0.0))];
        for (i, own) in series.iter().enumerate() {
            let line = step_line((0.0, own.start), &own.steps, own.end.min(frame.until), frame.x, frame.y);
            let mut corners = line.clone();
            corners.extend(below.iter().rev());
            picture.area(format!("band {}", i + 1), &corners, self.style.palette.color(i), 0.35);
            below = line;
        }
    }
}

impl StepSeries {
    /// The corners of the bands: along the upper limits, back along the lower ones; one piece for each stretch that has
    /// limits.
    fn band_corners(&self, x: Scale, y: Scale, until: f64) -> Vec<Vec<(f64, f64)>> {
        let end = self.end.min(until);
        let mut pieces = Vec::new();
        let mut i = 0;
        while i < self.band.len() {
            let Some(first) = self.band[i].1 else {
                i += 1;
                continue;
            };
            let from = self.band[i].0;
            let mut j = i + 1;
            while j < self.band.len() && self.band[j].1.is_some() {
                j += 1;
            }
            let stop = self.band.get(j).map_or(end, |b| b.0.min(end));
            if from < stop {
                let limits: Vec<(f64, (f64, f64))> =
                    self.band[i + 1..j].iter().filter_map(|&(t, l)| Some((t, l?))).collect();
                let side = |pick: fn((f64, f64)) -> f64| {
                    let steps: Vec<(f64, f64)> = limits.iter().map(|&(t, l)| (t, pick(l))).collect();
                    step_line((from, pick(first)), &steps, stop, x, y)
                };
                let mut corners = side(|l| l.1);
                corners.extend(side(|l| l.0).into_iter().rev());
                pieces.push(corners);
            }
            i = j;
        }
        pieces
    }
}
