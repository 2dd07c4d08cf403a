//! The formulas that turn a hazard ratio and an error rate into events or subjects.

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::trial::design::checks;
use crate::trial::design::fixed::FixedDesign;

/// The formula that turns a hazard ratio and an error rate into a number of events.
///
/// With `h` the hazard ratio over the margin, `r` the allocation ratio, `z = z_α + z_β`, `Q` and `P` the share and the event
/// probability of an arm (E experimental, C control):
///
/// | formula | events D or subjects N |
/// |---|---|
/// | Schoenfeld | `D = z² (1 + r)² / (r ln² h)` |
/// | Freedman | `D = z² (1 + r h)² / (r (1 − h)²)` |
/// | Hsieh-Freedman | `D = z² (1 + r)² (1 + h)² / (4 r (1 − h)²)` |
/// | Lachin-Foulkes | `N = (z_α √V₀ + z_β √V₁)² / ln² h`, `V = 1/(Q_E P_E) + 1/(Q_C P_C)`, `V₀` with both hazards as under the margin, at their mean |
/// | Bernstein-Lagakos | the same, `V₀` at the control hazard |
/// | Lachin-Foulkes, difference | `N = (z_α √(φ(λ̄)(1/Q_E + 1/Q_C)) + z_β √(φ(λ_E)/Q_E + φ(λ_C)/Q_C))² / (λ_E − λ_C)²`, `φ(λ) = λ²/P(λ)`, constant hazards |
///
/// # References
/// Schoenfeld (1981), Biometrika 68:316. Freedman (1982), Stat Med 1:121. Hsieh (1992), Stat Med 11:1091. Lachin & Foulkes (1986), Biometrics 42:507. Bernstein & Lagakos
/// (1978), J Stat Comput Simul 8:65.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EventFormula {
    /// From the asymptotic variance of the log-rank test.
    #[default]
    Schoenfeld,
    /// From the expectation of the log-rank test at each event.
    Freedman,
    /// Freedman's events of equal arms, times the price of unequal ones: `(1 + r)² / (4 r)`.
    HsiehFreedman,
    /// The logarithm of the hazard ratio, with its own variance under each hypothesis.
    LachinFoulkes,
    /// The difference of exponential hazards, as in the paper's first formula.
    LachinFoulkesDifference,
    /// As Lachin and Foulkes, with the control hazard in both arms under no effect.
    BernsteinLagakos,
}

/// What a subject contributes to the variance of the log hazard ratio, and to the events.
#[derive(Clone, Copy)]
pub(super) struct PerSubject {
    /// Mean event probability of the two arms by their shares, under the effect.
    pub(super) probability: f64,
    null: f64,
    effect: f64,
}

