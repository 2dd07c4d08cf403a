//! The robust covariance of observed − expected.
//!
//! Subject i of group g contributes `wᵢ [δᵢ W(Xᵢ) (1{g} − p(Xᵢ)) − Σ_{Eᵢ < tⱼ ≤ Xᵢ} W(tⱼ) (1{g} − p(tⱼ)) dⱼ/nⱼ]`
//! to the score, with p the shares of the groups at risk and W the weight of the event time; contributions are summed
//! within clusters, and their outer products over clusters (Lin & Wei 1989, J Am Stat Assoc 84:1074).
//!
//! The terms of a score may cancel: where every cluster holds as many events as it expects, what is left is rounding
//! error. It is no information, so a score is 0 where it is below [`NOISE`] of the terms that made it up.

use crate::numeric::sums::Sum;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::log_rank::weight::{Running, Weighing, unit_of};
use crate::survival::risk_table::event_times::for_each_event_time;
use crate::survival::risk_table::table::RiskTable;

/// A score smaller than this share of its terms is 0. Sums are compensated, so their error is a few 1e-16 of the terms.
const NOISE: f64 = 1e-12;

/// The covariance, and the power of two that the scores were divided by, for sampling weights whose squares would
/// overflow or vanish. `data` has its near ties merged; `tables` are its risk tables by stratum and group; weights of
/// event times are divided by `unit`.
pub(super) fn variance(
    data: &RightCensored,
    groups: &Groups,
    tables: &[Vec<RiskTable>],
    weighing: Weighing,
    unit: f64,
) -> (Vec<f64>, f64) {
    let k = groups.count();
    let (count, mut scores) = scores(data, groups, tables, weighing, unit);
    let unit = unit_of(scores.iter().fold(0.0, |m: f64, s| m.max(s.abs())));
    if unit != 1.0 {
        for score in &mut scores {
            *score /= unit;
        }
    }
    (outer_products(count, k, k, &scores, &scores), unit)
}

/// `Σ aᵢ bᵢᵀ` over the rows of two arrays of `count` rows.
pub(super) fn outer_products(count: usize, k: usize, l: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; k * l];
    for i in 0..count {
        for g in 0..k {
            for h in 0..l {
                sums[g * l + h] += a[i * k + g] * b[i * l + h];
            }
        }
    }
    sums
}

/// The number of clusters, and the score of each (one column per group).
pub(super) fn scores(
    data: &RightCensored,
    groups: &Groups,
    tables: &[Vec<RiskTable>],
    weighing: Weighing,
    unit: f64,
) -> (usize, Vec<f64>) {
    let k = groups.count();
    let strata: Vec<Prefix> = tables.iter().map(|t| Prefix::new(t, weighing, unit)).collect();
    let clusters = data.clusters();
    let count = clusters.map_or(data.len(), |c| c.iter().max().map_or(0, |&m| m as usize + 1));
    let mut scores = vec![0.0; count * k];
    // The sizes of the terms behind each cluster's scores.
    let mut terms = vec![0.0; count];
    for i in 0..data.len() {
        let stratum = &strata[data.strata().map_or(0, |s| s.codes()[i] as usize)];
        let g = groups.codes()[i] as usize;
        let weight = data.weights().map_or(1.0, |w: &Weights| w.values()[i]);
        let cluster = clusters.map_or(i, |c| c[i] as usize);
        let score = &mut scores[cluster * k..(cluster + 1) * k];
        let upto = stratum.times.partition_point(|&t| t <= data.time()[i]);
        let from = data.entry().map_or(0, |e| stratum.times.partition_point(|&t| t <= e[i]));
        if upto > from {
            let hazard = stratum.hazard(upto) - stratum.hazard(from);
            for (h, s) in score.iter_mut().enumerate() {
                *s += weight * (stratum.sum(upto, h, k) - stratum.sum(from, h, k));
            }
            score[g] -= weight * hazard;
            terms[cluster] += 2.0 * weight * stratum.size[upto - 1];
        }
        // An event of a subject with weight 0 may be no event time of the tables.
        if data.event()[i] && upto > 0 && stratum.times[upto - 1] == data.time()[i] {
            let weight = weight * stratum.weights[upto - 1];
            score[g] += weight;
            terms[cluster] += weight.abs();
            for (h, s) in score.iter_mut().enumerate() {
                *s -= weight * stratum.shares[(upto - 1) * k + h];
            }
        }
    }
    for (scores, terms) in scores.chunks_mut(k).zip(&terms) {
        scores.iter_mut().filter(|s| s.abs() <= NOISE * terms).for_each(|s| *s = 0.0);
    }
    (count, scores)
}

/// Running sums over the event times of a stratum.
struct Prefix {
    times: Vec<f64>,
    /// How much each time counts.
    weights: Vec<f64>,
    /// The groups' shares at risk at each time.
    shares: Vec<f64>,
    /// `Σ W d/n` up to and including each time.
    hazard: Vec<f64>,
    /// `Σ share · W d/n` per group.
    sums: Vec<f64>,
    /// `Σ |W| d/n`: how large the terms of the sums are.
    size: Vec<f64>,
}

impl Prefix {
    fn new(tables: &[RiskTable], weighing: Weighing, unit: f64) -> Self {
        let mut running = Running::new(weighing).in_unit(unit);
        let k = tables.len();
        let mut prefix = Self {
            times: vec![],
            weights: vec![],
            shares: vec![],
            hazard: vec![],
            sums: vec![],
            size: vec![],
        };
        let (mut hazard, mut sums, mut size) = (Sum::default(), vec![Sum::default(); k], 0.0);
        for_each_event_time(tables, |t| {
            let weight = running.weigh(&t);
            let step = weight * t.total_events / t.total_at_risk;
            hazard.add(step);
            size += step.abs();
            prefix.weights.push(weight);
            prefix.times.push(t.time);
            prefix.hazard.push(hazard.value());
            prefix.size.push(size);
            for (g, sum) in sums.iter_mut().enumerate() {
                let share = t.share(g);
                sum.add(share * step);
                prefix.shares.push(share);
                prefix.sums.push(sum.value());
            }
        });
        prefix
    }

    fn hazard(&self, times: usize) -> f64 {
        if times == 0 { 0.0 } else { self.hazard[times - 1] }
    }

    fn sum(&self, times: usize, group: usize, k: usize) -> f64 {
        if times == 0 { 0.0 } else { self.sums[(times - 1) * k + group] }
    }
}
