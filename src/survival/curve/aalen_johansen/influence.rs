//! What one subject does to a cumulative incidence: the infinitesimal jackknife.
//!
//! The derivative of `F_k(t)` in the weight of a subject at risk in `(E, X]` is
//! `F_k(t) (C(X∧t) − C(E)) − (B_k(X∧t) − B_k(E)) + 1{X ≤ t} (S(X−)/n 1{cause k} − e (F_k(t) − F_k(X)))` with
//! `c = d/(n(n − d))`, `e = 1/(n − d)` (an event of any cause), `C = Σ c` and `B_k = Σ (S(t−) d_k/n² + c F_k)`. So it is
//! `α F_k(t) + β`, where those at risk share what moves; sums of the clusters' squares change only when somebody comes or
//! leaves, and the variance at all times is O(n), not O(n × times).

use crate::numeric::sums::Sum;
use crate::survival::curve::estimator::greenwood;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// Who left and entered at which row of a table, by which cause, with which weight, in which cluster.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Subjects {
    rows: Vec<Subject>,
    /// Positions, in order of entry, of those who enter late.
    late: Vec<u32>,
    clusters: u32,
    /// The weight of a row stands for that many subjects, each with an influence of its own.
    repeated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Subject {
    row: u32,
    exit: u32,
    entry: Option<u32>,
    /// 0 where censored.
    code: u32,
    weight: f64,
    cluster: u32,
}

/// What the rows of a table do to a quantity: `at_risk` is taken from everyone at risk, `own` or `other` added to who has
/// the event of the cause in question, or of another.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowInfluence {
    pub at_risk: f64,
    pub own: f64,
    pub other: f64,
}

/// A row as the variance needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub at_risk: f64,
    pub events: f64,
    pub free_before: f64,
    pub by_cause: &'a [f64],
    pub incidence: &'a [f64],
}

impl Subjects {
    /// The subjects of `data` for which `member` holds, placed in `table`.
    pub(crate) fn new(
        data: &CompetingRisks,
        table: &CompetingRiskTable,
        member: impl Fn(usize) -> bool,
    ) -> Self {
        let any = data.merged();
        let weights = any.weights().map(Weights::values);
        let place = |t: f64| table.all().position(t) as u32;
        let mut clusters = 0;
        let mut subjects: Vec<Subject> = (0..any.len())
            .filter(|&i| member(i))
            .map(|i| {
                let cluster = any.clusters().map_or(i as u32, |c| c[i]);
                clusters = clusters.max(cluster + 1);
                Subject {
                    row: i as u32,
                    exit: place(any.time()[i]),
                    entry: any.entry().and_then(|e| (e[i] > 0.0).then(|| place(e[i]))),
                    code: data.codes()[i],
                    weight: weights.map_or(1.0, |w| w[i]),
                    cluster,
                }
            })
            .collect();
        // The order of the sums must not hang on the order of the rows.
        subjects.sort_by(|a, b| {
            let key = |s: &Subject| (s.exit, s.code, s.entry, s.weight.to_bits());
            key(a).cmp(&key(b))
        });
        // Independent rows are clusters of one, numbered in that order too.
        if any.clusters().is_none() {
            clusters = subjects.len() as u32;
            for (i, s) in subjects.iter_mut().enumerate() {
                s.cluster = i as u32;
            }
        }
        let repeated = matches!(any.weights(), Some(Weights::Replication(_))) && any.clusters().is_none();
        Self { late: late_of(&subjects), rows: subjects, clusters, repeated }
    }

    #[cfg(feature = "serde")]
    pub(super) fn check(&self, rows: usize, causes: usize) -> crate::error::Result<()> {
        let known =
            |s: &Subject| (s.exit as usize) < rows && s.cluster < self.clusters && s.code as usize <= causes;
        let late = |&i: &u32| self.rows.get(i as usize).is_some_and(|s| s.entry.is_some());
        if self.rows.iter().all(known) && self.late.iter().all(late) && self.rows.is_sorted_by_key(|s| s.exit)
        {
            return Ok(());
        }
        Err(crate::error::Error::Table(crate::error::TableError::InconsistentCurve {
            values: self.rows.len(),
            rows,
        }))
    }

