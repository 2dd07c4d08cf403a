//! The product-limit baseline of Kalbfleisch & Prentice (1973, Biometrika 60:267).
//!
//! At an event time the baseline survival falls by the factor α that maximises the likelihood of a discrete hazard:
//! `Σ_{events} w r / (1 − α^r) = Σ_{at risk} w r`, r the relative risk. One event alone gives
//! `α = (1 − w r/Σ w r)^{1/r}`; several need a root, which lies between what the smallest and the largest of their
//! risks would give alone.

use crate::numeric::root;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};

/// `−log α` at an event time, for a risk of `exp(shift)`; infinite where nobody is left at risk.
pub(super) fn log_factor(
    rows: &Rows,
    workspace: &Workspace,
    stratum: &Stratum,
    tie: &Tie,
    step: HazardStep,
) -> f64 {
    let events = tie.start..tie.events_end;
    let failing: f64 = workspace.risk[events.clone()].iter().sum();
    let mut left = step.at_risk - failing;
    // A difference of like numbers is recomputed, from those who are left.
    if left <= 1e-4 * step.at_risk {
        left = stratum.at_risk(tie).skip_while(|i| *i < tie.events_end).map(|i| workspace.risk[i]).sum();
    }
    if !(left > 0.0) {
        return f64::INFINITY;
    }
    // log α^r, were one risk alone to fail.
    let share = failing / (left + failing);
    let log = if share < 0.5 { (-share).ln_1p() } else { (left / (left + failing)).ln() };
    let relative = |i: usize| (workspace.risk[i] / rows.weight[i]).max(1e-300);
    let (smallest, largest) = events
        .clone()
        .map(relative)
        .fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
    let (low, high) = (-log / largest, -log / smallest);
    if !(high > low) {
        return low;
    }
    root::find(low, high, |theta| {
        let share = |i: usize| rows.weight[i] * relative(i) / -(-relative(i) * theta).exp_m1();
        events.clone().map(share).sum::<f64>() - (left + failing)
    })
}
