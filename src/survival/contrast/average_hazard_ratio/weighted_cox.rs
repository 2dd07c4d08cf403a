//! The average by weighted Cox regression (Schemper, Wakounig & Heinze).

use crate::error::NotEstimable;
use crate::numeric::root;
use crate::survival::contrast::average_hazard_ratio::influence::Responses;
use crate::survival::contrast::average_hazard_ratio::options::AverageMethod;
use crate::survival::contrast::average_hazard_ratio::pairs::{EventRow, Stratum, survival_before};

/// The logarithm of a ratio beyond which there is none.
const FAR: f64 = 60.0;

/// `b` with `Σ w (d₁ − d p) = 0`, `p = θn₁/(θn₁ + n₀)`, `θ = eᵇ`, over all strata, and how it responds to the rows: their score,
/// over the information `Σ w d p(1 − p)`, the weights of the times held.
pub(super) fn average(
    strata: &[Stratum],
    method: AverageMethod,
) -> Result<(f64, Vec<Responses>), NotEstimable> {
    let weighted: Vec<(Vec<f64>, &[EventRow])> =
        strata.iter().map(|s| (weights(s, method), &*s.rows)).collect();
    let terms = || weighted.iter().flat_map(|(w, rows)| w.iter().zip(*rows)).filter(|(w, _)| **w > 0.0);
    let sum = |g: usize| terms().map(|(w, row)| w * row.events[g]).sum::<f64>();
    let log_ratio = match [sum(0), sum(1)] {
        [0.0, 0.0] => return Err(NotEstimable::NothingCompared),
        [0.0, _] => f64::NEG_INFINITY,
        [_, 0.0] => f64::INFINITY,
        _ => root::find(-FAR, FAR, |b| {
            terms().map(|(w, row)| w * (row.events[0] * others(row, b) - row.events[1] * share(row, b))).sum()
        }),
    };
    if log_ratio.is_infinite() {
        return Ok((log_ratio, Vec::new()));
    }
    let b = log_ratio;
    let information: f64 =
        terms().map(|(w, row)| w * row.total_events() * share(row, b) * others(row, b)).sum();
    let responses = |(weights, rows): &(Vec<f64>, &[EventRow])| {
        let of = |at: &dyn Fn(f64, &EventRow) -> f64| -> Vec<f64> {
            let each = weights.iter().zip(*rows);
            each.map(|(&w, row)| if w > 0.0 { w * at(b, row) / information } else { 0.0 }).collect()
        };
        // Where one hazard of both is d/(θn₁ + n₀), that of the first group is θ times as high.
        let hazard =
            |b: f64, row: &EventRow| row.total_events() / (b.exp() * row.at_risk[0] + row.at_risk[1]);
        Responses {
            times: rows.iter().map(|row| row.time).collect(),
            event: [of(&|b, row| others(row, b)), of(&|b, row| -share(row, b))],
            at_risk: [
                of(&|b, row| b.exp() * hazard(b, row) * others(row, b)),
                of(&|b, row| -hazard(b, row) * share(row, b)),
            ],
        }
    };
    Ok((b, weighted.iter().map(responses).collect()))
}

/// The first group's share of the hazard.
fn share(row: &EventRow, b: f64) -> f64 {
    (1.0 + row.at_risk[1] / (b.exp() * row.at_risk[0])).recip()
}

/// The reference's.
fn others(row: &EventRow, b: f64) -> f64 {
    (1.0 + b.exp() * row.at_risk[0] / row.at_risk[1]).recip()
}

/// The weights of the event times of a stratum; 0 where one group alone is at risk.
///
/// All who are at risk at t have neither had the event nor been censored (nor yet to enter): `n(t)/n = S(t) G(t)`, exactly so for the
/// Kaplan-Meier estimates, events first. So `S/G` is `n S²/n(t)` and `1/G` is `n S/n(t)`, and late entries, which shrink n(t) as
/// censoring does, are made good by the same division.
fn weights(Stratum { rows, subjects, .. }: &Stratum, method: AverageMethod) -> Vec<f64> {
    let survival = survival_before(rows, None);
    let weight = |(row, s): (&EventRow, f64)| {
        let of_events = if method == AverageMethod::RegressionEffect { s } else { s * s };
        if row.is_compared() { of_events * subjects / row.total_at_risk() } else { 0.0 }
    };
    rows.iter().zip(survival).map(weight).collect()
}
