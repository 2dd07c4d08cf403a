//! The curves of a figure in the unit and on the scale of its axes.

use crate::error::Result;
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::layout::COLUMN;
use crate::plot::series::StepSeries;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// Results of which a figure is made.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Curves(Vec<SurvivalCurve>),
    Hazards(Vec<CumulativeHazard>),
    Steps(Vec<StepSeries>),
}

impl Source {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Curves(c) => c.len(),
            Self::Hazards(h) => h.len(),
            Self::Steps(s) => s.len(),
        }
    }
}

impl CurvePlot {
    /// The curves in the unit and on the scale of the axes.
    pub(super) fn series(&self) -> Result<Vec<StepSeries>> {
        self.all_series(true)
    }

    /// The same; limits of steps that fall into one place in print are those of the last, where they are `thinned`.
    pub(super) fn all_series(&self, thinned: bool) -> Result<Vec<StepSeries>> {
        let label = |i: usize| {
            let named = self.labels.as_ref().map(|l| l[i].clone());
            named.unwrap_or_else(|| if self.source.len() == 1 { String::new() } else { format!("{}", i + 1) })
        };
        // What falls into one column of print has one band; the panel is narrower than the sheet by its margins.
        let panel = (self.style.width() - 6.8 * self.style.font_size).max(1.0);
        let last = |c: &SurvivalCurve| c.last_time().unwrap_or(0.0);
        let cell = |curves: &[SurvivalCurve]| {
            let end =
                self.until.map_or_else(|| curves.iter().map(last).fold(0.0, f64::max), |t| t * self.unit);
            if self.logarithmic() || !thinned { 0.0 } else { end * COLUMN / panel }
        };
        let mut all = match &self.source {
            Source::Curves(curves) => curves
                .iter()
                .enumerate()
                .map(|(i, c)| StepSeries::of_curve(label(i), c, self.bands, self.subjects, cell(curves)))
                .collect::<Result<Vec<_>>>()?,
            Source::Hazards(hazards) => hazards
                .iter()
                .enumerate()
                .map(|(i, h)| {
                    StepSeries::of_hazard(
                        label(i),
                        h,
                        self.bands.map(|b| b.confidence_level()),
                        self.subjects,
                    )
                })
                .collect::<Result<Vec<_>>>()?,
            Source::Steps(steps) => {
                let mut steps = steps.clone();
                for (i, own) in steps.iter_mut().enumerate() {
                    if self.labels.is_some() {
                        own.label = label(i);
                    }
                    own.limit_estimates(self.bands)?;
                }
                steps
            }
        };
        for (i, own) in all.iter_mut().enumerate() {
            own.color = i;
            own.details = self.details_of(i, own);
        }
        if self.stacked {
            stack(&mut all);
        }
        let factor = if self.fraction || self.kind == Kind::Steps { 1.0 } else { 100.0 };
        for own in &mut all {
            let per_time = if own.per_time { self.unit } else { 1.0 };
            own.rescale(1.0 / self.unit, |v| match self.kind {
                Kind::Probability(VerticalAxis::Survival) => factor * v,
                Kind::Probability(VerticalAxis::Event) => factor * (1.0 - v),
                Kind::Probability(VerticalAxis::LogMinusLog) => (-v.ln()).ln(),
                Kind::Steps => per_time * v,
            });
        }
        Ok(all)
    }
}

impl StepSeries {
    /// With no limit above this value.
    pub(super) fn cut_band(&self, high: f64) -> Self {
        let mut own = self.clone();
        for (lower, upper) in own.band.iter_mut().filter_map(|b| b.1.as_mut()) {
            (*lower, *upper) = (lower.min(high), upper.min(high));
        }
        own
    }

    /// In another unit of time and on another scale of values.
    fn rescale(&mut self, time: f64, value: impl Fn(f64) -> f64) {
        self.start = value(self.start);
        self.end *= time;
        self.median = self.median.map(|m| m * time);
        for step in &mut self.steps {
            *step = (step.0 * time, value(step.1));
        }
        for (t, limits) in &mut self.band {
            *t *= time;
            *limits = limits.map(|(a, b)| {
                let (a, b) = (value(a), value(b));
                (a.min(b), a.max(b))
            });
        }
        for mark in &mut self.censored {
            mark.0 *= time;
        }
        self.scale_counts(time);
    }
}

/// Each on top of those before it, at all their times.
fn stack(series: &mut [StepSeries]) {
    for i in 1..series.len() {
        let (below, own) = (series[i - 1].clone(), &mut series[i]);
        let mut times: Vec<f64> = below.steps.iter().chain(&own.steps).map(|s| s.0).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        own.steps = times.iter().map(|&t| (t, below.value_at(t) + own.value_at(t))).collect();
        own.start += below.start;
        own.end = own.end.max(below.end);
        own.band.clear();
    }
}
