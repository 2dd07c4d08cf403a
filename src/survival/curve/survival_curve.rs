//! A survival curve as a value: what it holds, and its value at a time.

use crate::error::NotEstimable;
use crate::numeric::sums::Sum;
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::survival_estimate::{Step, SurvivalEstimate};
use crate::survival::result::time_asked::TimeAsked;
use crate::survival::risk_table::influence::{Influence, RowInfluence};
use crate::survival::risk_table::table::{RiskTable, Row};

/// How far a time may lie beyond the last observation and still be it: R's tolerance for ties, √ε.
pub(in crate::survival) const SAME_TIME: f64 = 1.4901161193847656e-8;

/// An estimated survival function: a right-continuous step function with its variance.
///
/// Made by [`KaplanMeier`](crate::survival::KaplanMeier), or as `exp(−H)` by
/// [`CumulativeHazard::survival`](crate::survival::curve::CumulativeHazard::survival). It holds the risk table it came from,
/// the estimate and the variance of its logarithm; intervals are computed when they are asked for, so one
/// fit serves a report with several kinds of interval. Times have the unit of the data.
///
/// | question | method |
/// |---|---|
/// | S(t) with its standard error | [`at`](Self::at), [`just_before`](Self::just_before), [`at_many`](Self::at_many) |
/// | when has a share had the event? | [`median`](Self::median), [`quantile`](Self::quantile) |
/// | the area up to a horizon | [`restricted_mean`](Self::restricted_mean) |
/// | the curve of those who survived so long | [`given_survival_to`](Self::given_survival_to) |
/// | is any step a matter of one or two subjects? | [`warnings`](Self::warnings) |
/// | against another curve | [`contrast`](Self::contrast), [`median_contrast`](Self::median_contrast), … |
///
/// # Conventions
/// At equal times events come before censorings; subjects who enter at `t` are at risk after `t`. Beyond the last
/// observation a curve that is above 0 has no value ([`NotEstimable::BeyondFollowUp`]), unless it is asked to go on
/// flat ([`extended`](Self::extended)).
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
/// assert_eq!(curve.at(2.5).value()?, 0.5);
/// assert_eq!(curve.median().value()?, 3.0);
/// assert_eq!(curve.restricted_mean(4.0)?.value(), 2.75);
/// assert!(curve.at(5.0).value().is_err());
/// assert_eq!(curve.extended().at(5.0).value()?, 0.5);
/// let times: Vec<f64> = curve.into_iter().map(|step| step.row.time).collect();
/// assert_eq!(times, [1.0, 2.0, 3.0, 4.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::survival::curve::stored::RawSurvival"))]
pub struct SurvivalCurve {
    pub(super) estimator: Estimator,
    pub(super) table: RiskTable,
    pub(super) survival: Vec<f64>,
    /// Of log S. Where S reaches 0 it stays what it was before: there is no standard error then.
    pub(super) log_variance: Vec<f64>,
    pub(super) influence: Option<Influence>,
    /// Of censoring rather than of the event.
    pub(super) reversed: bool,
    /// Carried on flat beyond follow-up.
    pub(super) extended: bool,
    /// The time from which the curve is conditional, or 0.
    pub(super) start: f64,
}

impl SurvivalCurve {
    /// How the curve was estimated.
    #[must_use]
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// The risk table that the curve is a function of. Of a censoring distribution it is the reversed one:
    /// its events are the censorings.
    #[must_use]
    pub fn table(&self) -> &RiskTable {
        &self.table
    }

