//! Restricted mean time in each state, and the influence of each subject on it and on the probabilities at a time.

use crate::error::{Error, NotEstimable, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::multi_state::occupation::{Occupation, Start};
use crate::survival::multi_state::occupation_estimate::OccupationEstimate;
use crate::survival::multi_state::transitions::check_groups;
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The mean time spent in one state until a horizon: the area under its probability.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TimeInState {
    state: String,
    tau: f64,
    value: f64,
    std_error: std::result::Result<f64, NotEstimable>,
}

#[cfg(feature = "serde")]
checked_when_read!(TimeInState { state: String, tau: f64, value: f64, std_error: std::result::Result<f64, NotEstimable> });

#[cfg(feature = "serde")]
impl TimeInState {
    fn check(&self) -> Result<()> {
        stored::size("tau", self.tau)?;
        stored::size("a mean time", self.value)?;
        match self.std_error {
            Ok(se) if se > 0.0 => stored::size("a standard error", se),
            Ok(value) => {
                Err(Error::OutOfRange { argument: "a standard error", value, must_be: "above 0, or none" })
            }
            Err(_) => Ok(()),
        }
    }
}

impl TimeInState {
    /// The state.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The horizon.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The mean time until the horizon.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error, by the infinitesimal jackknife: above 0.
    ///
    /// # Errors
    /// [`NotEstimable`]: nobody was in the state until the horizon, or all were all the time, which is no certainty; the
    /// influences cancel.
    pub fn std_error(&self) -> std::result::Result<f64, NotEstimable> {
        self.std_error
    }

    /// The estimate with interval and test, within 0 and the horizon.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        Estimate::with_error(Scale::Identity, self.value, self.std_error).within(0.0, self.tau)
    }
}

impl Occupation {
    /// The restricted mean time in each state from the start to `tau`, `∫ p(t) dt`, with jackknife standard errors. For
    /// a state of a hospital or a treatment it is the expected length of stay until `tau`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is before the start or beyond the last observation, and those of
    /// [`fit`](Self::fit).
    ///
    /// # References
    /// Beyersmann & Putter (2014), in Handbook of Survival Analysis. Andersen (2013), Stat Med 32:5278.
    pub fn time_in_state(&self, data: &Histories, tau: f64) -> Result<Vec<TimeInState>> {
        Ok(self.sojourns(data, tau, (1, |_| 0))?.remove(0))
    }

    /// The same by group of rows, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], and those of [`time_in_state`](Self::time_in_state).
    pub fn time_in_state_by_group(
        &self,
        data: &Histories,
        groups: &Groups,
        tau: f64,
    ) -> Result<Vec<Vec<TimeInState>>> {
        check_groups(data, groups)?;
        self.sojourns(data, tau, (groups.count(), |i| groups.codes()[i] as usize))
    }

    fn sojourns(
        &self,
        data: &Histories,
        tau: f64,
        groups: (usize, impl Fn(usize) -> usize),
    ) -> Result<Vec<Vec<TimeInState>>> {
        self.starts(data, groups)?.into_iter().map(|start| sojourn(data, tau, start)).collect()
    }
}

fn sojourn(data: &Histories, tau: f64, start: Start) -> Result<Vec<TimeInState>> {
    let Start { flow, time, initial, influence } = start;
    let last = flow.times.last().copied().unwrap_or(0.0);
    if !(tau > time && tau <= last) {
        let must_be = "after the start and at most the last time under observation";
        return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
    }
    let (values, influences) = flow.functional((time, tau, true), &initial, &influence);
    // In a unit of which the square is a number.
    let unit = if tau > 1e140 { tau } else { 1.0 };
    let time_in = |(h, &value): (usize, &f64)| {
        let squares = influences.iter().map(|(u, count)| count * (u[h] / unit) * (u[h] / unit));
        let std_error = unit * squares.sum::<f64>().sqrt();
        // The same reasons as those of the mean probability.
        let share = OccupationEstimate::new(value / (tau - time), std_error / (tau - time));
        let std_error = share.std_error().map(|_| std_error);
        TimeInState { state: data.states[h].clone(), tau, value, std_error }
    };
    Ok(values.iter().enumerate().map(time_in).collect())
}
