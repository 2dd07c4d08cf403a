//! Two-stage and multi-stage adaptive tests: the p-values of separate stages in one statistic.

use crate::error::{Error, Result};
use crate::numeric::distribution::{chi_square_sf, normal_quantile};
use crate::numeric::root;
use crate::trial::design::checks;

/// The inverse normal combination: `Z = Σ √wₖ Φ⁻¹(1 − pₖ) / √Σ wₖ` with weights fixed in advance.
///
/// With weights in proportion to the planned information of the stages the statistics are those of a group-sequential
/// trial, and keep its bounds whatever is changed at the looks: sizes, strata, arms.
///
/// # Example
/// ```
/// use greenwood::trial::design::InverseNormal;
///
/// let z = InverseNormal::new(&[0.5, 0.5])?.statistics(&[0.1, 0.02])?;
/// assert!((z[1] - 2.358413583999).abs() < 1e-12);       // R: sum(qnorm(1 - c(0.1, 0.02))) / sqrt(2)
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Lehmacher & Wassmer (1999), Biometrics 55:1286. Cui, Hung & Wang (1999), Biometrics 55:853.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InverseNormal {
    weights: Vec<f64>,
}

impl InverseNormal {
    /// The weight of each stage: its share of the planned information.
    ///
    /// # Errors
    /// [`Error::Empty`] without weights; [`Error::OutOfRange`] for one that is not above 0.
    pub fn new(weights: &[f64]) -> Result<Self> {
        if weights.is_empty() {
            return Err(Error::Empty { argument: "weights" });
        }
        weights.iter().try_for_each(|&w| checks::positive("weights", w))?;
        Ok(Self { weights: weights.to_vec() })
    }

    /// The statistic after each stage, from the one-sided p-values of the stages so far.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for more p-values than stages; [`Error::OutOfRange`] for a p-value outside (0, 1).
    pub fn statistics(&self, p_values: &[f64]) -> Result<Vec<f64>> {
        if p_values.len() > self.weights.len() {
            let (len, expected) = (p_values.len(), self.weights.len());
            return Err(Error::LengthMismatch { argument: "p_values", len, other: "weights", expected });
        }
        check_p(p_values)?;
        let (mut sum, mut squares) = (0.0, 0.0);
        let stages = p_values.iter().zip(&self.weights);
        Ok(stages
            .map(|(&p, &w)| {
                // The upper tail as it is: 1 − p would lose a small p.
                sum -= w.sqrt() * normal_quantile(p);
                squares += w;
                sum / squares.sqrt()
            })
            .collect())
    }
}

fn check_p(p_values: &[f64]) -> Result<()> {
    p_values.iter().try_for_each(|&p| checks::inside("p_values", p))
}

/// Fisher's product test of two stages: reject at stage 1 where `p₁ ≤ α₁`, stop for futility where `p₁ > α₀`, and else
/// reject where `p₁ p₂ ≤ c`.
///
/// `c = exp(−½ χ²₄(1 − α))`, and `α₁` solves `α₁ + c (ln α₀ − ln α₁) = α`, so that the error is exactly α. Without a stop for
/// futility α₀ is 1. Where the product cannot reach c any more, `p₁ ≤ c`, stage 1 has rejected: `c < α₁`.
///
/// # Example
/// ```
/// use greenwood::trial::design::FisherCombination;
///
/// let test = FisherCombination::new(0.025, 0.5)?;
/// assert!((test.critical_product() - 0.0038).abs() < 5e-5);      // Bauer & Köhne (1994), table 1
/// assert!((test.first_stage_level() - 0.0102).abs() < 5e-5);
/// assert_eq!(test.conditional_error(0.1)?, test.critical_product() / 0.1);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Bauer & Köhne (1994), Biometrics 50:1029.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FisherCombination {
    futility: f64,
    first: f64,
    product: f64,
}

impl FisherCombination {
    /// The one-sided error of the whole test, and the p-value of stage 1 above which it stops for futility.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an error outside (0, 1), or a bound for futility that is not above it and at most 1.
    pub fn new(alpha: f64, futility: f64) -> Result<Self> {
        checks::inside("alpha", alpha)?;
        if !(futility > alpha && futility <= 1.0) {
            let (argument, value) = ("futility", futility);
            return Err(Error::OutOfRange { argument, value, must_be: "above alpha and at most 1" });
        }
        let quantile = root::find(0.0, 1500.0, |x| alpha - chi_square_sf(x, 4));
        let product = (-quantile / 2.0).exp();
        let first = root::find(product, alpha, |a| a + product * (futility.ln() - a.ln()) - alpha);
        Ok(Self { futility, first, product })
    }

    /// The level of stage 1, α₁.
    #[must_use]
    pub fn first_stage_level(&self) -> f64 {
        self.first
    }

    /// The product of the p-values at or below which stage 2 rejects.
    #[must_use]
    pub fn critical_product(&self) -> f64 {
        self.product
    }

    /// The level of stage 2 given the p-value of stage 1: 1 where that has rejected, 0 where it stopped for futility.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a p-value outside (0, 1).
    pub fn conditional_error(&self, first: f64) -> Result<f64> {
        check_p(&[first])?;
        Ok(if first <= self.first {
            1.0
        } else if first > self.futility {
            0.0
        } else {
            self.product / first
        })
    }

    /// Do the two stages reject?
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a p-value outside (0, 1).
    pub fn rejects(&self, first: f64, second: f64) -> Result<bool> {
        check_p(&[second])?;
        Ok(second <= self.conditional_error(first)?)
    }
}
