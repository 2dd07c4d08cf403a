//! The share of each row in the score, and the sandwich variance that is made of it.
//!
//! With `E(t)` the mean of the covariates over the risk set and `H` the cumulative hazard, the score residual of a row
//! is `U = ∫ (x − E(t)) dM(t)` with `dM = dN − exp(η) dH` over the time at risk (Therneau, Grambsch & Fleming 1990,
//! Biometrika 77:147). The sandwich `V (Σ (Σ w U)(Σ w U)ᵀ) V`, summed within clusters, is the robust variance of
//! Lin & Wei (1989, J Am Stat Assoc 84:1074).

use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::{NOISE, quadratic_form_beside};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::model::wald::part;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::term::TestResult;

/// The rule under which risk sets are walked for hazards: Breslow's where the likelihood is an exact one, which has no
/// hazard of its own.
pub(super) fn ties_for_risk_sets(ties: Ties) -> Ties {
    if ties.of_sets() { Ties::Breslow } else { ties }
}

/// `S1/S0`, with S1 over all at risk and over the tied events, for each event time: 2p numbers a time.
pub(super) fn risk_sums(rows: &Rows, workspace: &Workspace) -> Vec<f64> {
    let p = rows.p;
    let times: usize = rows.strata.iter().map(|s| s.ties.len()).sum();
    let mut sums = vec![0.0; times * 2 * p];
    let mut first = 0;
    for stratum in &rows.strata {
        let mut s1 = vec![0.0; p];
        for change in stratum.backwards() {
            let (k, tie) = (change.at, change.tie);
            let (all, own) = sums[(first + k) * 2 * p..(first + k + 1) * 2 * p].split_at_mut(p);
            for i in change.joining {
                for (s, x) in s1.iter_mut().zip(rows.row(i)) {
                    *s += workspace.risk[i] * x;
                }
                if i < tie.events_end {
                    for (s, x) in own.iter_mut().zip(rows.row(i)) {
                        *s += workspace.risk[i] * x;
                    }
                }
            }
            for &(_, i) in change.not_yet.iter().rev() {
                for (s, x) in s1.iter_mut().zip(rows.row(i)) {
                    *s -= workspace.risk[i] * x;
                }
            }
            if workspace.steps[first + k].recomputed {
                s1.fill(0.0);
                for i in stratum.at_risk(tie) {
                    add(&mut s1, rows.row(i), workspace.risk[i]);
                }
            }
            let unit = workspace.steps[first + k].at_risk.recip();
            for (a, s) in all.iter_mut().zip(&s1) {
                *a = s * unit;
            }
            for e in own {
                *e *= unit;
            }
        }
        first += stratum.ties.len();
    }
    sums
}

/// The mean of the covariates over the risk set of event time `k`, averaged over those who leave.
pub(super) fn mean_at(rows: &Rows, workspace: &Workspace, sums: &[f64], k: usize, weight: f64) -> Vec<f64> {
    let p = rows.p;
    let (all, own) = sums[k * 2 * p..(k + 1) * 2 * p].split_at(p);
    let step = workspace.steps[k];
    let (all_share, own_share) =
        (step.all * step.at_risk / weight, (step.all - step.own) * step.at_risk / weight);
    all.iter().zip(own).map(|(s, e)| all_share * s - own_share * e).collect()
}

