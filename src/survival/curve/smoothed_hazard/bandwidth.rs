//! The bandwidth with the smallest estimated error.

use super::estimator::mean_weight;
use super::kernel::{Kernel, Range};
use super::point::point;
use crate::survival::risk_table::table::RiskTable;

/// Times on which the error is summed.
const GRID: usize = 101;
/// Intervals of the integrals over a kernel: Simpson's rule.
const PIECES: usize = 40;
const CANDIDATES: usize = 25;

/// See [`Bandwidth::MinimumError`](super::Bandwidth::MinimumError). Events come with what each does, and how many there are.
pub(super) fn smallest_error(
    kernel: Kernel,
    range: Range,
    table: &RiskTable,
    (events, observed): (&[(f64, f64, f64)], f64),
) -> f64 {
    let width = range.end - range.start;
    let unit = mean_weight(table);
    let pilot = (width / 8.0 / observed.max(1.0).powf(0.2)).min(width / 2.0);
    let step = width / (GRID - 1) as f64;
    let time = |k: usize| range.start + step * k as f64;
    let hazard: Vec<f64> =
        (0..GRID).map(|k| point(kernel, range, pilot, time(k).min(range.end), events).hazard).collect();
    let mut rows = table.rows().peekable();
    let mut at_risk = 1.0;
    let sizes: Vec<f64> = (0..GRID)
        .map(|k| {
            // A time that is one of the grid but for rounding is at it.
            let passed = time(k) + 1e-9 * step;
            while let Some(row) = rows.next_if(|row| row.time <= passed || at_risk == 0.0) {
                at_risk = row.at_risk;
            }
            // Of the next row, at which those who are there now are counted.
            (rows.peek().map_or(at_risk, |row| row.at_risk) / unit).max(1.0)
        })
        .collect();
    let read = |values: &[f64], t: f64| {
        let x = ((t - range.start) / step).clamp(0.0, (GRID - 1) as f64);
        let k = (x as usize).min(GRID - 2);
        values[k] + (x - k as f64) * (values[k + 1] - values[k])
    };
    let error = |b: f64| -> f64 {
        (0..GRID)
            .map(|k| {
                let t = time(k).min(range.end);
                let (from, to) = ((t - b).max(range.start), (t + b).min(range.end));
                let h = (to - from) / PIECES as f64;
                let (mut mean, mut variance) = (0.0, 0.0);
                for i in 0..=PIECES {
                    // The last point is the end itself: a rounding beyond it the kernel is 0.
                    let at = if i == PIECES { to } else { from + h * i as f64 };
                    let simpson = if i == 0 || i == PIECES { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
                    let weight = range.weight(kernel, b, t, at);
                    mean += simpson * h / 3.0 * weight * read(&hazard, at);
                    variance += simpson * h / 3.0 * weight * weight * read(&hazard, at) / read(&sizes, at);
                }
                (mean - hazard[k]).powi(2) + variance
            })
            .sum()
    };
    let (from, to) = ((0.5 * pilot).ln(), (width / 2.0).ln());
    let candidate = |k: usize| {
        if k + 1 == CANDIDATES {
            width / 2.0
        } else {
            (from + (to - from) * k as f64 / (CANDIDATES - 1) as f64).exp()
        }
    };
    let errors = (0..CANDIDATES).map(|k| (candidate(k), error(candidate(k))));
    errors.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(pilot, |best| best.0)
}
