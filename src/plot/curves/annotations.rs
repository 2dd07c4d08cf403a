//! Landmarks, lines to medians, areas of means, and lines of text.

use crate::error::Result;
use crate::plot::axis::label;
use crate::plot::curves::builder::CurvePlot;
use crate::plot::curves::frame::Frame;
use crate::plot::curves::source::Source;
use crate::plot::curves::words::short;
use crate::plot::layout::{COLUMN, step_line};
use crate::plot::occupied::Occupied;
use crate::plot::picture::{Color, Picture, Stroke};
use crate::plot::series::StepSeries;
use crate::plot::style::GREY;

impl CurvePlot {
    /// Areas under the curves, below everything else.
    pub(super) fn areas(&self, picture: &mut Picture, frame: &Frame, series: &[StepSeries]) {
        let Some(tau) = self.mean_to else { return };
        for own in series {
            let end = tau.min(own.end).min(frame.until);
            let mut corners = step_line((0.0, own.start), &own.steps, end, (frame.x, frame.y), COLUMN);
            corners.extend([(frame.x.place(end), frame.bottom), (frame.left, frame.bottom)]);
            let color = self.style.palette.color(own.color);
            picture.area(format!("mean {}", own.color + 1), &corners, color, self.style.band_opacity);
        }
    }

    /// Landmarks and lines to medians, below the curves, whose marks they would hide.
    pub(super) fn extras(
        &self,
        picture: &mut Picture,
        frame: &Frame,
        series: &[StepSeries],
        taken: &mut Occupied,
    ) {
        let size = self.style.font_size;
        let dashed = |color: Color| Stroke { color, width: 0.08 * size, dashes: vec![0.25 * size; 2] };
        let mut draw = |class: String, places: &[(f64, f64)], color: Color| {
            taken.cover(places);
            picture.stroked(class, places, dashed(color));
        };
        if self.signed {
            let y = frame.y.place(0.0);
            draw("no difference".into(), &[(frame.left, y), (frame.right, y)], GREY);
        }
        let drawn = |t: &&f64| (frame.from..=frame.until).contains(*t);
        for &time in self.landmarks.iter().chain(&self.mean_to).filter(drawn) {
            let x = frame.x.place(time);
            draw("landmark".into(), &[(x, frame.top), (x, frame.bottom)], GREY);
        }
        if self.medians && self.survives() {
            // One line across, to the last of the medians, and one down from each.
            let y = frame.y.place(if self.fraction { 0.5 } else { 50.0 });
            let medians =
                series.iter().filter_map(|own| Some((own, own.median.filter(|&m| m <= frame.until)?)));
            let medians: Vec<(&StepSeries, f64)> = medians.collect();
            if let Some(last) = medians.iter().map(|m| m.1).reduce(f64::max) {
                draw("half".into(), &[(frame.left, y), (frame.x.place(last), y)], GREY);
            }
            for (own, time) in medians {
                let x = frame.x.place(time);
                let color = self.style.palette.color(own.color);
                draw(format!("median {}", own.color + 1), &[(x, y), (x, frame.bottom)], color);
            }
        }
    }

    /// The lines of text of the figure, those of restricted means first.
    pub(super) fn all_notes(&self, series: &[StepSeries]) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        if let (Some(tau), Source::Curves(curves)) = (self.mean_to, &self.source) {
            let mut means = Vec::new();
            for (curve, own) in curves.iter().zip(series) {
                let mean = short(curve.restricted_mean(tau * self.unit)?.value() / self.unit);
                means.push(if own.label.is_empty() { mean } else { format!("{}: {mean}", own.label) });
            }
            notes.push(format!("Restricted mean to {}: {}", label(tau), means.join(", ")));
        }
        notes.extend(self.notes.iter().cloned());
        Ok(notes)
    }
}
