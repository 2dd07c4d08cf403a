//! The variance of an average: what each subject adds to it.
//!
//! Both ways of averaging respond to the rows by `φᵢ = δᵢ a(tᵢ) − Σ b(t)`, the sum over the event times at which the row was
//! at risk, with numbers a and b of its group and of the time. The variance is `Σ φᵢ²`: over rows, with replication weights
//! as often as a row counts; over sums of `w φ` within clusters, or subjects of several rows, otherwise.

use std::collections::HashMap;

use crate::error::NotEstimable;
use crate::numeric::sums::Sum;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// A sum smaller than this share of its terms is rounding error, and no variance.
const NOISE: f64 = 1e-12;

/// How the logarithm of the ratio responds to the rows of one stratum.
pub(super) struct Responses {
    pub times: Vec<f64>,
    /// To an event at the time, per group.
    pub event: [Vec<f64>; 2],
    /// To being at risk at the time, per group.
    pub at_risk: [Vec<f64>; 2],
}

/// The standard error from the responses of every stratum.
pub(super) fn std_error(
    data: &RightCensored,
    groups: &Groups,
    pair: [usize; 2],
    strata: &[Responses],
) -> Result<f64, NotEstimable> {
    let sums: Vec<_> = strata.iter().map(Prefix::new).collect();
    let mut units: HashMap<usize, (f64, f64, f64)> = HashMap::new();
    for i in 0..data.len() {
        let Some(group) = pair.iter().position(|&g| g == groups.codes()[i] as usize) else { continue };
        let weight = data.weights().map_or(1.0, |w| w.values()[i]);
        let prefix = &sums[data.strata().map_or(0, |s| s.codes()[i] as usize)];
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (influence, size) = prefix.of(group, entry, data.time()[i], data.event()[i]);
        let unit = match (data.clusters(), data.ids()) {
            (Some(clusters), _) => clusters[i] as usize,
            (None, Some(ids)) => ids.codes()[i] as usize,
            (None, None) => i,
        };
        let sum = units.entry(unit).or_insert((0.0, 0.0, weight));
        *sum = (sum.0 + weight * influence, sum.1 + weight * size, sum.2.max(weight));
    }
    let repeated = matches!(data.weights(), Some(Weights::Replication(_))) && data.clusters().is_none();
    // In the order of the data, so that the sum does not hang on the map.
    let mut order: Vec<_> = units.into_iter().collect();
    order.sort_unstable_by_key(|(unit, _)| *unit);
    let mut variance = Sum::default();
    for (_, (sum, size, weight)) in order {
        if sum.abs() > NOISE * size {
            variance.add(sum * sum / if repeated { weight } else { 1.0 });
        }
    }
    Some(variance.value()).filter(|v| *v > 0.0).map(f64::sqrt).ok_or(NotEstimable::NoVariation)
}

/// Running sums of the responses over the event times.
struct Prefix<'a> {
    responses: &'a Responses,
    at_risk: [Vec<f64>; 2],
    size: [Vec<f64>; 2],
}

impl<'a> Prefix<'a> {
    fn new(responses: &'a Responses) -> Self {
        let running = |values: &[f64]| {
            let mut sum = Sum::default();
            let mut up_to = vec![0.0];
            up_to.extend(values.iter().map(|&x| {
                sum.add(x);
                sum.value()
            }));
            up_to
        };
        let sizes = |g: usize| running(&responses.at_risk[g].iter().map(|x| x.abs()).collect::<Vec<_>>());
        Self {
            responses,
            at_risk: [0, 1].map(|g: usize| running(&responses.at_risk[g])),
            size: [sizes(0), sizes(1)],
        }
    }

    /// The influence of a row per unit of its weight, and the size of its terms.
    fn of(&self, group: usize, entry: f64, time: f64, event: bool) -> (f64, f64) {
        let times = &self.responses.times;
        let upto = times.partition_point(|&t| t <= time);
        let from = if entry > 0.0 { times.partition_point(|&t| t <= entry) } else { 0 };
        let between = |sums: &[f64]| sums[upto.max(from)] - sums[from];
        let own = if event && upto > 0 && times[upto - 1] == time {
            self.responses.event[group][upto - 1]
        } else {
            0.0
        };
        (own - between(&self.at_risk[group]), own.abs() + between(&self.size[group]))
    }
}
