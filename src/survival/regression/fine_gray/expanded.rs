//! The data set with a row for each weight of a subdistribution.

use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::weights::Weights;
use crate::survival::regression::fine_gray::censoring::CensoringWeights;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Rows `(start, stop]` with the weights of a subdistribution, as R's `finegray` writes them.
///
/// A subject without another event has its own row. One with another event stays, its weight changing where others are
/// censored (or enter); stretches without an event of the cause are left out.
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, FineGray};
///
/// let outcome = [Some("b"), None, Some("a")];
/// let rows = FineGray::new("a").expand(&CompetingRisks::new(&[1.0, 2.0, 3.0], &outcome)?)?;
/// assert_eq!(rows.row(), [0, 0, 1, 2]); // the subject with b stays beyond the censoring at 2
/// assert_eq!((rows.start()[1], rows.stop()[1], rows.weight()[1]), (2.0, 3.0, 0.5));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubdistributionRows {
    row: Vec<usize>,
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    weight: Vec<f64>,
}

#[cfg(feature = "serde")]
checked_when_read!(SubdistributionRows { row: Vec<usize>, start: Vec<f64>, stop: Vec<f64>, event: Vec<bool>, weight: Vec<f64> });

#[cfg(feature = "serde")]
impl SubdistributionRows {
    fn check(&self) -> crate::Result<()> {
        let rows = self.row.len();
        let lengths = [
            ("start", self.start.len()),
            ("stop", self.stop.len()),
            ("event", self.event.len()),
            ("weight", self.weight.len()),
        ];
        lengths.iter().try_for_each(|&(name, len)| crate::error::check_len(name, len, "row", rows))?;
        self.start.iter().chain(&self.stop).try_for_each(|&t| stored::size("time", t))?;
        self.weight.iter().try_for_each(|&w| stored::size("weight", w))
    }
}

impl SubdistributionRows {
    pub(super) fn new(
        data: &CompetingRisks,
        cause: u32,
        groups: &[u32],
        weights: &[CensoringWeights],
    ) -> Self {
        let any = data.merged();
        let case = any.weights().map(Weights::values);
        let mut events: Vec<f64> =
            (0..data.len()).filter(|&i| data.codes()[i] == cause).map(|i| any.time()[i]).collect();
        events.sort_unstable_by(f64::total_cmp);
        let last = any.last_time();
        let mut rows = Self::default();
        for i in 0..data.len() {
            let (entry, time, code) = (any.entry().map_or(0.0, |e| e[i]), any.time()[i], data.codes()[i]);
            let w = case.map_or(1.0, |w| w[i]);
            if code == 0 || code == cause {
                rows.push(i, (entry, time), code == cause, w);
                continue;
            }
            // What the weight is before the first cut at or after the event holds up to there.
            let of = &weights[groups[i] as usize];
            let from = of.cuts().partition_point(|&c| c < time);
            let ends: Vec<f64> =
                of.cuts()[from..].iter().copied().filter(|&c| c < last).chain([last.max(time)]).collect();
            let own = of.before(time);
            let mut start = entry;
            for (k, &stop) in ends.iter().enumerate() {
                let next = events.partition_point(|&e| e <= start);
                let needed = k == 0 || events.get(next).is_some_and(|&e| e <= stop);
                let ratio = of.before(stop).over(own);
                if needed && stop > start && ratio > 0.0 {
                    rows.push(i, (start, stop), false, w * if k == 0 { 1.0 } else { ratio });
                }
                start = stop;
            }
        }
        rows
    }

    fn push(&mut self, row: usize, (start, stop): (f64, f64), event: bool, weight: f64) {
        self.row.push(row);
        self.start.push(start);
        self.stop.push(stop);
        self.event.push(event);
        self.weight.push(weight);
    }

    /// The row of the data that each one comes from.
    #[must_use]
    pub fn row(&self) -> &[usize] {
        &self.row
    }

    /// Where each begins.
    #[must_use]
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// Where each ends.
    #[must_use]
    pub fn stop(&self) -> &[f64] {
        &self.stop
    }

    /// Whether it ends with the cause.
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Its weight, times that of the row of the data.
    #[must_use]
    pub fn weight(&self) -> &[f64] {
        &self.weight
    }
}