/// Score residuals in the scaled covariates, sorted rows × p, not weighted.
pub(super) fn score_rows(rows: &Rows, workspace: &Workspace) -> Vec<f64> {
    let p = rows.p;
    let sums = risk_sums(rows, workspace);
    let mut score = vec![0.0; rows.len() * p];
    let mut first = 0;
    for stratum in &rows.strata {
        // ∫ mean dH up to now, for everybody at risk; subtracted again for what came before an entry.
        let mut drift = vec![0.0; p];
        let mut late = stratum.late.as_slice();
        let mut next = stratum.rows.start;
        let ends: Vec<usize> = stratum.ties.iter().map(|t| t.start).collect();
        for (k, tie) in stratum.ties.iter().enumerate() {
            while let Some((&(entry, i), rest)) = late.split_first() {
                if entry >= tie.time {
                    break;
                }
                add(&mut score[i * p..(i + 1) * p], &drift, -1.0);
                late = rest;
            }
            for i in next..ends[k] {
                add(&mut score[i * p..(i + 1) * p], &drift, 1.0);
            }
            let step = workspace.steps[first + k];
            let [a, b, c] = step.square.map(|s| s / step.at_risk);
            let (all, own) = sums[(first + k) * 2 * p..(first + k + 1) * 2 * p].split_at(p);
            for i in tie.start..tie.events_end {
                let row = &mut score[i * p..(i + 1) * p];
                add(row, &drift, 1.0);
                add(row, all, a - b);
                add(row, own, c - b);
            }
            add(&mut drift, all, a);
            add(&mut drift, own, -b);
            next = tie.events_end;
        }
        for &(_, i) in late {
            add(&mut score[i * p..(i + 1) * p], &drift, -1.0);
        }
        for i in next..stratum.rows.end {
            add(&mut score[i * p..(i + 1) * p], &drift, 1.0);
        }
        for i in stratum.rows.clone() {
            let per_weight = workspace.risk[i] / rows.weight[i];
            let exposure = workspace.exposure[i];
            for (s, x) in score[i * p..(i + 1) * p].iter_mut().zip(rows.row(i)) {
                *s = per_weight * (*s - exposure * x);
            }
        }
        for (k, tie) in stratum.ties.iter().enumerate() {
            let mean = mean_at(rows, workspace, &sums, first + k, tie.weight);
            for i in tie.start..tie.events_end {
                let row = &mut score[i * p..(i + 1) * p];
                add(row, rows.row(i), 1.0);
                add(row, &mean, -1.0);
            }
        }
        first += stratum.ties.len();
    }
    score
}

fn add(to: &mut [f64], from: &[f64], factor: f64) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}

/// The scores that are independent of each other, in the scaled covariates: `Σ w U` of each cluster, or of each subject or row
/// where there are none. One with a replication weight stands for as many, of score `Σ U` each.
struct ClusterScores {
    /// Clusters × covariates.
    sums: Vec<f64>,
    /// How many there are of each; empty where there is one.
    copies: Vec<f64>,
}

impl ClusterScores {
    fn of(rows: &Rows, workspace: &Workspace, (data, subjects): (&RightCensored, Option<&[u32]>)) -> Self {
        let p = rows.p;
        let score = score_rows(rows, workspace);
        let units = data.clusters().or(subjects);
        let count = units.map_or(data.len(), |c| c.iter().max().map_or(0, |&m| m as usize + 1));
        let unit = |i: usize| units.map_or(i, |c| c[i] as usize);
        let mut copies = Vec::new();
        if let Some(Weights::Replication(w)) = data.weights().filter(|_| data.clusters().is_none()) {
            copies = vec![0.0; count];
            w.iter().enumerate().for_each(|(i, &w)| copies[unit(i)] = w);
        }
        let mut sums = vec![0.0; count * p];
        for (i, row) in score.chunks_exact(p.max(1)).enumerate() {
            let c = unit(rows.order[i]);
            let weight = if copies.is_empty() { rows.weight[i] } else { 1.0 };
            add(&mut sums[c * p..(c + 1) * p], row, weight);
        }
        Self { sums, copies }
    }

    /// Each score, and how many there are of it.
    fn iter(&self, p: usize) -> impl Iterator<Item = (&[f64], f64)> {
        let copies = |c: usize| self.copies.get(c).copied().unwrap_or(1.0);
        self.sums.chunks_exact(p.max(1)).enumerate().map(move |(c, u)| (u, copies(c)))
    }

    /// `Σ u uᵀ`.
    fn squares(&self, p: usize) -> Vec<f64> {
        let mut squares = vec![0.0; p * p];
        for (u, copies) in self.iter(p) {
            for i in 0..p {
                for j in 0..p {
                    squares[i * p + j] += copies * (u[i] * u[j]);
                }
            }
        }
        squares
    }
}

