//! Estimated curves as series: their lines and marks thinned to what print can show.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plot::behind::{Behind, Estimated};
use crate::plot::print_columns::Columns;
use crate::plot::series::{Censored, StepSeries};
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::step_function::StepFunction;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;
use crate::survival::risk_table::table::{RiskTable, Row};

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
