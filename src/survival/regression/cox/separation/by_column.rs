//! Columns that order the events, each alone.
//!
//! Of many rows ordered by a covariate the cone is so thin a sliver about its column that no sum of rounded numbers stays
//! within. So columns of close values are asked first, each alone, plus and minus: that its values order the events is decided by
//! comparisons, without rounding. Times that are near ties are one time; a column that orders the events but for such times, by
//! differences as close, is judged as they are: values that are close at one time are one value. (As they stand they would put the
//! maximum where no number reaches.)

use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::separation::pairs::Pairs;

/// Of the largest value of a column: where values are closer, the cone about it is too thin for sums of products.
const CLOSE: f64 = 1e-7;
/// Of the same, a difference that is rounding.
const ALIKE: f64 = 1e-14;

/// A column along which, or against which, no event falls behind.
#[derive(Clone, Copy)]
pub(in crate::survival::regression) struct ByColumn {
    /// Its place among the free columns.
    pub place: usize,
    pub sign: f64,
}

impl Pairs<'_> {
    /// A column whose values, taken plus or minus, are the largest of the risk set for every event, and larger than those of some
    /// row at risk; with its scores. Only columns of close values are asked: the cone about another is wide enough for sums.
    pub(super) fn ordered_by_a_column(&self) -> Option<(ByColumn, Vec<f64>)> {
        let contradicted = |score: &[f64]| self.worst(score, 0.0, 0.0).is_some();
        self.free.iter().enumerate().find_map(|(place, &j)| {
            let plus: Vec<f64> = (0..self.rows.len()).map(|i| self.rows.row(i)[j]).collect();
            let minus: Vec<f64> = plus.iter().map(|x| -x).collect();
            // Most columns are contradicted by the first pairs.
            let (sign, score) = match (contradicted(&plus), contradicted(&minus)) {
                (false, true) => (1.0, plus),
                (true, false) => (-1.0, minus),
                _ => return None,
            };
            let mut sorted = score.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            // What differs by the last bits alone is alike.
            let close = |w: &[f64]| (ALIKE..CLOSE).contains(&((w[1] - w[0]) / self.reach[place]));
            sorted.windows(2).any(close).then_some((ByColumn { place, sign }, score))
        })
    }

    /// The rows with the values of a column that lie close together at one time as one value, if the column orders the events
    /// then, and did not before.
    pub(super) fn with_close_values_merged(&self) -> Option<Rows> {
        let mut merged: Option<Rows> = None;
        for (place, &j) in self.free.iter().enumerate() {
            let plain: Vec<f64> = (0..self.rows.len()).map(|i| self.rows.row(i)[j]).collect();
            let mut score = plain.clone();
            for stratum in &self.rows.strata {
                let mut start = stratum.rows.start;
                for tied in self.rows.time[stratum.rows.clone()].chunk_by(|a, b| a == b) {
                    let values = &mut score[start..start + tied.len()];
                    start += tied.len();
                    let extremes = (f64::INFINITY, f64::NEG_INFINITY);
                    let (low, high) = values.iter().fold(extremes, |(l, h), &x| (l.min(x), h.max(x)));
                    if high - low < CLOSE * self.reach[place] {
                        let first = values[0];
                        values.fill(first);
                    }
                }
            }
            let orders = |score: &[f64]| {
                let minus: Vec<f64> = score.iter().map(|x| -x).collect();
                self.worst(score, 0.0, 0.0).is_none() != self.worst(&minus, 0.0, 0.0).is_none()
            };
            if score != plain && !orders(&plain) && orders(&score) {
                let rows = merged.get_or_insert_with(|| self.rows.clone());
                score.iter().enumerate().for_each(|(i, x)| rows.x[i * rows.p + j] = *x);
            }
        }
        merged
    }
}
