//! The probabilities of all states over time, as a result.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::TableError;
use crate::error::{Error, NotEstimable, Result, check_len};
use crate::print::{Number, counted, one_line, or_missing};
use crate::survival::curve::survival_curve::SAME_TIME;
use crate::survival::curve::warning::{Exit, SmallRiskSet, WarnedOf, small_risk_sets};
use crate::survival::multi_state::occupation_estimate::OccupationEstimate;
use crate::survival::multi_state::occupation_variance::OccupationVariance;

/// The probabilities of all states over time. Made by [`Occupation`](super::Occupation).
///
/// Beyond follow-up they have no value, unless all are then in states that nobody is seen to leave;
/// [`extended`](Self::extended) carries them on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct StateOccupation {
    states: Vec<String>,
    kind: OccupationVariance,
    start: f64,
    times: Vec<f64>,
    at_risk: Vec<u32>,
    censored: Vec<u32>,
    initial: Vec<f64>,
    initial_variance: Vec<f64>,
    probability: Vec<f64>,
    variance: Vec<f64>,
    extended: bool,
}

/// What a fit leaves: see the fields of [`StateOccupation`].
pub(super) struct Fitted {
    pub states: Vec<String>,
    pub kind: OccupationVariance,
    pub start: f64,
    pub times: Vec<f64>,
    pub at_risk: Vec<u32>,
    pub censored: Vec<u32>,
    pub initial: Vec<f64>,
    pub initial_variance: Vec<f64>,
    pub probability: Vec<f64>,
    pub variance: Vec<f64>,
}

impl StateOccupation {
    pub(super) fn new(fitted: Fitted) -> Self {
        let Fitted { states, kind, start, times, at_risk, censored, .. } = fitted;
        let Fitted { initial, initial_variance, probability, variance, .. } = fitted;
        Self {
            states,
            kind,
            start,
            times,
            at_risk,
            censored,
            initial,
            initial_variance,
            probability,
            variance,
            extended: false,
        }
    }

    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// How the variance was estimated.
    #[must_use]
    pub fn variance(&self) -> OccupationVariance {
        self.kind
    }

    /// The time at which the curves start.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start
    }

    /// The times at which a transition takes place or observation ends.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The distribution at the start.
    #[must_use]
    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// The probabilities just after time number `row`.
    ///
    /// # Panics
    /// Never: a row beyond the last is the last.
    #[must_use]
    pub fn values(&self, row: usize) -> &[f64] {
        let k = self.states.len();
        let row = row.min(self.times.len().saturating_sub(1));
        self.probability.get(row * k..(row + 1) * k).unwrap_or(&self.initial)
    }

    /// The number of rows at risk in each state just before time number `row`.
    #[must_use]
    pub fn at_risk(&self, row: usize) -> &[u32] {
        let k = self.states.len();
        self.at_risk.get(row * k..(row + 1) * k).unwrap_or(&[])
    }

    /// The number of rows whose observation ends at time number `row` without a transition.
    #[must_use]
    pub fn censored(&self, row: usize) -> u32 {
        self.censored.get(row).copied().unwrap_or(0)
    }

    /// The probability of each state at `t`, with standard errors.
    #[must_use]
    pub fn at(&self, t: f64) -> Vec<OccupationEstimate> {
        match self.answers(t) {
            Ok(()) => self.after(self.times.partition_point(|&x| x <= t)),
            Err(because) => vec![OccupationEstimate::none(because); self.states.len()],
        }
    }

    /// The same curves, carried on flat beyond the last observation, as R's `summary(extend = TRUE)` does: as if nobody
    /// moved from there on.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    /// use greenwood::survival::multi_state::Occupation;
    /// use greenwood::survival::result::NotEstimable;
    ///
    /// let data = Histories::among(&["well", "ill"]).rows(&[1, 2], &[0.0, 0.0], &[3.0, 5.0], &[Some("ill"), None])?;
    /// let p = Occupation::new().fit(&data)?;
    /// assert_eq!(p.at(8.0)[1].value(), Err(NotEstimable::BeyondFollowUp { time: 8.0, last: 5.0 }));
    /// assert_eq!(p.extended().at(8.0)[1].value()?, 0.5);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { extended: true, ..self.clone() }
    }

    /// Are the curves carried on beyond follow-up?
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Do the data tell where a subject is at `t`? Within follow-up they do, and beyond the last time where all are then in
    /// states that nobody is seen to leave.
    #[must_use]
    pub fn is_known_at(&self, t: f64) -> bool {
        let k = self.states.len();
        let left = |h: usize| self.at_risk.iter().skip(h).step_by(k).any(|&n| n > 0);
        self.times.last().is_some_and(|&last| t <= last * (1.0 + SAME_TIME))
            || (0..k).all(|h| self.values(usize::MAX)[h].abs() < 1e-12 || !left(h))
    }

    fn answers(&self, t: f64) -> std::result::Result<(), NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        if t < self.start {
            return Err(NotEstimable::BeforeStart { time: t, start: self.start });
        }
        if self.extended || self.is_known_at(t) {
            return Ok(());
        }
        Err(NotEstimable::BeyondFollowUp { time: t, last: self.times.last().copied().unwrap_or(self.start) })
    }

    /// The times at which a small risk set (of all states together, counted in rows) moves at least 10 % of the
    /// probabilities while at least twice as many are under observation later: the work of delayed entry. All later
    /// probabilities hold what they moved; [`Occupation::from_time`](super::Occupation::from_time) starts behind them.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        let exit = |i: usize| {
            let before = if i == 0 { &self.initial[..] } else { self.values(i - 1) };
            let moved: f64 = before.iter().zip(self.values(i)).map(|(a, b)| (a - b).abs()).sum();
            let at_risk = self.at_risk(i).iter().map(|&n| f64::from(n)).sum();
            Exit { time: self.times[i], at_risk, share: moved / 2.0, leaves: true }
        };
        small_risk_sets((0..self.times.len()).rev().map(exit), false, WarnedOf::Occupation)
    }

    /// The estimates at each time of the curves.
    pub fn rows(&self) -> impl Iterator<Item = (f64, Vec<OccupationEstimate>)> + '_ {
        self.times.iter().enumerate().map(|(i, &t)| (t, self.after(i + 1)))
    }

    fn after(&self, steps: usize) -> Vec<OccupationEstimate> {
        let k = self.states.len();
        let (p, v) = if steps == 0 {
            (&self.initial[..], &self.initial_variance[..])
        } else {
            let range = (steps - 1) * k..steps * k;
            (&self.probability[range.clone()], &self.variance[range])
        };
        p.iter().zip(v).map(|(&value, v)| OccupationEstimate::new(value, v.sqrt())).collect()
    }
}

