//! Names at the ends of the curves.
//!
//! A name stands right of its curve's end in the panel if it covers nothing there or, second best, a band alone; else right
//! of the panel, at the height of the end. Names in the margin that would overlap are spread, and a thin line joins a name
//! to its curve.

use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::font;
use crate::plot::layout::{spread, wrap};
use crate::plot::occupied::Occupied;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::series::StepSeries;

/// A name with its lines of text and the end of its curve.
struct Name {
    number: usize,
    color: usize,
    lines: Vec<String>,
    width: f64,
    height: f64,
    end: (f64, f64),
}

impl CurvePlot {
    /// The width of the margin right of the panel in which names stand.
    pub(super) fn margin_of_names(&self, series: &[StepSeries]) -> f64 {
        let size = self.style.font_size;
        let widest = series.iter().map(|s| font::width(&s.name(), size, false)).fold(0.0, f64::max);
        (widest + 1.6 * size).min(0.3 * self.style.width())
    }

    /// Draws each name at its curve's end; `false` where the panel is not high enough for all.
    pub(super) fn direct_labels(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        taken: &mut Occupied,
    ) -> bool {
        let size = self.style.font_size;
        let room = self.margin_of_names(series) - 1.6 * size;
        let mut below = frame.bottom;
        let names = series.iter().map(|own| {
            let lines = wrap(&own.name(), size, room.max(size));
            let width = lines.iter().map(|l| font::width(l, size, false)).fold(0.0, f64::max);
            let height = lines.len() as f64 * self.line_height();
            let mut end = frame.end_of(own);
            if self.stacked {
                // A stacked area is named at its middle.
                let line = end.1;
                end.1 = f64::midpoint(line, below);
                below = line;
            }
            Name { number: own.color + 1, color: own.color, lines, width, height, end }
        });
        let names: Vec<Name> = names.collect();
        let (ended, outside): (Vec<Name>, Vec<Name>) =
            names.into_iter().partition(|n| n.end.0 < frame.right - 2.0 * size);
        // Whether there is room in the margin for all is asked before anything is drawn.
        let wishes = |names: &[&Name]| names.iter().map(|n| (n.end.1, n.height)).collect::<Vec<_>>();
        let all: Vec<&Name> = outside.iter().chain(&ended).collect();
        let (top, bottom) = (frame.top - 0.5 * size, frame.bottom + 0.5 * size);
        if spread(&wishes(&all), top, bottom).is_none() {
            return false;
        }
        let mut margin: Vec<&Name> = outside.iter().collect();
        for name in &ended {
            if !self.name_inside(picture, name, taken) {
                margin.push(name);
            }
        }
        let Some(places) = spread(&wishes(&margin), top, bottom) else { return false };
        for (name, y) in margin.into_iter().zip(places) {
            let left = frame.right + 1.3 * size;
            if (y - name.end.1).abs() > 0.3 * size || name.end.0 < frame.right - 1e-6 {
                self.leader(
                    picture,
                    name,
                    &[name.end, (frame.right + 0.3 * size, y), (left - 0.3 * size, y)],
                );
            }
            self.draw_name(picture, name, (left, y));
        }
        true
    }

    /// A name beside the end of a curve that ended early, where it covers nothing.
    fn name_inside(&self, picture: &mut Picture, name: &Name, taken: &mut Occupied) -> bool {
        let size = self.style.font_size;
        let gap = 0.4 * size;
        let (width, height) = (name.width + 2.0 * gap, name.height);
        let score = |x: f64, y: f64| {
            // To the left of its end a name would belong to another place of the curve.
            let (right, down) = (x - name.end.0, y + height / 2.0 - name.end.1);
            if right < -0.1 * size { f64::INFINITY } else { right.hypot(down) }
        };
        // Places below the panel or too far away are none; right of the end is best.
        let near = |at: Option<(f64, f64)>, most: f64| at.filter(|&(x, y)| score(x, y) < most * size);
        let place = near(taken.best((width, height), score), 2.5)
            .or_else(|| near(taken.best_over_bands((width, height), score), 6.0));
        let Some((left, top)) = place else { return false };
        let far = score(left, top);
        let y = top + height / 2.0;
        taken.cover(&[(left, top), (left + width, top), (left + width, top + height), (left, top + height)]);
        if far > 1.2 * size {
            self.leader(picture, name, &[name.end, (left + 0.5 * gap, y)]);
        }
        self.draw_name(picture, name, (left + gap, y));
        true
    }

    fn leader(&self, picture: &mut Picture, name: &Name, places: &[(f64, f64)]) {
        let color = self.style.palette.color(name.color);
        picture.line(format!("leader {}", name.number), places, color, 0.06 * self.style.font_size);
    }

    fn draw_name(&self, picture: &mut Picture, name: &Name, (left, middle): (f64, f64)) {
        let class = format!("label {}", name.number);
        for (i, line) in name.lines.iter().enumerate() {
            let y = middle - name.height / 2.0
                + (i as f64 + 0.5) * self.line_height()
                + 0.35 * self.style.font_size;
            let text = self.style.text(&class, (left, y), Anchor::Start, line);
            picture.text(Text { color: self.style.palette.color(name.color), ..text });
        }
    }
}
