//! What the exact likelihoods say of one event time.

/// What one event time adds to the log likelihood, its score and its information.
pub(super) struct TieMoments<'a> {
    pub log_likelihood: f64,
    /// What is taken off `Σ w x` over the events to make the score: of the discrete likelihood `E Σ x`, over all choices of d of
    /// those at risk, each with the product of its risk weights.
    pub mean: &'a [f64],
    /// Minus the second derivative, row-major: of the discrete likelihood `Cov Σ x`.
    pub covariance: &'a [f64],
}
