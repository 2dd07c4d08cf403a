//! Large sparse symmetric positive definite systems without a factor of their own: the method of conjugate gradients (Hestenes &
//! Stiefel 1952), on the factor of what lies near the diagonal.
//!
//! Meant for matrices whose elements off the diagonal are at most 0 and whose row sums are at least 0: leaving out some off the
//! diagonal keeps such a matrix positive definite, and the number of steps is the root of how much they hold.

use super::envelope::Envelope;

/// Elements no further from the diagonal than this are in the factor.
const NEAR: usize = 8;
/// Of the size of the right side, what is left of it.
const TOLERANCE: f64 = 1e-12;
const MOST: usize = 1000;

/// A symmetric matrix as its diagonal and the pairs off it.
#[derive(Debug, Clone)]
pub(crate) struct Sparse {
    diagonal: Vec<f64>,
    /// Row, column before it, element; one place may come more than once.
    pairs: Vec<(u32, u32, f64)>,
    near: Envelope,
}

impl Sparse {
    /// `None` where a diagonal element is not above 0.
    pub(crate) fn new(diagonal: Vec<f64>, pairs: Vec<(u32, u32, f64)>) -> Option<Self> {
        let is_near = |&(i, j, _): &&(u32, u32, f64)| (i - j) as usize <= NEAR;
        let first: Vec<usize> = (0..diagonal.len()).map(|i| i.saturating_sub(NEAR)).collect();
        let mut near = Envelope::new(&first);
        diagonal.iter().enumerate().for_each(|(i, &d)| near.add(i, i, d));
        pairs.iter().filter(is_near).for_each(|&(i, j, v)| near.add(i as usize, j as usize, v));
        near.factor()?;
        Some(Self { diagonal, pairs, near })
    }

    fn product(&self, x: &[f64]) -> Vec<f64> {
        let mut product: Vec<f64> = self.diagonal.iter().zip(x).map(|(d, x)| d * x).collect();
        for &(i, j, v) in &self.pairs {
            product[i as usize] += v * x[j as usize];
            product[j as usize] += v * x[i as usize];
        }
        product
    }

    /// Solves to the last digits but four.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let mut x = vec![0.0; b.len()];
        let mut left = b.to_vec();
        let mut turned = self.near.solve(&left);
        let mut direction = turned.clone();
        let mut size = dot(&left, &turned);
        let enough = TOLERANCE * TOLERANCE * size;
        for _ in 0..MOST {
            if !(size > enough) {
                break;
            }
            let product = self.product(&direction);
            let step = size / dot(&direction, &product);
            if !step.is_finite() {
                break;
            }
            x.iter_mut().zip(&direction).for_each(|(x, d)| *x += step * d);
            left.iter_mut().zip(&product).for_each(|(l, p)| *l -= step * p);
            turned = self.near.solve(&left);
            let next = dot(&left, &turned);
            let keep = next / size;
            direction.iter_mut().zip(&turned).for_each(|(d, t)| *d = t + keep * *d);
            size = next;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// The Laplacian of a ring with long chords, raised a little.
    #[test]
    fn far_elements_are_found_by_steps() {
        let n = 60usize;
        let (mut diagonal, mut pairs) = (vec![0.05; n], Vec::new());
        for i in 0..n {
            for (j, v) in [((i + 1) % n, 3.0), ((i + 23) % n, 1.0)] {
                pairs.push((i.max(j) as u32, i.min(j) as u32, -v));
                diagonal[i] += v;
                diagonal[j] += v;
            }
        }
        let b: Vec<f64> = (0..n).map(|i| ((i * i) % 7) as f64 - 3.0).collect();
        let matrix = Sparse::new(diagonal, pairs).unwrap();
        let product = matrix.product(&matrix.solve(&b));
        for (p, b) in product.iter().zip(&b) {
            assert_relative_eq!(p, b, epsilon = 1e-10);
        }
    }
}
