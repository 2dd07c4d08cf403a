//! Robust variances: how much each subject influences a curve.
//!
//! For the log of a survival curve, or a cumulative hazard, the derivative in subject i's weight is
//! `φᵢ(t) = A(min(t, Xᵢ)) − A(Eᵢ) − δᵢ B(Xᵢ)·1{Xᵢ ≤ t}` up to sign, with A the sum over event times of what a
//! subject at risk contributes and B what its own event adds. The infinitesimal jackknife is
//! `Σ_clusters (Σ wᵢ φᵢ)²`. Everyone at risk shares A(t), so one pass over the rows is enough.

use crate::numeric::sums::Sum;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::table::RiskTable;

/// Who left and entered at which row of a risk table, with which weight, in which cluster.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Influence {
    subjects: Vec<Subject>,
    /// Positions in `subjects`, in order of entry, of those who enter late.
    late: Vec<u32>,
    clusters: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Subject {
    exit: u32,
    entry: Option<u32>,
    end: End,
    weight: f64,
    cluster: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum End {
    Event,
    Censored,
    /// In a reversed table the original events leave before the row's (censoring) events.
    LeavesFirst,
}

/// The share of the terms of a variance that their rounding errors may leave where they cancel: each is a compensated
/// sum, good to a few units in the last place, of numbers that are sums of the subjects' rounded parts.
const NOISE: f64 = 64.0 * f64::EPSILON;

/// What one row does: `at_risk` to everyone at risk, `event` to each who has the event, besides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowInfluence {
    pub at_risk: f64,
    pub event: f64,
}

impl Influence {
    /// The subjects of `data` (near ties merged already) for which `member` holds, placed in `table`.
    pub(crate) fn new(
        data: &RightCensored,
        table: &RiskTable,
        member: impl Fn(usize) -> bool,
        reversed: bool,
    ) -> Self {
        let weights = data.weights().map(crate::survival::data::weights::Weights::values);
        let place = |t: f64| table.position(t) as u32;
        let (cluster_of, clusters) = dense(data, &member);
        let mut subjects: Vec<Subject> = (0..data.len())
            .filter(|&i| member(i))
            .map(|i| Subject {
                exit: place(data.time()[i]),
                entry: data.entry().and_then(|e| (e[i] > 0.0).then(|| place(e[i]))),
                end: match (data.event()[i], reversed) {
                    (true, false) | (false, true) => End::Event,
                    (false, false) => End::Censored,
                    (true, true) => End::LeavesFirst,
                },
                weight: weights.map_or(1.0, |w| w[i]),
                cluster: cluster_of[i],
            })
            .collect();
        subjects.sort_by_key(|s| s.exit);
        Self { late: late(&subjects), subjects, clusters }
    }

    /// Subjects that were read from elsewhere must be those of the table, in clusters that they fill.
    #[cfg(feature = "serde")]
    pub(crate) fn check(&self, table: &RiskTable) -> crate::error::Result<()> {
        let rows = table.len();
        let valid = |s: &Subject| {
            (s.exit as usize) < rows
                && s.entry.is_none_or(|e| e < s.exit)
                && (0.0..f64::INFINITY).contains(&s.weight)
                && s.cluster < self.clusters
        };
        if self.subjects.len() == table.subjects()
            && self.clusters as usize <= self.subjects.len()
            && self.subjects.iter().all(valid)
            && self.subjects.is_sorted_by_key(|s| s.exit)
            && self.late == late(&self.subjects)
        {
            return Ok(());
        }
        Err(crate::error::Error::Table(crate::error::TableError::InconsistentCurve {
            values: self.subjects.len(),
            rows,
        }))
    }

    /// Those who are still under observation at row `row`, with the rows counted from there.
    pub(crate) fn from(&self, row: usize) -> Self {
        let row = row as u32;
        let subjects: Vec<Subject> = self
            .subjects
            .iter()
            .filter(|s| s.exit >= row)
            .map(|s| Subject {
                exit: s.exit - row,
                entry: s.entry.filter(|&e| e >= row).map(|e| e - row),
                ..*s
            })
            .collect();
        let mut subjects = subjects;
        let clusters = renumber(&mut subjects, self.clusters);
        Self { late: late(&subjects), subjects, clusters }
    }

