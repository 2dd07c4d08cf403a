//! From the mean and variance of a statistic to its power, and back.

use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::multivariate_normal::{max_tail, outside};
use crate::numeric::root;

/// The distribution of a statistic with n subjects.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Law {
    /// `√n` times an estimate per subject, which is normal about its mean; rejected where it passes `z` times `null`.
    Normal { mean: f64, null: f64, own: f64 },
    /// The largest of several statistics: their means per `√n`, their correlations where there is no effect, and their
    /// covariances (row-major); the variance of the first score per subject.
    Largest { means: Vec<f64>, null: Vec<f64>, own: Vec<f64>, first: f64 },
}

impl Law {
    /// Are its means finite and its variances above 0?
    pub(super) fn is_usable(&self) -> bool {
        match self {
            Self::Normal { mean, null, own } => {
                mean.is_finite() && *null > 0.0 && *own > 0.0 && null.is_finite() && own.is_finite()
            }
            Self::Largest { means, null, own, .. } => {
                means.iter().chain(null).chain(own).all(|x| x.is_finite())
                    && (0..means.len()).all(|a| own[a * means.len() + a] > 0.0)
            }
        }
    }

    /// The statistic beyond which the test rejects.
    pub(super) fn critical(&self, alpha: f64, sides: u32) -> f64 {
        match self {
            Self::Normal { .. } => normal_quantile(1.0 - alpha / f64::from(sides)),
            Self::Largest { means, null, .. } => {
                let low = if sides == 2 { 1e-9 } else { -9.0 };
                root::find(low, 38.0, |c| max_tail(null, means.len(), c, sides == 2).value - alpha)
            }
        }
    }

    /// The expected statistic with one subject; the largest of several.
    pub(super) fn drift(&self, sides: u32) -> f64 {
        match self {
            Self::Normal { mean, null, .. } if sides == 2 => mean.abs() / null,
            Self::Normal { mean, null, .. } => mean / null,
            Self::Largest { means, .. } => {
                means.iter().map(|m| if sides == 2 { m.abs() } else { *m }).fold(f64::NEG_INFINITY, f64::max)
            }
        }
    }

    pub(super) fn power(&self, n: f64, critical: f64, sides: u32) -> f64 {
        let root = n.sqrt();
        match self {
            Self::Normal { mean, null, own } => {
                let mean = if sides == 2 { mean.abs() } else { *mean };
                normal_sf((critical * null - root * mean) / own)
            }
            Self::Largest { means, own, .. } => {
                let m = means.len();
                let sd: Vec<f64> = (0..m).map(|a| own[a * m + a].sqrt()).collect();
                let bound = |sign: f64| (0..m).map(|a| (sign * critical - root * means[a]) / sd[a]).collect();
                let upper: Vec<f64> = bound(1.0);
                let lower: Vec<f64> = if sides == 2 { bound(-1.0) } else { vec![f64::NEG_INFINITY; m] };
                let correlation: Vec<f64> = (0..m * m)
                    .map(|k| {
                        let (a, b) = (k / m, k % m);
                        if a == b { 1.0 } else { (own[k] / (sd[a] * sd[b])).clamp(-1.0, 1.0) }
                    })
                    .collect();
                outside(&correlation, &lower, &upper).value
            }
        }
    }

    /// The number of subjects with this power.
    pub(super) fn subjects(&self, power: f64, critical: f64, sides: u32) -> Result<f64> {
        let drift = self.drift(sides);
        // A mean that is the rounding error of an integral is none.
        if !(drift > 1e-9) {
            return Err(Error::OutOfRange {
                argument: "the expected statistic",
                value: drift,
                must_be: "above 0: under these hazards the test shows no benefit of the experimental arm; check which arm \
                          is which, or take another test",
            });
        }
        match self {
            Self::Normal { mean, null, own } => {
                Ok(((critical * null + normal_quantile(power) * own) / mean.abs()).max(0.0).powi(2))
            }
            Self::Largest { .. } => {
                let of = |n: f64| self.power(n, critical, sides) - power;
                let mut high = ((critical.max(0.0) + 3.0) / drift).powi(2);
                while of(high) < 0.0 && high < 1e15 {
                    high *= 2.0;
                }
                Ok(root::find(0.0, high, of))
            }
        }
    }
}
