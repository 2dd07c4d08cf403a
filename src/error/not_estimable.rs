//! Why there is no estimate: one vocabulary for curves, contrasts, reports, tables and programs.

use std::fmt;

use crate::error::error::Error;
use crate::print::Number;

/// Why the data give no estimate, no standard error or no interval.
///
/// It is a value, not a mistake of the caller: a curve asked for a time beyond follow-up answers with
/// [`BeyondFollowUp`](Self::BeyondFollowUp), one asked for a standard error where nobody has had the event with
/// [`CurveIsOne`](Self::CurveIsOne). It prints as `not estimable: follow-up ends at 24 …`, and with `{:#}` as the
/// reason alone. With `?` it becomes an [`Error`].
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::result::NotEstimable;
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[5.0, 9.0, 13.0, 24.0], &[true, true, false, false])?);
/// let late = curve.at(60.0);
/// assert_eq!(late.value(), Err(NotEstimable::BeyondFollowUp { time: 60.0, last: 24.0 }));
/// assert_eq!(late.to_string(), "not estimable: follow-up ends at 24 with the curve above 0");
/// // To carry the last value on is a choice with a name.
/// assert_eq!(curve.extended().at(60.0).value()?, 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NotEstimable {
    /// Nobody was ever under observation: an empty group.
    Nobody,
    /// Nobody is under observation at the time, and the curve is above 0 where follow-up ends.
    BeyondFollowUp {
        /// The time asked for; it may be infinite.
        #[cfg_attr(feature = "serde", serde(with = "crate::error::or_infinite"))]
        time: f64,
        /// The last time at which anybody was under observation.
        last: f64,
    },
    /// A conditional curve asked for a time before its start.
    BeforeStart {
        /// The time asked for.
        time: f64,
        /// The time from which the curve is conditional.
        start: f64,
    },
    /// A time that is NaN or negative.
    InvalidTime,
    /// A quantile to which the curve does not fall.
    NotReached {
        /// The level to which the curve would have to fall.
        level: f64,
    },
    /// No standard error: the curve is 0, where the formula has no value.
    CurveIsZero,
    /// No standard error: the curve is 1 (an incidence, a hazard or a mean number of events is 0), since nobody has had
    /// the event yet. A width of 0 would be no certainty: the beta product interval ([`SmallSample`](crate::survival::SmallSample)) has one.
    CurveIsOne,
    /// No standard error: the variance is 0, though the curve has moved: the influences of all clusters cancel, or all
    /// subjects had the event at once.
    NoVariation,
    /// No standard error: the probability of a state is 0, since nobody is in it. That nobody is, is no certainty.
    NobodyInState,
    /// No standard error: the probability of a state is 1, since all are in it.
    AllInState,
    /// No standard error: none was asked for.
    NotAsked,
    /// No standard error: a table of sampling weights does not know the subjects behind it.
    NoSubjects,
    /// No standard error: a ratio is 0 or infinite, since one of its parts is 0.
    ZeroOrInfinite,
    /// A ratio of which both parts are 0, or a contrast whose parts do not exist.
    Undefined,
    /// No event time at which both groups were at risk: nothing is compared.
    NothingCompared,
    /// A parameter in whose direction the likelihood has no maximum: the data do not determine it.
    NoMaximum,
    /// No pair of subjects can be compared: nobody has the event while another is under observation.
    NoPairs,
    /// No standard error: no bootstrap samples were asked for, or in too few of them is there an estimate.
    TooFewSamples,
}

impl NotEstimable {
    /// What two groups have, or why one of them has nothing. Of two groups beyond their follow-up the one whose follow-up ends
    /// first is named, whichever stands first.
    pub(crate) fn both<T>(group: Result<T, Self>, reference: Result<T, Self>) -> Result<(T, T), Self> {
        match (group, reference) {
            (Ok(own), Ok(other)) => Ok((own, other)),
            (Err(Self::BeyondFollowUp { time, last }), Err(Self::BeyondFollowUp { last: other, .. })) => {
                Err(Self::BeyondFollowUp { time, last: last.min(other) })
            }
            (Err(because), _) | (_, Err(because)) => Err(because),
        }
    }

    /// Is it a standard error that is missing, rather than the estimate itself?
    #[must_use]
    pub fn is_of_error(&self) -> bool {
        matches!(
            self,
            Self::CurveIsZero
                | Self::CurveIsOne
                | Self::NoVariation
                | Self::NobodyInState
                | Self::AllInState
                | Self::NotAsked
                | Self::NoSubjects
                | Self::ZeroOrInfinite
                | Self::TooFewSamples
        )
    }
}

impl std::error::Error for NotEstimable {}

impl fmt::Display for NotEstimable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            f.write_str("not estimable: ")?;
        }
        match *self {
            Self::Nobody => write!(f, "nobody is in the group"),
            Self::BeyondFollowUp { last, .. } => {
                write!(f, "follow-up ends at {} with the curve above 0", Number(last))
            }
            Self::BeforeStart { start, .. } => write!(f, "the curve starts at {}", Number(start)),
            Self::InvalidTime => write!(f, "a time must be a number of at least 0"),
            Self::NotReached { level } => write!(f, "the curve does not fall to {}", Number(level)),
            Self::CurveIsZero => write!(f, "the curve is 0"),
            Self::CurveIsOne => write!(f, "nobody has had the event yet"),
            Self::NoVariation => write!(f, "the variance is 0"),
            Self::NobodyInState => write!(f, "nobody is in the state"),
            Self::AllInState => write!(f, "all are in the state"),
            Self::NotAsked => write!(f, "none was asked for"),
            Self::NoSubjects => {
                write!(f, "a table of sampling weights has no variance without the subjects")
            }
            Self::ZeroOrInfinite => write!(f, "a ratio of 0 or ∞ has no standard error"),
            Self::Undefined => write!(f, "0/0"),
            Self::NothingCompared => write!(f, "no event time compares the groups"),
            Self::NoMaximum => write!(f, "the likelihood has no maximum in this parameter"),
            Self::NoPairs => write!(f, "no pair of subjects can be compared"),
            Self::TooFewSamples => write!(f, "too few bootstrap samples have an estimate"),
        }
    }
}

impl From<NotEstimable> for Error {
    fn from(because: NotEstimable) -> Self {
        Self::NotEstimable { because }
    }
}
