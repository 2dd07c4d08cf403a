//! State occupation probabilities: the Aalen-Johansen estimate for any multi-state model.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::flow::Flow;
use crate::survival::multi_state::occupation_variance::OccupationVariance;
use crate::survival::multi_state::state_occupation::{Fitted, StateOccupation, check_distribution};
use crate::survival::multi_state::transitions::{check_groups, flows};

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
/// # Cost
/// A sort of the rows, then K operations for each kind of transition at each of the T event times, K states. The jackknife adds
/// O(T K³) and, for each start and end of a row, O(K² log T); it does not take n times T.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::Occupation;
///
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&["a", "a", "b", "c"], &[0.0, 2.0, 0.0, 0.0], &[2.0, 5.0, 6.0, 4.0], &[Some("ill"), Some("dead"), None, Some("dead")])?;
/// let p = Occupation::new().fit(&data)?;
/// let at = p.at(4.5);
/// assert!((at[0].value()? - 1.0 / 3.0).abs() < 1e-15 && (at[2].value()? - 1.0 / 3.0).abs() < 1e-15);
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
        Ok(self.by(data, (1, |_| 0))?.remove(0))
    }

    /// One fit per group of rows, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], and those of [`fit`](Self::fit).
    pub fn by_group(&self, data: &Histories, groups: &Groups) -> Result<Vec<StateOccupation>> {
        check_groups(data, groups)?;
        self.by(data, (groups.count(), |i| groups.codes()[i] as usize))
    }

    /// The fit of each group: how many there are, and which a row is in.
    fn by(&self, data: &Histories, groups: (usize, impl Fn(usize) -> usize)) -> Result<Vec<StateOccupation>> {
        self.check(data)?;
        self.starts(data, groups)?.into_iter().map(|start| Ok(self.of_start(data, start))).collect()
    }

    fn of_start(&self, data: &Histories, start: Start) -> StateOccupation {
        let Start { flow, time, initial, influence } = start;
        let probability = flow.path(&initial);
        let (first, mut variance) = match self.variance {
            OccupationVariance::Jackknife => flow.jackknife(&initial, &influence, &probability),
            kind => {
                let greenwood = kind == OccupationVariance::Greenwood;
                (vec![0.0; flow.states], flow.increments(&initial, &probability, greenwood))
            }
        };
        certain(&probability, &mut variance, flow.states);
        StateOccupation::new(Fitted {
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

    /// What each group starts from.
    pub(super) fn starts(
        &self,
        data: &Histories,
        groups: (usize, impl Fn(usize) -> usize),
    ) -> Result<Vec<Start>> {
        let k = data.states.len();
        let time = self.from_time.unwrap_or(0.0);
        if !(0.0..f64::INFINITY).contains(&time) {
            return Err(Error::OutOfRange { argument: "s", value: time, must_be: "finite and at least 0" });
        }
        if let Some(p) = &self.initial {
            check_distribution(p, k)?;
        }
        flows(data, time, groups)?.into_iter().map(|flow| self.start_of(flow, time)).collect()
    }

    fn start_of(&self, flow: Flow, time: f64) -> Result<Start> {
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

/// A probability of 0 is as small as it can be, so nobody moves it, nor that of the state in which all are: what running sums
/// leave of their variance is rounding.
fn certain(probability: &[f64], variance: &mut [f64], states: usize) {
    for (p, v) in probability.chunks_exact(states).zip(variance.chunks_exact_mut(states)) {
        let possible = p.iter().filter(|p| **p != 0.0).count();
        for (p, v) in p.iter().zip(v) {
            if *p == 0.0 || possible == 1 {
                *v = 0.0;
            }
        }
    }
}
