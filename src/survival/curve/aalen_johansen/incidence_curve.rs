//! The incidence of one cause: values, quantiles, contrasts.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::survival::curve::aalen_johansen::cumulative_incidence::CumulativeIncidence;
use crate::survival::curve::aalen_johansen::incidence_quantile::IncidenceQuantile;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::time_asked::TimeAsked;

/// The cumulative incidence of one cause: a view of a [`CumulativeIncidence`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidenceCurve<'a> {
    pub(super) fit: &'a CumulativeIncidence,
    pub(super) cause: usize,
}

/// The estimated probability that a cause has ended observation by a time, or the reason why the data do not tell it.
///
/// Prints as `23.4% ± 4.1%` (estimate ± standard error, one decimal or as many as asked for), and with `{:#}` as the
/// interval form. Where there is no estimate it prints why.
///
/// # Example
/// ```
/// use greenwood::survival::{AalenJohansen, CompetingRisks};
/// use greenwood::survival::result::NotEstimable;
///
/// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &[Some("a"), Some("b"), Some("a"), None])?;
/// let fit = AalenJohansen::new().fit(&data)?;
/// assert_eq!(fit.of("a")?.at(3.5).value()?, 0.5);
/// // One is free of every cause where follow-up ends: what comes later is not known.
/// let late = fit.of("a")?.at(9.0);
/// assert_eq!(late.value(), Err(NotEstimable::BeyondFollowUp { time: 9.0, last: 4.0 }));
/// assert_eq!(fit.extended().of("a")?.at(9.0).value()?, 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct IncidenceEstimate {
    time: TimeAsked,
    value: Result<f64, NotEstimable>,
    std_error: Result<f64, NotEstimable>,
    at_risk: f64,
    events: f64,
}

/// An estimate as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    time: TimeAsked,
    value: Result<f64, NotEstimable>,
    std_error: Result<f64, NotEstimable>,
    at_risk: f64,
    events: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for IncidenceEstimate {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        // Sums of products pass 1 by rounding.
        if let Ok(value) = raw.value
            && !(0.0..=1.0 + ROUNDING).contains(&value)
        {
            return refuse("a cumulative incidence", value, "in [0, 1]");
        }
        if let Ok(se) = raw.std_error
            && !(se > 0.0 && se < f64::INFINITY && raw.value.is_ok_and(|f| f > 0.0))
        {
            return refuse(
                "the standard error of an incidence",
                se,
                "above 0 and finite, with an estimate above 0",
            );
        }
        for (argument, count) in [("the number at risk", raw.at_risk), ("the number of events", raw.events)] {
            if !(0.0..f64::INFINITY).contains(&count) {
                return refuse(argument, count, "at least 0 and finite");
            }
        }
        let Raw { time, value, std_error, at_risk, events } = raw;
        Ok(Self { time, value, std_error, at_risk, events })
    }
}

impl IncidenceEstimate {
    pub(super) fn new(
        time: f64,
        value: Result<f64, NotEstimable>,
        std_error: Option<f64>,
        at_risk: f64,
        events: f64,
    ) -> Self {
        let std_error = value.and_then(|value| Self::error_of(value, std_error));
        Self { time: TimeAsked(time), value, std_error, at_risk, events }
    }

    /// A standard error of 0 is none: nobody has had the event, or all have.
    pub(super) fn error_of(value: f64, std_error: Option<f64>) -> Result<f64, NotEstimable> {
        match std_error {
            None => Err(NotEstimable::NoSubjects),
            Some(_) if value <= 0.0 => Err(NotEstimable::CurveIsOne),
            Some(se) if se > NOISE * value => Ok(se),
            Some(_) => Err(NotEstimable::NoVariation),
        }
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time.0
    }

