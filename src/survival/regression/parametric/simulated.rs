//! Draws of the coefficients from their normal distribution.

use ndarray::Array2;

use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::numeric::symmetric_eigen::symmetric_eigen;

/// Coefficients as they might have been.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draws {
    rows: Vec<Vec<f64>>,
}

impl Draws {
    /// `β + V^½ z`, draw by draw.
    pub fn new(coefficients: &[f64], variance: &Array2<f64>, draws: usize, seed: u64) -> Self {
        let k = coefficients.len();
        let (values, vectors) = symmetric_eigen(variance.iter().copied().collect(), k);
        let one = |draw: usize| {
            let mut random = Random::new(seed, draw as u64);
            let z: Vec<f64> =
                values.iter().map(|v| v.max(0.0).sqrt() * normal_quantile(random.uniform())).collect();
            (0..k).map(|i| coefficients[i] + (0..k).map(|j| vectors[i * k + j] * z[j]).sum::<f64>()).collect()
        };
        Self { rows: (0..draws).map(one).collect() }
    }

    /// The percentiles that hold a share `level` of the values, by R's type 7.
    pub fn percentiles(&self, level: f64, f: impl Fn(&[f64]) -> f64) -> (f64, f64) {
        let mut values: Vec<f64> = self.rows.iter().map(|b| f(b)).collect();
        values.sort_by(f64::total_cmp);
        let at = |p: f64| {
            let place = p * (values.len() - 1) as f64;
            let low = place.floor() as usize;
            let (a, b) = (values[low], values[(low + 1).min(values.len() - 1)]);
            if a == b { a } else { a + (place - low as f64) * (b - a) }
        };
        let outside = 0.5 * (1.0 - level);
        (at(outside), at(1.0 - outside))
    }
}
