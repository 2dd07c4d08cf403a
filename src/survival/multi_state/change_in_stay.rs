//! How much longer is a stay for what happens in it: the expected stay from an intermediate state less that without it.
//!
//! With `A` the cumulative hazards and "stay" the time in states that are left at some time, the expected time until
//! discharge of one who is in state h at s is `L_h(s) = ∫ Σ_j P_hj(s, u) du` over the states j of the stay. The change is
//! `Σ w(t) (L_i(t) − L_0(t))` over the times t at which the initial state is left, and w the share that leaves it then.

use crate::error::{Error, Result};
use crate::numeric::sums::Balance;
use crate::survival::data::histories::Histories;
use crate::survival::multi_state::flow::{Flow, Move, Spell};
use crate::survival::multi_state::state_influence::{OfHazards, dot, worth};
use crate::survival::multi_state::transitions::flow;
use crate::survival::result::estimate::{Estimate, Scale};

/// The change in length of stay that goes with an intermediate state, such as an infection in hospital.
///
/// At each time t at which somebody leaves the initial state, the expected remaining stay of one who is in the intermediate
/// state just after t is compared with that of one who is still in the initial state; the differences are averaged with the
/// distribution of the time until the initial state is left. Comparing subjects with and without the intermediate state by
/// what happens later would be wrong: one has to stay for it to happen (time-dependent bias). A stay ends in any
/// state that nobody is seen to leave. It is R's `etm::clos`.
///
/// # Conventions
/// The process is taken to be a Markov process. A time after which nobody is at risk in one of the two states counts as no
/// difference, as in R. Where some never leave the initial state by the horizon, the shares add up to less than 1.
///
/// # Cost
/// O(n log n), times the square of the number of states.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::ChangeInStay;
///
/// // Two are infected at 1 and 2 and stay until 5 and 6; the others leave at 2, 3 and 4.
/// let data = Histories::among(&["in", "infected", "out"]).transitions(
///     &[1, 1, 2, 2, 3, 4, 5],
///     &[1.0, 5.0, 2.0, 6.0, 2.0, 3.0, 4.0],
///     &["infected", "out", "infected", "out", "out", "out", "out"].map(Some),
/// )?;
/// let change = ChangeInStay::new(&"in", &"infected").estimate(&data)?;
/// // 1.875 days longer after 1, 2 after 2 and 1.5 after 3, when 0.2, 0.4 and 0.2 leave the initial state.
/// assert!((change.value()? - (0.2 * 1.875 + 0.4 * 2.0 + 0.2 * 1.5)).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Schulgen & Schumacher (1996), Lifetime Data Anal 2:219. Beyersmann, Allignol & Schumacher (2011), Competing Risks and
/// Multistate Models with R.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct ChangeInStay {
    initial: String,
    intermediate: String,
    tau: Option<f64>,
}

impl ChangeInStay {
    /// Of the intermediate state against the initial one.
    pub fn new(initial: &(impl ToString + ?Sized), intermediate: &(impl ToString + ?Sized)) -> Self {
        Self { initial: initial.to_string(), intermediate: intermediate.to_string(), tau: None }
    }

    /// The horizon; without it the last time under observation. A stay that is longer counts until then.
    pub fn until(self, tau: f64) -> Self {
        Self { tau: Some(tau), ..self }
    }