    /// S just after each time of the [`table`](Self::table).
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.survival
    }

    /// The variance of log S just after each time of the table (Greenwood's sum, or the robust one). Where S
    /// has reached 0 there is none and the number is the last one before. Empty where the table holds
    /// sampling weights without the subjects behind them.
    #[must_use]
    pub fn log_variance(&self) -> &[f64] {
        &self.log_variance
    }

    /// Is the variance robust (sampling weights or clusters) rather than model-based?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.influence.is_some()
    }

    /// The last time at which anybody was under observation, or `None` if nobody ever was. A subject of weight 0 is
    /// nobody.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        last_observed(&self.table)
    }

    /// Is the curve one of the censoring, with the events leaving first at equal times?
    #[must_use]
    pub fn is_of_censoring(&self) -> bool {
        self.reversed
    }

    /// The same curve, carried on flat beyond the last observation, as R's `summary(extend = TRUE)` does: every
    /// question that was not estimable for being beyond follow-up is answered as if nobody had the event there.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0], &[true, false])?);
    /// assert!(curve.at(3.0).value().is_err());
    /// assert_eq!(curve.extended().at(3.0).value()?, 0.5);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// Is the curve carried on beyond follow-up?
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Does the curve have a value at `t`?
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub(in crate::survival) fn answers(&self, t: f64) -> Result<(), NotEstimable> {
        self.answers_until(t, self.last_time())
    }

    fn answers_until(&self, t: f64, last: Option<f64>) -> Result<(), NotEstimable> {
        let zero = self.survival.last().is_some_and(|&s| s <= 0.0);
        within_follow_up(t, self.start, last, zero || self.extended)
    }

    /// S(t) with the last value carried on: for sums over times that lie within follow-up by construction.
    pub(crate) fn carried(&self, t: f64) -> f64 {
        self.table.times().partition_point(|&x| x <= t).checked_sub(1).map_or(1.0, |i| self.survival[i])
    }

    /// The time from which the curve is conditional; 0 for an ordinary curve.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start
    }

    /// S(t), its standard error, how many are at risk just before `t` and how many events there were.
    #[must_use]
    pub fn at(&self, t: f64) -> SurvivalEstimate {
        let rows = self.table.times().partition_point(|&x| x <= t);
        self.estimate(t, rows, self.table.events_before(rows))
    }

    /// S(t−): the probability of surviving up to, but not necessarily beyond, `t`.
    #[must_use]
    pub fn just_before(&self, t: f64) -> SurvivalEstimate {
        let rows = self.table.position(t);
        self.estimate(t, rows, self.table.events_before(rows))
    }

    /// The estimates at many times, in one pass, in the order in which the times are given.
    #[must_use]
    pub fn at_many(&self, times: &[f64]) -> Vec<SurvivalEstimate> {
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
        let mut estimates = vec![None; times.len()];
        let (mut rows, mut events) = (0, Sum::default());
        for i in order {
            let t = times[i];
            while rows < self.table.len() && self.table.times()[rows] <= t {
                events.add(self.table.row(rows).events);
                rows += 1;
            }
            estimates[i] = Some(self.estimate(t, rows, events.value()));
        }
        estimates.into_iter().flatten().collect()
    }

    /// The estimate just after row `i` of the table, at which there is an event, without the number of events up to it.
    #[cfg(feature = "plot")]
    pub(crate) fn at_row(&self, i: usize) -> SurvivalEstimate {
        let row = self.table.row(i);
        let value = self.answers(row.time).map(|()| self.survival[i]);
        SurvivalEstimate {
            time: TimeAsked(row.time),
            value,
            log_variance: value
                .and_then(|s| SurvivalEstimate::error_of(s, self.log_variance.get(i).copied())),
            at_risk: row.at_risk,
            at_risk_last_event: row.at_risk,
            events: f64::NAN,
        }
    }

    /// The estimate at `t`, the first `rows` rows of the table being at `t` or before.
    fn estimate(&self, t: f64, rows: usize, events: f64) -> SurvivalEstimate {
        let value = match rows {
            0 => 1.0,
            rows => self.survival[rows - 1],
        };
        let log_variance = match rows {
            0 if self.log_variance.is_empty() => None,
            0 => Some(0.0),
            rows => self.log_variance.get(rows - 1).copied(),
        };
        // R counts from the first row at which somebody left.
        let last_event = (0..rows).rev().map(|i| self.table.row(i)).find(|r| r.event_subjects > 0);
        let reference = last_event.or_else(|| self.table.rows().find(Row::is_exit));
        let value = self.answers(t).map(|()| value);
        SurvivalEstimate {
            time: TimeAsked(t),
            value,
            log_variance: value.and_then(|s| SurvivalEstimate::error_of(s, log_variance)),
            at_risk: self.at_risk_before(t),
            at_risk_last_event: reference.map_or(0.0, |r| r.at_risk),
            events,
        }
    }

    /// Under observation just before `t`. At a time of the reversed table the events have left already, but not before it.
    fn at_risk_before(&self, t: f64) -> f64 {
        let next = self.table.position(t);
        let events = if next < self.table.len() && self.reversed && !t.is_nan() {
            Some(self.table.row(next)).filter(|row| row.time > t).map_or(0.0, |row| row.censored)
        } else {
            0.0
        };
        self.table.at_risk(t) + events
    }

    /// The curve as it is read: one step for each time at which somebody's observation ended.
    #[must_use]
    pub fn steps(&self) -> Steps<'_> {
        let last = self.last_time();
        Steps { curve: self, last, row: 0, events: Sum::default(), at_risk_last_event: None }
    }

    pub(super) fn row_influences(&self) -> Vec<RowInfluence> {
        let sampling = self.table.has_sampling_weights();
        self.table.rows().map(|row| self.estimator.influence(&row, sampling)).collect()
    }
}

