//! The probability of one state at one time, with its error.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print::Number;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The probability of one state at one time.
///
/// Where the probability is 0 or 1 there is no standard error ([`NotEstimable::NobodyInState`],
/// [`NotEstimable::AllInState`]): that nobody was seen in a state is no certainty. (R's multi-state curves print 0 there,
/// since the derivatives are 0.) Beyond follow-up it has neither, and tells why.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::Occupation;
/// use greenwood::survival::result::NotEstimable;
///
/// let to = [Some("ill"), Some("dead"), None];
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&[1, 2, 3], &[0.0; 3], &[2.0, 4.0, 5.0], &to)?;
/// let dead = Occupation::new().fit(&data)?.at(3.0)[2];
/// assert_eq!((dead.value(), dead.std_error()), (Ok(0.0), Err(NotEstimable::NobodyInState)));
/// assert_eq!(dead.to_string(), "0.0000 (no standard error: nobody is in the state)");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OccupationEstimate {
    value: std::result::Result<f64, NotEstimable>,
    std_error: std::result::Result<f64, NotEstimable>,
}

#[cfg(feature = "serde")]
checked_when_read!(OccupationEstimate {
    value: std::result::Result<f64, NotEstimable>,
    std_error: std::result::Result<f64, NotEstimable>,
});

#[cfg(feature = "serde")]
impl OccupationEstimate {
    fn check(&self) -> Result<()> {
        if let Ok(value) = self.value {
            stored::probability("the probability of a state", value)?;
        }
        let Ok(se) = self.std_error else { return Ok(()) };
        stored::size("a standard error", se)?;
        if self.value.is_ok_and(|value| Self::new(value, se).std_error.is_ok()) {
            return Ok(());
        }
        let must_be = "above 0, of a probability between 0 and 1";
        Err(crate::Error::OutOfRange { argument: "a standard error", value: se, must_be })
    }
}

/// What rounding leaves of a sum of squares that cancel is no standard error: this share of the value.
const NOISE: f64 = 1e-13;

impl OccupationEstimate {
    pub(crate) fn new(value: f64, std_error: f64) -> Self {
        let std_error = if value <= 0.0 {
            Err(NotEstimable::NobodyInState)
        } else if value >= 1.0 {
            Err(NotEstimable::AllInState)
        } else if std_error > NOISE * value {
            Ok(std_error)
        } else {
            // A sum that is 1 but for its last bits is 1.
            Err(if value > 1.0 - 1e-12 { NotEstimable::AllInState } else { NotEstimable::NoVariation })
        };
        Self { value: Ok(value), std_error }
    }

    /// A probability without a variance.
    pub(super) fn without_error(value: f64, because: NotEstimable) -> Self {
        Self { value: Ok(value), std_error: Err(because) }
    }

    pub(super) fn none(because: NotEstimable) -> Self {
        Self { value: Err(because), std_error: Err(because) }
    }

    /// The probability.
    ///
    /// # Errors
    /// [`NotEstimable`]: beyond follow-up, before the start of the curves, or a time that is none.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// As [`value`](Self::value), and where the probability is 0 or 1, or its variance is 0.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// Why there is no probability or, where there is one, no standard error. Returns `None` if there are both.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.value.err().or(self.std_error.err())
    }

    /// This probability less that of an independent group, with interval and test. The error of one group alone is not
    /// that of a difference.
    #[must_use]
    pub fn difference(&self, reference: &Self) -> Estimate {
        let (own, other) = match NotEstimable::both(self.value, reference.value) {
            Ok(both) => both,
            Err(because) => return Estimate::none(Scale::Identity, because).within(-1.0, 1.0),
        };
        let error = self.std_error.and_then(|a| reference.std_error.map(|b| a.hypot(b)));
        Estimate::with_error(Scale::Identity, own - other, error).within(-1.0, 1.0)
    }

    /// A pointwise interval on a scale of the probability itself, log-log where no other is named; there is none where
    /// the probability is 0, 1 or not estimable.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a level outside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        match (self.value, self.std_error) {
            (Ok(value), Ok(se)) => interval.of_probability(value, se),
            _ => interval.z().map(|_| ConfidenceInterval::new(None, interval.confidence_level())),
        }
    }
}

/// `0.3333 ± 0.2722`, with as many decimals as asked for (four by default), or the reason why there is no estimate, or no
/// standard error.
impl fmt::Display for OccupationEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(4);
        match (self.value, self.std_error) {
            (Ok(value), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(value), Number(se)),
            (Ok(value), Err(because)) => {
                write!(f, "{:.decimals$} (no standard error: {because:#})", Number(value))
            }
            (Err(because), _) => write!(f, "{because}"),
        }
    }
}