    /// The probability F(t).
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: beyond follow-up while some are free of every cause, before a conditional
    /// curve starts, nobody in the group, or a time that is NaN or negative.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
    }

    /// The standard error of F(t) itself, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: no estimate; F is 0, since nobody has had the event yet
    /// ([`NotEstimable::CurveIsOne`]), or its variance is 0, which is no certainty (R's multi-state curves print 0 there);
    /// a table that does not know the subjects behind it.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// Why there is no estimate or, where there is one, no standard error. Returns `None` if there are both.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.value.err().or(self.std_error.err())
    }

    /// How many (sum of weights) were under observation just before the time.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// How many events of the cause (sum of weights) there were up to and including the time.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// A pointwise confidence interval on a scale of F itself, as R's multi-state `survfit` takes it (log-log is
    /// `F^exp(±z se/(F log F))`). Without limits where F is 0 or 1, or without standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        Ok(ConfidenceInterval::new(self.limits(&interval, z), interval.confidence_level()))
    }

    /// The interval on a scale of 1 − F: log-log then is `1 − (1 − F)^exp(±z se/((1 − F) log(1 − F)))`, the
    /// complementary log-log interval of etm.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval_of_complement(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        let rest = Self { value: self.value.map(|f| 1.0 - f), ..*self };
        let bounds = rest.limits(&interval, z).map(|(lower, upper)| (1.0 - upper, 1.0 - lower));
        Ok(ConfidenceInterval::new(bounds, interval.confidence_level()))
    }

    /// The limits of an interval whose quantile is known.
    pub(crate) fn limits(&self, interval: &Interval, z: f64) -> Option<(f64, f64)> {
        let (value, std_error) = (self.value.ok()?, self.std_error.ok()?);
        let log_se = std_error / value;
        interval.limits(z, value, log_se, log_se)
    }

    /// This probability less that of an independent group at its time, with interval and test.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{AalenJohansen, CompetingRisks, Groups};
    ///
    /// let outcome = [Some("a"), Some("b"), None, Some("a"), Some("a"), Some("b")];
    /// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &outcome)?;
    /// let arms = Groups::from_codes(&[0, 1, 0, 1, 0, 1], &["old", "new"])?;
    /// let fits = AalenJohansen::new().by_group(&data, &arms)?;
    /// let difference = fits[1].of("a")?.at(4.0).difference(&fits[0].of("a")?.at(4.0));
    /// assert!(difference.p_value().unwrap() > 0.9);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn difference(&self, reference: &Self) -> Estimate {
        let (own, other) = match NotEstimable::both(self.value, reference.value) {
            Ok(both) => both,
            Err(because) => return Estimate::none(Scale::Identity, because).within(-1.0, 1.0),
        };
        let se = self.both_errors(reference).map(|(a, b)| a.hypot(b));
        Estimate::with_error(Scale::Identity, own - other, se).within(-1.0, 1.0)
    }

    /// The errors of the two groups; one alone is not that of a comparison.
    fn both_errors(&self, reference: &Self) -> Result<(f64, f64), NotEstimable> {
        Ok((self.std_error?, reference.std_error?))
    }

    /// This probability over that of an independent group at its time, on the logarithmic scale.
    #[must_use]
    pub fn ratio(&self, reference: &Self) -> Estimate {
        let (own, other) = match NotEstimable::both(self.value, reference.value) {
            Ok(both) => both,
            Err(because) => return Estimate::none(Scale::Log, because),
        };
        let se = self.both_errors(reference).map(|(a, b)| (a / own).hypot(b / other));
        Estimate::with_error(Scale::Log, own.ln() - other.ln(), se)
    }
}

impl fmt::Display for IncidenceEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let percent = |x: f64| format!("{:.decimals$}%", 100.0 * x);
        let value = match self.value {
            Ok(value) => percent(value),
            Err(because) => return write!(f, "{because}"),
        };
        if f.alternate() {
            let limits = self.interval(Interval::default()).ok().and_then(|i| i.bounds());
            return match (limits, self.std_error) {
                (Some((lower, upper)), _) => write!(f, "{value} ({} to {})", percent(lower), percent(upper)),
                (None, Err(because)) => write!(f, "{value} (no interval: {because:#})"),
                (None, Ok(_)) => write!(f, "{value} (no interval)"),
            };
        }
        match self.std_error {
            Ok(se) => write!(f, "{value} ± {}", percent(se)),
            Err(because) => write!(f, "{value} (no standard error: {because:#})"),
        }
    }
}

/// What rounding leaves of a variance that cancels is no standard error: this share of the value.
const NOISE: f64 = 1e-13;

/// Sums of products reach p up to rounding.
const ROUNDING: f64 = 1e-12;

