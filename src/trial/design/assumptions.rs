//! What is assumed of a trial to come: who enters when, who has the event when, who leaves.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::Result;
use crate::print::Number;
use crate::trial::design::accrual::Accrual;
use crate::trial::design::checks;
use crate::trial::design::hazard::Hazard;

/// Two arms, how subjects enter them, and how they leave. Printed, it is a paragraph for a protocol.
///
/// # Example
/// ```
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let control = Hazard::median(12.0)?;
/// let assumed = Assumptions::new(control.times(0.7), control, Accrual::uniform(400.0, 24.0)?).allocation(2.0)?;
/// let by_arm = assumed.expected_events(36.0);
/// assert!(by_arm[0] > by_arm[1] && by_arm.iter().sum::<f64>() < 400.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Assumptions {
    experimental: Hazard,
    control: Hazard,
    dropout: [Hazard; 2],
    competing: [Hazard; 2],
    /// Dropout and competing events together: all that ends a follow-up without the event.
    leaving: [Hazard; 2],
    accrual: Accrual,
    ratio: f64,
}

/// Assumptions as they were written: checked before they are some.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    experimental: Hazard,
    control: Hazard,
    dropout: [Hazard; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    competing: Option<[Hazard; 2]>,
    accrual: Accrual,
    ratio: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Assumptions {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let [experimental, control] = raw.dropout;
        let read = Self::new(raw.experimental, raw.control, raw.accrual).allocation(raw.ratio)?;
        let read = read.dropout(experimental, control);
        Ok(match raw.competing {
            Some([experimental, control]) => read.competing(experimental, control),
            None => read,
        })
    }
}

#[cfg(feature = "serde")]
impl From<Assumptions> for Raw {
    fn from(assumed: Assumptions) -> Self {
        Self {
            competing: assumed.has_competing_events().then_some(assumed.competing),
            experimental: assumed.experimental,
            control: assumed.control,
            dropout: assumed.dropout,
            accrual: assumed.accrual,
            ratio: assumed.ratio,
        }
    }
}

impl Assumptions {
    /// The hazards of the experimental and the control arm and the accrual of both together; 1:1, nobody drops out.
    #[must_use]
    pub fn new(experimental: Hazard, control: Hazard, accrual: Accrual) -> Self {
        let none = || [Hazard::none(), Hazard::none()];
        Self {
            experimental,
            control,
            dropout: none(),
            competing: none(),
            leaving: none(),
            accrual,
            ratio: 1.0,
        }
    }

    /// So many subjects in the experimental arm for each one in the control arm.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a ratio that is not above 0.
    pub fn allocation(self, ratio: f64) -> Result<Self> {
        checks::allocation("ratio", ratio)?;
        Ok(Self { ratio, ..self })
    }

    /// The hazards of dropping out.
    #[must_use]
    pub fn dropout(self, experimental: Hazard, control: Hazard) -> Self {
        Self { dropout: [experimental, control], ..self }.with_leaving()
    }

