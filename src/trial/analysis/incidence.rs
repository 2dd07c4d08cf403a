//! The probability of the event where something else can come first.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::survival::curve::AalenJohansen;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::aalen_johansen::variance::IncidenceVariance;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::facts::baseline;
use crate::trial::{Analysis, Censoring, Label, Outcome, Record, Time, label};

/// The probability that the event has happened by a time, where competing events can prevent it.
///
/// Aalen & Johansen's (1978) estimate: `F(t) = Σ_{tᵢ ≤ t} S(tᵢ−) dᵢ/nᵢ` over the times of events and competing events,
/// where `S` is the probability of being free of both and `dᵢ` counts events alone. One minus Kaplan-Meier with
/// competing events censored is larger, and the probability of nothing that can happen. The standard error is
/// Greenwood's for several causes (Andersen et al. 1993, IV.4.1.3); without censoring it is the binomial one.
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based
/// on Counting Processes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Incidence {
    /// It is `None` if there is no estimate; the reason then stands beside it. The same holds for the error.
    value: Option<f64>,
    std_error: Option<f64>,
    at_risk: usize,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    not_estimable: Option<NotEstimable>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Incidence {
    value: Option<f64>,
    std_error: Option<f64>,
    at_risk: usize,
    not_estimable: Option<NotEstimable>,
});

#[cfg(feature = "serde")]
impl Incidence {
    fn check(&self) -> Result<()> {
        self.value.map_or(Ok(()), |p| stored::probability("an incidence", p))?;
        self.std_error.map_or(Ok(()), |se| stored::size("a standard error", se))
    }
}

impl Incidence {
    /// The probability.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: beyond the arm's follow-up while some are free of every event. To carry the
    /// last value on is `analysis.cumulative_incidence(arm)?.extended()`.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value.ok_or(self.because())
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// As [`value`](Self::value); where the probability is 0 or 1, which is no certainty.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error.ok_or(self.because())
    }

    fn because(&self) -> NotEstimable {
        self.not_estimable.unwrap_or(NotEstimable::Undefined)
    }

    /// Why there is no estimate or, where there is one, no standard error. Returns `None` if there are both.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.not_estimable
    }

    /// How many are at risk just before the time.
    #[must_use]
    pub fn at_risk(&self) -> usize {
        self.at_risk
    }

    /// A pointwise interval on a scale of the probability itself (log-log where no other is asked for), as R's
    /// multi-state `survfit`. Without limits where it is 0 or 1, or without standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let Some((value, std_error)) = self.value.zip(self.std_error) else {
            interval.z()?;
            return Ok(ConfidenceInterval::new(None, interval.confidence_level()));
        };
        interval.of_probability(value, std_error)
    }
}

/// `23.4% ± 4.1%`, or why there is no estimate or no standard error.
impl fmt::Display for Incidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        match (self.value, self.std_error) {
            (Some(value), Some(se)) => {
                write!(f, "{:.decimals$}% ± {:.decimals$}%", 100.0 * value, 100.0 * se)
            }
            (Some(value), None) => {
                write!(f, "{:.decimals$}% (no standard error: {:#})", 100.0 * value, self.because())
            }
            (None, _) => write!(f, "{}", self.because()),
        }
    }
}

/// The name of the cause that the endpoint counts, in what the survival wing is given.
pub(crate) const EVENT: &str = "event";
/// The name of the cause that competes.
pub(in crate::trial) const COMPETING: &str = "competing event";

impl<A: Label, E: Label> Analysis<A, E> {
    /// The probability that the event has happened in an arm by a time, whatever competes with it. Without
    /// competing events it is one minus [`survival`](Self::survival). Times that differ by rounding error are one time.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`](crate::Error::UnknownLabel).
    pub fn incidence(&self, arm: A, t: Time) -> Result<Incidence> {
        let found = self.cumulative_incidence(arm)?.of(EVENT)?.at(t.in_days());
        let at_risk = self.records().iter().filter(|r| r.arm == arm && r.time >= t).count();
        Ok(Incidence {
            value: found.value().ok(),
            std_error: found.std_error().ok(),
            at_risk,
            not_estimable: found.not_estimable(),
        })
    }

