//! How much a row counts, and what that means.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::survival::data::column::Column;

/// What a weight stands for. The two kinds share their estimates and differ in their variances, so the kind
/// is declared and never guessed.
///
/// A weight is finite and at least 0; one of 0 leaves the row in the data and out of every sum.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored, Weights};
///
/// let data = RightCensored::new(&[1.0, 2.0], &[true, false])?;
/// let repeated = KaplanMeier::fit(&data.clone().with_weights(Weights::replication(&[2.0, 2.0]))?).at(1.0);
/// let sampled = KaplanMeier::fit(&data.with_weights(Weights::sampling(&[2.0, 2.0]))?).at(1.0);
/// assert_eq!(repeated.value()?, sampled.value()?); // two of four, or one of two
/// assert!((repeated.std_error()? - 0.25).abs() < 1e-15); // √(½ · ½ / 4): four subjects
/// assert!((sampled.std_error()? - 0.125_f64.sqrt()).abs() < 1e-15); // √(½ · ½ / 2): two subjects
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Weights<'a> {
    /// A weight of k stands for k identical subjects (frequencies; fractions are allowed). Variances are the
    /// model-based ones with weighted counts: the result is that of the row repeated k times.
    Replication(Cow<'a, [f64]>),
    /// A weight corrects for unequal chances of being observed (survey, inverse probability of treatment or
    /// censoring). Variances are robust: the infinitesimal jackknife over subjects, or over clusters.
    Sampling(Cow<'a, [f64]>),
}

impl<'a> Weights<'a> {
    /// Weights that repeat rows.
    pub fn replication(weights: impl Column<'a, f64>) -> Self {
        Self::Replication(weights.into_cow())
    }

    /// Weights that correct for unequal sampling.
    pub fn sampling(weights: impl Column<'a, f64>) -> Self {
        Self::Sampling(weights.into_cow())
    }

    /// One weight per subject.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        match self {
            Self::Replication(w) | Self::Sampling(w) => w,
        }
    }

    pub(super) fn map(&self, values: Vec<f64>) -> Weights<'static> {
        match self {
            Self::Replication(_) => Weights::Replication(Cow::Owned(values)),
            Self::Sampling(_) => Weights::Sampling(Cow::Owned(values)),
        }
    }
}

/// The largest sum of weights: its square, which variances need, is a number.
const LARGEST_SUM: f64 = 1e150;

/// What is wrong with the first weight that is none. One above 0 that has lost digits (below 2.3e-308) would leave ratios of counts
/// that are no ratios.
pub(crate) fn check_weights(weights: &[f64]) -> Result<()> {
    let is_one = |w: f64| w == 0.0 || (f64::MIN_POSITIVE..f64::INFINITY).contains(&w);
    if let Some(index) = weights.iter().position(|&w| !is_one(w)) {
        return Err(Error::InvalidWeight { index, value: weights[index] });
    }
    let sum: f64 = weights.iter().sum();
    if sum > LARGEST_SUM { Err(Error::HugeWeights { sum }) } else { Ok(()) }
}
