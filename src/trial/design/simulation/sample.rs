//! One trial as it is known when the data are cut.

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

/// When the data are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cutoff {
    /// At this number of events; at the end of all follow-up where there are never so many.
    Events(usize),
    /// At this calendar time.
    Time(f64),
}

/// One trial as it is known at a data cutoff.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    pub(super) time: Vec<f64>,
    pub(super) event: Vec<bool>,
    pub(super) experimental: Vec<bool>,
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

    /// The data and the arms, the control arm first, for every estimator and test of the crate.
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
}
