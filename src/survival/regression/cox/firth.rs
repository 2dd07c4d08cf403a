//! Firth's penalty: half the log determinant of the information (Firth 1993; Heinze & Schemper 2001).
//!
//! Its derivative is `½ tr(I⁻¹ ∂I/∂β)`, and `∂I/∂β` is made of third central moments of the covariates over the
//! risk sets. Contracted with V = I⁻¹ they are `cov(x, (x − x̄)'V(x − x̄))`: with `q = x'Vx` this is
//! `E[q x] − x̄ E[q] − 2 Σ V x̄`, so that running sums of x, q, q x and x xᵀ suffice, O(n p²) as the information
//! itself. The penalty's own curvature is learnt from the steps by symmetric rank-one updates: Newton's method on
//! the information alone would converge slowly where events are few, which is where the penalty is needed.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::each_leaving;
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;

/// The penalty on some coefficients, with what the search has learnt of it.
#[derive(Debug)]
pub(super) struct Firth {
    /// The columns of the determinant: those that can be estimated, moved by the search or not.
    columns: Vec<usize>,
    /// `Σ log scale` of them: the determinant is that of the covariates as they were given.
    log_scale: f64,
    /// The derivative at the point last evaluated, and at the point last accepted.
    gradient: Vec<f64>,
    accepted: Vec<f64>,
    /// The second derivative, row-major.
    curvature: Vec<f64>,
}

impl Firth {
    pub fn new(columns: &[usize], scale: &[f64]) -> Self {
        let p = scale.len();
        Self {
            columns: columns.to_vec(),
            log_scale: columns.iter().map(|&j| scale[j].ln()).sum(),
            gradient: vec![0.0; p],
            accepted: vec![0.0; p],
            curvature: vec![0.0; p * p],
        }
    }

    /// Adds penalty and derivative to a point at which the workspace stands. Where the information is singular, to
    /// rounding, the penalised likelihood is −∞: what is left of it there is no information, and its logarithm would
    /// make far-off coefficients look likely.
    pub fn add_to(&mut self, rows: &Rows, workspace: &Workspace, ties: Ties, point: &mut Point) {
        let Some(factor) = Cholesky::new(&point.information, rows.p, &self.columns) else {
            point.log_likelihood = f64::NEG_INFINITY;
            return;
        };
        let (trace, size) = half_trace(rows, workspace, ties, &factor.inverse());
        if factor.pivots().zip(&self.columns).any(|(pivot, &j)| pivot < ROUNDING * size[j]) {
            point.log_likelihood = f64::NEG_INFINITY;
            return;
        }
        point.log_likelihood += 0.5 * factor.pivots().map(f64::ln).sum::<f64>() + self.log_scale;
        self.gradient = trace;
        for (g, own) in point.gradient.iter_mut().zip(&self.gradient) {
            *g += own;
        }
    }

    /// A search begins at the point last evaluated.
    pub fn begin(&mut self) {
        self.accepted.clone_from(&self.gradient);
    }

    /// The search moved by `step` to the point last evaluated: what the derivative did on the way corrects the
    /// curvature (symmetric rank one: Nocedal & Wright 2006, section 6.2).
    pub fn learn(&mut self, step: &[f64]) {
        let p = step.len();
        let missed: Vec<f64> = (0..p)
            .map(|i| {
                let predicted: f64 = (0..p).map(|j| self.curvature[i * p + j] * step[j]).sum();
                self.gradient[i] - self.accepted[i] - predicted
            })
            .collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let along = dot(&missed, step);
        if along.abs() > 1e-8 * (dot(&missed, &missed) * dot(step, step)).sqrt() {
            for i in 0..p {
                for j in 0..p {
                    self.curvature[i * p + j] += missed[i] * missed[j] / along;
                }
            }
        }
        self.begin();
    }

    /// Minus the second derivative of the penalised likelihood over the columns `free`, where what was learnt leaves
    /// it positive definite.
    pub fn curved(&self, information: &[f64], free: &[usize]) -> Option<Cholesky> {
        let matrix: Vec<f64> = information.iter().zip(&self.curvature).map(|(i, c)| i - c).collect();
        Cholesky::new(&matrix, self.gradient.len(), free)
    }
}

/// Of the second moments, the share below which a variance is a difference of rounded numbers.
const ROUNDING: f64 = 1e-13;

/// Sums over rows of 1, q, x, q x and x xᵀ, one after the other, times their risk weights.
struct Moments {
    sums: Vec<f64>,
    q: Vec<f64>,
}

impl Moments {
    fn new(p: usize) -> Self {
        Self { sums: vec![0.0; 2 + 2 * p + p * p], q: vec![0.0; p] }
    }

    fn add(&mut self, x: &[f64], risk: f64, v: &[f64]) {
        let p = x.len();
        for (i, q) in self.q.iter_mut().enumerate() {
            *q = x[i] * v[i * p..(i + 1) * p].iter().zip(x).map(|(v, x)| v * x).sum::<f64>();
        }
        let q: f64 = self.q.iter().sum();
        self.sums[0] += risk;
        self.sums[1] += risk * q;
        let (first, second) = self.sums[2..].split_at_mut(2 * p);
        for (i, &xi) in x.iter().enumerate() {
            first[i] += risk * xi;
            first[p + i] += risk * q * xi;
            for (s, xj) in second[i * p..(i + 1) * p].iter_mut().zip(x) {
                *s += risk * xi * xj;
            }
        }
    }

