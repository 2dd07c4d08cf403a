//! What is finite of a model whose likelihood has no maximum.

#[cfg(feature = "serde")]
use crate::error::{Error, Result};
use crate::survival::regression::cox::model::wald;
#[cfg(feature = "serde")]
use crate::survival::regression::stored::refuse;
use crate::survival::regression::term::TestResult;

/// The limit of a monotone likelihood. The coefficients are those of one of many points at which it is largest; a contrast
/// has a value if it is the same at all of them: if it is at right angles to the directions along which the limit is flat. If
/// it rises along none of them, or falls along none, it is −∞ or +∞.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(in crate::survival::regression) struct LimitPart {
    pub directions: Vec<Vec<f64>>,
    /// Are they the extreme rays of the cone, and not only a basis of what it spans?
    pub extreme: bool,
    pub coefficients: Vec<f64>,
    pub model_variance: Vec<f64>,
    pub robust_variance: Option<Vec<f64>>,
}

/// Of the size of what is summed, a product that is rounding.
const ROUNDING: f64 = 1e-7;

/// Of the size of what is summed, a variance that is rounding.
const CANCELLED: f64 = 1e-13;

/// Does a contrast rise, and does it fall, along some of the directions?
pub(in crate::survival::regression) fn movement(directions: &[Vec<f64>], contrast: &[f64]) -> [bool; 2] {
    let (mut rises, mut falls) = (false, false);
    for d in directions {
        let product: f64 = d.iter().zip(contrast).map(|(d, c)| d * c).sum();
        let size: f64 = d.iter().zip(contrast).map(|(d, c)| (d * c).abs()).sum();
        rises |= product > ROUNDING * size;
        falls |= product < -ROUNDING * size;
    }
    [rises, falls]
}

/// `c'Vc`; 0 where it is what rounding leaves of a sum that cancels.
pub(in crate::survival::regression) fn variance_of(contrast: &[f64], v: &[f64]) -> f64 {
    let p = contrast.len();
    let (mut form, mut size) = (0.0, 0.0);
    for (i, a) in contrast.iter().enumerate().filter(|(_, a)| **a != 0.0) {
        for (b, v) in contrast.iter().zip(&v[i * p..(i + 1) * p]) {
            form += a * v * b;
            size += (a * v * b).abs();
        }
    }
    if form > CANCELLED * size { form } else { 0.0 }
}

#[cfg(feature = "serde")]
impl LimitPart {
    /// Is it one of a model of so many terms, whose variance is robust or not?
    pub fn check(&self, p: usize, robust: bool) -> Result<()> {
        let lengths =
            self.directions.iter().map(Vec::len).chain([self.coefficients.len()]).map(|len| (len, p));
        let variances = [Some(&self.model_variance), self.robust_variance.as_ref()];
        let variances = variances.into_iter().flatten().map(|v| (v.len(), p * p));
        if let Some((len, expected)) = lengths.chain(variances).find(|(len, expected)| len != expected) {
            return Err(Error::LengthMismatch {
                argument: "a part of the limit",
                len,
                other: "the terms",
                expected,
            });
        }
        let too_many = !self.extreme && self.directions.len() > p;
        if self.robust_variance.is_some() != robust || too_many {
            return refuse("the limit", self.directions.len() as f64, "that of the model");
        }
        let numbers = self.directions.iter().flatten().chain(&self.coefficients);
        let numbers = numbers.chain(&self.model_variance).chain(self.robust_variance.iter().flatten());
        match numbers.copied().find(|x| !x.is_finite()) {
            Some(value) => refuse("a number of the limit", value, "finite"),
            None => Ok(()),
        }
    }
}

impl LimitPart {
    pub fn reported(&self) -> &[f64] {
        self.robust_variance.as_deref().unwrap_or(&self.model_variance)
    }

    /// Wald's test of all finite contrasts of some coefficients.
    pub fn wald(&self, which: &[usize], initial: &[f64], robust: bool) -> TestResult {
        let p = self.coefficients.len();
        let contrasts = self.finite_contrasts(which);
        let value =
            |c: &Vec<f64>| -> f64 { (0..p).map(|j| c[j] * (self.coefficients[j] - initial[j])).sum() };
        let covariance = |v: &[f64], a: &[f64], b: &[f64]| -> f64 {
            (0..p).flat_map(|i| (0..p).map(move |j| (i, j))).map(|(i, j)| a[i] * v[i * p + j] * b[j]).sum()
        };
        let of = |v: &[f64]| -> Vec<f64> {
            contrasts.iter().flat_map(|a| contrasts.iter().map(move |b| covariance(v, a, b))).collect()
        };
        let b: Vec<f64> = contrasts.iter().map(value).collect();
        wald::wald(&b, [&of(&self.model_variance), &of(self.reported())], robust)
    }

    /// A basis of the contrasts of some coefficients that have a value: the null space of the directions there, by
    /// elimination with full pivots.
    fn finite_contrasts(&self, which: &[usize]) -> Vec<Vec<f64>> {
        // Each coefficient in units of the furthest that a direction moves it.
        let unit: Vec<f64> = which
            .iter()
            .map(|&j| self.directions.iter().fold(0.0_f64, |m, d| m.max(d[j].abs())))
            .map(|m| if m > 0.0 { m.recip() } else { 1.0 })
            .collect();
        let mut equations: Vec<Vec<f64>> = self
            .directions
            .iter()
            .map(|d| which.iter().zip(&unit).map(|(&j, u)| d[j] * u).collect())
            .collect();
        let mut bound: Vec<usize> = Vec::new();
        for row in 0..equations.len() {
            let places = (row..equations.len()).flat_map(|r| (0..which.len()).map(move |c| (r, c)));
            let largest = places
                .filter(|(_, c)| !bound.contains(c))
                .max_by(|a, b| equations[a.0][a.1].abs().total_cmp(&equations[b.0][b.1].abs()));
            let Some((r, c)) = largest.filter(|&(r, c)| equations[r][c].abs() > ROUNDING) else { break };
            equations.swap(row, r);
            let pivot = equations[row][c];
            equations[row].iter_mut().for_each(|x| *x /= pivot);
            let own = equations[row].clone();
            for (_, other) in equations.iter_mut().enumerate().filter(|(k, _)| *k != row) {
                let factor = other[c];
                other.iter_mut().zip(&own).for_each(|(x, o)| *x -= factor * o);
            }
            bound.push(c);
        }
        let p = self.coefficients.len();
        (0..which.len())
            .filter(|c| !bound.contains(c))
            .map(|c| {
                let mut contrast = vec![0.0; p];
                contrast[which[c]] = unit[c];
                for (row, &b) in bound.iter().enumerate() {
                    if equations[row][c].abs() > ROUNDING {
                        contrast[which[b]] = -equations[row][c] * unit[b];
                    }
                }
                contrast
            })
            .collect()
    }
}
