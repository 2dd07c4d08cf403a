//! What is assumed of a trial to come: who enters when, who has the event when, who leaves.

use crate::error::{Error, Result};
use crate::trial::design::accrual::Accrual;
use crate::trial::design::hazard::Hazard;

/// Two arms, how subjects enter them, and how they leave.
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
pub struct Assumptions {
    experimental: Hazard,
    control: Hazard,
    dropout: [Hazard; 2],
    accrual: Accrual,
    ratio: f64,
}

impl Assumptions {
    /// The hazards of the experimental and the control arm and the accrual of both together; 1:1, nobody drops out.
    #[must_use]
    pub fn new(experimental: Hazard, control: Hazard, accrual: Accrual) -> Self {
        let none = Hazard { breaks: Vec::new(), rates: vec![0.0] };
        Self { experimental, control, dropout: [none.clone(), none], accrual, ratio: 1.0 }
    }

    /// So many subjects in the experimental arm for each one in the control arm.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a ratio that is not above 0.
    pub fn allocation(self, ratio: f64) -> Result<Self> {
        if !(ratio > 0.0 && ratio.is_finite()) {
            return Err(Error::OutOfRange { argument: "ratio", value: ratio, must_be: "finite and above 0" });
        }
        Ok(Self { ratio, ..self })
    }

    /// The hazards of dropping out.
    #[must_use]
    pub fn dropout(self, experimental: Hazard, control: Hazard) -> Self {
        Self { dropout: [experimental, control], ..self }
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

    /// The experimental arm's share of subjects.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.ratio / (1.0 + self.ratio)
    }

    /// Expected events by calendar time `t` in the experimental and the control arm.
    ///
    /// `∫ a(s) ∫₀^{t − s} λ(v) exp(−Λ(v) − H(v)) dv ds`, with `a` the accrual rate of the arm, `λ` the hazard of the event and
    /// `H` the cumulative hazard of dropping out; in closed form over the pieces.
    #[must_use]
    pub fn expected_events(&self, t: f64) -> [f64; 2] {
        let of = |hazard: &Hazard, dropout: &Hazard| self.accrual.expected_events(t, hazard, dropout);
        let share = self.share();
        [
            share * of(&self.experimental, &self.dropout[0]),
            (1.0 - share) * of(&self.control, &self.dropout[1]),
        ]
    }

    /// The probability that a subject of each arm has an observed event by calendar time `t`, per subject of the final accrual.
    #[must_use]
    pub fn event_probabilities(&self, t: f64) -> [f64; 2] {
        let (events, subjects, share) = (self.expected_events(t), self.accrual.subjects(), self.share());
        [events[0] / (share * subjects), events[1] / ((1.0 - share) * subjects)]
    }

    /// The calendar time at which so many events are expected; `None` where that is never.
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
