//! Restricted mean time lost to a cause: the area under its incidence.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::sums::Sum;
use crate::print::Number;
use crate::survival::curve::aalen_johansen::cumulative_incidence::CumulativeIncidence;
use crate::survival::curve::aalen_johansen::incidence_curve::{IncidenceCurve, IncidenceEstimate};
use crate::survival::curve::aalen_johansen::influence::RowInfluence;
use crate::survival::curve::aalen_johansen::variance::{Hazard, IncidenceVariance};
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The mean time up to τ that a cause takes: `L_k(τ) = ∫₀^τ F_k(t) dt`, in the unit of the times.
///
/// The times lost to all causes and the time free of any add up to τ (Andersen 2013, Stat Med 32:5278).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TimeLost {
    tau: f64,
    start: f64,
    value: f64,
    std_error: Result<f64, NotEstimable>,
}

#[cfg(feature = "serde")]
checked_when_read!(TimeLost { tau: f64, start: f64, value: f64, std_error: Result<f64, NotEstimable> });

#[cfg(feature = "serde")]
impl TimeLost {
    fn check(&self) -> Result<()> {
        stored::size("tau", self.tau)?;
        stored::size("a mean time", self.value)?;
        stored::size("the start", self.start)?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if !(self.value <= (self.tau - self.start) * (1.0 + 1e-9)) {
            return refuse("a mean time", self.value, "at most tau");
        }
        match self.std_error {
            Ok(se) if !(se > 0.0 && se < f64::INFINITY) => {
                refuse("a standard error", se, "above 0 and finite")
            }
            _ => Ok(()),
        }
    }
}

impl TimeLost {
    /// The horizon τ.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The mean time lost.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error, of the kind of the curve's: above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: nobody has had the event up to τ, or the variance is 0, which is no certainty; a
    /// table that does not know the subjects behind it.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// The time with its error, for tests and other intervals.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        Estimate::with_error(Scale::Identity, self.value, self.std_error).within(0.0, self.tau - self.start)
    }

    /// `L ± z·se`, cut to what is possible: 0 to τ less the curve's start. Without limits where there is no standard error.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate().interval(interval)
    }

    /// This time less that of an independent group, with interval and test. The error of one group alone is not that of a
    /// difference.
    #[must_use]
    pub fn difference(&self, reference: &Self) -> Estimate {
        let se = self.std_error.and_then(|a| reference.std_error.map(|b| a.hypot(b)));
        Estimate::with_error(Scale::Identity, self.value - reference.value, se)
    }
}

/// `1.25 ± 0.31 (up to 12)`.
impl fmt::Display for TimeLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$}", Number(self.value))?;
        match self.std_error {
            Ok(se) => write!(f, " ± {se:.decimals$}")?,
            Err(because) => write!(f, " (no standard error: {because:#})")?,
        }
        write!(f, " (up to {})", Number(self.tau))
    }
}

/// A quantity that is linear in the increments of the hazards: of cause `cause`, or of the time free of every cause.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Quantity {
    /// The area under the incidence up to a time.
    TimeLost(f64),
    /// The area under the event-free curve up to a time.
    EventFreeTime(f64),
}

impl IncidenceCurve<'_> {
    /// The restricted mean time lost to the cause up to `tau`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is not above the curve's start; [`Error::BeyondFollowUp`] where nobody is
    /// observed up to `tau` and somebody is free of every cause: a curve is not extrapolated, unless it is
    /// [`extended`](CumulativeIncidence::extended); [`Error::NotEstimable`] where nobody is in the group.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{AalenJohansen, CompetingRisks};
    ///
    /// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &[Some("a"), Some("b"), Some("a"), Some("b")])?;
    /// let fit = AalenJohansen::new().fit(&data)?;
    /// let lost = fit.of("a")?.time_lost(4.0)?;
    /// assert_eq!(lost.value(), 0.25 * 3.0 + 0.25 * 1.0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn time_lost(&self, tau: f64) -> Result<TimeLost> {
        self.fit.check_horizon(tau)?;
        Ok(self.fit.area(tau, self.cause, Quantity::TimeLost(tau)))
    }
}

impl CumulativeIncidence {
    /// The restricted mean time free of every cause up to `tau`.
    ///
    /// # Errors
    /// Those of [`IncidenceCurve::time_lost`].
    pub fn event_free_time(&self, tau: f64) -> Result<TimeLost> {
        self.check_horizon(tau)?;
        Ok(self.area(tau, 0, Quantity::EventFreeTime(tau)))
    }