impl fmt::Display for StateOccupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTED: usize = 20;
        write!(f, "State occupation (Aalen-Johansen)\n{:>10}", "time")?;
        for s in &self.states {
            write!(f, " {:>10} {:>9}", one_line(s), "std error")?;
        }
        for (i, t) in self.times.iter().enumerate().take(PRINTED) {
            write!(f, "\n{:>10}", Number(*t))?;
            for ((p, estimate), s) in self.values(i).iter().zip(self.after(i + 1)).zip(&self.states) {
                let width = s.chars().count().max(10);
                let se = or_missing(estimate.std_error().ok(), |se| format!("{se:.4}"));
                write!(f, " {:>width$.4} {se:>9}", Number(*p))?;
            }
        }
        let left = self.times.len().saturating_sub(PRINTED);
        if left > 0 {
            write!(f, "\n… {}", counted(left, "more time"))?;
        }
        self.warnings().iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    states: Vec<String>,
    kind: OccupationVariance,
    start: f64,
    times: Vec<f64>,
    at_risk: Vec<u32>,
    censored: Vec<u32>,
    initial: Vec<f64>,
    initial_variance: Vec<f64>,
    probability: Vec<f64>,
    variance: Vec<f64>,
    #[serde(default)]
    extended: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for StateOccupation {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw {
            states,
            kind,
            start,
            times,
            at_risk,
            censored,
            initial,
            initial_variance,
            probability,
            variance,
            extended,
        } = raw;
        let (rows, k) = (times.len(), states.len());
        let lengths = [
            (at_risk.len(), rows * k),
            (censored.len(), rows),
            (initial_variance.len(), k),
            (probability.len(), rows * k),
            (variance.len(), rows * k),
        ];
        if let Some(&(values, rows)) = lengths.iter().find(|(len, expected)| len != expected) {
            return Err(Error::Table(TableError::InconsistentCurve { values, rows }));
        }
        check_distribution(&initial, k)?;
        if let Some((index, &value)) = times
            .iter()
            .enumerate()
            .find(|&(i, &t)| !(0.0..f64::INFINITY).contains(&t) || i > 0 && t <= times[i - 1])
        {
            return Err(Error::InvalidTime { argument: "times", index, value });
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if let Some(&p) = probability.iter().find(|p| !(-1e-9..=1.0 + 1e-9).contains(*p)) {
            return refuse("a probability", p, "between 0 and 1");
        }
        if let Some(&v) =
            variance.iter().chain(&initial_variance).find(|v| !(**v >= 0.0 && **v < f64::INFINITY))
        {
            return refuse("a variance", v, "finite and at least 0");
        }
        Ok(Self {
            states,
            kind,
            start,
            times,
            at_risk,
            censored,
            initial,
            initial_variance,
            probability,
            variance,
            extended,
        })
    }
}

/// Refuses what is no distribution over the states.
pub(crate) fn check_distribution(p: &[f64], states: usize) -> Result<()> {
    check_len("initial", p.len(), "states", states)?;
    if let Some(&value) = p.iter().find(|x| !(0.0..=1.0).contains(*x)) {
        return Err(Error::OutOfRange {
            argument: "initial",
            value,
            must_be: "probabilities, which add up to 1",
        });
    }
    let value: f64 = p.iter().sum();
    if (value - 1.0).abs() > 1e-9 {
        return Err(Error::OutOfRange { argument: "the sum of initial", value, must_be: "1" });
    }
    Ok(())
}
