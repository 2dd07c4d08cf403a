//! What is permuted: one score per subject, whose sum over an arm is its observed − expected events.

use crate::error::{Error, Result, TestError};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::log_rank::Weight;
use crate::survival::log_rank::weight::{Running, Weighing, unit_of};
use crate::survival::risk_table::table::RiskTable;

/// How subjects with tied event times get their scores. Without ties all are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ScoreTies {
    /// The events at a time share its risk set, so that scores sum to observed − expected (coin:
    /// `mid-ranks`).
    #[default]
    RiskSet,
    /// The average over the orders in which tied events may have come (coin: `average-scores`).
    Average,
    /// Hothorn & Lausen (2003): at risk are those who stay beyond the time, and one (coin:
    /// `Hothorn-Lausen`).
    HothornLausen,
}

/// A permutation test by its name, and what to do where it cannot.
#[derive(Clone, Copy)]
pub(super) struct Method {
    pub name: &'static str,
    pub too_many: &'static str,
}

impl Method {
    pub(super) fn too_many(self, subjects: f64) -> Error {
        Error::Test(TestError::TooManySubjects { method: self.name, subjects, instead: self.too_many })
    }
}

/// Subjects as the permutation methods see them: replication weights written out, near ties merged.
pub(super) struct Subjects {
    /// The row of each subject.
    pub rows: Vec<u32>,
    /// Its group.
    pub arms: Vec<u32>,
    /// Its score, in `unit`.
    pub scores: Vec<f64>,
    /// 1, or a power of two next to the largest weight where that is very large or small.
    pub unit: f64,
    /// The set within which arms may be exchanged.
    pub blocks: Vec<u32>,
    pub block_count: usize,
}

/// How subjects get their scores, and for which method.
#[derive(Clone, Copy)]
pub(super) struct Scoring<'a> {
    pub weight: &'a Weight,
    pub ties: ScoreTies,
    pub method: Method,
}

impl Subjects {
    /// `data` has its near ties merged.
    pub(super) fn new(
        data: &RightCensored,
        groups: &Groups,
        blocks: Option<&Groups>,
        Scoring { weight, ties, method }: Scoring,
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
            return Err(Error::Unsupported { method: method.name, with: found, why: instead });
        }
        let rows = written_out(data, method)?;
        let (mut all, largest) = scores(data, weight, ties, 1.0);
        let unit = unit_of(largest);
        if unit != 1.0 {
            (all, _) = scores(data, weight, ties, unit);
        }
        let pick = |codes: &[u32]| rows.iter().map(|&i| codes[i as usize]).collect::<Vec<_>>();
        let arms = pick(groups.codes());
        if (0..2).any(|arm| !arms.contains(&arm)) {
            let why = "there is one allocation only: nothing is compared";
            return Err(Error::Unsupported { method: method.name, with: "a group with nobody in it", why });
        }
        Ok(Self {
            arms,
            scores: rows.iter().map(|&i| all[i as usize]).collect(),
            unit,
            blocks: blocks.map_or_else(|| vec![0; rows.len()], |b| pick(b.codes())),
            block_count: blocks.map_or(1, Groups::count),
            rows,
        })
    }
}

/// The most subjects that weights may stand for: 400 MB of scores.
const MOST_SUBJECTS: usize = 1 << 24;

/// Each row as often as its weight says: a weight of k is k subjects.
fn written_out(data: &RightCensored, method: Method) -> Result<Vec<u32>> {
    let Some(Weights::Replication(weights)) = data.weights() else {
        return Ok((0..data.len() as u32).collect());
    };
    if weights.iter().any(|w| w.fract() != 0.0) {
        let instead = "a permuted subject is whole; round the weights, or use `WeightedLogRank`";
        return Err(Error::Unsupported { method: method.name, with: "fractional weights", why: instead });
    }
    // The rows are written out one by one: what they come to is known before.
    let total: f64 = weights.iter().sum();
    if total > MOST_SUBJECTS as f64 {
        return Err(method.too_many(total));
    }
    Ok(weights.iter().enumerate().flat_map(|(i, &w)| std::iter::repeat_n(i as u32, w as usize)).collect())
}

/// One score per row: `w(tᵢ) δᵢ − Σ_{entryᵢ < t ≤ tᵢ} w(t) d/n` within its stratum, pooled over the groups.
/// Weights are divided by `unit`; the largest size of one comes with the scores.
fn scores(data: &RightCensored, weight: &Weight, ties: ScoreTies, unit: f64) -> (Vec<f64>, f64) {
    let tables = match data.strata() {
        // The strata's length was checked when they were given.
        Some(strata) => RiskTable::by_group(data, strata).unwrap_or_default(),
        None => vec![RiskTable::new(data)],
    };
    let strata: Vec<Steps> = tables.iter().map(|t| Steps::new(t, weight, ties, unit)).collect();
    let largest = strata.iter().fold(0.0_f64, |m, s| m.max(s.largest));
    let scores = (0..data.len())
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
        .collect();
    (scores, largest)
}

/// The event times of a stratum: the weighted hazard up to each, and what an event at each scores besides
/// the hazard before it.
struct Steps {
    times: Vec<f64>,
    hazard: Vec<f64>,
    own: Vec<f64>,
    /// The largest size of a weight.
    largest: f64,
}

impl Steps {
    fn new(table: &RiskTable, weight: &Weight, ties: ScoreTies, unit: f64) -> Self {
        let mut steps = Self { times: Vec::new(), hazard: Vec::new(), own: Vec::new(), largest: 0.0 };
        let mut running = Running::new(Weighing::Named(weight)).in_unit(unit);
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
        steps.largest = running.largest;
        steps
    }
}
