//! Estimated curves as series: their lines and marks thinned to what print can show, and every number that is written
//! asked of the estimate itself.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::numeric::sums::Sum;
use crate::plot::series::{Censored, StepSeries, is_before};
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;
use crate::survival::risk_table::table::{RiskTable, Row};

/// From a value to what the vertical axis shows of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// So many times the value.
    Times(f64),
    /// So many times what the value lacks of 1.
    Complement(f64),
    /// `ln(−ln S)`.
    LogMinusLog,
}

impl Shown {
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Self::Times(factor) => factor * value,
            Self::Complement(factor) => factor * (1.0 - value),
            Self::LogMinusLog => (-value.ln()).ln(),
        }
    }
}

/// An estimate that a series was made from: shared, never copied.
#[derive(Debug, Clone, PartialEq)]
enum Estimated {
    Survival(Arc<SurvivalCurve>),
    Hazard(Arc<CumulativeHazard>),
    /// Of the cause of this number.
    Incidence(Arc<CumulativeIncidence>, usize),
    /// Predicted by a model, without a risk set.
    Predicted(Arc<StepFunction>),
}

/// What stands behind a series: its estimate, in the unit and on the scale of the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Behind {
    estimated: Estimated,
    /// Counts are of subjects, whatever the weights.
    subjects: bool,
    unit: f64,
    shown: Shown,
    /// On top of the incidences of all causes before it.
    stacked: bool,
}

impl Behind {
    fn new(estimated: Estimated, subjects: bool) -> Self {
        Self { estimated, subjects, unit: 1.0, shown: Shown::Times(1.0), stacked: false }
    }

    /// On top of the causes before it, or `None` for what does not add up.
    pub(crate) fn stacked(self) -> Option<Self> {
        matches!(self.estimated, Estimated::Incidence(..)).then_some(Self { stacked: true, ..self })
    }

    fn table(&self) -> Option<&RiskTable> {
        match &self.estimated {
            Estimated::Survival(curve) => Some(curve.table()),
            Estimated::Hazard(hazard) => Some(hazard.table()),
            Estimated::Incidence(fit, _) => Some(fit.table().all()),
            Estimated::Predicted(_) => None,
        }
    }

    fn times(&self) -> &[f64] {
        match &self.estimated {
            Estimated::Predicted(curve) => curve.times(),
            _ => self.table().map_or(&[], RiskTable::times),
        }
    }

    fn value_at_row(&self, row: usize) -> f64 {
        match &self.estimated {
            Estimated::Survival(curve) => curve.values()[row],
            Estimated::Hazard(hazard) => hazard.values()[row],
            Estimated::Predicted(curve) => curve.values()[row],
            Estimated::Incidence(fit, cause) if self.stacked => {
                (0..=*cause).map(|k| fit.value_at_row(row, k)).sum()
            }
            Estimated::Incidence(fit, cause) => fit.value_at_row(row, *cause),
        }
    }

    pub(crate) fn rescale(&mut self, time: f64, shown: Shown) {
        self.unit *= time;
        self.shown = shown;
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.table().is_some_and(|table| !table.is_empty())
    }

    /// The value from `t` on, or `None` before the first time.
    pub(crate) fn value_at(&self, t: f64) -> Option<f64> {
        let passed = self.times().partition_point(|&time| time * self.unit <= t);
        passed.checked_sub(1).map(|i| self.shown.of(self.value_at_row(i)))
    }

    /// How many rows are before `t`.
    fn before(&self, t: f64) -> usize {
        self.times().partition_point(|&time| is_before(time * self.unit, t))
    }

    fn of(&self, weights: f64, subjects: u32) -> f64 {
        if self.subjects { f64::from(subjects) } else { weights }
    }

    /// How many were censored at the time of a row.
    fn count(&self, row: &Row) -> f64 {
        self.of(row.censored, row.censored_subjects)
    }

    /// Under observation just before `t`.
    pub(crate) fn at_risk(&self, t: f64) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let row = self.before(t);
        if row < table.len() {
            let row = table.row(row);
            return self.of(row.at_risk, row.subjects_at_risk);
        }
        table.rows().next_back().map_or(0.0, |r| {
            let of = |weights, subjects| self.of(weights, subjects);
            let left = of(r.at_risk, r.subjects_at_risk)
                - of(r.events, r.event_subjects)
                - of(r.censored, r.censored_subjects)
                + of(r.entered, r.entered_subjects);
            left.max(0.0)
        })
    }

    /// Events before `t`.
    pub(crate) fn events_before(&self, t: f64) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let rows = self.before(t);
        if let Estimated::Incidence(fit, cause) = &self.estimated {
            return (0..rows).map(|i| fit.table().events_of(i, *cause)).collect::<Sum>().value();
        }
        if self.subjects {
            return table.rows().take(rows).map(|r| f64::from(r.event_subjects)).sum();
        }
        table.events_before(rows)
    }

    /// Censorings before `t`.
    pub(crate) fn censored_before(&self, t: f64) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let rows = self.before(t);
        // All who left without an event were censored: no walk over the rows is needed where nobody enters.
        if let (Some((_, at_risk, _)), false) = (table.subject_columns(), table.has_late_entries()) {
            let [first, left] = [0, rows].map(|i| at_risk.get(i).copied().unwrap_or(0));
            return f64::from(first - left) - table.events_before(rows);
        }
        table.rows().take(rows).map(|r| self.of(r.censored, r.censored_subjects)).sum()
    }

    /// All who ever were under observation.
    pub(crate) fn total(&self) -> f64 {
        let Some(table) = self.table() else { return 0.0 };
        let entered: f64 = if table.has_late_entries() {
            table.rows().map(|r| self.of(r.entered, r.entered_subjects)).sum()
        } else {
            0.0
        };
        table.rows().next().map_or(0.0, |r| self.of(r.at_risk, r.subjects_at_risk)) + entered
    }
}

