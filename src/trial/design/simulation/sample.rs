//! One trial as it is known when the data are cut.

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

/// When the data are cut.
///
/// # Example
/// ```
/// use greenwood::trial::design::simulation::{Cutoff, Simulation};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let control = Hazard::median(12.0)?;
/// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(252.0, 24.0)?);
/// let simulation = Simulation::new(assumed);
/// assert_eq!(simulation.clone().cutoff(Cutoff::Events(100)).sample(0)?.events(), 100);
/// assert_eq!(simulation.cutoff(Cutoff::Time(18.0)).sample(0)?.cutoff(), 18.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Cutoff {
    /// At this number of events; at the end of all follow-up where there are never so many.
    Events(usize),
    /// At this calendar time.
    Time(f64),
    /// At this number of events, but at this calendar time at the latest.
    EventsUntil(usize, f64),
    /// At this number of events, but not before this calendar time.
    EventsFrom(usize, f64),
}

impl Cutoff {
    /// The number of events and the calendar time in it.
    pub(super) fn parts(self) -> (Option<usize>, Option<f64>) {
        match self {
            Self::Events(d) => (Some(d), None),
            Self::Time(t) => (None, Some(t)),
            Self::EventsUntil(d, t) | Self::EventsFrom(d, t) => (Some(d), Some(t)),
        }
    }
}

/// One trial as it is known at a data cutoff: those who have entered, in no order that means anything.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sample {
    pub(super) time: Vec<f64>,
    pub(super) event: Vec<bool>,
    pub(super) experimental: Vec<bool>,
    pub(super) entry: Vec<f64>,
    /// Empty where there is one stratum.
    pub(super) stratum: Vec<u32>,
    pub(super) strata: Vec<String>,
    pub(super) cutoff: f64,
}

impl Sample {
    /// The time under observation of each subject.
    #[must_use]
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Did it end in the event?
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Is the subject in the experimental arm?
    #[must_use]
    pub fn experimental(&self) -> &[bool] {
        &self.experimental
    }

    /// The calendar time at which each subject entered.
    #[must_use]
    pub fn entry(&self) -> &[f64] {
        &self.entry
    }

    /// The place of each subject's stratum among [`strata`](Self::strata); empty where there is one stratum.
    #[must_use]
    pub fn stratum(&self) -> &[u32] {
        &self.stratum
    }

    /// The names of the strata; empty where there is one.
    #[must_use]
    pub fn strata(&self) -> &[String] {
        &self.strata
    }

    /// The calendar time of the cutoff.
    #[must_use]
    pub fn cutoff(&self) -> f64 {
        self.cutoff
    }

    /// The number of events.
    #[must_use]
    pub fn events(&self) -> usize {
        self.event.iter().filter(|&&e| e).count()
    }

    /// The data and the arms, the control arm first, for every estimator and test of the crate. Strata are left out.
    ///
    /// # Errors
    /// Those of [`RightCensored::new`].
    pub fn data(&self) -> Result<(RightCensored<'_>, Groups)> {
        let codes: Vec<usize> = self.experimental.iter().map(|&e| usize::from(e)).collect();
        Ok((
            RightCensored::new(&self.time, &self.event)?,
            Groups::from_codes(&codes, &["control", "experimental"])?,
        ))
    }

    /// The same with the strata as part of the data: every test and model then compares within them.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub fn stratified_data(&self) -> Result<(RightCensored<'_>, Groups)> {
        let (data, arms) = self.data()?;
        if self.stratum.is_empty() {
            return Ok((data, arms));
        }
        let codes: Vec<usize> = self.stratum.iter().map(|&s| s as usize).collect();
        Ok((data.with_strata(Groups::from_codes(&codes, &self.strata)?)?, arms))
    }
}
