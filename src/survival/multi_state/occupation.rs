//! State occupation probabilities: the Aalen-Johansen estimate for any multi-state model.

use std::collections::HashMap;
use std::fmt;

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::flow::Flow;
use crate::survival::multi_state::transitions::{check_groups, flow};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// How the variance of a state occupation probability is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OccupationVariance {
    /// The infinitesimal jackknife over subjects or clusters: R's `survfit`. It holds
    /// under weights, clusters, and where the process is no Markov process.
    #[default]
    Jackknife,
    /// Independent Poisson increments of the hazards, a starting distribution without error (mstate's `aalen`).
    Aalen,
    /// Independent multinomial increments, a starting distribution without error (etm, mstate's `greenwood`).
    Greenwood,
}

/// The probability of each state over time: `p(t) = p(0) Π (I + dA(u))`, the Aalen-Johansen estimate.
///
/// `dA_hj = dN_hj/Y_h` are the transitions among those at risk in h just before the time. Under independent censoring it is
/// right whether or not the process is a Markov process (Datta & Satten 2001). With two states it is Kaplan-Meier.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`initial`](Self::initial) | shares of the states among those at risk at the first event | the distribution at the start |
/// | [`from_time`](Self::from_time) | 0 | start among those under observation just before; events at it count |
/// | [`initial_error`](Self::initial_error) | no | is an observed starting distribution uncertain? |
/// | [`variance`](Self::variance) | jackknife | the [`OccupationVariance`] |
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::Occupation;
///
/// let data = Histories::new(
///     &["a", "a", "b", "c"], &[0.0, 2.0, 0.0, 0.0], &[2.0, 5.0, 6.0, 4.0],
///     &[Some("ill"), Some("dead"), None, Some("dead")], &["well", "ill", "dead"],
/// )?;
/// let p = Occupation::new().fit(&data)?;
/// let at = p.at(4.5);
/// assert!((at[0].value() - 1.0 / 3.0).abs() < 1e-15 && (at[2].value() - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Datta & Satten (2001), Stat Probab Lett 55:403. Therneau, vignette
/// "methods" of R's survival.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct Occupation {
    initial: Option<Vec<f64>>,
    from_time: Option<f64>,
    variance: OccupationVariance,
    initial_error: bool,
}

/// A flow with the distribution that it starts from, and the clusters' influence on that.
pub(super) struct Start {
    pub flow: Flow,
    pub time: f64,
    pub initial: Vec<f64>,
    pub influence: HashMap<u32, Vec<f64>>,
}

impl Occupation {
    /// The estimate with the jackknife variance, from the observed starting distribution.
    pub fn new() -> Self {
        Self::default()
    }

    /// The distribution over the states at the start, in their order: known, so without error.
    pub fn initial(self, initial: &[f64]) -> Self {
        Self { initial: Some(initial.to_vec()), ..self }
    }

    /// Starts at `s`, among those under observation just before it: R's `start.time`.
    pub fn from_time(self, s: f64) -> Self {
        Self { from_time: Some(s), ..self }
    }

    /// Counts the sampling error of an observed starting distribution too. Without it errors are conditional on that
    /// distribution, as R's `survfit` prints them; where all start in one state there is no difference.
    pub fn initial_error(self) -> Self {
        Self { initial_error: true, ..self }
    }

    /// How the variance is estimated.
    pub fn variance(self, variance: OccupationVariance) -> Self {
        Self { variance, ..self }
    }

    /// The occupation probabilities over all subjects.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`]; [`Error::OutOfRange`] and [`Error::LengthMismatch`] for an initial distribution that
    /// is none; [`Error::Empty`] where nobody is at risk; [`Error::Unsupported`] for another variance than the jackknife
    /// with sampling weights or clusters.
    pub fn fit(&self, data: &Histories) -> Result<StateOccupation> {
        self.of_rows(data, |_| true)
    }

    /// One fit per group of rows, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], and those of [`fit`](Self::fit).
    pub fn by_group(&self, data: &Histories, groups: &Groups) -> Result<Vec<StateOccupation>> {
        check_groups(data, groups)?;
        (0..groups.count()).map(|g| self.of_rows(data, |i| groups.codes()[i] as usize == g)).collect()
    }

    fn of_rows(&self, data: &Histories, keep: impl Fn(usize) -> bool) -> Result<StateOccupation> {
        self.check(data)?;
        let Start { flow, time, initial, influence } = self.start(data, keep)?;
        let probability = flow.path(&initial);
        let (first, variance) = match self.variance {
            OccupationVariance::Jackknife => flow.jackknife(&initial, &influence, &probability),
            kind => {
                let greenwood = kind == OccupationVariance::Greenwood;
                (vec![0.0; flow.states], flow.increments(&initial, &probability, greenwood))
            }
        };
        Ok(StateOccupation {
            states: data.states.clone(),
            kind: self.variance,
            start: time,
            times: flow.times,
            at_risk: flow.at_risk,
            censored: flow.censored,
            initial,
            initial_variance: first,
            probability,
            variance,
        })
    }

