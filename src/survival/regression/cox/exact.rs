//! The discrete partial likelihood: which d of the n at risk have the event (Cox 1972; SAS `TIES=DISCRETE`).
//!
//! The denominator of a tie is the elementary symmetric polynomial of degree d of the risk weights over the
//! risk set. It, its gradient and its Hessian follow from a recursion that adds one subject at a time (Gail,
//! Lubin & Rubinstein 1981, Biometrika 68:703): O(n d p²) per tie.

use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;

/// The log likelihood, gradient and information at `beta`. The workspace keeps the linear predictor.
pub(super) fn evaluate(rows: &Rows, beta: &[f64], workspace: &mut Workspace, point: &mut Point) {
    let p = rows.p;
    rows.linear_predictor(beta, &mut workspace.eta);
    let eta = &workspace.eta;
    point.log_likelihood = 0.0;
    point.gradient.fill(0.0);
    point.information.fill(0.0);
    for stratum in &rows.strata {
        for tie in &stratum.ties {
            let d = tie.events_end - tie.start;
            let at_risk: Vec<usize> = stratum.at_risk(tie).collect();
            let shift = at_risk.iter().map(|&i| eta[i]).fold(f64::NEG_INFINITY, f64::max);
            let mut sums = Sums::new(d, p);
            for &i in &at_risk {
                sums.add((eta[i] - shift).exp(), rows.row(i));
            }
            for i in tie.start..tie.events_end {
                point.log_likelihood += eta[i] - shift;
                for (g, x) in point.gradient.iter_mut().zip(rows.row(i)) {
                    *g += x;
                }
            }
            let value = sums.value[d];
            point.log_likelihood -= value.ln() + sums.log_scale;
            let mean: Vec<f64> = sums.first[d * p..(d + 1) * p].iter().map(|v| v / value).collect();
            for (g, m) in point.gradient.iter_mut().zip(&mean) {
                *g -= m;
            }
            let second = &sums.second[d * p * p..(d + 1) * p * p];
            for a in 0..p {
                for b in 0..p {
                    point.information[a * p + b] += second[a * p + b] / value - mean[a] * mean[b];
                }
            }
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
