//! Where everything is: the panel, its scales, and how much room the rest needs.

use crate::error::{Error, Result};
use crate::plot::axis::{FEWEST, Rounding, Scale, label, ticks, ticks_between, ticks_logarithmic};
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::legend::Legend;
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
        let end = series.iter().map(|s| s.end).fold(0.0, f64::max);
        let until = self.common.as_ref().map(|c| c.until).or(self.until).unwrap_or(end);
        let until = if until > 0.0 { until } else { 1.0 };
        let (low, high) = self.common.as_ref().map_or_else(|| self.range(series), |c| c.range);
        // Labels of the table hang left of the panel; a very long one is cut there. The vertical axis has its labels and its
        // name there too.
        let room = self.widest_row(series).map_or(0.0, |widest| widest + 2.6 * size);
        let values = self.value_ticks(low, high).into_iter().map(label);
        let values = values.map(|v| font::width(&v, size, false)).fold(0.0, f64::max);
        let left = room.min(0.38 * self.style.width()).max(5.2 * size).max(values + 2.6 * size);
        let left = self.common.as_ref().map_or(left, |c| c.left);
        let direct = self.legend == Legend::Direct && self.shows_names(series);
        let right = self.style.width() - if direct { self.margin_of_names(series) } else { 1.6 * size };
        let top = if self.title.is_empty() { 1.2 * size } else { 1.2 * size + 1.6 * self.style.title_size };
        let bottom = top + self.style.panel_height();
        let y = Scale::linear((low, high), (bottom, top));
        let from = if self.logarithmic() {
            let first = series.iter().filter_map(|s| s.steps.first()).map(|s| s.0);
            let first = first.fold(f64::INFINITY, f64::min);
            if first > 0.0 && first < until { first } else { until / 10.0 }
        } else {
            0.0
        };
        let along = |right: f64| {
            if self.logarithmic() {
                Scale::logarithmic((from, until), (left, right))
            } else {
                Scale::linear((0.0, until), (left, right))
            }
        };
        let own = self.ticks.as_ref().or(self.common.as_ref().and_then(|c| c.ticks.as_ref()));
        let ticks = own.cloned().unwrap_or_else(|| {
            if self.logarithmic() {
                ticks_logarithmic(from, until)
            } else {
                self.time_ticks(series, until, along(right))
            }
        });
        let shown = |&t: &f64| t >= from * (1.0 - 1e-9) && t <= until * (1.0 + 1e-9);
        let ticks: Vec<f64> = ticks.into_iter().filter(shown).collect();
        // The label of the last tick stays on the sheet.
        let over = ticks.last().map_or(0.0, |&t| {
            let half = font::width(&label(t), size, false) / 2.0;
            along(right).place(t) + half + 0.3 * size - self.style.width()
        });
        let right = right - over.max(0.0);
        if !(right - left > 4.0 * size) {
            return Err(Error::OutOfRange {
                argument: "width_mm",
                value: self.style.width_mm,
                must_be: "wide enough for the font: at least about 15 times its size",
            });
        }
        Ok(Frame { left, right, top, bottom, x: along(right), y, ticks, from, until })
    }

    /// Round times a good way apart; closer together where these are too few for a narrow panel, as long as what stands
    /// at a tick and under it keeps a gap from the next.
    fn time_ticks(&self, series: &[StepSeries], until: f64, x: Scale) -> Vec<f64> {
        let (size, rounding) = (self.style.font_size, Rounding::of(&self.time_name));
        let room = x.place(until) - x.place(0.0);
        let most = ((room / (3.6 * size)).max(2.0) as usize).clamp(2, 12);
        let usual = ticks(until, most, rounding);
        if usual.len() >= FEWEST {
            return usual;
        }
        let finer = |most| Some(ticks(until, most, rounding)).filter(|t| t.len() >= FEWEST);
        let Some(finer) = (most + 1..=12).find_map(finer) else { return usual };
        let under = self.texts_under(series, &finer);
        let texts =
            finer.iter().map(|&t| label(t)).chain(under.into_iter().flat_map(|row| row.into_iter().skip(2)));
        let widest = texts.map(|text| font::width(&text, size, false)).fold(0.0, f64::max);
        if widest + 0.8 * size <= x.place(finer[1]) - x.place(finer[0]) { finer } else { usual }
    }

    /// Where the vertical axis has ticks.
    pub(super) fn value_ticks(&self, low: f64, high: f64) -> Vec<f64> {
        ticks_between(low, high, if self.logarithmic() { 6 } else { 5 })
    }

    /// The lowest and highest value of the vertical axis.
    pub(super) fn range(&self, series: &[StepSeries]) -> (f64, f64) {
        match self.kind {
            Kind::Probability(VerticalAxis::LogMinusLog) => {
                let values =
                    || series.iter().flat_map(|s| s.steps.iter().map(|s| s.1)).filter(|v| v.is_finite());
                let (low, high) =
                    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
                // A curve that begins at its lowest value is not to lie on the axis.
                let margin = 0.03 * (high - low);
                if low < high { (low - margin, high + margin) } else { (-2.0, 1.0) }
            }
            Kind::Probability(_) => (0.0, if self.fraction { 1.0 } else { 100.0 }),
            Kind::Steps if self.signed => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let bands = series.iter().flat_map(|s| self.drawn_limits(s)).flat_map(|(l, u)| [l, u]);
                // No difference is always on the axis, and nothing that is drawn lies on its ends.
                let (low, high) = lines
                    .chain(bands)
                    .filter(|v| v.is_finite())
                    .fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
                let margin = if low < high { 0.05 * (high - low) } else { 1.0 };
                (low - margin, high + margin)
            }
            Kind::Steps => {
                let lines = series.iter().flat_map(|s| s.steps.iter().map(|s| s.1));
                let starts = series.iter().map(|s| s.start);
                let bands = series.iter().flat_map(|s| self.drawn_limits(s)).map(|b| b.1);
                let line = lines.chain(starts).filter(|v| v.is_finite()).fold(0.0, f64::max);
                let band = bands.filter(|v| v.is_finite()).fold(0.0, f64::max);
                let high = line.max(self.reach.map_or(band, |reach| band.min(reach * line)));
                // Probabilities that reach far are shown up to 1.
                if high <= 0.0 || self.reach.is_none() && (0.6..=1.0).contains(&high) {
                    (0.0, 1.0)
                } else {
                    let step = ticks(high, 5, Rounding::Decimal).get(1).copied().unwrap_or(high);
                    (0.0, (high / step).ceil() * step)
                }
            }
        }
    }

    /// The limits that a band or bars show: a band of steps has no width at the end of its curve.
    fn drawn_limits<'a>(&self, own: &'a StepSeries) -> impl Iterator<Item = (f64, f64)> + use<'a> {
        let at_the_end = own.smooth || self.bars.is_some();
        own.band.iter().filter(move |b| at_the_end || b.0 < own.end).filter_map(|b| b.1)
    }

    pub(super) fn height(&self, frame: &Frame, series: &[StepSeries]) -> f64 {
        let under = 3.1 * self.style.font_size;
        let table = self.height_of_table(frame, series);
        frame.bottom
            + under
            + if table > 0.0 { table + 0.9 * self.style.font_size } else { 0.5 * self.style.font_size }
    }
}

impl Frame {
    /// Where a curve ends.
    pub(super) fn end_of(&self, own: &StepSeries) -> (f64, f64) {
        let end = own.end.clamp(self.from, self.until);
        let value = own.value_at(end);
        let y = if value.is_finite() { self.y.place(value) } else { self.bottom };
        (self.x.place(end), y)
    }

    /// The value at a share of the vertical axis: 0 at the bottom.
    pub(super) fn y_value(&self, share: f64) -> f64 {
        let y = self.bottom + share * (self.top - self.bottom);
        self.y.value(y)
    }
}
