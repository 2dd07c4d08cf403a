//! The baseline hazard, and curves predicted from it.

use super::super::data::RightCensored;
use super::super::interval::{ConfidenceInterval, Interval};
use super::design::Design;
use super::model::CoxModel;
use super::residuals::risk_sums;
use crate::error::{Error, Result};

/// The baseline cumulative hazard of each stratum, by the model's own rule for ties: Breslow's `Σ d/S0`, or
/// Efron's, in which tied events leave one after the other. With it goes all that a predicted curve needs, so a
/// baseline can be stored, read back and used without the data.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Baseline {
    coefficients: Vec<f64>,
    variance: Vec<f64>,
    means: Vec<f64>,
    strata: Vec<StratumHazard>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct StratumHazard {
    label: Option<String>,
    times: Vec<f64>,
    /// At the means, cumulative.
    hazard: Vec<f64>,
    variance: Vec<f64>,
    /// `∫ (mean over the risk set − means) dH`, times × covariates.
    drift: Vec<f64>,
}

/// The predicted curve of one covariate row in one stratum: a step function at the event times.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PredictedCurve {
    times: Vec<f64>,
    hazard: Vec<f64>,
    std_error: Vec<f64>,
}

impl CoxModel {
    /// The baseline hazard. `data` and `design` are those of the fit.
    ///
    /// # Errors
    /// As [`residuals`](Self::residuals).
    pub fn baseline(&self, data: &RightCensored, design: &Design) -> Result<Baseline> {
        let (rows, workspace) = self.at_estimates(data, design)?;
        let p = rows.p;
        let sums = risk_sums(&rows, &workspace);
        // exp(shift) was taken out of every risk weight.
        let unit = (-workspace.shift).exp();
        let mut first = 0;
        let mut strata = Vec::with_capacity(rows.strata.len());
        for stratum in &rows.strata {
            let mut out = StratumHazard {
                label: data.strata().map(|s| s.labels()[stratum.code].clone()),
                times: stratum.ties.iter().map(|t| t.time).collect(),
                hazard: Vec::with_capacity(stratum.ties.len()),
                variance: Vec::with_capacity(stratum.ties.len()),
                drift: Vec::with_capacity(stratum.ties.len() * p),
            };
            let (mut hazard, mut variance, mut drift) = (0.0, 0.0, vec![0.0; p]);
            for k in first..first + stratum.ties.len() {
                let step = workspace.steps[k];
                let [a, b, _] = step.square;
                let per_risk = unit / step.at_risk;
                let (all, own) = sums[k * 2 * p..(k + 1) * 2 * p].split_at(p);
                hazard += unit * step.all;
                variance += a * per_risk * per_risk;
                for j in 0..p {
                    drift[j] += per_risk * (a * all[j] - b * own[j]) * rows.scale[j];
                }
                out.hazard.push(hazard);
                out.variance.push(variance);
                out.drift.extend_from_slice(&drift);
            }
            first += stratum.ties.len();
            strata.push(out);
        }
        Ok(Baseline {
            coefficients: self.coefficients.clone(),
            variance: self.reported().to_vec(),
            means: rows.centre.clone(),
            strata,
        })
    }
}

impl Baseline {
    /// The number of strata with rows.
    #[must_use]
    pub fn strata(&self) -> usize {
        self.strata.len()
    }

    /// The label of a stratum, if the data had strata.
    #[must_use]
    pub fn label(&self, stratum: usize) -> Option<&str> {
        self.strata.get(stratum).and_then(|s| s.label.as_deref())
    }

    /// The (weighted) means of the covariates, at which the hazard is centred.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The curve of a covariate row in a stratum (0 without strata).
    ///
    /// `H(t | x) = exp((x − x̄)'β) H(t | x̄)`; its variance is `exp(2(x − x̄)'β) [Σ d/S0² + q'Vq]` with
    /// `q = ∫ (E(s) − x) dH(s)`, E the mean over the risk set (Tsiatis 1981; Link 1984, Biometrics 40:601).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidCovariate`]; [`Error::OutOfRange`] for a stratum that is not there.
    pub fn curve(&self, x: &[f64], stratum: usize) -> Result<PredictedCurve> {
        let p = self.coefficients.len();
        if x.len() != p {
            return Err(Error::LengthMismatch {
                argument: "x",
                len: x.len(),
                other: "the model",
                expected: p,
            });
        }
        if let Some((index, &value)) = x.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::InvalidCovariate { covariate: "x".into(), index, value });
        }
        let Some(base) = self.strata.get(stratum) else {
            let must_be = "the position of a stratum with rows";
            return Err(Error::OutOfRange { argument: "stratum", value: stratum as f64, must_be });
        };
        let d: Vec<f64> = x.iter().zip(&self.means).map(|(x, m)| x - m).collect();
        let ratio = d.iter().zip(&self.coefficients).map(|(d, b)| d * b).sum::<f64>().exp();
        let mut curve = PredictedCurve {
            times: base.times.clone(),
            hazard: base.hazard.iter().map(|h| ratio * h).collect(),
            std_error: Vec::with_capacity(base.times.len()),
        };
        for (k, (&h, &v)) in base.hazard.iter().zip(&base.variance).enumerate() {
            let q: Vec<f64> = (0..p).map(|j| base.drift[k * p + j] - d[j] * h).collect();
            let form: f64 =
                (0..p).map(|i| (0..p).map(|j| q[i] * self.variance[i * p + j] * q[j]).sum::<f64>()).sum();
            curve.std_error.push(ratio * (v + form).max(0.0).sqrt());
        }
        Ok(curve)
    }

    /// The cumulative hazard at covariates of 0 (R's `basehaz(centered = FALSE)`), as times and values.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn at_zero(&self, stratum: usize) -> Result<PredictedCurve> {
        self.curve(&vec![0.0; self.coefficients.len()], stratum)
    }
}

impl PredictedCurve {
    /// The event times.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The cumulative hazard just after each event time.
    #[must_use]
    pub fn cumulative_hazard(&self) -> &[f64] {
        &self.hazard
    }

    /// The standard error of the cumulative hazard, which is that of log S.
    #[must_use]
    pub fn std_error(&self) -> &[f64] {
        &self.std_error
    }

    fn index(&self, t: f64) -> Option<usize> {
        self.times.partition_point(|&x| x <= t).checked_sub(1)
    }

    /// H(t) and its standard error.
    #[must_use]
    pub fn hazard_at(&self, t: f64) -> (f64, f64) {
        self.index(t).map_or((0.0, 0.0), |i| (self.hazard[i], self.std_error[i]))
    }

    /// S(t) = exp(−H(t)).
    #[must_use]
    pub fn survival_at(&self, t: f64) -> f64 {
        (-self.hazard_at(t).0).exp()
    }

    /// A pointwise interval for S(t).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval_at(&self, t: f64, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        let (h, se) = self.hazard_at(t);
        Ok(ConfidenceInterval::new(interval.limits(z, (-h).exp(), se, se), interval.confidence_level()))
    }
}
