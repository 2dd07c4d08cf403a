//! The curves of a figure in the unit and on the scale of its axes.

use std::sync::Arc;

use crate::error::Result;
use crate::plot::behind::{Behind, Shown};
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::incidences::Incidences;
use crate::plot::curves::lines::band_column;
use crate::plot::layout::COLUMN;
use crate::plot::print_columns::Columns;
use crate::plot::series::StepSeries;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// Results of which a figure is made.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Curves(Vec<Arc<SurvivalCurve>>),
    Hazards(Vec<Arc<CumulativeHazard>>),
    Incidences(Vec<Incidences>),
    /// Survival functions with their names, as models predict them.
    Predicted(Vec<(String, Arc<StepFunction>)>),
    Steps(Vec<StepSeries>),
}

impl Source {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Curves(c) => c.len(),
            Self::Hazards(h) => h.len(),
            Self::Incidences(groups) => groups.iter().map(|g| g.causes.len()).sum(),
            Self::Predicted(curves) => curves.len(),
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
        let mut all = self.as_estimated(if thinned { self.narrow_columns() } else { Columns::ALL })?;
        for (i, own) in all.iter_mut().enumerate() {
            if self.labels.is_some() {
                own.label = self.label(i);
            }
            own.color = i;
            own.details = self.details_of(i, own);
        }
        if self.stacked {
            stack(&mut all);
        }
        let factor = if self.fraction || self.kind == Kind::Steps { 1.0 } else { 100.0 };
        for own in &mut all {
            let per_time = if own.per_time { self.unit } else { 1.0 };
            let shown = match self.kind {
                Kind::Probability(VerticalAxis::Survival) => Shown::Times(factor),
                Kind::Probability(VerticalAxis::Event) => Shown::Complement(factor),
                Kind::Probability(VerticalAxis::LogMinusLog) => Shown::LogMinusLog,
                Kind::Steps => Shown::Times(per_time),
            };
            own.rescale(1.0 / self.unit, shown);
        }
        Ok(all)
    }

    /// The name of the curve at a position, its number where it has none.
    fn label(&self, i: usize) -> String {
        let named = self.labels.as_ref().map(|l| l[i].clone());
        named.unwrap_or_else(|| if self.source.len() == 1 { String::new() } else { format!("{}", i + 1) })
    }

    /// The curves in the unit and on the scale of their estimates.
    fn as_estimated(&self, columns: Columns) -> Result<Vec<StepSeries>> {
        let level = self.bands.map(|b| b.confidence_level());
        match &self.source {
            Source::Curves(curves) => curves
                .iter()
                .enumerate()
                .map(|(i, c)| StepSeries::of_curve(self.label(i), c, self.bands, self.subjects, columns))
                .collect(),
            Source::Hazards(hazards) => hazards
                .iter()
                .enumerate()
                .map(|(i, h)| StepSeries::of_hazard(self.label(i), h, level, self.subjects, columns))
                .collect(),
            Source::Incidences(groups) => {
                let groups = groups.iter().map(|group| group.series(self.bands, columns));
                Ok(groups.collect::<Result<Vec<_>>>()?.concat())
            }
            Source::Predicted(curves) => curves
                .iter()
                .map(|(label, curve)| StepSeries::of_prediction(label, curve, self.bands, columns))
                .collect(),
            Source::Steps(steps) => {
                let mut steps = steps.clone();
                steps.iter_mut().try_for_each(|own| own.limit_estimates(self.bands, columns))?;
                Ok(steps)
            }
        }
    }

    /// What of the time falls into a quarter of a column of print: the line, which is drawn through whole columns, is the
    /// same to within one.
    fn narrow_columns(&self) -> Columns {
        if self.logarithmic() {
            return Columns::ALL;
        }
        let lasts: Vec<Option<f64>> = match &self.source {
            Source::Curves(curves) => curves.iter().map(|c| c.last_time()).collect(),
            Source::Hazards(hazards) => hazards.iter().map(|h| h.last_time()).collect(),
            Source::Incidences(groups) => groups.iter().map(|g| g.fit.last_time()).collect(),
            Source::Predicted(curves) => curves.iter().map(|(_, c)| Some(c.last_time())).collect(),
            Source::Steps(steps) => steps.iter().map(|own| Some(own.end)).collect(),
        };
        let until = self.until.map(|t| t * self.unit);
        let until = until.unwrap_or_else(|| lasts.into_iter().flatten().fold(0.0, f64::max));
        // The panel is narrower than the sheet by its margins.
        let panel = (self.style.width() - 6.8 * self.style.font_size).max(1.0);
        let width = until * COLUMN / (4.0 * panel);
        // A bar stands at one time, and has the limits of that time.
        let band = if self.bars.is_some() { width } else { until * band_column(self.source.len()) / panel };
        Columns { width, band, until }
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
    fn rescale(&mut self, time: f64, shown: Shown) {
        let value = |v: f64| shown.of(v);
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
            (mark.from, mark.to) = (mark.from * time, mark.to * time);
        }
        self.scale_counts(time);
        if let Some(behind) = &mut self.behind {
            behind.rescale(time, shown);
        }
    }
}

/// Each on top of those before it, at all their times.
fn stack(series: &mut [StepSeries]) {
    for i in 1..series.len() {
        let (below, own) = (series[i - 1].clone(), &mut series[i]);
        let mut times: Vec<f64> = below.steps.iter().chain(&own.steps).map(|s| s.0).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        own.steps = times.iter().map(|&t| (t, below.drawn_at(t) + own.drawn_at(t))).collect();
        own.start += below.start;
        own.end = own.end.max(below.end);
        own.band.clear();
        own.behind = own.behind.take().and_then(Behind::stacked);
    }
}
