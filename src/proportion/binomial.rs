//! The binomial probabilities of all counts.

/// `P(X = x)` for x = 0 … n, from the most probable outwards by the ratio of neighbours: each holds a relative error
/// of some n roundings, and those below the smallest number are 0.
pub(crate) fn probabilities(n: u64, p: f64) -> Vec<f64> {
    let len = n as usize + 1;
    let mut weights = vec![0.0; len];
    let mode = (((n as f64 + 1.0) * p) as usize).min(n as usize);
    let odds = p / (1.0 - p);
    weights[mode] = 1.0;
    for x in mode + 1..len {
        weights[x] = weights[x - 1] * odds * (n as f64 - x as f64 + 1.0) / x as f64;
    }
    for x in (0..mode).rev() {
        weights[x] = weights[x + 1] / odds * (x as f64 + 1.0) / (n as f64 - x as f64);
    }
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|w| w / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::probabilities;
    use approx::assert_relative_eq;

    /// R 4.2.2: `dbinom(x, n, p)`.
    #[test]
    fn probabilities_are_those_of_r() {
        assert_eq!(probabilities(3, 0.0), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(probabilities(3, 1.0), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(probabilities(2, 0.5), [0.25, 0.5, 0.25]);
        assert_relative_eq!(probabilities(9, 1.0 / 9.0)[2], 0.19487217156447292, max_relative = 1e-13);
        assert_relative_eq!(probabilities(1000, 0.3)[200], 2.1054954139013632e-13, max_relative = 1e-11);
    }
}
