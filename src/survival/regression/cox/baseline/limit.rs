//! Baselines where the likelihood is monotone: each stratum in parts, one for each place that its rows have along the rays of
//! the cone. To a row whose hazard ratio to the events of a part is finite that part is a stratum; beside the others its hazard
//! is 0, or infinite, or has no value.

use std::borrow::Cow;

use crate::error::{NotEstimable, Result};
use crate::survival::regression::cox::baseline::Baseline;
use crate::survival::regression::cox::predicted_curve::PredictedCurve;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::separation::{dot, levels};

/// Of the size of what is summed, a difference of levels that is rounding.
const SAME_LEVEL: f64 = 1e-7;

/// A stratum, or a part of one, and the number of its first event time among all.
pub(in crate::survival::regression) struct StratumParts<'a> {
    pub rows: &'a Rows,
    pub stratum: &'a Stratum,
    pub first: usize,
    pub rays: &'a [Vec<f64>],
}

/// Parts whose events stand at several places along a ray are split by it: a direction in the middle of the cone may put two
/// places on one level by chance. Pairs that are left undecided stand at one place along every ray.
pub(in crate::survival::regression) fn split_by_rays<'a>(
    rows: Cow<'a, Rows>,
    rays: &[Vec<f64>],
) -> Cow<'a, Rows> {
    rays.iter().fold(rows, |rows, ray| {
        let scaled: Vec<f64> = ray.iter().zip(&rows.scale).map(|(r, s)| r * s).collect();
        let same = SAME_LEVEL * scaled.iter().zip(&rows.reach).map(|(r, x)| (r * x).abs()).sum::<f64>();
        let score: Vec<f64> = (0..rows.len()).map(|i| dot(rows.row(i), &scaled)).collect();
        let several = |stratum: &Stratum| {
            let events = stratum.ties.iter().flat_map(|tie| tie.start..tie.events_end);
            let ends = events.map(|i| score[i]).fold(None, |ends: Option<(f64, f64)>, s| {
                Some(ends.map_or((s, s), |(low, high)| (low.min(s), high.max(s))))
            });
            ends.is_some_and(|(low, high)| high - low > same)
        };
        if rows.strata.iter().any(several) { Cow::Owned(rows.split_by(&levels(&score, same))) } else { rows }
    })
}

impl StratumParts<'_> {
    /// Where the rows of its events stand along each ray, from the means: all at one place.
    pub fn level(&self) -> Vec<f64> {
        let at = self.stratum.ties.first().map_or(self.stratum.rows.start, |tie| tie.start);
        let x = self.rows.row(at).iter().zip(&self.rows.scale).map(|(x, s)| x * s);
        let x: Vec<f64> = x.collect();
        self.rays.iter().map(|ray| ray.iter().zip(&x).map(|(r, x)| r * x).sum()).collect()
    }
}

impl Baseline {
    /// The curve of a row at `d` from the means.
    pub(super) fn curve_at_limit(&self, d: &[f64], last: f64) -> Result<PredictedCurve> {
        // Time with survival, hazard and its error; none where an event adds nothing.
        let mut steps: Vec<(f64, Option<[f64; 3]>)> = Vec::new();
        // A stratum without events has no hazard, whatever the coefficients: its curve stays 1, and asks for no ratio.
        for part in self.strata.iter().filter(|part| !part.times.is_empty()) {
            let times = part.times.iter().copied();
            match beside(&self.rays, &part.level, d) {
                [true, true] => return Err(NotEstimable::NoMaximum.into()),
                [true, false] => steps.extend(times.map(|t| (t, Some([0.0, f64::MAX, f64::MAX])))),
                [false, true] => steps.extend(times.map(|t| (t, None))),
                [false, false] => {
                    let [survival, hazard, std_error] = self.own_part(part, d);
                    let columns = times.zip(survival).zip(hazard).zip(std_error);
                    steps.extend(columns.map(|(((t, s), h), se)| (t, Some([s, h, se]))));
                }
            }
        }
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut now = [1.0, 0.0, 0.0];
        let (mut times, mut columns) = (Vec::new(), [const { Vec::new() }; 3]);
        for (time, step) in steps {
            // An infinite hazard stays so.
            if now[1] < f64::MAX {
                now = step.unwrap_or(now);
            }
            times.push(time);
            columns.iter_mut().zip(now).for_each(|(column, x)| column.push(x));
        }
        let [survival, hazard, std_error] = columns;
        PredictedCurve::new(&times, survival, &hazard, &std_error, last)
    }
}

/// Does the hazard of a row, which stands at `d` from the means, rise, does it fall beside that of a part's events, along some
/// ray?
pub(in crate::survival::regression) fn beside(rays: &[Vec<f64>], level: &[f64], d: &[f64]) -> [bool; 2] {
    let (mut rises, mut falls) = (false, false);
    for (ray, level) in rays.iter().zip(level) {
        let own: f64 = ray.iter().zip(d).map(|(r, d)| r * d).sum();
        let size: f64 = ray.iter().zip(d).map(|(r, d)| (r * d).abs()).sum::<f64>() + level.abs();
        rises |= own - level > SAME_LEVEL * size;
        falls |= own - level < -SAME_LEVEL * size;
    }
    [rises, falls]
}
