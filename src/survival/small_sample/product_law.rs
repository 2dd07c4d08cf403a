//! The law of a product of beta variables, without simulation.
//!
//! `Beta(n − d + 1, d)` is a product of `Beta(n − k, 1) = U^{1/(n − k)}` for k = 0 … d − 1, so −log of the
//! whole product is a sum of exponential variables with the rates `n − k`: the time that a pure death process
//! takes. Its distribution is found by uniformisation (Jensen 1953): a chain that makes a step at every tick
//! of a Poisson clock, of which only sums of positive numbers are needed, so both tails keep their digits.

use statrs::function::gamma::ln_gamma;

/// A sum of independent exponential variables, as the ticks of a clock see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExponentialSum {
    rate: f64,
    /// P(sum not over after k ticks) and P(over), for k = 0, 1, …
    waiting: Vec<f64>,
    over: Vec<f64>,
}

impl ExponentialSum {
    /// `rates` are above 0.
    pub(super) fn new(rates: &[f64]) -> Self {
        let rate = rates.iter().copied().fold(0.0, f64::max);
        let stages = rates.len();
        let mut at = vec![0.0; stages];
        if let Some(first) = at.first_mut() {
            *first = 1.0;
        }
        let (mut waiting, mut over) = (vec![f64::from(u8::from(stages > 0))], vec![0.0]);
        let mut finished = 0.0;
        // 1e-18 of the probability left: below what any quantile asked for can see.
        while waiting[waiting.len() - 1] > 1e-18 {
            for i in (0..stages).rev() {
                let leaving = at[i] * (rates[i] / rate);
                at[i] -= leaving;
                match at.get_mut(i + 1) {
                    Some(next) => *next += leaving,
                    None => finished += leaving,
                }
            }
            waiting.push(at.iter().sum());
            over.push(finished);
        }
        Self { rate, waiting, over }
    }

    /// P(sum ≤ x) and P(sum > x).
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        let mean = self.rate * x;
        if !(mean > 0.0) {
            return (self.over[0], self.waiting[0]);
        }
        // Poisson weights outwards from the mode until they vanish.
        let mode = mean.floor();
        let peak = (mode * mean.ln() - mean - ln_gamma(mode + 1.0)).exp();
        let (mut below, mut above) = (0.0, 0.0);
        let mut add = |k: f64, weight: f64| {
            let k = k as usize;
            match self.over.get(k) {
                Some(over) => {
                    below += weight * over;
                    above += weight * self.waiting[k];
                }
                None => below += weight,
            }
        };
        let (mut k, mut weight) = (mode, peak);
        while weight > 1e-25 * peak {
            add(k, weight);
            k += 1.0;
            weight *= mean / k;
        }
        (k, weight) = (mode, peak);
        while k > 0.0 && weight > 1e-25 * peak {
            weight *= k / mean;
            k -= 1.0;
            add(k, weight);
        }
        (below, above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Rates 9, 8, 7 are those of Beta(7, 3): P(X > e^−t) by R 4.2.2, pbeta(exp(-t), 7, 3, lower = FALSE).
    #[test]
    fn without_censoring_the_product_is_a_beta() {
        let sum = ExponentialSum::new(&[9.0, 8.0, 7.0]);
        let beta = crate::numeric::beta::Beta::new(7.0, 3.0);
        for t in [0.01, 0.1, 0.3567, 1.0, 3.0] {
            let (below, above) = sum.tails(t);
            assert_relative_eq!(below, beta.sf((-t).exp()), max_relative = 1e-11);
            assert_relative_eq!(above, beta.cdf((-t).exp()), max_relative = 1e-11);
        }
    }

    #[test]
    fn equal_rates_are_a_gamma() {
        // P(Gamma(2, 3) ≤ 1) = 1 − e^−3 (1 + 3)
        let (below, _) = ExponentialSum::new(&[3.0, 3.0]).tails(1.0);
        assert_relative_eq!(below, 1.0 - 4.0 * (-3f64).exp(), max_relative = 1e-12);
    }
}