/// The columns of time in which steps are one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// How wide they are; 0 for a column to each time.
    pub(crate) width: f64,
    /// How wide those are in which limits are one: the edge of a band has no stroke.
    pub(crate) band: f64,
    /// The end of the axis: no column holds steps on both sides of it.
    pub(crate) until: f64,
}

impl Columns {
    pub(crate) const ALL: Self = Self { width: 0.0, band: 0.0, until: f64::INFINITY };

    /// The first time that is beyond the column of this one.
    pub(crate) fn end_of(self, time: f64) -> f64 {
        self.beyond(self.width, time)
    }

    /// The same of the columns of a band.
    pub(crate) fn end_of_band(self, time: f64) -> f64 {
        self.beyond(self.band, time)
    }

    fn beyond(self, width: f64, time: f64) -> f64 {
        if width > 0.0 {
            let end = ((time / width).floor() + 1.0) * width;
            if time <= self.until { end.min(self.until.next_up()) } else { end }
        } else {
            time
        }
    }
}

impl StepSeries {
    /// A survival curve. Steps of one column of time are one, which begins with the first and has value and limits of the
    /// last.
    pub(crate) fn of_curve(
        label: String,
        curve: &Arc<SurvivalCurve>,
        interval: Option<Interval>,
        subjects: bool,
        columns: Columns,
    ) -> Result<Self> {
        let mut series = Self::new(label, 1.0, &[], 0.0)?;
        series.median = curve.median_value();
        // The quantile is the same for all limits.
        let level = interval.map(|interval| Ok::<_, Error>((interval, interval.z()?))).transpose()?;
        if level.is_some() {
            series.band.push((0.0, Some((1.0, 1.0))));
        }
        let behind = Behind::new(Estimated::Survival(Arc::clone(curve)), subjects);
        let (happened, count) = (|_, row: &Row, _| row.events > 0.0, |row: &Row| behind.count(row));
        thin(
            std::slice::from_mut(&mut series),
            curve.table(),
            columns,
            happened,
            count,
            |series, _, time, row, part| {
                match (part, &level) {
                    (Part::Line, _) => series.steps.push((time, curve.values()[row])),
                    (Part::Band, Some((interval, z))) => {
                        series.band.push((time, curve.at_row(row).limits(interval, *z)));
                    }
                    (Part::Band, None) => {}
                }
                Ok(())
            },
        )?;
        series.behind = Some(behind);
        Ok(series)
    }

    /// A cumulative hazard, thinned in the same way.
    pub(crate) fn of_hazard(
        label: String,
        hazard: &Arc<CumulativeHazard>,
        level: Option<f64>,
        subjects: bool,
        columns: Columns,
    ) -> Result<Self> {
        let mut series = Self::new(label, 0.0, &[], 0.0)?;
        if level.is_some() {
            series.band.push((0.0, Some((0.0, 0.0))));
        }
        let behind = Behind::new(Estimated::Hazard(Arc::clone(hazard)), subjects);
        let (happened, count) = (|_, row: &Row, _| row.events > 0.0, |row: &Row| behind.count(row));
        thin(
            std::slice::from_mut(&mut series),
            hazard.table(),
            columns,
            happened,
            count,
            |series, _, time, row, part| {
                match (part, level) {
                    (Part::Line, _) => series.steps.push((time, hazard.values()[row])),
                    (Part::Band, Some(level)) => {
                        let estimate = hazard.at(hazard.table().times()[row]);
                        series.band.push((time, estimate.interval(level)?.bounds()));
                    }
                    (Part::Band, None) => {}
                }
                Ok(())
            },
        )?;
        series.behind = Some(behind);
        Ok(series)
    }