    /// Those who are still under observation at row `row`, with the rows counted from there.
    pub(super) fn from(&self, row: usize) -> Self {
        let row = row as u32;
        let left = |s: &Subject| Subject {
            exit: s.exit - row,
            entry: s.entry.filter(|&e| e >= row).map(|e| e - row),
            ..*s
        };
        let subjects: Vec<Subject> = self.rows.iter().filter(|s| s.exit >= row).map(left).collect();
        Self { late: late_of(&subjects), rows: subjects, ..*self }
    }

    fn factor(&self, s: &Subject) -> f64 {
        if self.repeated { s.weight.sqrt() } else { s.weight }
    }

    /// The variances of log S, and of each cause's incidence (row-major), after each row.
    pub(super) fn variances<'a>(
        &self,
        rows: usize,
        causes: usize,
        mut step: impl FnMut(usize) -> Step<'a>,
    ) -> (Vec<f64>, Vec<f64>) {
        let mut clusters = Clusters::new(self.clusters as usize, causes);
        let (mut big_c, mut big_b) = (0.0, vec![0.0; causes]);
        for s in self.rows.iter().filter(|s| s.entry.is_none()) {
            clusters.change(s.cluster as usize, 0.0, |_| 0.0, self.factor(s));
        }
        let (mut exits, mut entries) = (self.rows.as_slice(), self.late.as_slice());
        let (mut log_variance, mut variance) = (Vec::with_capacity(rows), Vec::with_capacity(rows * causes));
        for row in 0..rows {
            let now = step(row);
            let (n, d) = (now.at_risk, now.events);
            // Where all at risk have the event nothing is still to come.
            let (c, e) = (greenwood(d, n), if d > 0.0 && d < n { (n - d).recip() } else { 0.0 });
            if d > 0.0 {
                big_c += c;
                for k in 0..causes {
                    big_b[k] += now.free_before * now.by_cause[k] / (n * n) + c * now.incidence[k];
                }
            }
            let (leaving, rest) = exits.split_at(exits.partition_point(|s| s.exit as usize <= row));
            exits = rest;
            for s in leaving {
                let w = self.factor(s);
                let own = if s.code > 0 { e } else { 0.0 };
                let beta = |k: usize| {
                    let gain = if s.code as usize == k + 1 { now.free_before / n } else { 0.0 };
                    w * (gain + own * now.incidence[k] - big_b[k])
                };
                clusters.change(s.cluster as usize, w * (big_c - own), beta, -w);
            }
            while let Some((&i, rest)) = entries.split_first() {
                let s = &self.rows[i as usize];
                if s.entry.is_some_and(|e| e as usize > row) {
                    break;
                }
                let w = self.factor(s);
                clusters.change(s.cluster as usize, -w * big_c, |k| w * big_b[k], w);
                entries = rest;
            }
            let (free, of_causes) = clusters.variances(big_c, &big_b, now.incidence);
            log_variance.push(free);
            variance.extend(of_causes);
        }
        (log_variance, variance)
    }

    /// The influence of each subject on a quantity that the rows' influences make up, with its row in the data.
    pub(crate) fn influences<'a>(
        &'a self,
        rows: &[RowInfluence],
        cause: usize,
    ) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(rows.len() + 1);
        before.push(0.0);
        for r in rows {
            sum += r.at_risk;
            before.push(sum);
        }
        let own: Vec<(f64, f64)> = rows.iter().map(|r| (r.own, r.other)).collect();
        self.rows.iter().map(move |s| {
            let exit = s.exit as usize;
            let gain = match s.code as usize {
                0 => 0.0,
                c if c == cause + 1 => own[exit].0,
                _ => own[exit].1,
            };
            // An entry at row e: at risk from the next row on.
            (s.row as usize, gain - (before[exit + 1] - s.entry.map_or(0.0, |e| before[e as usize + 1])))
        })
    }

    /// The variance of such a quantity.
    pub(super) fn variance(&self, rows: &[RowInfluence], cause: usize) -> f64 {
        let mut clusters = vec![0.0; self.clusters as usize];
        for (s, (_, u)) in self.rows.iter().zip(self.influences(rows, cause)) {
            clusters[s.cluster as usize] += self.factor(s) * u;
        }
        clusters.iter().map(|u| u * u).collect::<Sum>().value()
    }
}

