//! A survival curve as a value: evaluate, invert, integrate, compare, print.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::risk_table::influence::{Influence, Pull};
use crate::survival::risk_table::table::{PRINTED_ROWS, RiskTable, Row};

/// How a curve was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Estimator {
    /// The product limit: [`KaplanMeier`](crate::survival::KaplanMeier).
    KaplanMeier,
    /// Events over at risk, summed: [`NelsonAalen`](crate::survival::NelsonAalen).
    NelsonAalen,
    /// The same with tied events leaving one after the other: [`FlemingHarrington`](crate::survival::FlemingHarrington).
    FlemingHarrington,
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KaplanMeier => "Kaplan-Meier",
            Self::NelsonAalen => "Nelson-Aalen",
            Self::FlemingHarrington => "Fleming-Harrington",
        })
    }
}

/// An estimated survival function: a right-continuous step function with its variance.
///
/// Made by [`KaplanMeier`](crate::survival::KaplanMeier), or as `exp(−H)` by
/// [`CumulativeHazard::survival`](crate::survival::CumulativeHazard::survival). It holds the risk table it came from,
/// the estimate and the variance of its logarithm; intervals are computed when they are asked for, so one
/// fit serves a report with several kinds of interval.
///
/// # Conventions
/// At equal times events come before censorings; whoever enters at `t` is at risk after `t`. Beyond the last
/// observation the curve stays at its last value; [`restricted_mean`](Self::restricted_mean) refuses to go there.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct SurvivalCurve {
    pub(in crate::survival) estimator: Estimator,
    pub(in crate::survival) table: RiskTable,
    pub(in crate::survival) survival: Vec<f64>,
    /// Of log S. Where S reaches 0 it stays what it was before: there is no standard error then.
    pub(in crate::survival) log_variance: Vec<f64>,
    pub(in crate::survival) influence: Option<Influence>,
    /// Of censoring rather than of the event.
    pub(in crate::survival) reversed: bool,
    /// The time from which the curve is conditional, or 0.
    pub(in crate::survival) start: f64,
}
/// A curve as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    estimator: Estimator,
    table: RiskTable,
    survival: Vec<f64>,
    log_variance: Vec<f64>,
    influence: Option<Influence>,
    reversed: bool,
    start: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for SurvivalCurve {
    type Error = crate::error::Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let rows = raw.table.len();
        // A table of sampling weights may be without variance.
        let values = if raw.log_variance.is_empty() { rows } else { raw.log_variance.len() };
        if let Some(values) = [raw.survival.len(), values].into_iter().find(|&n| n != rows) {
            return Err(crate::error::Error::InconsistentCurve { values, rows });
        }
        if let Some(influence) = &raw.influence {
            influence.check(rows)?;
        }
        let Raw { estimator, table, survival, log_variance, influence, reversed, start } = raw;
        Ok(Self { estimator, table, survival, log_variance, influence, reversed, start })
    }
}

/// A step of a curve: a time at which somebody's observation ended.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// Who was at risk, had the event and was censored at the time.
    pub row: Row,
    /// The estimate from this time on.
    pub estimate: SurvivalEstimate,
}

/// The estimated probability of surviving beyond a time.
///
/// Prints as the published form `38.1% ± 17.2%` (estimate ± standard error, as many decimals as asked for,
/// one by default), and with `{:#}` as the interval form `38.1% (8.9% to 68.0%)` (95 %, log-log).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurvivalEstimate {
    time: f64,
    value: f64,
    log_variance: Option<f64>,
    at_risk: f64,
    at_risk_last_event: f64,
    events: f64,
}

impl SurvivalEstimate {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The probability S(t). NaN only where the time asked for was NaN.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard error of S(t) itself. `None` where S is 0, for the formula has no value there, and where
    /// a table of sampling weights gives none.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.log_std_error().map(|se| se * self.value)
    }

    /// The standard error of log S(t), with the same exceptions.
    #[must_use]
    pub fn log_std_error(&self) -> Option<f64> {
        self.log_variance.filter(|_| self.value > 0.0).map(f64::sqrt)
    }

    /// How many (sum of weights) were under observation just before the time.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// How many events (sum of weights) there were up to and including the time.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// A pointwise confidence interval. Without limits where S is 0, or is 1 on a scale that has none there.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        Ok(ConfidenceInterval::new(self.limits(&interval, z), interval.confidence_level()))
    }

    pub(in crate::survival) fn limits(&self, interval: &Interval, z: f64) -> Option<(f64, f64)> {
        let log_se = self.log_std_error()?;
        let lower = interval.lower_log_se(self.value, log_se, self.at_risk, self.at_risk_last_event);
        interval.limits(z, self.value, log_se, lower)
    }
}