    fn check_horizon(&self, tau: f64) -> Result<()> {
        if !(tau > self.start && tau < f64::INFINITY) {
            let must_be = "finite and above the time at which the curve starts";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        match self.answers(tau) {
            Err(NotEstimable::BeyondFollowUp { last, .. }) => Err(Error::BeyondFollowUp { tau, last }),
            Err(because) => Err(because.into()),
            Ok(()) => Ok(()),
        }
    }

    fn area(&self, tau: f64, cause: usize, quantity: Quantity) -> TimeLost {
        let rows = self.rows_until(tau);
        let times = &self.table.all().times()[..rows];
        let values: Vec<f64> = IncidenceCurve::new(self, cause).values().collect();
        let mut area = Sum::default();
        let (mut next, mut free) = (tau, Sum::default());
        for i in (0..rows).rev() {
            area.add((next - times[i]) * values[i]);
            free.add((next - times[i]) * self.free[i]);
            next = times[i];
        }
        free.add(next - self.start);
        let free_time = matches!(quantity, Quantity::EventFreeTime(_));
        let value = if free_time { free } else { area }.value();
        let std_error = self.variance_of(quantity, cause).map(f64::sqrt);
        // As long as nobody has had an event all time is free of one.
        let lost = if free_time { tau - self.start - value } else { value };
        let std_error = match IncidenceEstimate::error_of(lost, std_error) {
            Err(NotEstimable::CurveIsOne) if lost > 0.0 => Err(NotEstimable::NoVariation),
            checked => checked,
        };
        TimeLost { tau, start: self.start, value, std_error }
    }

    /// By row, what an increment of the cause's own hazard and of another's does to the quantity: `(own, other)`.
    fn effects(&self, quantity: Quantity, cause: usize) -> Vec<(f64, f64)> {
        let (Quantity::TimeLost(end) | Quantity::EventFreeTime(end)) = quantity;
        let rows = self.rows_until(end);
        let mut effects = vec![(0.0, 0.0); self.table.all().len()];
        let values: Vec<f64> = IncidenceCurve::new(self, cause).values().collect();
        // The area to the right of a row under F(t) − F(row), or under S.
        let (mut next, mut area) = (end, 0.0);
        for i in (0..rows).rev() {
            let time = self.table.all().times()[i];
            let row = self.table.all().row(i);
            let free = if i == 0 { 1.0 } else { self.free[i - 1] };
            let survived = Hazard { at_risk: row.at_risk, events: row.events, free }.survived();
            let (now, before) = (values[i], if i == 0 { 0.0 } else { values[i - 1] });
            let (own, still) = match quantity {
                Quantity::TimeLost(_) => (free * (end - time), area),
                Quantity::EventFreeTime(_) => {
                    area += (next - time) * self.free[i];
                    next = time;
                    (0.0, area)
                }
            };
            if row.events > 0.0 {
                effects[i] = (own - still * survived, -still * survived);
            }
            if matches!(quantity, Quantity::TimeLost(_)) {
                area += (now - before) * (end - time);
            }
        }
        effects
    }

    /// What the rows do to a quantity through the subjects.
    pub(crate) fn row_influences(&self, quantity: Quantity, cause: usize) -> Vec<RowInfluence> {
        let one = |(i, (own, other)): (usize, (f64, f64))| {
            let row = self.table.all().row(i);
            if !(row.events > 0.0) {
                return RowInfluence::default();
            }
            let (n, d) = (row.at_risk, self.table.events_of(i, cause));
            let at_risk = (own * d + other * (row.events - d)) / (n * n);
            RowInfluence { at_risk, own: own / n, other: other / n }
        };
        self.effects(quantity, cause).into_iter().enumerate().map(one).collect()
    }

    /// The variance of a quantity, of the fit's kind.
    fn variance_of(&self, quantity: Quantity, cause: usize) -> Option<f64> {
        if let Some(subjects) = &self.subjects {
            return Some(subjects.variance(&self.row_influences(quantity, cause), cause));
        }
        if !self.has_variance() {
            return None;
        }
        let kind = if self.kind == IncidenceVariance::Aalen { self.kind } else { IncidenceVariance::Delta };
        let of_row = |(i, (own, other)): (usize, (f64, f64))| {
            let row = self.table.all().row(i);
            if !(row.events > 0.0) {
                return 0.0;
            }
            let free = if i == 0 { 1.0 } else { self.free[i - 1] };
            let hazard = Hazard { at_risk: row.at_risk, events: row.events, free };
            let all = (0..self.width()).map(|k| self.table.events_of(i, k));
            hazard.of_sum(kind, (own, self.table.events_of(i, cause)), other, all)
        };
        let sum: Sum = self.effects(quantity, cause).into_iter().enumerate().map(of_row).collect();
        Some(sum.value().max(0.0))
    }
}