    fn check(&self, data: &Histories) -> Result<()> {
        let robust = data.clusters.is_some() || matches!(data.weights, Some(Weights::Sampling(_)));
        if self.variance != OccupationVariance::Jackknife && robust {
            return Err(Error::Unsupported {
                method: "Aalen's or Greenwood's variance of a state occupation",
                with: "sampling weights or clusters",
                why: "it takes rows for independent subjects; use the jackknife (`OccupationVariance::Jackknife`)",
            });
        }
        Ok(())
    }

    pub(super) fn start(&self, data: &Histories, keep: impl Fn(usize) -> bool) -> Result<Start> {
        let k = data.states.len();
        let time = self.from_time.unwrap_or(0.0);
        if !(0.0..f64::INFINITY).contains(&time) {
            return Err(Error::OutOfRange { argument: "s", value: time, must_be: "finite and at least 0" });
        }
        if let Some(p) = &self.initial {
            check_distribution(p, k)?;
        }
        let flow = flow(data, time, keep)?;
        let at = match self.from_time {
            Some(s) if s > 0.0 => Some(s),
            _ => flow.first_event(),
        };
        let at = at.ok_or(Error::Empty { argument: "the rows at risk" })?;
        let (initial, influence) = if let Some(p) = &self.initial {
            (p.clone(), HashMap::new())
        } else {
            let (shares, all) = flow.starting(at);
            if !(all > 0.0) {
                return Err(Error::Empty { argument: "the risk set at s" });
            }
            let p: Vec<f64> = shares.iter().map(|w| w / all).collect();
            let influence =
                if self.initial_error { flow.starting_influence(at, &p, all) } else { HashMap::new() };
            (p, influence)
        };
        Ok(Start { flow, time, initial, influence })
    }
}

/// Refuses what is no distribution over the states.
pub(crate) fn check_distribution(p: &[f64], states: usize) -> Result<()> {
    if p.len() != states {
        return Err(Error::LengthMismatch {
            argument: "initial",
            len: p.len(),
            other: "states",
            expected: states,
        });
    }
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

/// The probability of one state at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OccupationEstimate {
    value: f64,
    std_error: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(OccupationEstimate { value: f64, std_error: f64 });

#[cfg(feature = "serde")]
impl OccupationEstimate {
    fn check(&self) -> Result<()> {
        stored::probability("the probability of a state", self.value)?;
        stored::size("a standard error", self.std_error)
    }
}

impl OccupationEstimate {
    pub(crate) fn new(value: f64, std_error: f64) -> Self {
        Self { value, std_error }
    }

    /// The probability.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error.
    #[must_use]
    pub fn std_error(&self) -> f64 {
        self.std_error
    }

    /// A pointwise interval on a scale of the probability itself, log-log where no other is named; there is none where
    /// the probability is 0 or 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a level outside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        interval.into().of_probability(self.value, self.std_error)
    }
}

/// The probabilities of all states over time. Made by [`Occupation`]; beyond the last observation they stay.
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
}

impl StateOccupation {
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
        self.after(self.times.partition_point(|&x| x <= t))
    }

    /// Do the data tell where a subject is at `t`? Within follow-up they do, and beyond the last time where all are then in
    /// states that nobody is seen to leave.
    #[must_use]
    pub fn is_known_at(&self, t: f64) -> bool {
        let k = self.states.len();
        let left = |h: usize| self.at_risk.iter().skip(h).step_by(k).any(|&n| n > 0);
        self.times.last().is_some_and(|&last| t <= last)
            || (0..k).all(|h| self.values(usize::MAX)[h].abs() < 1e-12 || !left(h))
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
        p.iter().zip(v).map(|(&value, v)| OccupationEstimate { value, std_error: v.sqrt() }).collect()
    }
}

impl fmt::Display for StateOccupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTED: usize = 20;
        write!(f, "State occupation (Aalen-Johansen)\n{:>10}", "time")?;
        for s in &self.states {
            write!(f, " {s:>10} {:>9}", "std error")?;
        }
        for (t, row) in self.rows().take(PRINTED) {
            write!(f, "\n{t:>10}")?;
            for e in row {
                write!(f, " {:>10.4} {:>9.4}", e.value, e.std_error)?;
            }
        }
        let left = self.times.len().saturating_sub(PRINTED);
        if left > 0 { write!(f, "\n… {left} more times") } else { Ok(()) }
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
            return Err(Error::InconsistentCurve { values, rows });
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
        })
    }
}
