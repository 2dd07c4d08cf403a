//! The Finkelstein-Schoenfeld test.

use crate::numeric::distribution::normal_two_sided;
use crate::survival::contrast::win_ratio::comparison::Compared;

/// The Finkelstein-Schoenfeld test: each subject's wins less losses against everybody, summed over the first
/// group, with its permutation variance. With one endpoint it is Gehan's test. Within strata "everybody" is everybody of the
/// stratum.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct FinkelsteinSchoenfeld {
    statistic: f64,
    variance: f64,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    statistic: f64,
    variance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for FinkelsteinSchoenfeld {
    type Error = crate::error::Error;

    fn try_from(Raw { statistic, variance }: Raw) -> crate::error::Result<Self> {
        if !(statistic.is_finite() && (0.0..f64::INFINITY).contains(&variance)) {
            let must_be = "at least 0 and finite, and the statistic finite";
            return Err(Self::Error::OutOfRange { argument: "the variance", value: variance, must_be });
        }
        Ok(Self { statistic, variance })
    }
}

impl FinkelsteinSchoenfeld {
    /// Sums over the strata of statistic and variance.
    pub(super) fn new(compared: &[Compared]) -> Self {
        let none = Self { statistic: 0.0, variance: 0.0 };
        compared.iter().filter(|c| !c.subjects.contains(&0)).fold(
            none,
            |sum, Compared { tally, subjects, .. }| {
                let (n1, n0) = (subjects[0] as f64, subjects[1] as f64);
                let n = n1 + n0;
                // Comparisons inside a group cancel in its sum: T is wins less losses against the other group.
                let statistic: f64 = tally.net[..subjects[0]].iter().map(|&u| u as f64).sum();
                let squares: f64 = tally.net.iter().map(|&u| (u as f64).powi(2)).sum();
                let variance = n1 * n0 / (n * (n - 1.0)) * squares;
                Self { statistic: sum.statistic + statistic, variance: sum.variance + variance }
            },
        )
    }

    /// T: wins less losses of the first group.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its variance over all permutations of the groups (within strata), `n₁n₀/(N(N − 1)) Σ U²` (summed over them).
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// T over its standard deviation. Returns `None` if all pairs are tied.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.statistic / self.variance.sqrt())
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }
}
