//! Events that are only known to lie in an interval.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::survival::data::column::Column;
use crate::survival::data::groups::Groups;
use crate::survival::data::weights::Weights;

/// Which ends belong to an interval. Equal ends are an exact time under each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
/// | part | default | meaning |
/// |---|---|---|
/// | [`with_closed`](Self::with_closed) | `(L, R]` | which ends belong to an interval |
/// | [`with_weights`](Self::with_weights) | 1 | replication weights |
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
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct IntervalCensored<'a> {
    /// −∞ where left censored.
    #[cfg_attr(feature = "serde", serde(serialize_with = "write_limits"))]
    lower: Cow<'a, [f64]>,
    #[cfg_attr(feature = "serde", serde(serialize_with = "write_limits"))]
    upper: Cow<'a, [f64]>,
    closed: Closed,
    weights: Option<Vec<f64>>,
}

impl<'a> IntervalCensored<'a> {
    /// Events in `(lower, upper]`; equal limits are an exact time, an infinite one is a censoring.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::LengthMismatch`]; [`Error::InvalidInterval`] with the row and its limits where one is
    /// NaN, negative (but −∞), or where the lower one is above the upper.
    pub fn new(lower: impl Column<'a, f64>, upper: impl Column<'a, f64>) -> Result<Self> {
        let (lower, upper) = (lower.into_cow(), upper.into_cow());
        if upper.len() != lower.len() {
            let (len, expected) = (upper.len(), lower.len());
            return Err(Error::LengthMismatch { argument: "upper", len, other: "lower", expected });
        }
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
        Ok(Self { lower, upper, closed: Closed::Right, weights: None })
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
        if event.len() != time.len() {
            let (len, expected) = (event.len(), time.len());
            return Err(Error::LengthMismatch { argument: "event", len, other: "time", expected });
        }
        let upper: Vec<f64> =
            time.iter().zip(event.iter()).map(|(&t, &e)| if e { t } else { f64::INFINITY }).collect();
        Self::new(time, upper)
    }

    /// Which ends belong to an interval.
    #[must_use]
    pub fn with_closed(self, closed: Closed) -> Self {
        Self { closed, ..self }
    }

    /// How often each row stands.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for sampling weights; [`Error::LengthMismatch`]; [`Error::InvalidWeight`];
    /// [`Error::ZeroWeights`]; [`Error::HugeWeights`].
    pub fn with_weights(self, weights: Weights) -> Result<Self> {
        let Weights::Replication(values) = weights else {
            return Err(Error::Unsupported {
                method: "interval-censored data",
                with: "sampling weights",
                why: "no robust variance is known here; give replication weights, or none",
            });
        };
        let (len, expected) = (values.len(), self.lower.len());
        if len != expected {
            return Err(Error::LengthMismatch { argument: "weights", len, other: "lower", expected });
        }
        if let Some((index, &value)) =
            values.iter().enumerate().find(|(_, w)| !(0.0..f64::INFINITY).contains(*w))
        {
            return Err(Error::InvalidWeight { index, value });
        }
        let sum: f64 = values.iter().sum();
        if sum > 1e150 {
            return Err(Error::HugeWeights { sum });
        }
        if !(sum > 0.0) {
            return Err(Error::ZeroWeights);
        }
        Ok(Self { weights: Some(values.into_owned()), ..self })
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

    /// How often each row stands, if that was said.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[row])
    }

    /// The rows of one group.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Empty`] where the group has no rows;
    /// [`Error::ZeroWeights`] where none of them counts.
    pub fn subset(&self, groups: &Groups, label: &str) -> Result<IntervalCensored<'static>> {
        groups.check_len("groups", self.len())?;
        let code = groups.code(label)? as u32;
        let pick = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(groups.codes()).filter(|&(_, &c)| c == code).map(|(&v, _)| v).collect()
        };
        let data = IntervalCensored::new(pick(&self.lower), pick(&self.upper))?.with_closed(self.closed);
        match &self.weights {
            Some(w) => data.with_weights(Weights::replication(pick(w))),
            None => Ok(data),
        }
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

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
    closed: Closed,
    weights: Option<Vec<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for IntervalCensored<'_> {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let fill = |column: Vec<Option<f64>>, with: f64| -> Vec<f64> {
            column.into_iter().map(|x| x.unwrap_or(with)).collect()
        };
        let data = Self::new(fill(raw.lower, f64::NEG_INFINITY), fill(raw.upper, f64::INFINITY))?
            .with_closed(raw.closed);
        match raw.weights {
            Some(w) => data.with_weights(Weights::replication(w)),
            None => Ok(data),
        }
    }
}