impl FixedDesign {
    pub(super) fn per_subject(&self) -> Result<Option<PerSubject>> {
        let (Some(control), Some(accrual)) = (&self.control, &self.accrual) else { return Ok(None) };
        let total = accrual.duration() + self.followup;
        if total <= 1e-8 {
            return checks::refuse(
                "accrual and follow-up",
                0.0,
                "above 0 together: nobody would be followed",
            );
        }
        let accrual = accrual.with_subjects(1.0);
        let probability = |factor: f64, arm: usize| {
            accrual.expected_events(total, &control.times(factor), &self.dropout[arm])
        };
        let (h, margin, r) = (self.hazard_ratio, self.margin, self.ratio);
        let shares = [r / (1.0 + r), 1.0 / (1.0 + r)];
        let variance = |p: [f64; 2]| 1.0 / (shares[0] * p[0]) + 1.0 / (shares[1] * p[1]);
        let effect = [probability(h, 0), probability(1.0, 1)];
        if !(effect[0] > 0.0 && effect[1] > 0.0) {
            return checks::refuse(
                "the control hazard",
                control.rates().iter().copied().fold(0.0, f64::max),
                "above 0 within the follow-up: nobody would have an event",
            );
        }
        let mean = match self.formula {
            EventFormula::BernsteinLagakos => 1.0,
            _ => (1.0 + r * h) / (1.0 + r * margin),
        };
        let null = [probability(mean * margin, 0), probability(mean, 1)];
        let found = PerSubject {
            probability: shares[0] * effect[0] + shares[1] * effect[1],
            null: variance(null),
            effect: variance(effect),
        };
        if self.formula != EventFormula::LachinFoulkesDifference {
            return Ok(Some(found));
        }
        // Variances of the difference of hazards, brought to the scale of the other formulas: N = (…)² / ln² h.
        let [rate] = control.rates() else {
            return Err(Error::Unsupported {
                method: "the difference of hazards",
                with: "hazards that change",
                why: "it is a formula for exponential survival; take Lachin and Foulkes's logarithm of the ratio",
            });
        };
        let phi = |factor: f64, p: f64| (rate * factor).powi(2) / p;
        let scale = ((h / margin).ln() / (rate * (h - margin))).powi(2);
        let null = [phi(mean * margin, null[0]) / shares[0], phi(mean, null[1]) / shares[1]];
        let effect = [phi(h, effect[0]) / shares[0], margin.powi(2) * phi(1.0, effect[1]) / shares[1]];
        let null = [null[0], margin.powi(2) * null[1]];
        Ok(Some(PerSubject {
            null: scale * (null[0] + null[1]),
            effect: scale * (effect[0] + effect[1]),
            ..found
        }))
    }

    /// `z²` times this is the number of events, for the formulas that need nothing else.
    fn events_per_z(&self) -> f64 {
        let (h, r) = (self.hazard_ratio / self.margin, self.ratio);
        match self.formula {
            EventFormula::Freedman => (1.0 + r * h).powi(2) / (r * (1.0 - h).powi(2)),
            EventFormula::HsiehFreedman => (1.0 + r).powi(2) / (4.0 * r) * ((1.0 + h) / (1.0 - h)).powi(2),
            _ => (1.0 + r).powi(2) / (r * h.ln().powi(2)),
        }
    }

    pub(super) fn is_by_events(&self) -> bool {
        matches!(
            self.formula,
            EventFormula::Schoenfeld | EventFormula::Freedman | EventFormula::HsiehFreedman
        )
    }

    pub(super) fn events_for(&self, power: f64, per_subject: Option<PerSubject>) -> f64 {
        let z_alpha = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        let z_beta = normal_quantile(power);
        match per_subject {
            Some(p) if !self.is_by_events() => {
                let root = z_alpha * p.null.sqrt() + z_beta * p.effect.sqrt();
                p.probability * (root / (self.hazard_ratio / self.margin).ln()).powi(2)
            }
            _ => (z_alpha + z_beta).powi(2) * self.events_per_z(),
        }
    }

    pub(super) fn power_of(&self, events: f64, per_subject: Option<PerSubject>) -> f64 {
        let z_alpha = normal_quantile(1.0 - self.alpha / f64::from(self.sides));
        match per_subject {
            Some(p) if !self.is_by_events() => {
                let reach = (events / p.probability).sqrt() * (self.hazard_ratio / self.margin).ln().abs();
                normal_sf((z_alpha * p.null.sqrt() - reach) / p.effect.sqrt())
            }
            _ => normal_sf(z_alpha - (events / self.events_per_z()).sqrt()),
        }
    }
}

pub(super) fn formula_name(formula: EventFormula) -> &'static str {
    match formula {
        EventFormula::Schoenfeld => "Schoenfeld 1981",
        EventFormula::Freedman => "Freedman 1982",
        EventFormula::HsiehFreedman => "Hsieh 1992 and Freedman 1982",
        EventFormula::LachinFoulkes => "Lachin and Foulkes 1986, log hazard ratio",
        EventFormula::LachinFoulkesDifference => "Lachin and Foulkes 1986, difference of hazards",
        EventFormula::BernsteinLagakos => "Bernstein and Lagakos 1978",
    }
}