impl fmt::Display for SurvivalEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let percent = |x: f64| format!("{:.decimals$}%", 100.0 * x);
        let text = if f.alternate() {
            match self.interval(Interval::default()).ok().and_then(|i| i.bounds()) {
                Some((lower, upper)) => {
                    format!("{} ({} to {})", percent(self.value), percent(lower), percent(upper))
                }
                None => format!("{} (no interval)", percent(self.value)),
            }
        } else {
            match self.std_error() {
                Some(se) => format!("{} ± {}", percent(self.value), percent(se)),
                None => format!("{} (no standard error)", percent(self.value)),
            }
        };
        if let Some(width) = f.width() {
            let fill = width.saturating_sub(text.chars().count());
            return match f.align() {
                Some(fmt::Alignment::Right) => write!(f, "{:fill$}{text}", ""),
                _ => write!(f, "{text}{:fill$}", ""),
            };
        }
        f.write_str(&text)
    }
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

    /// The last time at which anybody was under observation, or `None` where nobody ever was.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        self.table.last_time()
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
        let (mut rows, mut events) = (0, crate::numeric::sums::Sum::default());
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

    /// The estimate at `t`, the first `rows` rows of the table being at `t` or before.
    fn estimate(&self, t: f64, rows: usize, events: f64) -> SurvivalEstimate {
        let value = if rows == 0 { 1.0 } else { self.survival[rows - 1] };
        let log_variance = if rows == 0 {
            (!self.log_variance.is_empty() || self.survival.is_empty()).then_some(0.0)
        } else {
            self.log_variance.get(rows - 1).copied()
        };
        // R counts from the first row at which somebody left.
        let last_event = (0..rows).rev().map(|i| self.table.row(i)).find(|r| r.event_subjects > 0);
        let reference = last_event.or_else(|| self.table.rows().find(Row::is_exit));
        SurvivalEstimate {
            time: t,
            value: if t.is_nan() { f64::NAN } else { value },
            log_variance,
            at_risk: self.table.at_risk(t),
            at_risk_last_event: reference.map_or(0.0, |r| r.at_risk),
            events,
        }
    }

    /// The curve as it is read: one step for each time at which somebody's observation ended.
    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        let mut events = crate::numeric::sums::Sum::default();
        let mut at_risk_last_event = None;
        self.table.rows().enumerate().filter_map(move |(i, row)| {
            if !row.is_exit() {
                return None;
            }
            events.add(row.events);
            if row.event_subjects > 0 || at_risk_last_event.is_none() {
                at_risk_last_event = Some(row.at_risk);
            }
            let estimate = SurvivalEstimate {
                time: row.time,
                value: self.survival[i],
                log_variance: self.log_variance.get(i).copied(),
                at_risk: row.at_risk,
                at_risk_last_event: at_risk_last_event.unwrap_or(row.at_risk),
                events: events.value(),
            };
            Some(Step { row, estimate })
        })
    }

    /// The curve given that observation lasted to `s`: it starts again at 1 and uses only those still under
    /// observation just before `s`, R's `start.time`. An event at `s` itself counts.
    ///
    /// `S(t | T ≥ s) = S(t) / S(s−)` (Anderson, Cain & Gelber 1983).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `s` is negative or NaN; [`Error::Empty`] where nobody is observed that long.
    pub fn given_survival_to(&self, s: f64) -> Result<Self> {
        if !(s >= 0.0) {
            return Err(Error::OutOfRange { argument: "s", value: s, must_be: "at least 0" });
        }
        if self.last_time().is_none_or(|last| last < s) {
            return Err(Error::Empty { argument: "the risk set at s" });
        }
        let from = self.table.position(s);
        let table = self.table.from(s);
        let (scale, base) = match from {
            0 => (1.0, 0.0),
            i => (self.survival[i - 1], self.log_variance.get(i - 1).copied().unwrap_or(0.0)),
        };
        let influence = self.influence.as_ref().map(|inf| inf.from(from));
        let mut curve = crate::survival::curve::kaplan_meier::curve_of(self.estimator, table, influence);
        // The quotient is kept where it exists: it needs no second set of roundings.
        if scale > 0.0 {
            curve.survival = self.survival[from..].iter().map(|v| v / scale).collect();
            if curve.influence.is_none() {
                curve.log_variance = self.log_variance.iter().skip(from).map(|v| v - base).collect();
            }
        }
        (curve.reversed, curve.start) = (self.reversed, s);
        Ok(curve)
    }

    pub(in crate::survival) fn pulls(&self) -> Vec<Pull> {
        self.table.rows().map(|r| crate::survival::curve::kaplan_meier::pull(self.estimator, &r)).collect()
    }
}

impl fmt::Display for SurvivalCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = Interval::default();
        let subject = match (self.reversed, self.estimator) {
            (true, _) => "Reverse Kaplan-Meier (censoring)".to_string(),
            (false, Estimator::KaplanMeier) => "Kaplan-Meier".to_string(),
            (false, estimator) => format!("{estimator}, exp(−H)"),
        };
        let rounded = |x: f64| (x * 1e9).round() / 1e9;
        write!(f, "{subject}: {} subjects, {} events", self.table.subjects(), rounded(self.table.events()))?;
        if self.start > 0.0 {
            write!(f, ", given survival to {}", self.start)?;
        }
        write!(f, "; median {}", self.median())?;
        write!(
            f,
            "\n({interval}; {} standard error)",
            if self.is_robust() { "robust" } else { "Greenwood" }
        )?;
        write!(
            f,
            "\n{:>10} {:>9} {:>7} {:>9} {:>10}  {:>16}",
            "time", "at risk", "events", "survival", "std error", "95% CI"
        )?;
        let number = |x: Option<f64>, d: usize| x.map_or("–".to_string(), |x| format!("{x:.d$}"));
        for step in self.steps().take(PRINTED_ROWS) {
            let e = step.estimate;
            let limits = e.interval(interval).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>9.3} {:>10}  {:>16}",
                step.row.time,
                rounded(step.row.at_risk),
                rounded(step.row.events),
                e.value,
                number(e.std_error(), 4),
                limits.to_string()
            )?;
        }
        let left = self.steps().count().saturating_sub(PRINTED_ROWS);
        if left > 0 { write!(f, "\n… {left} more times") } else { Ok(()) }
    }
}
