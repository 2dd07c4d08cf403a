//! The mean function as a result: a step function with its variance.

#[cfg(feature = "serde")]
mod checked;

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::{NotEstimable, Result};
use crate::print::{self, Number, counted, or_missing};
use crate::survival::curve::warning::{Exit, SmallRiskSet, WarnedOf, small_risk_sets};
use crate::survival::multi_state::flow::Flow;
use crate::survival::recurrent::mean_variance::MeanVariance;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};
use crate::survival::result::time_asked::TimeAsked;
use crate::survival::risk_table::table::PRINTED_ROWS;

/// What is known at one time of a [`MeanFunction`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MeanRow {
    time: f64,
    at_risk: f64,
    events: f64,
    terminal: f64,
    event_free: f64,
    mean: f64,
    variance: f64,
}

impl MeanRow {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The weights of those at risk at it.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// The weights of the events at it.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The weights of the terminal events at it.
    #[must_use]
    pub fn terminal_events(&self) -> f64 {
        self.terminal
    }

    /// The probability of no terminal event until just after it.
    #[must_use]
    pub fn survival(&self) -> f64 {
        self.event_free
    }

    /// The mean number of events until then.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.mean
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`]: nobody has had an event yet, or the variance is 0, which is no certainty.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        error_of(self.mean, self.variance)
    }
}

/// A standard error of 0 is none.
fn error_of(mean: f64, variance: f64) -> Result<f64, NotEstimable> {
    match variance.sqrt() {
        _ if mean <= 0.0 => Err(NotEstimable::CurveIsOne),
        se if se > 0.0 => Ok(se),
        _ => Err(NotEstimable::NoVariation),
    }
}

/// The mean number of events by one time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MeanEstimate {
    time: TimeAsked,
    estimate: Estimate,
}

impl MeanEstimate {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time.0
    }

    /// m(t).
    ///
    /// # Errors
    /// [`NotEstimable`]: beyond the last observation, or a time that is none.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate.value()
    }

    /// The standard error of m(t) itself, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`]: as the value, and where nobody has had an event or influences cancel.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate.std_error()
    }

    /// The estimate on the scale of the mean itself, for differences and tests.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// An interval that is symmetric in log m, `m exp(±z·se/m)`, unless the plain one is asked for, which is cut at 0.
    /// Without limits where there is no standard error.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate.interval(log_unless_asked(interval.into()))
    }
}

/// A mean number is above 0: its own scale is the logarithm.
fn log_unless_asked(interval: Interval) -> Interval {
    if interval.transform().is_some() {
        return interval;
    }
    Interval::log().level(interval.confidence_level()).lower_limit(interval.lower())
}

impl fmt::Display for MeanEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match (self.value(), self.std_error()) {
            (Err(because), _) => write!(f, "{because}"),
            (Ok(value), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(value), Number(se)),
            (Ok(value), Err(because)) => {
                write!(f, "{:.decimals$} (no standard error: {because:#})", Number(value))
            }
        }
    }
}

/// The mean number of events over time: a right-continuous step function. Made by
/// [`MeanCumulative`](super::MeanCumulative).
///
/// Beyond the last observation it has no value. `Display` prints the table.
///
/// # Example
/// ```
/// use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
///
/// let ids = [1, 1, 2, 2, 3];
/// let data = RecurrentEvents::new(
///     &ids, &[0., 2., 0., 3., 0.], &[2., 6., 3., 6., 5.], &[true, true, true, false, false],
/// )?;
/// let mean = MeanCumulative::new().fit(&data)?;
/// assert_eq!(format!("{:.2}", mean.at(3.0)), "0.67 ± 0.27");
/// assert_eq!(mean.just_before(3.0).value()?, mean.at(2.0).value()?);
/// assert!(mean.at(7.0).value().is_err());
/// let (lower, upper) = mean.at(3.0).interval(0.95)?.bounds().unwrap();
/// assert!(lower > 0.29 && upper < 1.50);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct MeanFunction {
    kind: MeanVariance,
    subjects: usize,
    with_terminal: bool,
    rows: Vec<MeanRow>,
}

impl MeanFunction {
    pub(super) fn of_flow(
        flow: &Flow,
        path: &[f64],
        variance: &[f64],
        (kind, subjects, with_terminal): (MeanVariance, usize, bool),
    ) -> Self {
        let row = |i: usize| {
            let of_kind = |k: u32| flow.moves(i).iter().find(|m| m.kind == k).map_or(0.0, |m| m.events);
            MeanRow {
                time: flow.times[i],
                at_risk: flow.weight_at_risk[2 * i],
                events: of_kind(0),
                terminal: of_kind(1),
                event_free: path[2 * i].max(0.0),
                mean: path[2 * i + 1],
                variance: variance[2 * i + 1],
            }
        };
        Self { kind, subjects, with_terminal, rows: (0..flow.steps()).map(row).collect() }
    }

    /// How the variance was estimated.
    #[must_use]
    pub fn variance(&self) -> MeanVariance {
        self.kind
    }

