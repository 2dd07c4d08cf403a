//! Steps and their bands.

use crate::plot::axis::Scale;
use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::layout::{COLUMN, step_line};
use crate::plot::occupied::Occupied;
use crate::plot::picture::{Picture, Stroke};
use crate::plot::series::StepSeries;
use crate::plot::style::fill_of;

/// The column of print in which the steps of a line are one: wider where there are many lines, so that a file stays small.
fn column(lines: usize) -> f64 {
    COLUMN * (lines as f64 / 3.0).max(1.0)
}

/// The same for the edge of a band, which has no stroke and does not need the detail of a line.
pub(super) fn band_column(lines: usize) -> f64 {
    2.0 * column(lines)
}

impl CurvePlot {
    /// Bands below, lines above, marks on top; what they cover is taken.
    pub(super) fn curves(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        taken: &mut Occupied,
    ) {
        if self.stacked {
            self.stacked_areas(picture, frame, series, taken);
        } else if self.bars.is_none() && self.mean_to.is_none() {
            // Limits of one column are one already, and no more than two columns shall be.
            let wide = 0.75 * band_column(series.len());
            // Many bands on each other are not to hide the curves.
            let opacity = self.style.band_opacity * (3.0 / series.len() as f64).min(1.0);
            for own in series {
                for corners in own.band_corners((frame.x, frame.y), frame.until, wide) {
                    taken.shade(&corners);
                    let color = self.style.palette.color(own.color);
                    picture.area(format!("band {}", own.color + 1), &corners, color, opacity);
                }
            }
        }
        for own in series {
            let line = self.line_of(frame, own, column(series.len()));
            if !line.is_empty() {
                taken.cover(&line);
                picture.stroked(format!("curve {}", own.color + 1), &line, self.stroke_of(own));
            }
        }
        if let Some(times) = &self.bars {
            self.confidence_bars(picture, frame, series, times, taken);
        }
        if self.marks && !self.stacked {
            for own in series {
                self.censoring_marks(picture, frame, own, taken);
            }
        }
    }

    /// The corners of a curve, up to where it is followed or the axis ends.
    fn line_of(&self, frame: &Frame, own: &StepSeries, wide: f64) -> Vec<(f64, f64)> {
        let end = own.end.min(frame.until);
        if own.smooth {
            return joined(&own.steps, end, frame.x, frame.y);
        }
        if !self.logarithmic() {
            return step_line((0.0, own.start), &own.steps, end, (frame.x, frame.y), wide);
        }
        let drawn = own.steps.iter().copied();
        let steps: Vec<(f64, f64)> =
            drawn.filter(|s| s.1.is_finite() && s.0 >= frame.from && s.0 <= end).collect();
        match steps.split_first() {
            Some((&first, rest)) => step_line(first, rest, end.max(first.0), (frame.x, frame.y), wide),
            None => Vec::new(),
        }
    }

    /// The edges of stacked areas are continuous: their colours are beside each other, and dashes would fray them.
    fn stroke_of(&self, own: &StepSeries) -> Stroke {
        let palette = &self.style.palette;
        if self.stacked {
            Stroke::new(palette.color(own.color), 0.7 * self.style.line_width)
        } else {
            palette.stroke(own.color, self.style.line_width)
        }
    }

    fn stacked_areas(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        taken: &mut Occupied,
    ) {
        let floor = frame.y.place(0.0);
        let mut below = vec![(frame.x.place(0.0), floor)];
        for own in series {
            let end = own.end.min(frame.until);
            let line = step_line((0.0, own.start), &own.steps, end, (frame.x, frame.y), column(series.len()));
            // The area below may have ended sooner: its edge is carried on.
            if let Some(&(_, y)) = below.last() {
                below.push((frame.x.place(end), y));
            }
            let mut corners = line.clone();
            corners.extend(below.iter().rev());
            taken.cover(&corners);
            let color = self.style.palette.color(own.color);
            picture.area(format!("band {}", own.color + 1), &corners, color, fill_of(own.color));
            below = line;
        }
    }

    /// Bars from the lower to the upper limit, with ends across; those of several curves beside each other.
    fn confidence_bars(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        times: &[f64],
        taken: &mut Occupied,
    ) {
        let size = self.style.font_size;
        let at_ticks: Vec<f64> = frame.ticks.iter().copied().filter(|&t| t > 0.0).collect();
        let times = if times.is_empty() { &at_ticks } else { times };
        for (i, own) in series.iter().enumerate() {
            let aside = (i as f64 - (series.len() as f64 - 1.0) / 2.0) * 0.5 * size;
            for &time in times.iter().filter(|&&t| t <= frame.until) {
                let Some((lower, upper)) = own.limits_at(time) else { continue };
                if !(lower.is_finite() && upper.is_finite()) {
                    continue;
                }
                let (x, cap) = (frame.x.place(time) + aside, 0.22 * size);
                let (low, high) = (frame.y.place(lower), frame.y.place(upper));
                let places =
                    [(x - cap, low), (x + cap, low), (x, low), (x, high), (x - cap, high), (x + cap, high)];
                taken.cover(&places);
                let stroke = Stroke::new(self.style.palette.color(own.color), 0.7 * self.style.line_width);
                picture.stroked(format!("bar {}", own.color + 1), &places, stroke);
            }
        }
    }
}

impl StepSeries {
    /// The corners of the bands: along the upper limits, back along the lower ones; one piece for each stretch that has
    /// limits.
    fn band_corners(&self, (x, y): (Scale, Scale), until: f64, wide: f64) -> Vec<Vec<(f64, f64)>> {
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
                // The limits at the end are a line without width: drawn where the axis reaches, since it makes no room for them.
                let reached = |(low, high): (f64, f64)| y.reaches(low) && y.reaches(high);
                let shown = limits.partition_point(|l| self.smooth || l.0 < stop || reached(l.1));
                let limits = &limits[..shown];
                let side = |pick: fn((f64, f64)) -> f64| {
                    let steps: Vec<(f64, f64)> = limits.iter().map(|&(t, l)| (t, pick(l))).collect();
                    if self.smooth {
                        let all: Vec<(f64, f64)> = [(from, pick(first))].into_iter().chain(steps).collect();
                        return joined(&all, stop, x, y);
                    }
                    step_line((from, pick(first)), &steps, stop, (x, y), wide)
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

/// Straight lines through these values up to `end`, where the last one is cut.
fn joined(values: &[(f64, f64)], end: f64, x: Scale, y: Scale) -> Vec<(f64, f64)> {
    let inside = values.partition_point(|v| v.0 <= end);
    let mut points: Vec<(f64, f64)> =
        values[..inside].iter().map(|&(t, v)| (x.place(t), y.place(v))).collect();
    if let (Some(&(from, a)), Some(&(to, b))) = (values[..inside].last(), values.get(inside)) {
        points.push((x.place(end), y.place(a + (b - a) * (end - from) / (to - from))));
    }
    points
}
