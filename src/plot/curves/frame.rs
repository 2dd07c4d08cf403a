//! Where everything is: the panel, its scales, and how much room the rest needs.

use crate::error::{Error, Result};
use crate::plot::axis::{Rounding, Scale, ticks, ticks_logarithmic};
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::font;
use crate::plot::series::StepSeries;

/// Where everything is: the panel, its scales and the columns of the table.
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
    pub(super) ticks: Vec<f64>,
    /// Where the time axis begins and ends, in units of the axis.
    pub(super) from: f64,
    pub(super) until: f64,
}

impl CurvePlot {
    pub(super) fn frame(&self, series: &[StepSeries]) -> Result<Frame> {
        let size = self.style.font_size;
        let widest = series.iter().map(|s| font::width(&s.label, size, false)).fold(0.0, f64::max);
        let with_table = self.rows_of_table(series) > 0;
        let end = series.iter().map(|s| s.end).fold(0.0, f64::max);
        let until = self.until.unwrap_or(end);
        let until = if until > 0.0 { until } else { 1.0 };
        // Labels of the table hang left of the panel; a very long one is cut by its own width there.
        let heading = self.table.iter().map(|r| font::width(r.heading(), size, true)).fold(0.0, f64::max);
        let room = if with_table { widest.max(heading * 0.5) + 1.6 * size } else { 0.0 };
        let left = room.max(5.2 * size).min(0.38 * self.style.width());
        let right = self.style.width() - 1.6 * size;
        let top = if self.title.is_empty() { 1.2 * size } else { 1.2 * size + 1.6 * self.style.title_size };
        let top = top + self.legend_above(series, right - left);
        let bottom = top + self.style.panel_height();
        if !(right - left > 4.0 * size) {
            return Err(Error::OutOfRange {
                argument: "width_mm",
                value: self.style.width_mm,
                must_be: "wide enough for the font: at least about 15 times its size",
            });
        }
        let most = (((right - left) / (3.6 * size)) as usize).clamp(2, 12);
        let (low, high) = self.range(series);
        let y = Scale::linear((low, high), (bottom, top));
        if self.logarithmic() {
            let first =
                series.iter().filter_map(|s| s.steps.first()).map(|s| s.0).fold(f64::INFINITY, f64::min);
            let from = if first.is_finite() && first > 0.0 && first < until { first } else { until / 10.0 };
            let x = Scale::logarithmic((from, until), (left, right));
            let ticks = self.ticks.clone().unwrap_or_else(|| ticks_logarithmic(from, until));
            return Ok(Frame { left, right, top, bottom, x, y, ticks, from, until });
        }
        let rounding = Rounding::of(&self.time_name);
        let ticks = self.ticks.clone().unwrap_or_else(|| ticks(until, most, rounding));
        let x = Scale::linear((0.0, until), (left, right));
        let ticks = ticks.into_iter().filter(|&t| t <= until * (1.0 + 1e-9)).collect();
        Ok(Frame { left, right, top, bottom, x, y, ticks, from: 0.0, until })
    }

    /// The lowest and highest value of the vertical axis.
    pub(super) fn range(&self, series: &[StepSeries]) -> (f64, f64) {
        match self.kind {
            Kind::Probability(VerticalAxis::LogMinusLog) => {
                let values =
                    || series.iter().flat_map(|s| s.steps.iter().map(|s| s.1)).filter(|v| v.is_finite());
                let (low, high) =
                    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
                if low < high { (low, high) } else { (-2.0, 1.0) }
            }
            Kind::Probability(_) => (0.0, if self.fraction { 1.0 } else { 100.0 }),
            Kind::Steps if self.signed => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let bands =
                    series.iter().flat_map(|s| s.band.iter().filter_map(|b| b.1)).flat_map(|(l, u)| [l, u]);
                let reach = lines.chain(bands).filter(|v| v.is_finite()).fold(0.0_f64, |m, v| m.max(v.abs()));
                let reach = if reach > 0.0 { 1.05 * reach } else { 1.0 };
                (-reach, reach)
            }
            Kind::Steps => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let bands = series.iter().flat_map(|s| s.band.iter().filter_map(|b| b.1).map(|b| b.1));
                let starts = series.iter().map(|s| s.start);
                let high = lines.chain(bands).chain(starts).filter(|v| v.is_finite()).fold(0.0, f64::max);
                // Probabilities that reach far are shown up to 1.
                if high <= 0.0 || (0.6..=1.0).contains(&high) {
                    (0.0, 1.0)
                } else {
                    let step = ticks(high, 5, Rounding::Decimal).get(1).copied().unwrap_or(high);
                    (0.0, (high / step).ceil() * step)
                }
            }
        }
    }

    pub(super) fn height(&self, frame: &Frame, series: &[StepSeries]) -> f64 {
        let under = 3.1 * self.style.font_size;
        let table = self.rows_of_table(series) as f64 * self.line_height();
        frame.bottom
            + under
            + if table > 0.0 { table + 0.9 * self.style.font_size } else { 0.5 * self.style.font_size }
    }
}

impl Frame {
    /// The value at a share of the vertical axis: 0 at the bottom.
    pub(super) fn y_value(&self, share: f64) -> f64 {
        let y = self.bottom + share * (self.top - self.bottom);
        self.y.value(y)
    }
}
