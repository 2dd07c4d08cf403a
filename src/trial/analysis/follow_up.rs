//! How long the subjects were followed.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Result;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::curve::quantile::Quantile;
use crate::survival::data::right_censored::RightCensored;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::Time;

/// How long subjects were followed, in five ways that answer five questions.
///
/// | | what it is |
/// |---|---|
/// | [`median`](Self::median) | reverse Kaplan-Meier: how long follow-up would have been had nobody had the event (Schemper & Smith 1996) |
/// | [`observed`](Self::observed) | median of the observed times, whatever ended them: shortened by every event |
/// | [`potential`](Self::potential) | median time from the clock's start to the data cutoff: what it could have been at most |
/// | [`minimum`](Self::minimum) | the shortest observation of anybody without the event |
/// | [`completeness`](Self::completeness) | share of the possible person-time that was observed (Clark, Altman & De Stavola 2002) |
///
/// Potential follow-up and completeness need a data cutoff ([`Trial::at`](crate::trial::Trial::at)); without one they are
/// `None`. Where the reverse curve is flat at one half the midpoint of the flat stretch is taken, as in R.
///
/// # References
/// Schemper & Smith (1996), Control Clin Trials 17:343. Clark, Altman & De Stavola (2002), Lancet 359:1309.
///
/// # Example
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{OS, saa};
///
/// let follow_up = saa().analyse(&OS)?.follow_up()?;
/// assert_eq!(follow_up.median().map(|t| t.in_months().round()), Some(48.0));
/// assert!(follow_up.observed() > Time::ZERO);
/// assert_eq!(follow_up.completeness(), None); // no data cutoff was given
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FollowUp {
    reverse: Quantile,
    observed: Time,
    potential: Option<Time>,
    minimum: Option<Time>,
    completeness: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(FollowUp {
    reverse: Quantile,
    observed: Time,
    potential: Option<Time>,
    minimum: Option<Time>,
    completeness: Option<f64>,
});

#[cfg(feature = "serde")]
impl FollowUp {
    fn check(&self) -> Result<()> {
        for time in [Some(self.observed), self.potential, self.minimum].into_iter().flatten() {
            stored::size("a time of follow-up", time.in_days())?;
        }
        self.completeness.map_or(Ok(()), |share| stored::size("the completeness", share))
    }
}

/// The median of a sample that is not empty: the mean of the two in the middle.
fn median(mut times: Vec<f64>) -> Time {
    times.sort_by(f64::total_cmp);
    let n = times.len();
    Time::days(f64::midpoint(times[(n - 1) / 2], times[n / 2]))
}

impl FollowUp {
    /// `potential` are the days from each subject's origin to the cutoff.
    pub(in crate::trial) fn new(data: &RightCensored, potential: Option<Vec<f64>>) -> Self {
        let free = data.time().iter().zip(data.event()).filter(|&(_, &event)| !event).map(|(&t, _)| t);
        let completeness = potential.as_ref().and_then(|potential| {
            // A subject who had the event was followed as long as there was anything to see.
            let possible = data.time().iter().zip(data.event()).zip(potential);
            let possible: f64 =
                possible.map(|((&t, &event), &to_cutoff)| if event { t } else { to_cutoff }).sum();
            (possible > 0.0).then(|| data.time().iter().sum::<f64>() / possible)
        });
        Self {
            reverse: KaplanMeier::censoring(data).median(),
            observed: median(data.time().to_vec()),
            potential: potential.map(median),
            minimum: free.min_by(f64::total_cmp).map(Time::days),
            completeness,
        }
    }

    /// The median by reverse Kaplan-Meier. Returns `None` if fewer than half were ever censored.
    #[must_use]
    pub fn median(&self) -> Option<Time> {
        self.reverse.value().ok().map(Time::days)
    }

    /// The limits of its 95 % interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn limits(&self) -> (Option<Time>, Option<Time>) {
        let interval = self.reverse.interval();
        (interval.lower.map(Time::days), interval.upper.map(Time::days))
    }

    /// The plain median of the observed times, whatever ended them.
    #[must_use]
    pub fn observed(&self) -> Time {
        self.observed
    }

    /// The median time from the clock's start to the data cutoff; `None` without one.
    #[must_use]
    pub fn potential(&self) -> Option<Time> {
        self.potential
    }

    /// The shortest observation of a subject without the event. Returns `None` if all had it.
    #[must_use]
    pub fn minimum(&self) -> Option<Time> {
        self.minimum
    }

    /// Observed person-time as a share of what was possible up to the data cutoff, where subjects with the event
    /// count as fully followed; `None` without a cutoff.
    #[must_use]
    pub fn completeness(&self) -> Option<f64> {
        self.completeness
    }
}

/// `48 months (95% CI 40 to 51; reverse Kaplan-Meier)`.
impl fmt::Display for FollowUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let text =
            |t: Option<Time>| t.map_or("not reached".into(), |t| format!("{:.decimals$}", t.in_months()));
        let (lower, upper) = self.limits();
        let unit = if self.median().is_some() { " months" } else { "" };
        write!(
            f,
            "{}{unit} (95% CI {} to {}; reverse Kaplan-Meier)",
            text(self.median()),
            text(lower),
            text(upper)
        )
    }
}
