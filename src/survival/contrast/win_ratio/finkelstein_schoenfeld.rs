//! The Finkelstein-Schoenfeld test.

use crate::numeric::distribution::normal_two_sided;
use crate::survival::contrast::win_ratio::pairs::Tally;

/// The Finkelstein-Schoenfeld test: each subject's wins less losses against everybody, summed over the first
/// group, with its permutation variance. With one endpoint it is Gehan's test.
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
    pub(super) fn new(tally: &Tally, subjects: [usize; 2]) -> Self {
        let (n1, n0) = (subjects[0] as f64, subjects[1] as f64);
        let n = n1 + n0;
        // Comparisons inside a group cancel in its sum: T is wins less losses against the other group.
        let statistic = tally.net[..subjects[0]].iter().map(|&u| u as f64).sum();
        let squares: f64 = tally.net.iter().map(|&u| (u as f64).powi(2)).sum();
        Self { statistic, variance: n1 * n0 / (n * (n - 1.0)) * squares }
    }

    /// T: wins less losses of the first group.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its variance over all permutations of the groups, `n₁n₀/(N(N − 1)) Σ U²`.
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