/// Does a curve that begins at `start` have a value at `t`, where follow-up ends at `last`?
pub(super) fn within_follow_up(
    t: f64,
    start: f64,
    last: Option<f64>,
    carried_on: bool,
) -> Result<(), NotEstimable> {
    if !(t >= 0.0) {
        return Err(NotEstimable::InvalidTime);
    }
    let Some(last) = last else { return Err(NotEstimable::Nobody) };
    if t < start {
        return Err(NotEstimable::BeforeStart { time: t, start });
    }
    if carried_on || t <= last * (1.0 + SAME_TIME) {
        return Ok(());
    }
    Err(NotEstimable::BeyondFollowUp { time: t, last })
}

/// The last time at which anybody who counts was under observation.
pub(super) fn last_observed(table: &RiskTable) -> Option<f64> {
    table.rows().rev().find(|row| row.at_risk > 0.0).map(|row| row.time)
}

/// The steps of a curve in order of time, made by [`SurvivalCurve::steps`].
#[derive(Debug, Clone)]
pub struct Steps<'a> {
    curve: &'a SurvivalCurve,
    last: Option<f64>,
    row: usize,
    events: Sum,
    at_risk_last_event: Option<f64>,
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let curve = self.curve;
        while self.row < curve.table.len() {
            let i = self.row;
            self.row += 1;
            let row = curve.table.row(i);
            if !row.is_exit() {
                continue;
            }
            self.events.add(row.events);
            if row.event_subjects > 0 || self.at_risk_last_event.is_none() {
                self.at_risk_last_event = Some(row.at_risk);
            }
            let value = curve.answers_until(row.time, self.last).map(|()| curve.survival[i]);
            let log_variance = curve.log_variance.get(i).copied();
            let estimate = SurvivalEstimate {
                time: TimeAsked(row.time),
                value,
                log_variance: value.and_then(|s| SurvivalEstimate::error_of(s, log_variance)),
                at_risk: row.at_risk,
                at_risk_last_event: self.at_risk_last_event.unwrap_or(row.at_risk),
                events: self.events.value(),
            };
            return Some(Step { row, estimate });
        }
        None
    }
}

#[allow(clippy::into_iter_without_iter, reason = "what is iterated over is named: `steps`")]
impl<'a> IntoIterator for &'a SurvivalCurve {
    type Item = Step;
    type IntoIter = Steps<'a>;

    fn into_iter(self) -> Steps<'a> {
        self.steps()
    }
}