    /// The number of subjects: with replication weights the whole number nearest to their sum.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The weights of all events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.rows.iter().map(|r| r.events).sum()
    }

    /// Was a terminal event taken into account?
    #[must_use]
    pub fn has_terminal(&self) -> bool {
        self.with_terminal
    }

    /// Each time at which an event occurs or observation ends.
    #[must_use]
    pub fn rows(&self) -> &[MeanRow] {
        &self.rows
    }

    /// The weights of those at risk at the first time of the rows that is not before `t`; 0 after the last, and where `t`
    /// is NaN.
    #[must_use]
    pub fn at_risk(&self, t: f64) -> f64 {
        let row = self.rows.get(self.rows.partition_point(|r| r.time < t));
        row.filter(|_| !t.is_nan()).map_or(0.0, |r| r.at_risk)
    }

    /// The estimate of a row.
    #[must_use]
    pub fn row_estimate(&self, row: &MeanRow) -> MeanEstimate {
        self.at(row.time)
    }

    /// The last time at which anybody was under observation.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.rows.last().map_or(0.0, |r| r.time)
    }

    /// The times at which a small risk set adds at least 10 % of the mean at the end, or takes as much of the survival,
    /// while at least twice as many are under observation later: the work of delayed entry. What the mean adds from a later
    /// time on does not rest on them, unless through the survival beside a terminal event.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        let end = self.rows.last().map_or(0.0, |r| r.mean);
        let exit = |i: usize| {
            let row = &self.rows[i];
            let before = if i == 0 { 0.0 } else { self.rows[i - 1].mean };
            let added = if end > 0.0 { (row.mean - before) / end } else { 0.0 };
            let died = if row.terminal > 0.0 { row.terminal / row.at_risk } else { 0.0 };
            Exit { time: row.time, at_risk: row.at_risk, share: f64::max(added, died), leaves: true }
        };
        small_risk_sets((0..self.rows.len()).rev().map(exit), false, WarnedOf::Mean)
    }

    /// m(t): 0 before the first event.
    #[must_use]
    pub fn at(&self, t: f64) -> MeanEstimate {
        self.after(t, self.rows.partition_point(|r| r.time <= t))
    }

    /// m(t−).
    #[must_use]
    pub fn just_before(&self, t: f64) -> MeanEstimate {
        self.after(t, self.rows.partition_point(|r| r.time < t))
    }

    fn after(&self, time: f64, rows: usize) -> MeanEstimate {
        let last = self.last_time();
        // Where all have died the mean stays: nobody is left to have an event.
        let ended = self.rows.last().is_some_and(|r| r.event_free == 0.0);
        let (value, variance) = match rows {
            0 => (0.0, 0.0),
            rows => (self.rows[rows - 1].mean, self.rows[rows - 1].variance),
        };
        let estimate = if !(time >= 0.0) {
            Estimate::none(Scale::Identity, NotEstimable::InvalidTime)
        } else if time > last && !ended {
            Estimate::none(Scale::Identity, NotEstimable::BeyondFollowUp { time, last })
        } else {
            Estimate::with_error(Scale::Identity, value, error_of(value, variance)).within(0.0, f64::MAX)
        };
        MeanEstimate { time: TimeAsked(time), estimate }
    }
}

prints_limits!(MeanFunction);

impl PrintsLimits for MeanFunction {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = if self.kind == MeanVariance::Robust { "robust" } else { "Poisson" };
        let terminal = if self.with_terminal { "with a terminal event" } else { "without a terminal event" };
        write!(
            f,
            "Mean cumulative function: {}, {}, {terminal} ({error} standard error)\n{:>10} {:>9} {:>7} {:>9} \
             {:>10}  {:>16}",
            counted(self.subjects, "subject"),
            counted(Number(self.events()), "event"),
            "time",
            "at risk",
            "events",
            "mean",
            "std error",
            format!("{} CI", print::level(interval.confidence_level()))
        )?;
        let shown = || self.rows.iter().filter(|r| r.events > 0.0);
        for row in shown().take(PRINTED_ROWS) {
            let limits = self.row_estimate(row).interval(interval).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>9.3} {:>10}  {limits:>16}",
                Number(row.time),
                Number(row.at_risk),
                Number(row.events),
                Number(row.mean),
                or_missing(row.std_error().ok(), |se| format!("{se:.4}")),
            )?;
        }
        let left = shown().count().saturating_sub(PRINTED_ROWS);
        if left > 0 {
            write!(f, "\n… {}", counted(left, "more time"))?;
        }
        self.warnings().iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    kind: MeanVariance,
    subjects: usize,
    with_terminal: bool,
    rows: Vec<MeanRow>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for MeanFunction {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { kind, subjects, with_terminal, rows } = raw;
        let (mut last, mut mean) = (f64::NEG_INFINITY, 0.0);
        for (index, row) in rows.iter().enumerate() {
            let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
            if !(0.0..f64::INFINITY).contains(&row.time) || row.time <= last {
                return Err(Error::InvalidTime { argument: "times", index, value: row.time });
            }
            for (argument, value) in [
                ("the number at risk", row.at_risk),
                ("the number of events", row.events),
                ("the number of terminal events", row.terminal),
                ("a variance", row.variance),
            ] {
                if !(0.0..f64::INFINITY).contains(&value) {
                    return refuse(argument, value, "finite and at least 0");
                }
            }
            if !(0.0..=1.0).contains(&row.event_free) {
                return refuse("a probability", row.event_free, "in [0, 1]");
            }
            if !(row.mean >= mean && row.mean < f64::INFINITY) {
                return refuse("a mean", row.mean, "finite and at least the one before it");
            }
            (last, mean) = (row.time, row.mean);
        }
        Ok(Self { kind, subjects, with_terminal, rows })
    }
}
