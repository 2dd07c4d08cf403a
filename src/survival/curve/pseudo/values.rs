//! Pseudo-values, the estimates that they belong to and their errors.

use ndarray::{Array2, ArrayView2};

#[cfg(feature = "serde")]
use crate::error::{Error, Result, check_len};
use crate::numeric::sums::Sum;

/// Pseudo-values by row of the data and time, and the estimates that they belong to. Made by
/// [`Pseudo`](crate::survival::curve::Pseudo).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct PseudoValues {
    times: Vec<f64>,
    estimate: Vec<f64>,
    values: Array2<f64>,
    weights: Vec<f64>,
    /// Under sampling weights or clusters: what is independent of each other, numbered from 0.
    units: Option<Vec<u32>>,
}

impl PseudoValues {
    pub(crate) fn new(times: &[f64], estimate: Vec<f64>, values: Array2<f64>, weights: Vec<f64>) -> Self {
        Self { times: times.to_vec(), estimate, values, weights, units: None }
    }

    /// With rows that are independent of each other by units alone, or of sampling weights.
    pub(crate) fn with_units(self, units: Option<Vec<u32>>) -> Self {
        Self { units, ..self }
    }

    /// What a unit of the weight of each subject adds to the estimate, `(pᵢ − θ)/n`, n the sum of the weights: with [`Pseudo::infinitesimal`](crate::survival::curve::Pseudo::infinitesimal) the influence function
    /// (R: `residuals(survfit)`), else what leaving the subject out takes away, times `(n − 1)/n`.
    #[must_use]
    pub fn influence(&self) -> Array2<f64> {
        let n: f64 = self.weights.iter().sum();
        Array2::from_shape_fn(self.values.dim(), |(i, k)| (self.values[[i, k]] - self.estimate[k]) / n)
    }

    /// The times, as they were given.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The estimate at each time.
    #[must_use]
    pub fn estimate(&self) -> &[f64] {
        &self.estimate
    }

    /// The pseudo-values: one row for each row of the data, one column for each time.
    #[must_use]
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// The jackknife standard error of each estimate, `√(Σ (pᵢ − p̄)²/(n (n − 1)))`; `None` with one subject alone. With
    /// sampling weights or clusters the robust one, `√(Σ_clusters (Σ wᵢ (pᵢ − θ)/n)²)`, n the sum of the weights.
    ///
    /// # References
    /// Tukey (1958), Ann Math Stat 29:614.
    #[must_use]
    pub fn std_errors(&self) -> Option<Vec<f64>> {
        let n: f64 = self.weights.iter().sum();
        if let Some(units) = &self.units {
            let count = units.iter().max().map_or(0, |&u| u as usize + 1);
            let columns = self.values.columns().into_iter().zip(&self.estimate);
            let robust = columns.map(|(column, theta)| {
                let mut sums = vec![0.0; count];
                for ((p, w), &unit) in column.iter().zip(&self.weights).zip(units) {
                    sums[unit as usize] += w * (p - theta) / n;
                }
                sums.iter().map(|u| u * u).collect::<Sum>().value().sqrt()
            });
            return (count > 1).then(|| robust.collect());
        }
        let one = |column: ndarray::ArrayView1<f64>| {
            // In a unit of which the square is a number: times may be near the largest one.
            let largest = column.iter().fold(0.0_f64, |m, p| m.max(p.abs()));
            let unit = if (1e-140..1e140).contains(&largest) || largest == 0.0 { 1.0 } else { largest };
            let weighted = || column.iter().map(|p| p / unit).zip(&self.weights);
            let mean = weighted().map(|(p, w)| p * w).collect::<Sum>().value() / n;
            let squares = weighted().map(|(p, w)| w * (p - mean).powi(2)).collect::<Sum>().value();
            (unit * (squares / (n * (n - 1.0))).sqrt()).min(f64::MAX)
        };
        (n > 1.0).then(|| self.values.columns().into_iter().map(one).collect())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    times: Vec<f64>,
    estimate: Vec<f64>,
    values: Vec<f64>,
    weights: Vec<f64>,
    #[serde(default)]
    units: Option<Vec<u32>>,
}

#[cfg(feature = "serde")]
impl From<PseudoValues> for Raw {
    fn from(from: PseudoValues) -> Self {
        let PseudoValues { times, estimate, values, weights, units } = from;
        Self { times, estimate, values: values.into_iter().collect(), weights, units }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for PseudoValues {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { times, estimate, values, weights, units } = raw;
        check_len("estimate", estimate.len(), "times", times.len())?;
        if let Some(&value) = weights.iter().find(|w| !(0.0..f64::INFINITY).contains(*w)) {
            return Err(Error::OutOfRange { argument: "weights", value, must_be: "finite and at least 0" });
        }
        if !(weights.iter().sum::<f64>() > 0.0) && !weights.is_empty() {
            return Err(Error::ZeroWeights);
        }
        if let Some(units) = &units {
            check_len("units", units.len(), "weights", weights.len())?;
            let count = units.len();
            if let Some((index, &code)) = units.iter().enumerate().find(|(_, u)| **u as usize >= count) {
                return Err(Error::InvalidCode { index, code: code as usize, labels: count });
            }
        }
        let (len, expected) = (values.len(), times.len() * weights.len());
        let values = Array2::from_shape_vec((weights.len(), times.len()), values).map_err(|_| {
            Error::LengthMismatch { argument: "values", len, other: "weights by times", expected }
        })?;
        Ok(Self { times, estimate, values, weights, units })
    }
}
