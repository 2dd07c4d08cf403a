//! The options and the sum.

use super::bandwidth;
use super::kernel::{Kernel, Range};
use super::point::{above_zero, point};
use super::result::{SmoothedHazardCurve, SmoothedHazardPoint};
use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::{Influence, RowInfluence};
use crate::survival::risk_table::table::RiskTable;

/// How far an event reaches.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Bandwidth {
    /// The one with the smallest mean squared error over the range, as estimated from a pilot hazard with the bandwidth
    /// `range/(8 d^(1/5))`, d the number of events: squared bias `(∫ K(u) λ(t − bu) du − λ(t))²` and variance
    /// `(1/b) ∫ K(u)² λ(t − bu)/n(t − bu) du`, n at risk, summed over the grid, for 25 bandwidths in geometric order from
    /// half the pilot's to half the range (Müller & Wang's 1994 global choice).
    #[default]
    MinimumError,
    /// A number, in units of time.
    Fixed(f64),
}

/// The kernel-smoothed hazard, with kernels that are corrected at the ends of the range.
///
/// `λ(t) = Σ K_t((t − tᵢ)/b)/b · dᵢ/nᵢ` with the variance `Σ (K_t((t − tᵢ)/b)/b)² dᵢ/nᵢ²` over the event times (Ramlau-Hansen
/// 1983). Within a bandwidth of an end the [kernel](Kernel) is another one, since there events are known on one side
/// only; otherwise the estimate falls to half there. With clusters or sampling weights the variance is robust, `Σ φ²` over
/// clusters of `φ = Σ w K_t((t − tᵢ)/b)/b (dNᵢ − Yᵢ dᵢ/nᵢ)/nᵢ` (the infinitesimal jackknife). Where the rules for range and
/// bandwidth count subjects and events, sampling weights are divided by their mean: they have no unit.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`kernel`](Self::kernel) | Epanechnikov | the [`Kernel`] | |
/// | [`bandwidth`](Self::bandwidth) | smallest estimated error | the [`Bandwidth`] | at most half the range |
/// | [`between`](Self::between) | earliest entry (0 without entries) to the last time with 10 at risk | the range | increasing, within follow-up |
/// | [`points`](Self::points) | 101 | how many times, evenly over the range | at least 2 |
/// | [`without_correction`](Self::without_correction) | corrected | leave the kernel as it is near the ends | |
///
/// # Cost
/// The events and the times, no table of both: O(n log n) for the risk table and then the events within a bandwidth of
/// each time. The robust variance goes over all rows for each time.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::{Bandwidth, SmoothedHazard};
///
/// // A constant hazard of 1/8: quantiles of its distribution.
/// let time: Vec<f64> = (0..400).map(|i| -8.0 * (1.0 - (f64::from(i) + 0.5) / 400.0).ln()).collect();
/// let data = RightCensored::new(&time, vec![true; 400])?;
/// let hazard = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(4.0)).between(0.0, 15.0).fit(&data)?;
/// for point in hazard.points() {
///     assert!((point.hazard - 0.125).abs() < 0.01, "{point:?}"); // at the ends too, where the standard error is 0.04
/// }
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Ramlau-Hansen (1983), Ann Stat 11:453. Müller & Wang (1994), Biometrics 50:61. Hess, Serachitopol & Brown (1999), Stat Med
/// 18:3075.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is estimated until `.fit(…)` is called"]
pub struct SmoothedHazard {
    kernel: Kernel,
    bandwidth: Bandwidth,
    between: Option<(f64, f64)>,
    points: usize,
    corrected: bool,
}

impl Default for SmoothedHazard {
    fn default() -> Self {
        let (kernel, bandwidth) = (Kernel::default(), Bandwidth::default());
        Self { kernel, bandwidth, between: None, points: 101, corrected: true }
    }
}

/// So many times are a third of a gigabyte.
const MOST_POINTS: usize = 10_000_000;
/// So many are at risk at least, where no range is given.
const ENOUGH: f64 = 10.0;

/// The mean sampling weight of a row, by which sums of weights are numbers of rows again; 1 where weights count subjects.
pub(super) fn mean_weight(table: &RiskTable) -> f64 {
    if !table.has_sampling_weights() {
        return 1.0;
    }
    table.rows().map(|row| row.events + row.censored).sum::<f64>() / table.subjects() as f64
}

impl SmoothedHazard {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The kernel.
    pub fn kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// The bandwidth, or the rule for it.
    pub fn bandwidth(self, bandwidth: Bandwidth) -> Self {
        Self { bandwidth, ..self }
    }

    /// The range: events outside it are not used.
    pub fn between(self, start: f64, end: f64) -> Self {
        Self { between: Some((start, end)), ..self }
    }

    /// How many times, evenly over the range.
    pub fn points(self, points: usize) -> Self {
        Self { points, ..self }
    }

    /// Leaves the kernel as it is near the ends of the range: the estimate falls off there.
    pub fn without_correction(self) -> Self {
        Self { corrected: false, ..self }
    }

    /// The hazard of all subjects; it ignores strata.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options that are not what they must be.
    pub fn fit(self, data: &RightCensored) -> Result<SmoothedHazardCurve> {
        if let Some(keep) = data.sampled() {
            return self.fit(&data.filter(&keep)?);
        }
        let table = RiskTable::new(data);
        let influence = data.is_robust().then(|| Influence::new(&data.merged(), &table, |_| true, false));
        self.of(&table, influence.as_ref())
    }

