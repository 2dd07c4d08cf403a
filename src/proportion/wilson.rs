//! Wilson's limits: the probabilities that the score test does not reject.

/// `(2x + z² ± z √(z² + 4x(1 − x/n)))/(2(n + z²))`. The lower limit is the complement of the upper one of the
/// complement, so that both keep their digits and 0 and n are exact.
pub(super) fn limits(x: f64, n: f64, z: f64) -> (f64, f64) {
    let root = z * (z * z + 4.0 * x * (n - x) / n).sqrt();
    // By the product of the roots, x²/(n(n + z²)), without the difference.
    let upper = |x: f64| (2.0 * x + z * z + root) / (2.0 * (n + z * z));
    let lower = if x == 0.0 { 0.0 } else { x * x / (n * (n + z * z)) / upper(x) };
    let upper = if x == n { 1.0 } else { upper(x) };
    (lower, upper)
}