    /// The whole curve of the incidence in an arm, times in days: its causes are `"event"` and `"competing event"`.
    ///
    /// ```
    /// use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
    ///
    /// let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
    /// let curve = analysis.cumulative_incidence(Arm::Msc)?;
    /// assert_eq!(format!("{:.3}", curve.of("competing event")?.at(90.0).value()?), "0.111");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownLabel`](crate::Error::UnknownLabel).
    pub fn cumulative_incidence(&self, arm: A) -> Result<CumulativeIncidence> {
        self.check_arm(arm)?;
        // A curve is of its arm, whatever the strata of the tests.
        let data = self.causes(&self.positions(|r| r.arm == arm))?;
        AalenJohansen::new().variance(IncidenceVariance::Delta).fit(&data)
    }

    /// All records as competing risks, times in days, with their arms as groups and, in a stratified analysis, its
    /// strata. The causes are `"event"` and `"competing event"`, whether they occur or not.
    ///
    /// # Errors
    /// As [`RightCensored::new`](crate::survival::RightCensored::new).
    pub fn competing_risks(&self) -> Result<(CompetingRisks<'static>, Groups)> {
        let data = self.stratified_causes(&self.positions(|_| true))?;
        let code = |r: &Record<A, E>| self.arms().iter().position(|&a| a == r.arm).unwrap_or(0);
        let codes: Vec<usize> = self.records().iter().map(code).collect();
        let labels: Vec<String> = self.arms().iter().map(label).collect();
        Ok((data, Groups::from_codes(&codes, &labels)?))
    }

    /// The positions of the records that `keep` selects.
    pub(in crate::trial) fn positions(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Vec<usize> {
        (0..self.records().len()).filter(|&i| keep(&self.records()[i])).collect()
    }

    /// These records as competing risks.
    fn causes(&self, positions: &[usize]) -> Result<CompetingRisks<'static>> {
        let records = || positions.iter().map(|&i| &self.records()[i]);
        let time: Vec<f64> = records().map(|r| r.time.in_days()).collect();
        let cause = |r: &Record<A, E>| match r.outcome {
            Outcome::Event(_) => Some(EVENT),
            Outcome::Competing(_) => Some(COMPETING),
            Outcome::Censored(_) => None,
        };
        let outcome: Vec<Option<&str>> = records().map(cause).collect();
        CompetingRisks::with_causes(time, &outcome, &[EVENT, COMPETING])
    }

    /// The same in the strata of the analysis, if it has any.
    pub(in crate::trial) fn stratified_causes(&self, positions: &[usize]) -> Result<CompetingRisks<'static>> {
        let data = self.causes(positions)?;
        let Some(by) = self.stratification() else { return Ok(data) };
        let baselines = positions.iter().map(|&i| &self.baselines()[i]);
        data.with_strata(baseline::strata(baselines, by, |i| self.who(positions[i]))?)
    }

    /// The same records with every competing event as a censoring: how one asks for a Kaplan-Meier curve where events
    /// compete, which is refused otherwise.
    ///
    /// What follows is about hazards, or about a world without the competing events in which nothing else would
    /// change; it is not the probability of the event. The analysis says so among its
    /// [`strategies`](Self::strategies).
    ///
    /// ```
    /// use greenwood::trial::Time;
    /// use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
    ///
    /// let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
    /// assert!(analysis.curve(Arm::Msc).unwrap_err().to_string().contains("competing_as_censored"));
    /// let censored = analysis.clone().competing_as_censored();
    /// // One minus it overstates: 12.5 % instead of 1 of 9.
    /// assert_eq!(censored.survival(Arm::Msc, Time::days(90.0))?.value()?, 0.875);
    /// assert_eq!(format!("{:.1}", analysis.incidence(Arm::Msc, Time::days(90.0))?), "11.1% ± 10.5%");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn competing_as_censored(self) -> Self {
        self.with_outcomes("competing events as censorings", |outcome| match outcome {
            Outcome::Competing(kind) => Outcome::Censored(Censoring::Event(kind)),
            other => other,
        })
    }
}