    /// One hazard per group, in the order of the group codes: each with its own range and bandwidth, where none is given.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); [`Error::LengthMismatch`].
    pub fn by_group(self, data: &RightCensored, groups: &Groups) -> Result<Vec<SmoothedHazardCurve>> {
        if let Some(keep) = data.sampled() {
            check_len("groups", groups.len(), "time", data.len())?;
            return self.by_group(&data.filter(&keep)?, &groups.filter(&keep));
        }
        let one = |(g, table): (usize, &RiskTable)| {
            let member = |i: usize| groups.codes()[i] as usize == g;
            let influence = data.is_robust().then(|| Influence::new(&data.merged(), table, member, false));
            self.of(table, influence.as_ref())
        };
        RiskTable::by_group(data, groups)?.iter().enumerate().map(one).collect()
    }

    /// The hazard of a risk table, for tables that were merged or are at hand already.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); [`Error::Unsupported`] for a table of sampling weights, which does not hold the subjects.
    pub fn from_table(self, table: &RiskTable) -> Result<SmoothedHazardCurve> {
        if table.has_sampling_weights() {
            return Err(Error::Unsupported {
                method: "a smoothed hazard",
                with: "a table of sampling weights",
                why: "its error needs the subjects, which a table does not hold: use `fit` or `by_group`",
            });
        }
        self.of(table, None)
    }

    fn of(self, table: &RiskTable, influence: Option<&Influence>) -> Result<SmoothedHazardCurve> {
        let (start, end) = self.range(table)?;
        let last = table.times().last().copied().unwrap_or(0.0);
        if end > last {
            let must_be = "at most the last time at which anybody is under observation";
            return Err(Error::OutOfRange { argument: "the end of the range", value: end, must_be });
        }
        let range = Range { start, end, corrected: self.corrected };
        let inside = |row: &crate::survival::risk_table::table::Row| {
            row.events > 0.0 && row.time >= start && row.time <= end
        };
        let events: Vec<(f64, f64, f64)> = table
            .rows()
            .filter(inside)
            .map(|row| (row.time, row.events / row.at_risk, row.events / row.at_risk / row.at_risk))
            .collect();
        let step = (end - start) / (self.points - 1) as f64;
        let grid: Vec<f64> = (0..self.points)
            .map(|k| if k + 1 == self.points { end } else { start + step * k as f64 })
            .collect();
        let bandwidth = match self.bandwidth {
            Bandwidth::Fixed(b) => b,
            Bandwidth::MinimumError => {
                let observed =
                    table.rows().filter(inside).map(|row| row.events).sum::<f64>() / mean_weight(table);
                bandwidth::smallest_error(self.kernel, range, table, (&events, observed))
            }
        };
        if !(bandwidth > 0.0 && bandwidth <= (end - start) / 2.0 * (1.0 + 1e-12)) {
            let must_be = "above 0 and at most half of the range";
            return Err(Error::OutOfRange { argument: "the bandwidth", value: bandwidth, must_be });
        }
        let mut points: Vec<SmoothedHazardPoint> =
            grid.into_iter().map(|time| point(self.kernel, range, bandwidth, time, &events)).collect();
        for point in points.iter_mut().filter(|_| influence.is_some()) {
            let of_row = |row: crate::survival::risk_table::table::Row| {
                if !inside(&row) {
                    return RowInfluence::default();
                }
                let event = range.weight(self.kernel, bandwidth, point.time, row.time) / row.at_risk;
                RowInfluence { at_risk: event * row.events / row.at_risk, event }
            };
            let of_rows: Vec<RowInfluence> = table.rows().map(of_row).collect();
            point.std_error = above_zero(influence.map_or(0.0, |i| i.variance_of_sum(&of_rows)).sqrt());
        }
        if points.iter().any(|p| !(p.hazard.is_finite() && p.std_error.is_none_or(f64::is_finite))) {
            let must_be = "so wide that one over its square is a number: count time in another unit";
            return Err(Error::OutOfRange { argument: "the bandwidth", value: bandwidth, must_be });
        }
        let robust = influence.is_some();
        Ok(SmoothedHazardCurve::new((self.kernel, bandwidth), (start, end), events.len(), points, robust))
    }

    fn range(self, table: &RiskTable) -> Result<(f64, f64)> {
        if self.points < 2 {
            let value = self.points as f64;
            return Err(Error::OutOfRange { argument: "points", value, must_be: "at least 2" });
        }
        if self.points > MOST_POINTS {
            return Err(Error::TooLarge {
                what: "a smoothed hazard",
                size: format!("{} points", self.points),
                instead: "ask for at most ten million",
            });
        }
        let (start, end) = self.between.unwrap_or_else(|| {
            // Nobody is at risk before the first have entered.
            let entered = table.rows().take_while(|row| row.at_risk == 0.0).last();
            let start = entered.map_or(0.0, |row| row.time);
            let enough = table.rows().rfind(|row| row.at_risk >= ENOUGH * mean_weight(table));
            let last = table.rows().rfind(|row| row.events > 0.0).or_else(|| table.rows().last());
            (start, enough.or(last).map_or(0.0, |row| row.time))
        });
        if !(start >= 0.0 && end < f64::INFINITY) {
            let value = if start >= 0.0 { end } else { start };
            return Err(Error::OutOfRange {
                argument: "an end of the range",
                value,
                must_be: "finite and at least 0",
            });
        }
        if !(start < end) {
            let must_be = "after its start: give the range where few are at risk";
            return Err(Error::OutOfRange { argument: "the end of the range", value: end, must_be });
        }
        Ok((start, end))
    }
}
