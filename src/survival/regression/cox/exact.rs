//! The discrete partial likelihood: which d of the n at risk have the event (Cox 1972; SAS `TIES=DISCRETE`).
//!
//! The denominator of a tie is the elementary symmetric polynomial of degree d of the risk weights over the
//! risk set. It, its gradient and its Hessian follow from a recursion that adds one subject at a time (Gail,
//! Lubin & Rubinstein 1981, Biometrika 68:703): O(n d p²) per tie.

use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Tie;
use crate::survival::regression::cox::tie_moments::TieMoments;

/// The moments of each event time at `beta`, in the order of strata and ties. The workspace keeps the linear predictor.
pub(super) fn each_tie(
    rows: &Rows,
    beta: &[f64],
    workspace: &mut Workspace,
    mut visit: impl FnMut(&Tie, TieMoments),
) {
    let p = rows.p;
    rows.linear_predictor(beta, &mut workspace.eta);
    let eta = &workspace.eta;
    let (mut mean, mut covariance) = (vec![0.0; p], vec![0.0; p * p]);
    for stratum in &rows.strata {
        for tie in &stratum.ties {
            let d = tie.events_end - tie.start;
            let at_risk: Vec<usize> = stratum.at_risk(tie).collect();
            let shift = at_risk.iter().map(|&i| eta[i]).fold(f64::NEG_INFINITY, f64::max);
            let mut sums = Sums::new(d, p);
            for &i in &at_risk {
                sums.add((eta[i] - shift).exp(), rows.row(i));
            }
            let own: f64 = eta[tie.start..tie.events_end].iter().map(|e| e - shift).sum();
            let value = sums.value[d];
            for (m, v) in mean.iter_mut().zip(&sums.first[d * p..]) {
                *m = v / value;
            }
            let second = &sums.second[d * p * p..(d + 1) * p * p];
            for a in 0..p {
                for b in 0..p {
                    covariance[a * p + b] = second[a * p + b] / value - mean[a] * mean[b];
                }
            }
            let log_likelihood = own - (value.ln() + sums.log_scale);
            visit(tie, TieMoments { log_likelihood, mean: &mean, covariance: &covariance });
        }
    }
}

/// The symmetric polynomials of degree 0 to d with their first and second derivatives.
struct Sums {
    d: usize,
    p: usize,
    value: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    /// What has been divided out, as a logarithm: the polynomials outgrow every number.
    log_scale: f64,
}

impl Sums {
    fn new(d: usize, p: usize) -> Self {
        let mut value = vec![0.0; d + 1];
        value[0] = 1.0;
        let (first, second) = (vec![0.0; (d + 1) * p], vec![0.0; (d + 1) * p * p]);
        Self { d, p, value, first, second, log_scale: 0.0 }
    }

    fn add(&mut self, r: f64, x: &[f64]) {
        let p = self.p;
        for k in (1..=self.d).rev() {
            let (lower, upper) = self.second.split_at_mut(k * p * p);
            let before = &lower[(k - 1) * p * p..];
            let (g, b) = (&self.first[(k - 1) * p..k * p], self.value[k - 1]);
            for i in 0..p {
                for j in 0..p {
                    upper[i * p + j] += r * (before[i * p + j] + x[i] * g[j] + g[i] * x[j] + x[i] * x[j] * b);
                }
            }
            for j in 0..p {
                self.first[k * p + j] += r * (self.first[(k - 1) * p + j] + x[j] * b);
            }
            self.value[k] += r * b;
        }
        let largest = self.value.iter().copied().fold(0.0, f64::max);
        if largest > 1e200 {
            for v in self.value.iter_mut().chain(&mut self.first).chain(&mut self.second) {
                *v /= largest;
            }
            self.log_scale += largest.ln();
        }
    }
}
