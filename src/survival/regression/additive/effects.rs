//! Is a coefficient 0 all the time, is it constant? By resampling.

use std::fmt;

use super::model::AdditiveModel;
use super::risk_sets::RiskSets;
use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::print::PValue;

/// The tests of one coefficient by resampling: made by [`AdditiveHazards::effects`](super::AdditiveHazards::effects).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EffectTest {
    pub(super) name: String,
    pub(super) supremum: f64,
    pub(super) supremum_p: f64,
    pub(super) departure: f64,
    pub(super) departure_p: f64,
    pub(super) samples: usize,
}

impl EffectTest {
    /// The coefficient.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `sup |B(t)|/se(B(t))` over the event times: large where there is an effect at some time.
    #[must_use]
    pub fn supremum(&self) -> f64 {
        self.supremum
    }

    /// The share of samples (with the data as one of them) in which it is at least as large under no effect.
    #[must_use]
    pub fn supremum_p_value(&self) -> f64 {
        self.supremum_p
    }

    /// `sup |B(t) − B(τ) (t − start)/(τ − start)|`, τ the last event time used: large where the effect changes with time.
    #[must_use]
    pub fn departure(&self) -> f64 {
        self.departure
    }

    /// The share of samples (with the data as one of them) in which it is at least as large under a constant effect.
    #[must_use]
    pub fn departure_p_value(&self) -> f64 {
        self.departure_p
    }

    /// The number of samples.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }
}

impl fmt::Display for EffectTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: no effect, sup {:.3}, {:#}; constant effect, sup {:.4}, {:#} ({} samples)",
            self.name,
            self.supremum,
            PValue(self.supremum_p),
            self.departure,
            PValue(self.departure_p),
            self.samples
        )
    }
}

pub(super) fn run(sets: &RiskSets, model: &AdditiveModel, samples: usize, seed: u64) -> Vec<EffectTest> {
    let (p, d) = (sets.p, sets.times.len());
    if d == 0 {
        return Vec::new();
    }
    let observed: Vec<f64> = (0..d).flat_map(|k| model.coefficients(k).to_vec()).collect();
    let errors: Vec<f64> =
        (0..d).flat_map(|k| (0..p).map(move |j| (k, j))).map(|(k, j)| model.variance(k, j).sqrt()).collect();
    let found = statistics(sets, &observed, &errors);
    let (mut over, mut apart) = (vec![0usize; p], vec![0usize; p]);
    // The influence of each event, once for all samples.
    let events: Vec<Vec<f64>> = if sets.robust {
        Vec::new()
    } else {
        let influence = |set: &super::risk_sets::EventSet, i: usize| {
            let root = sets.weight[i].sqrt();
            sets.unscaled(set, &sets.influence(set, i)).into_iter().map(|g| root * g).collect()
        };
        sets.times.iter().flat_map(|set| (set.first..set.last).map(move |i| influence(set, i))).collect()
    };
    for sample in 0..samples {
        let random = &mut Random::new(seed, sample as u64);
        let path = if sets.robust { by_cluster(sets, random) } else { by_event(sets, &events, random) };
        for (j, (sup, departure)) in statistics(sets, &path, &errors).into_iter().enumerate() {
            over[j] += usize::from(sup >= found[j].0);
            apart[j] += usize::from(departure >= found[j].1);
        }
    }
    let share = |count: usize| (count + 1) as f64 / (samples + 1) as f64;
    (0..p)
        .map(|j| EffectTest {
            name: model.names()[j].clone(),
            supremum: found[j].0,
            supremum_p: share(over[j]),
            departure: found[j].1,
            departure_p: share(apart[j]),
            samples,
        })
        .collect()
}

fn normal(random: &mut Random) -> f64 {
    normal_quantile(random.uniform())
}

/// Of each coefficient the largest ratio to its error, and the largest distance from the line to its last value.
fn statistics(sets: &RiskSets, path: &[f64], errors: &[f64]) -> Vec<(f64, f64)> {
    let (p, d) = (sets.p, sets.times.len());
    let until = sets.times[d - 1].time - sets.start;
    (0..p)
        .map(|j| {
            let last = path[(d - 1) * p + j];
            let (mut sup, mut departure) = (0.0_f64, 0.0_f64);
            for (k, set) in sets.times.iter().enumerate() {
                let (b, se) = (path[k * p + j], errors[k * p + j]);
                if se > 0.0 {
                    sup = sup.max(b.abs() / se);
                }
                let share = (set.time - sets.start) / until;
                departure = departure.max((b - last * share).abs());
                // Just before the step too, where the path still has its last value.
                let before = if k == 0 { 0.0 } else { path[(k - 1) * p + j] };
                departure = departure.max((before - last * share).abs());
            }
            (sup, departure)
        })
        .collect()
}

/// `Σ g Z` over the events so far.
fn by_event(sets: &RiskSets, events: &[Vec<f64>], random: &mut Random) -> Vec<f64> {
    let p = sets.p;
    let mut sum = vec![0.0; p];
    let mut path = Vec::with_capacity(sets.times.len() * p);
    let mut next = events.iter();
    for set in &sets.times {
        for g in next.by_ref().take(set.last - set.first) {
            let z = normal(random);
            sum.iter_mut().zip(g).for_each(|(s, g)| *s += z * g);
        }
        path.extend_from_slice(&sum);
    }
    path
}

/// `Σ φ Z` over the clusters: `(Z'WZ)⁻¹ Σ Z_c w z (dN − z'dB)` at each event time.
fn by_cluster(sets: &RiskSets, random: &mut Random) -> Vec<f64> {
    let p = sets.p;
    let multipliers: Vec<f64> = (0..sets.clusters).map(|_| normal(random)).collect();
    let mut sum = vec![0.0; p];
    let mut path = Vec::with_capacity(sets.times.len() * p);
    for set in &sets.times {
        let mut scaled = vec![0.0; p];
        for i in set.first..set.last {
            let g = sets.influence(set, i);
            scaled.iter_mut().zip(g).for_each(|(s, g)| *s += sets.weight[i] * g);
        }
        let mut total = vec![0.0; p];
        for i in (set.first..sets.time.len()).filter(|&i| sets.entry[i] < set.time) {
            let z = sets.row(set, i);
            let expected: f64 = z.iter().zip(&scaled).map(|(z, b)| z * b).sum();
            let event = if i < set.last { 1.0 } else { 0.0 };
            let factor = multipliers[sets.cluster[i] as usize] * sets.weight[i] * (event - expected);
            total.iter_mut().zip(z).for_each(|(t, z)| *t += factor * z);
        }
        let step: Vec<f64> =
            (0..p).map(|a| (0..p).map(|b| set.inverse[a * p + b] * total[b]).sum()).collect();
        sum.iter_mut().zip(sets.unscaled(set, &step)).for_each(|(s, b)| *s += b);
        path.extend_from_slice(&sum);
    }
    path
}
