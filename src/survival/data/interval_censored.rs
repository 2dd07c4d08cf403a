//! Events that are only known to lie in an interval.

use std::borrow::Cow;
use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::column::Column;
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::weights::{Weights, check_weights};

/// Which ends belong to an interval. Equal ends are an exact time under each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Closed {
    /// `(L, R]`: free of the event at the visit L, found at the visit R.
    #[default]
    Right,
    /// `(L, R)`.
    Neither,
    /// `[L, R]`.
    Both,
}

/// Observations of which each says that the event lies in an interval; checked once and valid from then on.
///
/// | limits | meaning |
/// |---|---|
/// | L < R < ∞ | in `(L, R]` |
/// | L = R | at this time exactly |
/// | R = ∞ | right censored: after L |
/// | L = −∞ | left censored: at or before R, from 0 on |
///
/// Limits that differ by rounding error alone (0.3 and 0.1 + 0.2) are one time, by the rule of
/// [`NearTies`](crate::survival::data::NearTies) over all limits together: a visit that ends one interval begins the next, and an
/// interval between two such limits is an exact time.
///
/// | part | default | meaning |
/// |---|---|---|
/// | [`with_closed`](Self::with_closed) | `(L, R]` | which ends belong to an interval |
/// | [`with_entry`](Self::with_entry) | 0 | delayed entry (left truncation): seen since the event was later |
/// | [`with_weights`](Self::with_weights) | 1 | replication or sampling weights |
/// | [`with_strata`](Self::with_strata) | one | tests compare, and resampling draws, within strata |
/// | [`with_clusters`](Self::with_clusters) | every row its own | rows that are not independent: resampled together |
///
/// # Example
/// ```
/// use greenwood::survival::IntervalCensored;
///
/// let data = IntervalCensored::new(&[0.0, 2.0, 4.0], &[2.0, 2.0, f64::INFINITY])?;
/// let as_r = IntervalCensored::interval2(&[0.0, 2.0, 4.0], &[2.0, 2.0, f64::NAN])?;
/// assert_eq!(data, as_r);
/// assert!(IntervalCensored::new(&[3.0], &[2.0]).unwrap_err().to_string().starts_with("row 0"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::interval_stored::Raw"))]
pub struct IntervalCensored<'a> {
    /// −∞ where left censored.
    #[cfg_attr(feature = "serde", serde(serialize_with = "write_limits"))]
    lower: Cow<'a, [f64]>,
    #[cfg_attr(feature = "serde", serde(serialize_with = "write_limits"))]
    upper: Cow<'a, [f64]>,
    closed: Closed,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) entry: Option<Cow<'a, [f64]>>,
    weights: Option<Weights<'a>>,
    #[cfg_attr(feature = "serde", serde(default))]
    strata: Option<Groups>,
    #[cfg_attr(feature = "serde", serde(default))]
    clusters: Option<Vec<u32>>,
}

impl<'a> IntervalCensored<'a> {
    /// Events in `(lower, upper]`; equal limits are an exact time, an infinite one is a censoring.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::LengthMismatch`]; [`Error::InvalidInterval`] with the row and its limits where one is
    /// NaN, negative (but −∞), or where the lower one is above the upper.
    pub fn new(lower: impl Column<'a, f64>, upper: impl Column<'a, f64>) -> Result<Self> {
        let mut data = Self::checked(lower.into_cow(), upper.into_cow())?;
        data.merge_near_ties();
        Ok(data)
    }

    pub(super) fn checked(lower: Cow<'a, [f64]>, upper: Cow<'a, [f64]>) -> Result<Self> {
        check_len("upper", upper.len(), "lower", lower.len())?;
        if lower.is_empty() {
            return Err(Error::Empty { argument: "lower" });
        }
        if lower.len() >= u32::MAX as usize {
            return Err(Error::TooManyRows { rows: lower.len() });
        }
        for (index, (&lower, &upper)) in lower.iter().zip(upper.iter()).enumerate() {
            if let Some(problem) = problem(lower, upper) {
                return Err(Error::InvalidInterval { index, lower, upper, problem });
            }
        }
        Ok(Self {
            lower,
            upper,
            closed: Closed::Right,
            entry: None,
            weights: None,
            strata: None,
            clusters: None,
        })
    }