    /// The variance after each row.
    pub(crate) fn variances(&self, of_rows: &[RowInfluence]) -> Vec<f64> {
        // Of each cluster: u, what is settled, and W, the weight that is still at risk; its influence is u − A·W.
        let mut clusters = vec![(0.0_f64, 0.0_f64); self.clusters as usize];
        for s in self.subjects.iter().filter(|s| s.entry.is_none()) {
            clusters[s.cluster as usize].1 += s.weight;
        }
        let (mut uu, mut uw, mut ww) = (Sum::default(), Sum::default(), Sum::default());
        for &(_, w) in &clusters {
            ww.add(w * w);
        }
        let mut sums = (0.0, 0.0, ww.value());
        let mut change = |cluster: &mut (f64, f64), du: f64, dw: f64| {
            let (u, w) = *cluster;
            let (v, x) = (u + du, w + dw);
            uu.add(-u * u);
            uu.add(v * v);
            uw.add(-u * w);
            uw.add(v * x);
            ww.add(-w * w);
            ww.add(x * x);
            *cluster = (v, x);
            (uu.value(), uw.value(), ww.value())
        };
        let (mut exits, mut entries) = (self.subjects.as_slice(), self.late.as_slice());
        let (mut at_risk, mut largest) = (0.0, 0.0_f64);
        let mut variances = Vec::with_capacity(of_rows.len());
        for (row, of_row) in of_rows.iter().enumerate() {
            let leaving = exits.partition_point(|s| s.exit as usize <= row);
            let (now, rest) = exits.split_at(leaving);
            exits = rest;
            for s in now.iter().filter(|s| s.end == End::LeavesFirst) {
                sums = change(&mut clusters[s.cluster as usize], -s.weight * at_risk, -s.weight);
            }
            at_risk += of_row.at_risk;
            for s in now.iter().filter(|s| s.end != End::LeavesFirst) {
                let own = if s.end == End::Event { of_row.event } else { 0.0 };
                sums = change(&mut clusters[s.cluster as usize], s.weight * (own - at_risk), -s.weight);
            }
            while let Some((&i, rest)) = entries.split_first() {
                let s = &self.subjects[i as usize];
                if s.entry.is_some_and(|e| e as usize > row) {
                    break;
                }
                sums = change(&mut clusters[s.cluster as usize], s.weight * at_risk, s.weight);
                entries = rest;
            }
            let (uu, uw, ww) = sums;
            let (crossed, squared) = (2.0 * at_risk * uw, at_risk * at_risk * ww);
            let variance = uu - crossed + squared;
            // Where influences cancel what is left is rounding, of the terms and, squared, of what a cluster settled
            // before: it is no information.
            let terms = uu + crossed.abs() + squared;
            largest = largest.max(terms);
            let noise = NOISE * terms + NOISE * NOISE * largest;
            variances.push(if variance > noise { variance } else { 0.0 });
        }
        variances
    }

    /// The variance of a sum of the influences of the rows, each already multiplied by what the row is worth.
    pub(crate) fn variance_of_sum(&self, of_rows: &[RowInfluence]) -> f64 {
        self.variances(of_rows).last().copied().unwrap_or(0.0)
    }
}

/// Positions, in order of entry, of those who enter late.
fn late(subjects: &[Subject]) -> Vec<u32> {
    let mut late: Vec<u32> =
        (0..subjects.len() as u32).filter(|&i| subjects[i as usize].entry.is_some()).collect();
    late.sort_by_key(|&i| subjects[i as usize].entry);
    late
}

/// The cluster of each row, numbered without gaps over the members in the order of their codes, and how many there are.
fn dense(data: &RightCensored, member: &impl Fn(usize) -> bool) -> (Vec<u32>, u32) {
    let mut codes: Vec<u32> =
        data.clusters().map_or_else(|| (0..data.len() as u32).collect(), <[u32]>::to_vec);
    let members: Vec<u32> = (0..data.len()).filter(|&i| member(i)).map(|i| codes[i]).collect();
    let (numbers, count) = numbers(&members);
    for code in &mut codes {
        *code = numbers.get(*code as usize).copied().unwrap_or(0);
    }
    (codes, count)
}

/// Clusters that have lost all their subjects get no number.
fn renumber(subjects: &mut [Subject], before: u32) -> u32 {
    let codes: Vec<u32> = subjects.iter().map(|s| s.cluster).filter(|&c| c < before).collect();
    let (numbers, count) = numbers(&codes);
    for subject in subjects {
        subject.cluster = numbers.get(subject.cluster as usize).copied().unwrap_or(0);
    }
    count
}

/// For each code that occurs its rank among those that do.
fn numbers(codes: &[u32]) -> (Vec<u32>, u32) {
    let mut numbers = vec![0_u32; codes.iter().max().map_or(0, |&m| m as usize + 1)];
    for &code in codes {
        numbers[code as usize] = 1;
    }
    let mut count = 0;
    for number in &mut numbers {
        let used = *number;
        *number = count;
        count += used;
    }
    (numbers, count)
}
