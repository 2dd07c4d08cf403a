//! The incidence of one cause: values, quantiles, contrasts.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::curve::aalen_johansen::cumulative_incidence::CumulativeIncidence;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::not_estimable::NotEstimable;

/// The cumulative incidence of one cause: a view of a [`CumulativeIncidence`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidenceCurve<'a> {
    pub(super) fit: &'a CumulativeIncidence,
    pub(super) cause: usize,
}

/// The estimated probability that a cause has ended observation by a time.
///
/// Prints as `23.4% ± 4.1%` (estimate ± standard error, one decimal or as many as asked for), and with `{:#}` as the
/// interval form.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IncidenceEstimate {
    time: f64,
    value: f64,
    std_error: Option<f64>,
    at_risk: f64,
    events: f64,
}

impl IncidenceEstimate {
    pub(super) fn new(time: f64, value: f64, std_error: Option<f64>, at_risk: f64, events: f64) -> Self {
        Self { time, value, std_error, at_risk, events }
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The probability F(t). NaN only where the time asked for was NaN.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard error of F(t) itself; `None` where a table gives none.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
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
        let rest = Self { value: 1.0 - self.value, ..*self };
        let bounds = rest.limits(&interval, z).map(|(lower, upper)| (1.0 - upper, 1.0 - lower));
        Ok(ConfidenceInterval::new(bounds, interval.confidence_level()))
    }

    pub(super) fn limits(&self, interval: &Interval, z: f64) -> Option<(f64, f64)> {
        let log_se = self.std_error? / self.value;
        interval.limits(z, self.value, log_se, log_se)
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
        let se = self.both_errors(reference).map(|(a, b)| a.hypot(b));
        Estimate::with_error(Scale::Identity, self.value - reference.value, se).within(-1.0, 1.0)
    }

    /// The errors of the two groups; one alone is not that of a comparison.
    fn both_errors(&self, reference: &Self) -> Result<(f64, f64), NotEstimable> {
        let both = self.std_error.zip(reference.std_error).ok_or(NotEstimable::NoSubjects)?;
        if both.0 > 0.0 && both.1 > 0.0 { Ok(both) } else { Err(NotEstimable::NoVariation) }
    }

    /// This probability over that of an independent group at its time, on the logarithmic scale.
    #[must_use]
    pub fn ratio(&self, reference: &Self) -> Estimate {
        let se = self.both_errors(reference).map(|(a, b)| (a / self.value).hypot(b / reference.value));
        let log = self.value.ln() - reference.value.ln();
        Estimate::with_error(Scale::Log, log, se)
    }
}

impl fmt::Display for IncidenceEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let percent = |x: f64| format!("{:.decimals$}%", 100.0 * x);
        let value = percent(self.value);
        if f.alternate() {
            return match self.interval(Interval::default()).ok().and_then(|i| i.bounds()) {
                Some((lower, upper)) => write!(f, "{value} ({} to {})", percent(lower), percent(upper)),
                None => write!(f, "{value} (no interval)"),
            };
        }
        match self.std_error {
            Some(se) => write!(f, "{value} ± {}", percent(se)),
            None => write!(f, "{value} (no standard error)"),
        }
    }
}

/// The first time at which the incidence of a cause has reached p, with limits from the curve's pointwise interval.
///
/// The lower limit is where the upper confidence curve reaches p, the upper one where the lower does. What is not
/// reached is `None`: an incidence need not come near 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IncidenceQuantile {
    p: f64,
    value: Option<f64>,
    interval: ConfidenceInterval,
}

impl IncidenceQuantile {
    /// The probability p.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The time, or `None` where the incidence does not reach p.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// The confidence interval; a limit that is not reached is `None`.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}

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
        self.fit.incidence.iter().skip(self.cause).step_by(self.fit.width()).copied()
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
        IncidenceEstimate {
            time: t,
            value: if t.is_nan() { f64::NAN } else { value },
            std_error,
            at_risk: self.fit.table.all().at_risk(t),
            events: events.collect::<crate::numeric::sums::Sum>().value(),
        }
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
        for (i, row) in self.fit.table.all().rows().enumerate() {
            let (value, std_error) = self.fit.after(i + 1, self.cause);
            let limits = IncidenceEstimate::new(row.time, value, std_error, row.at_risk, 0.0)
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
    /// whom no other has taken by then. `None` where the others have taken all.
    #[must_use]
    pub fn conditional_probability(&self, t: f64) -> Option<f64> {
        let rows = self.fit.rows_until(t);
        let other: f64 =
            (0..self.fit.width()).filter(|&k| k != self.cause).map(|k| self.fit.after(rows, k).0).sum();
        (other < 1.0).then(|| self.fit.after(rows, self.cause).0 / (1.0 - other))
    }
}
