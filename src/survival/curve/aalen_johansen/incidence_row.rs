//! What is known at one time of the incidences of all causes.

#[cfg(feature = "serde")]
use crate::error::{Result, check_len};
use crate::survival::curve::aalen_johansen::incidence_curve::IncidenceEstimate;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::risk_table::table::Row;

/// A time at which somebody's observation ended, and the estimates from it on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidenceRow {
    pub(super) row: Row,
    pub(super) events: Vec<f64>,
    pub(super) event_free: f64,
    pub(super) event_free_std_error: Option<f64>,
    pub(super) incidence: Vec<IncidenceEstimate>,
}

#[cfg(feature = "serde")]
checked_when_read!(IncidenceRow { row: Row, events: Vec<f64>, event_free: f64, event_free_std_error: Option<f64>, incidence: Vec<IncidenceEstimate> });

#[cfg(feature = "serde")]
impl IncidenceRow {
    fn check(&self) -> Result<()> {
        check_len("incidence", self.incidence.len(), "events", self.events.len())?;
        self.events.iter().try_for_each(|&d| stored::size("events", d))?;
        stored::probability("event_free", self.event_free)?;
        stored::size("event_free_std_error", self.event_free_std_error.unwrap_or(0.0))
    }
}

impl IncidenceRow {
    /// Who was at risk, had an event of any cause and was censored at the time.
    #[must_use]
    pub fn row(&self) -> Row {
        self.row
    }

    /// Events of each cause.
    #[must_use]
    pub fn events(&self) -> &[f64] {
        &self.events
    }

    /// The probability of being free of every cause.
    #[must_use]
    pub fn event_free(&self) -> f64 {
        self.event_free
    }

    /// Its standard error; `None` where the probability is 0 or 1, which is no certainty, and without a variance.
    #[must_use]
    pub fn event_free_std_error(&self) -> Option<f64> {
        self.event_free_std_error
    }

    /// The incidence of each cause.
    #[must_use]
    pub fn incidence(&self) -> &[IncidenceEstimate] {
        &self.incidence
    }
}
