//! The probability of the event where something else can come first.

use std::fmt;

use crate::error::Result;
use crate::survival::curve::AalenJohansen;
use crate::survival::curve::aalen_johansen::variance::IncidenceVariance;
use crate::survival::data::competing::CompetingRisks;
use crate::trial::{Analysis, Label, Outcome, Time};

/// The probability that the event has happened by a time, where competing events can prevent it.
///
/// Aalen & Johansen's (1978) estimate: `F(t) = Σ_{tᵢ ≤ t} S(tᵢ−) dᵢ/nᵢ` over the times of events and competing events,
/// where `S` is the probability of being free of both and `dᵢ` counts events alone. One minus Kaplan-Meier with
/// competing events censored is larger, and the probability of nothing that can happen. The standard error is
/// Greenwood's for several causes (Andersen et al. 1993, IV.4.1.3); without censoring it is the binomial one.
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based
/// on Counting Processes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Incidence {
    value: f64,
    std_error: f64,
    at_risk: usize,
}

impl Incidence {
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

    /// How many are at risk just before the time.
    #[must_use]
    pub fn at_risk(&self) -> usize {
        self.at_risk
    }
}

/// `23.4% ± 4.1%`.
impl fmt::Display for Incidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        write!(f, "{:.decimals$}% ± {:.decimals$}%", 100.0 * self.value, 100.0 * self.std_error)
    }
}

/// The names of the two causes.
const EVENT: &str = "event";
const COMPETING: &str = "competing event";

impl<A: Label, E: Label> Analysis<A, E> {
    /// The probability that the event has happened in an arm by a time, whatever competes with it. Without
    /// competing events it is one minus [`survival`](Self::survival). Times that differ by rounding error are one time.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`](crate::Error::UnknownLabel).
    pub fn incidence(&self, arm: A, t: Time) -> Result<Incidence> {
        self.check_arm(arm)?;
        let own = || self.records().iter().filter(|r| r.arm == arm);
        let time: Vec<f64> = own().map(|r| r.time.in_days()).collect();
        let outcome: Vec<Option<&str>> = own()
            .map(|r| match r.outcome {
                Outcome::Event(_) => Some(EVENT),
                Outcome::Competing(_) => Some(COMPETING),
                Outcome::Censored(_) => None,
            })
            .collect();
        let data = CompetingRisks::with_causes(&time, &outcome, &[EVENT, COMPETING])?;
        let fit = AalenJohansen::new().variance(IncidenceVariance::Delta).fit(&data)?;
        let found = fit.of(EVENT)?.at(t.in_days());
        let at_risk = own().filter(|r| r.time >= t).count();
        Ok(Incidence { value: found.value(), std_error: found.std_error().unwrap_or(0.0), at_risk })
    }
}
