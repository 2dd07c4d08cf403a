//! One pass over the event times: increments, their covariance, and the sums of the test.

use super::model::AdditiveModel;
use super::risk_sets::{EventSet, RiskSets};
use super::test_weight::TestWeight;
use crate::error::{Error, Result};
use crate::survival::regression::design::Design;

/// Rows times event times times columns squared that a robust variance may cost.
const WORK: f64 = 2e10;

pub(super) fn run(
    sets: &RiskSets,
    weight: TestWeight,
    design: &Design,
    strata: &[String],
) -> Result<AdditiveModel> {
    let p = sets.p;
    let triangle = p * (p + 1) / 2;
    let mut model = AdditiveModel::empty(sets, weight, design, strata);
    if sets.robust {
        check_work(sets)?;
    }
    let mut robust = sets.robust.then(|| Robust::new(sets));
    let (mut cumulative, mut covariance) = (vec![0.0; p], vec![0.0; triangle]);
    for set in &sets.times {
        let mut scaled = vec![0.0; p];
        let importance: Vec<f64> = match weight {
            TestWeight::Aalen => {
                sets.diagonal(set).iter().map(|d| if *d > 0.0 { 1.0 / d } else { 0.0 }).collect()
            }
            TestWeight::AtRisk => vec![set.at_risk; p],
        };
        for i in set.first..set.last {
            let g = sets.influence(set, i);
            for (sum, g) in scaled.iter_mut().zip(&g) {
                *sum += sets.weight[i] * g;
            }
            if robust.is_none() {
                let g = sets.unscaled(set, &g);
                outer(&mut covariance, &g, sets.weight[i]);
                let weighted: Vec<f64> = g.iter().zip(&importance).map(|(g, w)| g * w).collect();
                outer(&mut model.test_covariance, &weighted, sets.weight[i]);
            }
        }
        let increment = sets.unscaled(set, &scaled);
        for j in 0..p {
            cumulative[j] += increment[j];
            model.test_sums[j] += importance[j] * increment[j];
        }
        if let Some(robust) = &mut robust {
            robust.step(sets, set, &scaled, &importance);
            covariance = robust.covariance(&robust.influence);
        }
        model.push(set, &cumulative, &covariance);
    }
    if let Some(robust) = &robust {
        model.test_covariance = robust.covariance(&robust.test);
    }
    Ok(model)
}

fn check_work(sets: &RiskSets) -> Result<()> {
    let (n, d) = (sets.time.len(), sets.times.len());
    if (n as f64) * (d as f64) * (sets.p * sets.p) as f64 <= WORK {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "the robust variance of additive hazards at every event time",
        size: format!("{n} rows × {d} event times"),
        instead: "leave out clusters and sampling weights, or round the times",
    })
}

/// Adds `w g g'` to a lower triangle.
fn outer(triangle: &mut [f64], g: &[f64], w: f64) {
    let mut at = 0;
    for a in 0..g.len() {
        for b in 0..=a {
            triangle[at] += w * g[a] * g[b];
            at += 1;
        }
    }
}

/// Of each cluster what it has added so far to B, and to the sums of the test.
struct Robust {
    p: usize,
    influence: Vec<f64>,
    test: Vec<f64>,
}

impl Robust {
    fn new(sets: &RiskSets) -> Self {
        let zero = vec![0.0; sets.clusters * sets.p];
        Self { p: sets.p, influence: zero.clone(), test: zero }
    }

    fn step(&mut self, sets: &RiskSets, set: &EventSet, scaled: &[f64], importance: &[f64]) {
        let p = self.p;
        for i in (set.first..sets.time.len()).filter(|&i| sets.entry[i] < set.time) {
            let expected: f64 = sets.row(set, i).iter().zip(scaled).map(|(z, b)| z * b).sum();
            let event = if i < set.last { 1.0 } else { 0.0 };
            let residual = sets.weight[i] * (event - expected);
            let added = sets.unscaled(set, &sets.influence(set, i));
            let at = sets.cluster[i] as usize * p;
            for j in 0..p {
                self.influence[at + j] += residual * added[j];
                self.test[at + j] += residual * importance[j] * added[j];
            }
        }
    }

    fn covariance(&self, of: &[f64]) -> Vec<f64> {
        let mut triangle = vec![0.0; self.p * (self.p + 1) / 2];
        of.chunks(self.p).for_each(|phi| outer(&mut triangle, phi, 1.0));
        triangle
    }
}
