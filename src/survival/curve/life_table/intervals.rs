//! From the counts of each interval to its rates and their errors.

use crate::survival::curve::life_table::result::LifeTableRow;

/// What happened in one interval.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Entered at its start, and within it.
    pub present: f64,
    pub late: f64,
    pub withdrawn: f64,
    pub events: f64,
}

/// The rows up to the last interval in which somebody is.
pub(super) fn rows(breaks: &[f64], counts: &[Counts]) -> Vec<LifeTableRow> {
    let mut rows: Vec<LifeTableRow> = Vec::with_capacity(breaks.len());
    let (mut there, mut survival, mut sum) = (0.0, 1.0, 0.0);
    // What sums of weights leave where nobody is left.
    let rounding = 1e-12 * counts.iter().map(|c| c.present + c.late).sum::<f64>();
    for (k, c) in counts.iter().enumerate() {
        let entering = there + c.present;
        let effective = entering - c.withdrawn / 2.0 + c.late / 2.0;
        if !(effective > rounding) {
            break; // nobody is there: nothing further on is known
        }
        // Who enters late and has the event at once counts for half a subject.
        let q = (c.events / effective).min(1.0);
        let width = breaks.get(k + 1).map(|end| end - breaks[k]);
        let own = (1.0 - q) / (effective * q);
        // Per unit of time: none of an interval so short that no number holds them.
        let a_number = |x: &f64| x.is_finite();
        let density = width.map(|b| survival * q / b).filter(a_number);
        let hazard = width.map(|b| 2.0 * q / (b * (2.0 - q))).filter(a_number);
        let with_event = |x: f64| Some(x).filter(|x| q > 0.0 && x.is_finite()).and_then(above_zero);
        rows.push(LifeTableRow {
            start: breaks[k],
            end: breaks.get(k + 1).copied(),
            entering,
            late: c.late,
            withdrawn: c.withdrawn,
            events: c.events,
            effective,
            conditional: q,
            conditional_std_error: above_zero((q * (1.0 - q) / effective).sqrt()),
            survival,
            survival_std_error: above_zero(survival * f64::sqrt(sum)),
            density,
            density_std_error: density.and_then(|f| with_event(f * f64::sqrt(sum + own))),
            hazard,
            hazard_std_error: hazard.zip(width).and_then(|(h, b)| {
                with_event(h * ((1.0 - (b * h / 2.0).powi(2)).max(0.0) / (effective * q)).sqrt())
            }),
            median_residual: None,
            median_residual_std_error: None,
        });
        there = (entering + c.late - c.withdrawn - c.events).max(0.0);
        // Once survival is 0 its variance is 0 times anything.
        sum += if q < 1.0 { q / (effective * (1.0 - q)) } else { 0.0 };
        survival *= 1.0 - q;
    }
    medians(&mut rows, survival);
    rows
}

/// A standard error of 0 is none.
pub(super) fn above_zero(std_error: f64) -> Option<f64> {
    (std_error != 0.0).then_some(std_error)
}

/// From each start to where survival is half of what it is there, linear within intervals.
fn medians(rows: &mut [LifeTableRow], last: f64) {
    let survival: Vec<f64> = rows.iter().map(|r| r.survival).chain([last]).collect();
    for i in 0..rows.len() {
        let half = survival[i] / 2.0;
        let Some(j) = (i..rows.len()).find(|&j| survival[j] >= half && survival[j + 1] < half) else {
            continue;
        };
        let (Some(end), Some(density)) = (rows[j].end, rows[j].density) else { continue };
        let (start, width) = (rows[j].start, end - rows[j].start);
        let into = width * (survival[j] - half) / (survival[j] - survival[j + 1]);
        rows[i].median_residual = Some(start - rows[i].start + into);
        let error = survival[i] / (2.0 * density * rows[i].effective.sqrt());
        rows[i].median_residual_std_error = Some(error).filter(|x| x.is_finite());
    }
}
