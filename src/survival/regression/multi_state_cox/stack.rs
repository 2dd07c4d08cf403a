//! The rows of one Cox model: each row of the histories once for every transition out of its state.

use ndarray::{Array2, CowArray};

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;
use crate::survival::regression::multi_state_cox::plan::Plan;
use crate::survival::regression::recipe::Recipe;

/// What the Cox engine is given: strata are baselines, and clusters those of the histories, if any.
pub(super) struct Stacked {
    pub data: RightCensored<'static>,
    /// Of each row.
    pub subjects: Vec<u32>,
    pub design: Design<'static>,
}

pub(super) fn stack(plan: &Plan, data: &Histories, design: &Design) -> Result<Stacked> {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for (t, transition) in plan.transitions.iter().enumerate() {
        rows.extend((0..data.len()).filter(|&i| data.from[i] == transition.from).map(|i| (t, i)));
    }
    let x = design.matrix();
    let mut z = Array2::zeros((rows.len(), plan.names.len()));
    for (mut z, &(t, i)) in z.rows_mut().into_iter().zip(&rows) {
        let transition = &plan.transitions[t];
        for (column, k) in transition.coefficients.iter().enumerate() {
            if let Some(k) = k {
                z[*k] = x[(i, column)];
            }
        }
        if let Some(k) = transition.ratio {
            z[k] = 1.0;
        }
    }
    let time: Vec<f64> = rows.iter().map(|&(_, i)| data.stop[i]).collect();
    let event: Vec<bool> = rows.iter().map(|&(t, i)| data.to[i] == plan.transitions[t].to + 1).collect();
    let codes: Vec<usize> = rows.iter().map(|&(t, _)| plan.transitions[t].baseline).collect();
    let subjects: Vec<u32> = rows.iter().map(|&(_, i)| data.ids.codes()[i]).collect();
    // The times of the histories were judged together.
    let mut stacked = RightCensored::new(time, event)?
        .with_near_ties(NearTies::Exact)?
        .with_strata(Groups::from_codes(&codes, &plan.baselines)?)?;
    if let Some(clusters) = &data.clusters {
        stacked = stacked.with_clusters(&rows.iter().map(|&(_, i)| clusters[i]).collect::<Vec<_>>())?;
    }
    if data.start.iter().any(|&s| s > 0.0) {
        stacked = stacked.with_entry(rows.iter().map(|&(_, i)| data.start[i]).collect::<Vec<_>>())?;
    }
    if let Some(weights) = &data.weights {
        let w: Vec<f64> = rows.iter().map(|&(_, i)| weights.values()[i]).collect();
        stacked = stacked.with_weights(match weights {
            Weights::Replication(_) => Weights::replication(w),
            Weights::Sampling(_) => Weights::sampling(w),
        })?;
    }
    let design = Design::checked(Recipe::numeric(&plan.names)?, CowArray::from(z))?;
    Ok(Stacked { data: stacked, subjects, design })
}

/// The shares of the states among those at risk at the first transition.
pub(super) fn initial(data: &Histories) -> Vec<f64> {
    let with_event =
        (0..data.len()).filter(|&i| data.to[i] > 0 && data.weight(i) > 0.0).map(|i| data.stop[i]);
    let first = with_event.fold(f64::INFINITY, f64::min);
    let mut shares = vec![0.0; data.states.len()];
    for i in (0..data.len()).filter(|&i| data.start[i] < first && first <= data.stop[i]) {
        shares[data.from[i] as usize] += data.weight(i);
    }
    let all: f64 = shares.iter().sum();
    shares.iter().map(|w| w / all).collect()
}