    /// The cause-specific hazards of events after which the event in question cannot happen any more: death of another cause,
    /// say. Expected events are then those that come first; tests of hazards are tests of the cause-specific hazard.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
    ///
    /// let relapse = Hazard::constant(0.04)?;
    /// let alone = Assumptions::new(relapse.times(0.7), relapse, Accrual::uniform(300.0, 12.0)?);
    /// let death = Hazard::constant(0.02)?;
    /// let beside = alone.clone().competing(death.clone(), death);
    /// assert!(beside.expected_events(36.0)[1] < alone.expected_events(36.0)[1]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn competing(self, experimental: Hazard, control: Hazard) -> Self {
        Self { competing: [experimental, control], ..self }.with_leaving()
    }

    fn with_leaving(self) -> Self {
        let leaving = std::array::from_fn(|j| self.dropout[j].plus(&self.competing[j]));
        Self { leaving, ..self }
    }

    /// The accrual.
    #[must_use]
    pub fn accrual(&self) -> &Accrual {
        &self.accrual
    }

    /// The same with so many subjects in all.
    #[must_use]
    pub fn with_subjects(&self, subjects: f64) -> Self {
        Self { accrual: self.accrual.with_subjects(subjects), ..self.clone() }
    }

    /// The hazards of the event: experimental, control.
    #[must_use]
    pub fn hazards(&self) -> [&Hazard; 2] {
        [&self.experimental, &self.control]
    }

    /// The hazards of dropping out: experimental, control.
    #[must_use]
    pub fn dropout_hazards(&self) -> [&Hazard; 2] {
        [&self.dropout[0], &self.dropout[1]]
    }

    /// The hazards of competing events: experimental, control.
    #[must_use]
    pub fn competing_hazards(&self) -> [&Hazard; 2] {
        [&self.competing[0], &self.competing[1]]
    }

    /// Does a competing event have a hazard?
    #[must_use]
    pub fn has_competing_events(&self) -> bool {
        self.competing.iter().any(|h| !h.is_none())
    }

    /// The hazards of all that ends a follow-up without the event, dropping out and competing events together: experimental,
    /// control.
    #[must_use]
    pub fn leaving_hazards(&self) -> [&Hazard; 2] {
        [&self.leaving[0], &self.leaving[1]]
    }

    /// Experimental subjects for each control subject.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// The experimental arm's share of subjects.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.ratio / (1.0 + self.ratio)
    }

    /// Expected events by calendar time `t` in the experimental and the control arm.
    ///
    /// `∫ a(s) ∫₀^{t − s} λ(v) exp(−Λ(v) − H(v)) dv ds`, with `a` the accrual rate of the arm, `λ` the hazard of the event and
    /// `H` the cumulative hazard of dropping out and of competing events; in closed form over the pieces.
    #[must_use]
    pub fn expected_events(&self, t: f64) -> [f64; 2] {
        let of = |hazard: &Hazard, dropout: &Hazard| self.accrual.expected_events(t, hazard, dropout);
        let share = self.share();
        [
            share * of(&self.experimental, &self.leaving[0]),
            (1.0 - share) * of(&self.control, &self.leaving[1]),
        ]
    }

    /// The probability that a subject of each arm has an observed event by calendar time `t`, per subject of the final accrual.
    #[must_use]
    pub fn event_probabilities(&self, t: f64) -> [f64; 2] {
        let (events, subjects, share) = (self.expected_events(t), self.accrual.subjects(), self.share());
        [events[0] / (share * subjects), events[1] / ((1.0 - share) * subjects)]
    }

    /// The calendar time at which so many events are expected. Returns `None` if that is never.
    #[must_use]
    pub fn time_of_events(&self, events: f64) -> Option<f64> {
        let total = |t: f64| self.expected_events(t).iter().sum::<f64>();
        if !(events >= 0.0) {
            return None;
        }
        let mut high = self.accrual.duration().max(1e-6);
        let mut doublings = 0;
        while total(high) < events {
            high *= 2.0;
            doublings += 1;
            if doublings > 60 {
                return None;
            }
        }
        // The number of events grows without a break, so halving finds the time.
        let mut low = 0.0;
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if total(middle) < events { low = middle } else { high = middle }
        }
        Some(high)
    }
}

/// A paragraph for a protocol.
impl fmt::Display for Assumptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}:1. The hazard of the event is {} in the experimental and {} in the control arm",
            self.accrual,
            Number(self.ratio),
            self.experimental,
            self.control
        )?;
        for (what, hazards) in [("competing events", &self.competing), ("dropping out", &self.dropout)] {
            if hazards.iter().all(Hazard::is_none) {
                continue;
            }
            if hazards[0] == hazards[1] {
                write!(f, ", that of {what} {} in both", hazards[0])?;
            } else {
                write!(f, ", that of {what} {} and {}", hazards[0], hazards[1])?;
            }
        }
        write!(f, ".")
    }
}