    /// The change in the unit of time, with the error of the infinitesimal jackknife over subjects or clusters.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`]; [`Error::UnknownState`]; [`Error::OutOfRange`] for a horizon that is not positive or
    /// is beyond the last observation; [`Error::Unsupported`] where both states are the same or subjects come back to the
    /// initial one; [`Error::Empty`] where nobody moves from the initial to the intermediate state.
    pub fn estimate(&self, data: &Histories) -> Result<Estimate> {
        let (initial, middle) = (data.position(&self.initial)?, data.position(&self.intermediate)?);
        let flow = flow(data, 0.0, |_| true)?;
        check(&flow, initial, middle)?;
        let last = flow.times.last().copied().unwrap_or(0.0);
        let tau = self.tau.unwrap_or(last);
        if !(tau > 0.0 && tau <= last) {
            let must_be = "after 0 and at most the last time under observation";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        let change = Change::new(&flow, (initial, middle), tau);
        let hazards = OfHazards::new(&flow, change.steps, |step, m| change.derivative(step, m));
        let square = |own: &[Spell]| {
            let mut moved = Balance::default();
            for s in own {
                hazards.add(s, s.size, &mut moved);
            }
            own[0].count * moved.value().powi(2)
        };
        let variance: f64 = flow.clusters().map(square).sum();
        Ok(Estimate::new(Scale::Identity, change.value, variance.sqrt()))
    }
}

/// Refuses two states of which one is the other, or between which nobody moves, or the first of which is entered again.
fn check(flow: &Flow, initial: usize, middle: usize) -> Result<()> {
    let refuse = |with, why| Err(Error::Unsupported { method: "a change in length of stay", with, why });
    if initial == middle {
        return refuse("one state twice", "it compares an intermediate state with the initial one: name two");
    }
    if flow.kinds.iter().any(|k| k.effect[initial] > 0.0) {
        let why = "the time until it is left has then no distribution of its own; count the return as another state";
        return refuse("returns to the initial state", why);
    }
    if !flow.kinds.iter().any(|k| k.from == initial && k.effect[middle] > 0.0) {
        return Err(Error::Empty { argument: "the transitions from the initial to the intermediate state" });
    }
    Ok(())
}

/// The change with what its derivatives need.
struct Change<'a> {
    flow: &'a Flow,
    initial: usize,
    steps: usize,
    value: f64,
    /// Expected remaining stay by state, before each step and after the last.
    stay: Vec<f64>,
    /// The share that is in the initial state before each step.
    free: Vec<f64>,
    /// The difference just after each step, and the mean of later ones, given the initial state just after it.
    gap: Vec<f64>,
    later: Vec<f64>,
    /// What a unit of expected stay by state is worth, before each step and after the last.
    weight: Vec<f64>,
}

impl<'a> Change<'a> {
    fn new(flow: &'a Flow, (initial, middle): (usize, usize), tau: f64) -> Self {
        let (k, steps) = (flow.states, flow.steps_until(tau));
        let left = |h: usize| flow.kinds.iter().any(|kind| kind.from == h && kind.effect[h] < 0.0);
        let counts: Vec<bool> = (0..k).map(|h| h == initial || h == middle || left(h)).collect();
        let stay = worth(flow, &counts, true, (tau, steps));
        let hazard: Vec<f64> = (0..steps).map(|i| leaving(flow, initial, i)).collect();
        let at_risk = |i: usize, h: usize| flow.at_risk.get(i * k + h).is_some_and(|&n| n > 0);
        let gap = |i: usize| {
            let known = hazard[i] > 0.0 && at_risk(i + 1, initial) && at_risk(i + 1, middle);
            if known { stay[(i + 1) * k + middle] - stay[(i + 1) * k + initial] } else { 0.0 }
        };
        let gap: Vec<f64> = (0..steps).map(gap).collect();
        let mut free = vec![1.0; steps + 1];
        let mut later = vec![0.0; steps];
        let mut weight = vec![0.0; (steps + 1) * k];
        let (mut value, mut old) = (0.0, vec![0.0; k]);
        for i in 0..steps {
            free[i + 1] = free[i] * (1.0 - hazard[i]);
            value += free[i] * hazard[i] * gap[i];
            let (before, after) = weight.split_at_mut((i + 1) * k);
            after[..k].copy_from_slice(&before[i * k..]);
            flow.apply(i, &mut after[..k], &mut old);
            if gap[i] != 0.0 {
                after[middle] += free[i] * hazard[i];
                after[initial] -= free[i] * hazard[i];
            }
        }
        for i in (1..steps).rev() {
            later[i - 1] = hazard[i] * gap[i] + (1.0 - hazard[i]) * later[i];
        }
        Self { flow, initial, steps, value, stay, free, gap, later, weight }
    }

    /// The derivative in a hazard of a step: by the stays before it, and by when the initial state is left.
    fn derivative(&self, step: usize, m: &Move) -> f64 {
        let (k, kind) = (self.flow.states, &self.flow.kinds[m.kind as usize]);
        let moved = dot(&kind.effect, &self.stay[(step + 1) * k..(step + 2) * k]);
        let leaves = kind.from == self.initial && kind.effect[self.initial] < 0.0;
        let by_leaving = if leaves { self.free[step] * (self.gap[step] - self.later[step]) } else { 0.0 };
        self.weight[step * k + kind.from] * moved + by_leaving
    }
}

/// The hazard of leaving a state at a step.
fn leaving(flow: &Flow, state: usize, step: usize) -> f64 {
    let kind = |m: &Move| &flow.kinds[m.kind as usize];
    let of_state = |m: &&Move| kind(m).from == state && kind(m).effect[state] < 0.0;
    flow.moves(step).iter().filter(of_state).map(|m| m.events / m.at_risk).sum()
}