    /// Limits and entries that differ by rounding error alone become one time: R's rule, over all of them together and relative
    /// to their mean where that is below 1 too.
    fn merge_near_ties(&mut self) {
        let entry: &[f64] = self.entry.as_deref().unwrap_or_default();
        let columns = [&self.lower[..], &self.upper, entry];
        // An infinite limit is no time.
        let finite: Vec<f64> = columns.into_iter().flatten().copied().filter(|t| t.is_finite()).collect();
        // In a unit in which the mean is at least 1: a power of two, so that nothing is rounded.
        let mean = finite.iter().map(|t| t / finite.len() as f64).sum::<f64>();
        let unit = if mean > 0.0 && mean < 1.0 { 2.0_f64.powi(-(mean.log2().floor() as i32)) } else { 1.0 };
        let scaled: Vec<f64> = finite.iter().map(|t| t * unit).collect();
        if !scaled.iter().all(|t| t.is_finite()) {
            return;
        }
        let Some(merged) = near_ties::merged_columns(&[&scaled]) else { return };
        let mut merged = merged.into_iter().flatten().map(|t| t / unit);
        let mut take = |column: &[f64]| -> Cow<'a, [f64]> {
            let one = |&t: &f64| if t.is_finite() { merged.next().unwrap_or(t) } else { t };
            Cow::Owned(column.iter().map(one).collect())
        };
        let [lower, upper, entry] = columns.map(&mut take);
        (self.lower, self.upper) = (lower, upper);
        self.entry = self.entry.is_some().then_some(entry);
    }

    /// As R writes it in `Surv(time1, time2, type = "interval2")`: a lower limit that is NaN (R's `NA`) or −∞ is left
    /// censored, an upper one that is NaN or ∞ right censored, equal ones are exact.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); [`Error::InvalidInterval`] also for a row without any limit.
    pub fn interval2(
        time1: impl Column<'a, f64>,
        time2: impl Column<'a, f64>,
    ) -> Result<IntervalCensored<'static>> {
        let (lower, upper) = (time1.into_cow(), time2.into_cow());
        let both = lower.iter().zip(upper.iter()).position(|(l, u)| l.is_nan() && u.is_nan());
        if let Some(index) = both {
            let problem = "has no limit at all: drop the row";
            return Err(Error::InvalidInterval { index, lower: lower[index], upper: upper[index], problem });
        }
        let fill = |column: &[f64], with: f64| -> Vec<f64> {
            column.iter().map(|&x| if x.is_nan() { with } else { x }).collect()
        };
        IntervalCensored::new(fill(&lower, f64::NEG_INFINITY), fill(&upper, f64::INFINITY))
    }

    /// Right-censored data: an event at its time exactly, a censoring as an event later.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; those of [`new`](Self::new).
    pub fn right_censored(
        time: impl Column<'a, f64>,
        event: impl Column<'a, bool>,
    ) -> Result<IntervalCensored<'a>> {
        let (time, event) = (time.into_cow(), event.into_cow());
        check_len("event", event.len(), "time", time.len())?;
        let upper: Vec<f64> =
            time.iter().zip(event.iter()).map(|(&t, &e)| if e { t } else { f64::INFINITY }).collect();
        Self::new(time, upper)
    }

    /// Which ends belong to an interval.
    #[must_use]
    pub fn with_closed(self, closed: Closed) -> Self {
        Self { closed, ..self }
    }

    /// Delayed entry (left truncation): the row is there because its event came after `entry`. An entry at 0 is none; a
    /// lower limit before the entry is raised to it, since the event was later than both.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidTime`]; [`Error::InvalidInterval`] where an event cannot have been
    /// after the entry.
    pub fn with_entry(mut self, entry: impl Column<'a, f64>) -> Result<Self> {
        let entry = entry.into_cow();
        self.check_len("entry", entry.len())?;
        check_entries(&entry)?;
        self.entry = Some(entry);
        self.merge_near_ties();
        self.with_merged_entry()
    }

    pub(super) fn with_merged_entry(mut self) -> Result<Self> {
        let Some(entry) = &self.entry else { return Ok(self) };
        for (index, &value) in entry.iter().enumerate() {
            let (lower, upper) = (self.lower[index], self.upper[index]);
            if value > 0.0 && upper <= value {
                let problem =
                    "ends at or before its entry: such a row cannot have been seen; drop it, or correct it";
                return Err(Error::InvalidInterval { index, lower, upper, problem });
            }
        }
        let early = entry.iter().zip(self.lower.iter()).any(|(&e, &l)| e > 0.0 && l < e);
        if early {
            for (l, &e) in self.lower.to_mut().iter_mut().zip(entry.iter()) {
                if e > 0.0 {
                    *l = l.max(e);
                }
            }
        }
        Ok(self)
    }

    /// How much each row counts, and what that means.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidWeight`]; [`Error::ZeroWeights`]; [`Error::HugeWeights`].
    pub fn with_weights(self, weights: Weights<'a>) -> Result<Self> {
        let values = weights.values();
        self.check_len("weights", values.len())?;
        check_weights(values)?;
        let sum: f64 = values.iter().sum();
        if !(sum > 0.0) {
            return Err(Error::ZeroWeights);
        }
        Ok(Self { weights: Some(weights), ..self })
    }

    /// Strata within which groups are compared, and within which rows are drawn again.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_strata(self, strata: Groups) -> Result<Self> {
        self.check_len("strata", strata.len())?;
        Ok(Self { strata: Some(strata), ..self })
    }

    /// Rows with the same id are not independent of each other: they are drawn together.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + Hash>(self, ids: &[I]) -> Result<Self> {
        self.check_len("clusters", ids.len())?;
        Ok(Self { clusters: Some(encode(ids).0), ..self })
    }

    fn check_len(&self, argument: &'static str, len: usize) -> Result<()> {
        check_len(argument, len, "lower", self.len())
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    /// The lower limits, −∞ where left censored.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// The upper limits, ∞ where right censored.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// Which ends belong to an interval.
    #[must_use]
    pub fn closed(&self) -> Closed {
        self.closed
    }

    /// When each row came under observation, if that was delayed; 0 is not delayed.
    #[must_use]
    pub fn entry(&self) -> Option<&[f64]> {
        self.entry.as_deref()
    }

    /// How much each row counts, if not the same.
    #[must_use]
    pub fn weights(&self) -> Option<&Weights<'a>> {
        self.weights.as_ref()
    }

    /// The strata, if there are any.
    #[must_use]
    pub fn strata(&self) -> Option<&Groups> {
        self.strata.as_ref()
    }

    /// One code per row, equal within a cluster, if there are clusters.
    #[must_use]
    pub fn clusters(&self) -> Option<&[u32]> {
        self.clusters.as_deref()
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w.values()[row])
    }

    /// 0 where not delayed.
    pub(crate) fn entered(&self, row: usize) -> f64 {
        self.entry.as_ref().map_or(0.0, |e| e[row])
    }

    /// Do rows enter late?
    pub(crate) fn is_truncated(&self) -> bool {
        self.entry.as_ref().is_some_and(|e| e.iter().any(|&e| e > 0.0))
    }

    /// Sampling weights or clusters, for which the likelihood is no likelihood of independent rows.
    pub(crate) fn is_robust(&self) -> bool {
        self.clusters.is_some() || matches!(self.weights, Some(Weights::Sampling(_)))
    }

    /// The rows of one group.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Empty`] where the group has no rows;
    /// [`Error::ZeroWeights`] where none of them counts.
    pub fn subset(&self, groups: &Groups, label: &str) -> Result<IntervalCensored<'static>> {
        groups.check_len("groups", self.len())?;
        let code = groups.code(label)? as u32;
        let rows: Vec<usize> = (0..self.len()).filter(|&i| groups.codes()[i] == code).collect();
        if rows.is_empty() {
            return Err(Error::Empty { argument: "lower" });
        }
        if rows.iter().all(|&i| self.weight(i) == 0.0) {
            return Err(Error::ZeroWeights);
        }
        Ok(self.rows(&rows))
    }

    /// These rows, in this order, a row as often as it is named; strata and clusters come along.
    pub(crate) fn rows(&self, rows: &[usize]) -> IntervalCensored<'static> {
        let pick = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&i| values[i]).collect() };
        IntervalCensored {
            lower: Cow::Owned(pick(&self.lower)),
            upper: Cow::Owned(pick(&self.upper)),
            closed: self.closed,
            entry: self.entry.as_ref().map(|e| Cow::Owned(pick(e))),
            weights: self.weights.as_ref().map(|w| w.map(pick(w.values()))),
            strata: self.strata.as_ref().map(|s| s.picked(rows)),
            clusters: self.clusters.as_ref().map(|c| rows.iter().map(|&i| c[i]).collect()),
        }
    }
}

pub(super) fn check_entries(entry: &[f64]) -> Result<()> {
    match entry.iter().enumerate().find(|(_, e)| !(0.0..f64::INFINITY).contains(*e)) {
        Some((index, &value)) => Err(Error::InvalidTime { argument: "entry", index, value }),
        None => Ok(()),
    }
}

fn problem(lower: f64, upper: f64) -> Option<&'static str> {
    if lower.is_nan() || upper.is_nan() {
        Some("has a limit that is not a number: write -inf or inf where it is not known (or use `interval2`)")
    } else if lower > upper {
        Some("ends before it starts: exchange its limits, or correct them")
    } else if upper < 0.0 || (lower < 0.0 && lower > f64::NEG_INFINITY) {
        Some("has a negative limit: a time must be at least 0 (-inf as lower limit is left censored)")
    } else if lower == f64::INFINITY {
        Some("has an infinite lower limit: give the last time without the event")
    } else {
        None
    }
}

/// Infinite limits as null, since JSON has no such number.
#[cfg(feature = "serde")]
fn write_limits<S: serde::Serializer>(values: &[f64], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|x| x.is_finite().then_some(*x)))
}
