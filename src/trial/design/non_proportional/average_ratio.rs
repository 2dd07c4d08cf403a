//! The average hazard ratio, and the information on it.

use crate::error::{Error, Result};
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::non_proportional::at_risk::AtRisk;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// Of the logarithm of the average hazard ratio, per subject.
pub(super) struct AverageRatio {
    /// `Σ D ln(h₁/h₀) / Σ D` over the expected events (Kalbfleisch & Prentice 1981; Schemper, Wakounig & Heinze 2009).
    pub(super) log: f64,
    /// Information under no effect: `q (1 − q) D` with the allocated shares.
    pub(super) null: f64,
    /// Information of a model with one ratio for each piece: `Σ 1/(1/D₁ + 1/D₀)`.
    pub(super) own: f64,
}

impl AverageRatio {
    pub(super) fn new(assumed: &StratifiedAssumptions, time: f64) -> Result<Self> {
        let (mut log, mut events, mut null, mut own) = (0.0, 0.0, 0.0, 0.0);
        for (_, stratum) in assumed.strata() {
            let fraction = stratum.accrual().subjects() / assumed.subjects();
            let share = stratum.share();
            for (ratio, [experimental, control]) in pieces(stratum, time) {
                let both = experimental + control;
                if both == 0.0 {
                    continue;
                }
                if !(ratio > 0.0 && ratio.is_finite()) {
                    return Err(Error::OutOfRange {
                        argument: "the hazard ratio of a piece",
                        value: ratio,
                        must_be: "above 0 and finite where events happen; where an arm has no hazard, plan with a \
                                  weighted log-rank test",
                    });
                }
                log += fraction * both * ratio.ln();
                events += fraction * both;
                null += fraction * both * share * (1.0 - share);
                own += fraction * experimental * control / both;
            }
        }
        Ok(Self { log: log / events, null, own })
    }
}

/// The ratio and the expected events, per subject, between the breaks of the two hazards.
fn pieces(assumed: &Assumptions, time: f64) -> Vec<(f64, [f64; 2])> {
    let [experimental, control] = assumed.hazards();
    let mut starts: Vec<f64> = [experimental.breaks(), control.breaks()].concat();
    starts.push(0.0);
    starts.retain(|s| *s < time);
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    let at_risk = AtRisk::new(assumed, time, time, &[]);
    let nodes = at_risk.panels.nodes();
    let piece = |(k, &start): (usize, &f64)| {
        let end = starts.get(k + 1).copied().unwrap_or(f64::INFINITY);
        let of = |arm: usize| {
            let event = |i: usize| {
                let inside = nodes[i] > start && nodes[i] < end;
                if inside { at_risk.arm(arm, i) * at_risk.hazards[arm][i] } else { 0.0 }
            };
            at_risk.panels.integral((0..nodes.len()).map(event))
        };
        (experimental.rate(start) / control.rate(start), [of(0), of(1)])
    };
    starts.iter().enumerate().map(piece).collect()
}