/// Of what is summed, a score that is rounding.
const NO_SCORE: f64 = 1e-10;

/// The size of what the scores are summed of, column by column: `√Σ (w (δ + expected) x)²`.
fn term_sizes(rows: &Rows, workspace: &Workspace) -> Vec<f64> {
    let mut sizes = vec![0.0; rows.p];
    for i in 0..rows.len() {
        let event = if rows.event[i] { rows.weight[i] } else { 0.0 };
        let terms = event + workspace.risk[i] * workspace.exposure[i];
        for (s, x) in sizes.iter_mut().zip(rows.row(i)) {
            *s += (terms * x).powi(2);
        }
    }
    sizes.iter().map(|s| s.sqrt()).collect()
}

/// The robust score test `Uᵀ (Σ_clusters u uᵀ)⁻ U` of the columns `free`, for a workspace at the null hypothesis (Lin &
/// Wei 1989). None (0 degrees of freedom) where the clusters do not vary in all of them, beside the information there.
pub(super) fn robust_test(
    rows: &Rows,
    workspace: &Workspace,
    (data, subjects): (&RightCensored, Option<&[u32]>),
    (information, free): (&[f64], &[usize]),
) -> TestResult {
    let p = rows.p;
    let scores = ClusterScores::of(rows, workspace, (data, subjects));
    let squares = scores.squares(p);
    let size = term_sizes(rows, workspace);
    // A score that is rounding alone is none.
    let known = |j: usize| Some(squares[j * (p + 1)].sqrt()).filter(|root| *root > NO_SCORE * size[j]);
    let root: Vec<f64> = free.iter().map(|&j| known(j).unwrap_or(0.0)).collect();
    let is_known = |a: usize| if root[a] > 0.0 { 1.0 } else { 0.0 };
    let total = |j: usize| scores.iter(p).map(|(u, copies)| copies * u[j]).sum::<f64>();
    let score: Vec<f64> = free.iter().enumerate().map(|(a, &j)| total(j) * is_known(a)).collect();
    let mut matrix = part(&squares, p, free);
    let k = free.len();
    matrix.iter_mut().enumerate().for_each(|(at, m)| *m *= is_known(at / k) * is_known(at % k));
    let (statistic, degrees_of_freedom) = quadratic_form_beside(&score, &matrix, &part(information, p, free));
    // In as many clusters as coefficients the total is one of the scores that it is measured by.
    let counts = |u: &&[f64]| free.iter().zip(&root).any(|(&j, root)| u[j].abs() > NO_SCORE * root);
    let clusters: f64 = scores.iter(p).filter(|(u, _)| counts(u)).map(|(_, copies)| copies).sum();
    if degrees_of_freedom < free.len() || clusters <= free.len() as f64 {
        return TestResult { statistic: 0.0, degrees_of_freedom: 0 };
    }
    TestResult { statistic, degrees_of_freedom }
}

/// `V (Σ_clusters (Σ w U)(Σ w U)ᵀ) V` in the scaled covariates, for a workspace at the estimates, V the inverse of what is
/// factored. The units are those of the data, or subjects where it has none.
pub(super) fn sandwich(
    rows: &Rows,
    workspace: &Workspace,
    units: (&RightCensored, Option<&[u32]>),
    information: &Cholesky,
) -> Vec<f64> {
    let p = rows.p;
    let meat = ClusterScores::of(rows, workspace, units).squares(p);
    without_noise(information.sandwich(&meat), &information.inverse(), p)
}

/// A robust variance beside that of the model, with zeros where it is noise.
pub(in crate::survival::regression) fn without_noise(
    mut variance: Vec<f64>,
    v: &[f64],
    p: usize,
) -> Vec<f64> {
    // The scores sum to 0 to the tolerance of the fit, and so does a cluster that holds all that counts: what is left of
    // its square is no variance.
    for j in (0..p).filter(|&j| variance[j * (p + 1)] <= NOISE * v[j * (p + 1)]).collect::<Vec<_>>() {
        for k in 0..p {
            (variance[j * p + k], variance[k * p + j]) = (0.0, 0.0);
        }
    }
    variance
}