    /// Adds `factor cov(x, (x − x̄)'V(x − x̄))` of `self` to `to`, where only a share of `own` stays.
    fn third_moments(&self, own: &Self, stays: f64, factor: f64, v: &[f64], to: &mut [f64]) {
        let p = to.len();
        // Where nobody else is at risk the difference is 0 and the share keeps its digits, however small it is.
        let left = |s: f64, o: f64| (s - o) + stays * o;
        let unit = left(self.sums[0], own.sums[0]).recip();
        let left: Vec<f64> = self.sums.iter().zip(&own.sums).map(|(&s, &o)| left(s, o) * unit).collect();
        let (q, mean, second) = (left[1], &left[2..2 + p], &left[2 + 2 * p..]);
        let vm: Vec<f64> =
            v.chunks_exact(p).map(|row| row.iter().zip(mean).map(|(v, m)| v * m).sum()).collect();
        let mvm: f64 = mean.iter().zip(&vm).map(|(m, w)| m * w).sum();
        for (i, t) in to.iter_mut().enumerate() {
            let dot: f64 = second[i * p..(i + 1) * p].iter().zip(&vm).map(|(s, w)| s * w).sum();
            *t += factor * (left[2 + p + i] - mean[i] * q - 2.0 * (dot - mean[i] * mvm));
        }
    }
}

/// `½ tr(V ∂I/∂β)` where the workspace stands, and the sum of the second moments that the information is made of.
fn half_trace(rows: &Rows, workspace: &Workspace, ties: Ties, v: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let p = rows.p;
    let (mut trace, mut size) = (vec![0.0; p], vec![0.0; p]);
    let mut steps = workspace.steps.iter();
    for stratum in &rows.strata {
        let recomputed: Vec<bool> = steps.by_ref().take(stratum.ties.len()).map(|s| s.recomputed).collect();
        let mut all = Moments::new(p);
        for change in stratum.backwards() {
            let tie = change.tie;
            let mut own = Moments::new(p);
            for i in change.joining {
                all.add(rows.row(i), workspace.risk[i], v);
                if i < tie.events_end {
                    own.add(rows.row(i), workspace.risk[i], v);
                }
            }
            for &(_, i) in change.not_yet.iter().rev() {
                all.add(rows.row(i), -workspace.risk[i], v);
            }
            if recomputed[change.at] {
                all = Moments::new(p);
                stratum.at_risk(tie).for_each(|i| all.add(rows.row(i), workspace.risk[i], v));
            }
            each_leaving(tie, ties, |l| {
                all.third_moments(&own, l.stays, 0.5 * l.weight, v, &mut trace);
            });
            for (j, s) in size.iter_mut().enumerate() {
                *s += tie.weight * all.sums[2 + 2 * p + j * (p + 1)] / all.sums[0];
            }
        }
    }
    (trace, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::data::groups::Groups;
    use crate::survival::data::right_censored::RightCensored;
    use crate::survival::data::weights::Weights;
    use crate::survival::regression::design::Design;
    use ndarray::Array2;

    /// Ties, late entries (some so late that sums are recomputed), strata and replication weights together.
    fn rows() -> crate::error::Result<Rows> {
        let n = 40;
        let noise = |i: usize, k: u64| ((i as u64 * 2654435761 + k * 40503) % 1009) as f64 / 1009.0;
        let time: Vec<f64> = (0..n).map(|i| 3.0 + (noise(i, 1) * 9.0).floor()).collect();
        let event: Vec<bool> = (0..n).map(|i| noise(i, 2) < 0.6).collect();
        let entry: Vec<f64> =
            (0..n).map(|i| if i % 3 == 0 { (noise(i, 3) * 3.0).floor() } else { 0.0 }).collect();
        let strata: Vec<usize> = (0..n).map(|i| i % 2).collect();
        let weights: Vec<f64> = (0..n).map(|i| [1.0, 2.0, 0.5][i % 3]).collect();
        let data = RightCensored::new(time, event)?
            .with_entry(entry)?
            .with_weights(Weights::replication(weights))?
            .with_strata(Groups::from_codes(&strata, &["a", "b"])?)?;
        let x = Array2::from_shape_fn((n, 3), |(i, j)| noise(i, 4 + j as u64).powi(1 + j as i32) * 2.0);
        Rows::new(&data, &Design::new(&["a", "b", "c"], x.view())?, None)
    }

    #[test]
    fn the_derivative_is_that_of_differences() -> crate::error::Result<()> {
        let rows = rows()?;
        for ties in [Ties::Breslow, Ties::Efron] {
            for columns in [vec![0, 1, 2], vec![0, 2]] {
                let penalised = |beta: &[f64]| {
                    let (mut workspace, mut point) = (Workspace::new(&rows), Point::new(3));
                    workspace.evaluate(&rows, beta, ties, &mut point);
                    let mut firth = Firth::new(&columns, &rows.scale);
                    let plain = point.log_likelihood;
                    firth.add_to(&rows, &workspace, ties, &mut point);
                    (point.log_likelihood - plain, firth.gradient)
                };
                let beta = [0.7, -1.1, 0.4];
                let (_, gradient) = penalised(&beta);
                for j in 0..3 {
                    let at = |h: f64| {
                        let mut moved = beta;
                        moved[j] += h;
                        penalised(&moved).0
                    };
                    // Five points: the error of the rule is h⁴, that of rounding 1e-15 over h.
                    let h = 2e-3;
                    let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                    assert!(
                        (slope - gradient[j]).abs() < 1e-10,
                        "{ties} {columns:?} {j}: {slope} {gradient:?}"
                    );
                }
            }
        }
        Ok(())
    }
}
