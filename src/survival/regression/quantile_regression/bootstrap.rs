//! Standard errors from samples with replacement.

use super::method::QuantileMethod;
use super::process;
use super::rows::{Drawn, Rows};
use crate::numeric::random::Random;

/// Of each τ of a path how many samples reach it, and the covariance of their coefficients (lower triangles).
#[derive(Debug, Clone, Default)]
pub(super) struct Errors {
    pub reached: Vec<usize>,
    pub covariance: Vec<f64>,
}

pub(super) fn run(
    rows: &Rows,
    (method, grid): (QuantileMethod, &[f64]),
    path: &[Vec<f64>],
    (samples, seed): (usize, u64),
) -> Errors {
    let (p, grid) = (rows.columns.p, &grid[..path.len()]);
    let triangle = p * (p + 1) / 2;
    let mut reached = vec![0; path.len()];
    // Sums of differences from the estimate, so that nothing is lost where it is far from 0.
    let (mut sums, mut squares) = (vec![0.0; path.len() * p], vec![0.0; path.len() * triangle]);
    let full: Vec<Vec<f64>> = path.iter().map(|b| rows.columns.original(b)).collect();
    for sample in 0..samples {
        let weight = draw(rows, &mut Random::new(seed, sample as u64));
        for (k, b) in process::run(rows, &weight, method, grid).iter().enumerate() {
            let apart: Vec<f64> =
                rows.columns.original(b).iter().zip(&full[k]).map(|(b, whole)| b - whole).collect();
            reached[k] += 1;
            let mut at = k * triangle;
            for a in 0..p {
                sums[k * p + a] += apart[a];
                for c in 0..=a {
                    squares[at] += apart[a] * apart[c];
                    at += 1;
                }
            }
        }
    }
    let mut covariance = vec![0.0; path.len() * triangle];
    for (k, &m) in reached.iter().enumerate().filter(|(_, m)| **m > 1) {
        let (m, mut at) = (m as f64, k * triangle);
        for a in 0..p {
            for c in 0..=a {
                covariance[at] = (squares[at] - sums[k * p + a] * sums[k * p + c] / m) / (m - 1.0);
                at += 1;
            }
            covariance[at - 1] = covariance[at - 1].max(0.0);
        }
    }
    Errors { reached, covariance }
}

/// The weights of one sample.
fn draw(rows: &Rows, random: &mut Random) -> Vec<f64> {
    let n = rows.len();
    let mut counts = vec![0.0; n];
    match &rows.drawn {
        Drawn::Rows => {
            (0..n).for_each(|_| counts[random.below(n)] += 1.0);
            counts.iter().zip(&rows.weight).map(|(c, w)| c * w).collect()
        }
        Drawn::Subjects => {
            let mut upto: Vec<f64> = Vec::with_capacity(n);
            let total = rows.weight.iter().fold(0.0, |sum, w| {
                upto.push(sum + w);
                sum + w
            });
            for _ in 0..total.round() as usize {
                let at = total * random.uniform();
                counts[upto.partition_point(|u| *u <= at).min(n - 1)] += 1.0;
            }
            counts
        }
        Drawn::Clusters(ids, clusters) => {
            let mut times = vec![0.0; *clusters];
            (0..*clusters).for_each(|_| times[random.below(*clusters)] += 1.0);
            (0..n).map(|i| rows.weight[i] * times[ids[i] as usize]).collect()
        }
    }
}