impl<'a> IncidenceCurve<'a> {
    pub(super) fn new(fit: &'a CumulativeIncidence, cause: usize) -> Self {
        Self { fit, cause }
    }

    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &'a str {
        &self.fit.causes()[self.cause]
    }

    /// F just after each time of the table.
    pub fn values(&self) -> impl Iterator<Item = f64> + use<'a> {
        let cause = self.cause;
        self.fit
            .blocks_from(0)
            .flat_map(move |block| block.rows.clone().map(|i| block.of_cause(i, cause).0).collect::<Vec<_>>())
    }

    /// F(t), its standard error, how many are at risk just before `t` and how many events there were.
    #[must_use]
    pub fn at(&self, t: f64) -> IncidenceEstimate {
        self.estimate(t, self.fit.rows_until(t))
    }

    /// F(t−): the probability that the cause came before `t`.
    #[must_use]
    pub fn just_before(&self, t: f64) -> IncidenceEstimate {
        self.estimate(t, self.fit.table.all().position(t))
    }

    fn estimate(&self, t: f64, rows: usize) -> IncidenceEstimate {
        let (value, std_error) = self.fit.after(rows, self.cause);
        let events = (0..rows).map(|i| self.fit.table.events_of(i, self.cause));
        let events = events.collect::<crate::numeric::sums::Sum>().value();
        let value = self.fit.answers(t).map(|()| value);
        IncidenceEstimate::new(t, value, std_error, self.fit.table.all().at_risk(t), events)
    }

    /// The first times at which the incidence has reached each `p`, with the interval asked for.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a `p` is not in [0, 1] or the level is not inside (0, 1).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{AalenJohansen, CompetingRisks};
    ///
    /// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &[Some("a"), Some("b"), Some("a"), Some("b")])?;
    /// let fit = AalenJohansen::new().fit(&data)?;
    /// let quantiles = fit.of("a")?.quantiles(&[0.25, 0.9], 0.95)?;
    /// assert_eq!((quantiles[0].value(), quantiles[1].value()), (Some(1.0), None));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn quantiles(&self, p: &[f64], interval: impl Into<Interval>) -> Result<Vec<IncidenceQuantile>> {
        let interval = interval.into();
        let z = interval.z()?;
        if let Some(&value) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::OutOfRange { argument: "p", value, must_be: "in [0, 1]" });
        }
        let mut found = vec![[None; 3]; p.len()];
        let estimates = self
            .fit
            .blocks_from(0)
            .flat_map(|block| block.rows.clone().map(|i| block.of_cause(i, self.cause)).collect::<Vec<_>>());
        for (row, (value, std_error)) in self.fit.table.all().rows().zip(estimates) {
            let limits = IncidenceEstimate::new(row.time, Ok(value), std_error, row.at_risk, 0.0)
                .limits(&interval, z)
                .map_or([None; 2], |(lower, upper)| [Some(upper), Some(lower)]);
            for (found, p) in found.iter_mut().zip(p) {
                for (slot, level) in found.iter_mut().zip([Some(value), limits[0], limits[1]]) {
                    if slot.is_none() && level.is_some_and(|l| l >= p - ROUNDING) {
                        *slot = Some(row.time);
                    }
                }
            }
        }
        let level = interval.confidence_level();
        Ok(p.iter()
            .zip(found)
            .map(|(&p, [value, lower, upper])| {
                // Probability 0 is reached at the start.
                let value = if p == 0.0 { Some(self.fit.start()) } else { value };
                IncidenceQuantile { p, value, interval: ConfidenceInterval { lower, upper, level } }
            })
            .collect())
    }

    /// Pepe and Mori's (1993) conditional probability `F_k(t)/(1 − F_other(t))`: that the cause has come by t among those
    /// whom no other has taken by then.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: [`NotEstimable::Undefined`] where the others have taken all, and those of
    /// [`IncidenceEstimate::value`].
    pub fn conditional_probability(&self, t: f64) -> Result<f64, NotEstimable> {
        self.fit.answers(t)?;
        let rows = self.fit.rows_until(t);
        let other: f64 =
            (0..self.fit.width()).filter(|&k| k != self.cause).map(|k| self.fit.after(rows, k).0).sum();
        if other < 1.0 {
            Ok(self.fit.after(rows, self.cause).0 / (1.0 - other))
        } else {
            Err(NotEstimable::Undefined)
        }
    }
}