    /// The incidences of causes of one fit, each given by label and number, thinned in the same way.
    pub(crate) fn of_incidences(
        fit: &Arc<CumulativeIncidence>,
        causes: &[(String, usize)],
        interval: Option<Interval>,
        columns: Columns,
    ) -> Result<Vec<Self>> {
        let level = interval.map(|interval| Ok::<_, Error>((interval, interval.z()?))).transpose()?;
        let mut all = Vec::with_capacity(causes.len());
        for (label, cause) in causes {
            let mut series = Self::new(label, 0.0, &[], 0.0)?;
            if level.is_some() {
                series.band.push((0.0, Some((0.0, 0.0))));
            }
            series.behind = Some(Behind::new(Estimated::Incidence(Arc::clone(fit), *cause), false));
            all.push(series);
        }
        let mut estimate_of = fit.at_rows();
        let (table, count) = (fit.table(), |row: &Row| row.censored);
        let happened =
            |i: usize, row: &Row, k: usize| row.events > 0.0 && table.events_of(i, causes[k].1) > 0.0;
        thin(&mut all, table.all(), columns, happened, count, |series, k, time, row, part| {
            // One walk over the blocks of the fit: a band ends at the row at which a line was asked for last, or close to it.
            let estimate = estimate_of(row, causes[k].1);
            match (part, &level) {
                (Part::Line, _) => series.steps.extend(estimate.value().ok().map(|value| (time, value))),
                (Part::Band, Some((interval, z))) => series.band.push((time, estimate.limits(interval, *z))),
                (Part::Band, None) => {}
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// A survival function that a model predicts, thinned in the same way.
    pub(crate) fn of_prediction(
        label: &str,
        curve: &Arc<StepFunction>,
        interval: Option<Interval>,
        columns: Columns,
    ) -> Result<Self> {
        let mut series = Self::new(label, 1.0, &[], curve.last_time())?;
        let times = curve.times();
        for (first, last) in together(times, |time| columns.end_of(time)) {
            series.steps.push((times[first], curve.values()[last]));
        }
        if let Some(interval) = interval {
            series.band.push((0.0, Some((1.0, 1.0))));
            for (first, last) in together(times, |time| columns.end_of_band(time)) {
                series.band.push((times[first], curve.interval(times[last], interval)?.bounds()));
            }
        }
        series.behind = Some(Behind::new(Estimated::Predicted(Arc::clone(curve)), false));
        Ok(series)
    }
}

/// The first and the last of the times in each column that has any, by where the column of a time ends.
fn together(times: &[f64], ends: impl Fn(f64) -> f64) -> impl Iterator<Item = (usize, usize)> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let first = next;
        let end = ends(*times.get(first)?);
        next += times[first..].partition_point(|&time| time < end).max(1);
        Some((first, next - 1))
    })
}

/// What is made of a column of print.
#[derive(Debug, Clone, Copy)]
enum Part {
    Line,
    Band,
}

/// One pass over the rows of the table behind these series: for each column of print and each series with an event in it,
/// given by its number, `step(series, its number, the first time, the last row, the part)`, where the columns of a band are
/// wider than those of a line; and one mark for all who were censored in a column.
fn thin(
    all: &mut [StepSeries],
    table: &RiskTable,
    columns: Columns,
    happened: impl Fn(usize, &Row, usize) -> bool,
    count: impl Fn(&Row) -> f64,
    mut step: impl FnMut(&mut StepSeries, usize, f64, usize, Part) -> Result<()>,
) -> Result<()> {
    // Of each series the time of its first step in the column, and the row of its last.
    let mut line: Vec<Option<(f64, usize)>> = vec![None; all.len()];
    let mut band = line.clone();
    let mut marks: Vec<Censored> = Vec::new();
    let mut marked = false;
    let mut close = |open: &mut [Option<(f64, usize)>], part: Part| {
        for (k, (series, open)) in all.iter_mut().zip(open).enumerate() {
            if let Some((first, last)) = open.take() {
                step(series, k, first, last, part)?;
            }
        }
        Ok::<_, Error>(())
    };
    let (mut ends, mut band_ends) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (i, row) in table.rows().enumerate() {
        if row.time >= ends {
            close(&mut line, Part::Line)?;
            (ends, marked) = (columns.end_of(row.time), false);
        }
        if row.time >= band_ends {
            close(&mut band, Part::Band)?;
            band_ends = columns.end_of_band(row.time);
        }
        for (k, (line, band)) in line.iter_mut().zip(&mut band).enumerate() {
            if happened(i, &row, k) {
                *line = Some((line.map_or(row.time, |s| s.0), i));
                *band = Some((band.map_or(row.time, |s| s.0), i));
            }
        }
        if row.censored_subjects > 0 {
            match marks.last_mut().filter(|_| marked) {
                Some(mark) => (mark.to, mark.count) = (row.time, mark.count + count(&row)),
                None => marks.push(Censored { from: row.time, to: row.time, count: count(&row) }),
            }
            marked = true;
        }
    }
    close(&mut line, Part::Line)?;
    close(&mut band, Part::Band)?;
    let end = table.rows().rev().find(Row::is_exit).map_or(0.0, |row| row.time);
    for series in all {
        series.censored.clone_from(&marks);
        series.end = end;
    }
    Ok(())
}
