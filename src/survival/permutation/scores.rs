//! What is permuted: one score per subject, whose sum over an arm is its observed − expected events.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::log_rank::Weight;
use crate::survival::log_rank::weight::{Running, Weighing};
use crate::survival::risk_table::table::RiskTable;

/// How subjects with tied event times get their scores. Without ties all are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ScoreTies {
    /// The events at a time share its risk set, so that scores sum to observed − expected (coin:
    /// `mid-ranks`).
    #[default]
    RiskSet,
    /// The average over the orders in which tied events may have happened (coin: `average-scores`).
    Average,
    /// Hothorn & Lausen (2003): at risk are those who stay beyond the time, and one (coin:
    /// `Hothorn-Lausen`).
    HothornLausen,
}

/// Subjects as the permutation methods see them: replication weights written out, near ties merged.
pub(super) struct Subjects {
    /// The row of each subject.
    pub rows: Vec<u32>,
    /// Its group.
    pub arms: Vec<u32>,
    /// Its score.
    pub scores: Vec<f64>,
    /// The set within which labels may be exchanged.
    pub blocks: Vec<u32>,
    pub block_count: usize,
}

impl Subjects {
    /// `data` has its near ties merged.
    pub(super) fn new(
        data: &RightCensored,
        groups: &Groups,
        blocks: Option<&Groups>,
        weight: &Weight,
        ties: ScoreTies,
        method: &'static str,
    ) -> Result<Self> {
        groups.check_len("groups", data.len())?;
        weight.check()?;
        let blocks = blocks.or(data.strata());
        if let Some(blocks) = blocks {
            blocks.check_len("blocks", data.len())?;
        }
        if data.is_robust() {
            let found = "sampling weights or clusters";
            let instead = "the permuted units must be exchangeable subjects; use `WeightedLogRank`";
            return Err(Error::Unsupported { method, with: found, why: instead });
        }
        let rows = written_out(data, method)?;
        let scores = scores(data, weight, ties);
        let pick = |codes: &[u32]| rows.iter().map(|&i| codes[i as usize]).collect::<Vec<_>>();
        Ok(Self {
            arms: pick(groups.codes()),
            scores: rows.iter().map(|&i| scores[i as usize]).collect(),
            blocks: blocks.map_or_else(|| vec![0; rows.len()], |b| pick(b.codes())),
            block_count: blocks.map_or(1, Groups::count),
            rows,
        })
    }
}

/// Each row as often as its weight says: a weight of k is k subjects.
fn written_out(data: &RightCensored, method: &'static str) -> Result<Vec<u32>> {
    let Some(Weights::Replication(weights)) = data.weights() else {
        return Ok((0..data.len() as u32).collect());
    };
    if weights.iter().any(|w| w.fract() != 0.0) {
        let instead = "a permuted subject is whole; round the weights, or use `WeightedLogRank`";
        return Err(Error::Unsupported { method, with: "fractional weights", why: instead });
    }
    let total: f64 = weights.iter().sum();
    if total > f64::from(u32::MAX) {
        return Err(Error::TooManyRows { rows: total as usize });
    }
    Ok(weights.iter().enumerate().flat_map(|(i, &w)| std::iter::repeat_n(i as u32, w as usize)).collect())
}

/// One score per row: `w(tᵢ) δᵢ − Σ_{entryᵢ < t ≤ tᵢ} w(t) d/n` within its stratum, pooled over the groups.
fn scores(data: &RightCensored, weight: &Weight, ties: ScoreTies) -> Vec<f64> {
    let tables = match data.strata() {
        // The strata's length was checked when they were given.
        Some(strata) => RiskTable::by_group(data, strata).unwrap_or_default(),
        None => vec![RiskTable::new(data)],
    };
    let strata: Vec<Steps> = tables.iter().map(|t| Steps::new(t, weight, ties)).collect();
    (0..data.len())
        .map(|i| {
            let Some(steps) = strata.get(data.strata().map_or(0, |s| s.codes()[i] as usize)) else {
                return 0.0;
            };
            let upto = steps.times.partition_point(|&t| t <= data.time()[i]);
            let from = data.entry().map_or(0, |e| steps.times.partition_point(|&t| t <= e[i]));
            let hazard = |k: usize| if k == 0 { 0.0 } else { steps.hazard[k - 1] };
            if data.event()[i] && upto > 0 && steps.times[upto - 1] == data.time()[i] {
                // Averaged scores already hold the hazard of their own time.
                steps.own[upto - 1] - (hazard(upto - 1) - hazard(from))
            } else {
                hazard(from) - hazard(upto)
            }
        })
        .collect()
}

/// The event times of a stratum: the weighted hazard up to each, and what an event at each scores besides
/// the hazard before it.
struct Steps {
    times: Vec<f64>,
    hazard: Vec<f64>,
    own: Vec<f64>,
}

impl Steps {
    fn new(table: &RiskTable, weight: &Weight, ties: ScoreTies) -> Self {
        let mut steps = Self { times: Vec::new(), hazard: Vec::new(), own: Vec::new() };
        let mut running = Running::new(Weighing::Named(weight));
        let mut hazard = 0.0;
        for row in table.rows().filter(|r| r.events > 0.0) {
            let (n, d) = (row.at_risk, row.events);
            let mut increment = 0.0;
            let own = match ties {
                ScoreTies::RiskSet | ScoreTies::HothornLausen => {
                    let n = if ties == ScoreTies::RiskSet { n } else { n - d - row.censored + 1.0 };
                    let w = running.weigh_pooled(row.time, n, d);
                    increment = w * d / n;
                    w - increment
                }
                ScoreTies::Average => {
                    let mut sum = 0.0;
                    let mut left = n;
                    while left > n - d {
                        let w = running.weigh_pooled(row.time, left, 1.0);
                        increment += w / left;
                        sum += w - increment;
                        left -= 1.0;
                    }
                    sum / d
                }
            };
            hazard += increment;
            steps.times.push(row.time);
            steps.hazard.push(hazard);
            steps.own.push(own);
        }
        steps
    }
}
