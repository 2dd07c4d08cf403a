//! Clopper and Pearson's limit: where the observed or more has the probability of one tail.

use crate::numeric::beta::Beta;

/// The lower limit: `P(X ≥ x) = tail`, a quantile of the beta distribution of x and n − x + 1; 0 without events.
pub(super) fn lower(x: f64, n: f64, tail: f64) -> f64 {
    if x == 0.0 { 0.0 } else { Beta::new(x, n - x + 1.0).quantile(tail) }
}

/// `P(X ≥ x)` among n with probability p, for any x.
pub(super) fn at_least(x: f64, n: f64, p: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x > n {
        0.0
    } else {
        Beta::new(x, n - x + 1.0).cdf(p)
    }
}

/// `P(X ≤ x)` among n with probability p, for any x.
pub(super) fn at_most(x: f64, n: f64, p: f64) -> f64 {
    if x < 0.0 {
        0.0
    } else if x >= n {
        1.0
    } else {
        Beta::new(x + 1.0, n - x).sf(p)
    }
}