fn late_of(subjects: &[Subject]) -> Vec<u32> {
    let mut late: Vec<u32> =
        (0..subjects.len() as u32).filter(|&i| subjects[i as usize].entry.is_some()).collect();
    late.sort_by_key(|&i| subjects[i as usize].entry);
    late
}

/// Of each cluster `(a, b_k, W)`, and the sums of their products over clusters.
struct Clusters {
    causes: usize,
    /// `a`, `W`, then `b_k`, by cluster.
    values: Vec<f64>,
    aa: Sum,
    aw: Sum,
    ww: Sum,
    /// `ab_k`, `bw_k`, `bb_k`.
    of_causes: Vec<[Sum; 3]>,
}

impl Clusters {
    fn new(clusters: usize, causes: usize) -> Self {
        Self {
            causes,
            values: vec![0.0; clusters * (2 + causes)],
            aa: Sum::default(),
            aw: Sum::default(),
            ww: Sum::default(),
            of_causes: vec![[Sum::default(); 3]; causes],
        }
    }

    /// Adds to a cluster, and to the sums of products.
    fn change(&mut self, cluster: usize, da: f64, db: impl Fn(usize) -> f64, dw: f64) {
        let width = 2 + self.causes;
        let values = &mut self.values[cluster * width..(cluster + 1) * width];
        let (a, w) = (values[0], values[1]);
        let (a1, w1) = (a + da, w + dw);
        let replace = |sum: &mut Sum, old: f64, new: f64| {
            sum.add(-old);
            sum.add(new);
        };
        replace(&mut self.aa, a * a, a1 * a1);
        replace(&mut self.aw, a * w, a1 * w1);
        replace(&mut self.ww, w * w, w1 * w1);
        for (k, [ab, bw, bb]) in self.of_causes.iter_mut().enumerate() {
            let b = values[2 + k];
            let b1 = b + db(k);
            replace(ab, a * b, a1 * b1);
            replace(bw, b * w, b1 * w1);
            replace(bb, b * b, b1 * b1);
            values[2 + k] = b1;
        }
        (values[0], values[1]) = (a1, w1);
    }

    /// `Σ (a + W C)²`, and per cause `Σ (F (a + W C) + b − W B)²`.
    fn variances<'a>(
        &'a self,
        c: f64,
        b: &'a [f64],
        incidence: &'a [f64],
    ) -> (f64, impl Iterator<Item = f64> + 'a) {
        let (aw, ww) = (self.aw.value(), self.ww.value());
        let free = self.aa.value() + 2.0 * c * aw + c * c * ww;
        let of_causes = self.of_causes.iter().enumerate().map(move |(k, sums)| {
            let [ab, bw, bb] = sums.map(Sum::value);
            let (f, b) = (incidence[k], b[k]);
            let mixed = ab + c * bw - b * aw - b * c * ww;
            let own = bb - 2.0 * b * bw + b * b * ww;
            let (square, mixed) = (f * f * free, 2.0 * f * mixed);
            let variance = square + mixed + own;
            // Where the influences cancel, what is left of their squares is rounding.
            if variance > 1e-14 * (square + mixed.abs() + own) { variance } else { 0.0 }
        });
        (free.max(0.0), of_causes)
    }
}
