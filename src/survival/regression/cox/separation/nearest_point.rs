//! The point of the cone of the differences that is nearest to a vector.
//!
//! The nearest point is found by nonnegative least squares (Lawson & Hanson 1974, chapter 23), which asks at each step for
//! the one pair that is violated most: one pass over the rows instead of all pairs.

use crate::survival::regression::cox::separation::pairs::Pairs;
use crate::survival::regression::cox::separation::vectors::{add, dot, norm};

/// Of the length of a difference, what is left of it where it depends on others.
const DEPENDENT: f64 = 1e-10;
/// Of the size of what was summed: an `r` that is rounding.
const NOTHING: f64 = 1e-10;

impl Pairs<'_> {
    /// A direction of the cone along which a contrast falls. Returns `None` if there is none: where the contrast is a
    /// combination of the pairs.
    pub fn along_which_falls(&self, contrast: &[f64]) -> Option<Vec<f64>> {
        let minus: Vec<f64> = self.free.iter().map(|&j| -contrast[j]).collect();
        self.residual(&minus, norm(&minus))
    }

    /// What is left of `v` once the nearest point of −K is taken away, of length 1: a direction of the cone. Returns
    /// `None` if nothing is left, measured by `size`.
    pub(super) fn residual(&self, v: &[f64], size: f64) -> Option<Vec<f64>> {
        let k = self.free.len();
        let mut left = v.to_vec();
        let mut active: Vec<(usize, usize)> = Vec::new();
        let mut generators: Vec<Vec<f64>> = Vec::new();
        let mut share: Vec<f64> = Vec::new();
        // Lawson and Hanson's steps shorten what is left each time; a multiple of the dimension is ample.
        for _ in 0..100 + 50 * k {
            if norm(&left) <= NOTHING * size {
                return None;
            }
            let Some(pair) = self.most_violated(&left) else { break };
            let generator = self.difference(pair);
            if dot(&generator, &left) >= 0.0 || active.contains(&pair) {
                break;
            }
            active.push(pair);
            generators.push(generator);
            share.push(0.0);
            loop {
                let (best, rest) = least_squares(&generators, v);
                if best.iter().all(|&b| b > 0.0) {
                    (share, left) = (best, rest);
                    break;
                }
                // As far towards the best as all shares stay positive; the first to reach 0 leaves.
                let reach = share.iter().zip(&best).filter(|(_, b)| **b <= 0.0).map(|(s, b)| s / (s - b));
                let reach = reach.fold(1.0, f64::min);
                for (s, b) in share.iter_mut().zip(&best) {
                    *s += reach * (b - *s);
                }
                let leaves = (0..best.len())
                    .filter(|&c| best[c] <= 0.0)
                    .min_by(|&a, &b| share[a].total_cmp(&share[b]));
                let Some(at) = leaves else { break };
                active.remove(at);
                generators.remove(at);
                share.remove(at);
            }
        }
        let length = norm(&left);
        (length > NOTHING * size).then(|| left.iter().map(|x| x / length).collect())
    }
}

/// The shares s for which `v + Σ s g` is shortest, and that sum, by Gram and Schmidt's orthogonal vectors, twice for their
/// digits. A vector that depends on earlier ones has the share −1, so that it leaves.
fn least_squares(generators: &[Vec<f64>], v: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let m = generators.len();
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(m);
    let mut upper = vec![vec![0.0; m]; m];
    for (c, g) in generators.iter().enumerate() {
        let mut q = g.clone();
        for _ in 0..2 {
            for (r, b) in basis.iter().enumerate() {
                let part = dot(b, &q);
                upper[r][c] += part;
                add(&mut q, b, -part);
            }
        }
        let length = norm(&q);
        if length <= DEPENDENT * norm(g) {
            let mut shares = vec![1.0; m];
            shares[c] = -1.0;
            return (shares, v.to_vec());
        }
        upper[c][c] = length;
        basis.push(q.iter().map(|x| x / length).collect());
    }
    let mut left = v.to_vec();
    let mut shares: Vec<f64> = basis
        .iter()
        .map(|b| {
            let part = dot(b, &left);
            add(&mut left, b, -part);
            -part
        })
        .collect();
    for r in (0..m).rev() {
        for c in r + 1..m {
            shares[r] -= upper[r][c] * shares[c];
        }
        shares[r] /= upper[r][r];
    }
    // What is left may be far shorter than v: at right angles to all once more.
    for b in &basis {
        let part = dot(b, &left);
        add(&mut left, b, -part);
    }
    (shares, left)
}
