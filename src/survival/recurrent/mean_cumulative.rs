//! The mean cumulative function: how it is estimated, and the fit.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::multi_state::flow::{Flow, Kind, Spell};
use crate::survival::recurrent::events::RecurrentEvents;
use crate::survival::recurrent::mean_function::MeanFunction;
use crate::survival::recurrent::mean_variance::MeanVariance;

/// The mean number of events by t of a subject, `m(t) = Σ_{u ≤ t} S(u−) dN(u)/Y(u)`.
///
/// `dN` events occur at u among the `Y` at risk. Without a terminal event S is 1: the mean cumulative function of Nelson,
/// an average over subjects that makes no assumption on how the events of one depend on each other. With a terminal event
/// S is its Kaplan-Meier estimate: the dead have no further events, and are not censored. (To take the dead as censored
/// answers how many events there would be if nobody died.)
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`variance`](Self::variance) | robust | the [`MeanVariance`] |
///
/// # Conventions
/// At risk at t are rows with `start < t ≤ stop`. An event at the time of a terminal event counts; both divide by the same
/// number at risk. Strata of the data are ignored.
///
/// # Cost
/// O(n log n), the robust variance at every time included.
///
/// # Example
/// ```
/// use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
///
/// let ids = ["a", "a", "a", "b", "c"];
/// let (start, stop) = ([0.0, 2.0, 4.0, 0.0, 0.0], [2.0, 4.0, 7.0, 5.0, 3.0]);
/// let data = RecurrentEvents::new(&ids, &start, &stop, &[true, true, false, false, false])?;
/// let mean = MeanCumulative::new().fit(&data)?;
/// assert!((mean.at(4.0).value()? - (1.0 / 3.0 + 1.0 / 2.0)).abs() < 1e-15);
///
/// // The second subject dies at 5, the third at 3: with death, fewer are left to have events.
/// let mean = MeanCumulative::new().fit(&data.with_terminal(&[false, false, false, true, true])?)?;
/// assert!((mean.at(4.0).value()? - (1.0 / 3.0 + 2.0 / 3.0 / 2.0)).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Nelson (1988), J Qual Technol 20:24. Lawless & Nadeau (1995), Technometrics 37:158. With a terminal event: Cook & Lawless
/// (1997), Stat Med 16:911; Ghosh & Lin (2000), Biometrics 56:554.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct MeanCumulative {
    variance: MeanVariance,
}

impl MeanCumulative {
    /// The estimate with the robust variance.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the variance is estimated.
    pub fn variance(self, variance: MeanVariance) -> Self {
        Self { variance }
    }

    /// The mean function over all subjects.
    ///
    /// # Errors
    /// [`Error::Empty`] where no row has a weight above 0; [`Error::Unsupported`] for the Poisson variance with a terminal
    /// event, sampling weights or clusters.
    pub fn fit(&self, data: &RecurrentEvents) -> Result<MeanFunction> {
        Ok(self.by(data, (1, |_| 0))?.remove(0))
    }

    /// One mean function per group of rows, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] where a group has no rows; those of [`fit`](Self::fit).
    pub fn by_group(&self, data: &RecurrentEvents, groups: &Groups) -> Result<Vec<MeanFunction>> {
        data.check_len("groups", groups.len())?;
        self.by(data, (groups.count(), |i| groups.codes()[i] as usize))
    }

    /// The mean function of each group: how many there are, and which a row is in.
    fn by(
        self,
        data: &RecurrentEvents,
        (count, group): (usize, impl Fn(usize) -> usize + Copy),
    ) -> Result<Vec<MeanFunction>> {
        if self.variance == MeanVariance::Poisson {
            check_poisson(data)?;
        }
        let subjects = data.subjects_by(count, group);
        let flows = data.spells((count, group)).into_iter().zip(subjects);
        flows.map(|(spells, subjects)| self.of_spells(data, spells, subjects)).collect()
    }

    fn of_spells(self, data: &RecurrentEvents, spells: Vec<Spell>, subjects: usize) -> Result<MeanFunction> {
        let flow = flow_of(spells)?;
        // A unit of survival, and no events yet.
        let initial = [1.0, 0.0];
        let path = flow.path(&initial);
        let variance = match self.variance {
            MeanVariance::Robust => {
                let mut variance = flow.jackknife(&initial, &std::collections::HashMap::new(), &path).1;
                // Where nobody moves the mean (one subject alone), running sums leave rounding: an error below 3e-8 of it.
                let both = variance.iter_mut().zip(&path);
                both.filter(|(v, p)| **v < 1e-15 * **p * **p).for_each(|(v, _)| *v = 0.0);
                variance
            }
            MeanVariance::Poisson => flow.increments(&initial, &path, false),
        };
        Ok(MeanFunction::of_flow(&flow, &path, &variance, (self.variance, subjects, data.terminal.is_some())))
    }
}

fn check_poisson(data: &RecurrentEvents) -> Result<()> {
    let with = if data.terminal.is_some() {
        "a terminal event"
    } else if data.is_robust() {
        "sampling weights or clusters"
    } else {
        return Ok(());
    };
    let why =
        "it takes events for independent of each other; use the robust variance (`MeanVariance::Robust`)";
    Err(Error::Unsupported { method: "the Poisson variance of a mean function", with, why })
}

/// The mean function as a linear system of two components: S moves at terminal events, and an event adds `S dN/Y` to m.
fn flow_of(spells: Vec<Spell>) -> Result<Flow> {
    if spells.is_empty() {
        return Err(Error::Empty { argument: "the rows at risk" });
    }
    let kinds = vec![Kind { from: 0, effect: vec![0.0, 1.0] }, Kind { from: 0, effect: vec![-1.0, 0.0] }];
    Ok(Flow::new(2, kinds, spells))
}
