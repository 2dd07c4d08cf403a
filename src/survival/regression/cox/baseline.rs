//! The baseline hazard, and curves predicted from it.

#[cfg(feature = "serde")]
mod stored;

use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::kalbfleisch_prentice::log_factor;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::score::risk_sums;
use crate::survival::regression::design::Design;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// How the baseline is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BaselineMethod {
    /// Breslow (1972): the hazard is `Σ d/S0`, survival `exp(−H)`.
    Breslow,
    /// Efron (1977): tied events leave one after the other, survival is `exp(−H)`.
    Efron,
    /// Kalbfleisch & Prentice (1973): survival is the product of the factors that maximise the likelihood of a
    /// discrete hazard. Without covariates it is the Kaplan-Meier estimate. The cumulative hazard, and the standard
    /// errors, are Breslow's, as in R (`stype = 1`), but R adds a Greenwood term to the latter that depends on where
    /// the covariates are centred.
    KalbfleischPrentice,
}

impl From<Ties> for BaselineMethod {
    /// The baseline that goes with a likelihood. (With exact ties: Breslow's.)
    fn from(ties: Ties) -> Self {
        if ties == Ties::Efron { Self::Efron } else { Self::Breslow }
    }
}

/// The baseline cumulative hazard and survival of each stratum, by a [`BaselineMethod`]. With it goes all that a
/// predicted curve needs, so a baseline can be stored, read back and used without the data.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawBaseline"))]
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
    /// −log S at the means where S is a product; what is missing at the end is infinite.
    product: Option<Vec<f64>>,
    variance: Vec<f64>,
    /// `∫ (mean over the risk set − means) dH`, times × covariates.
    drift: Vec<f64>,
}

/// The predicted curve of one covariate row in one stratum: a step function at the event times.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawCurve"))]
pub struct PredictedCurve {
    times: Vec<f64>,
    hazard: Vec<f64>,
    survival: Vec<f64>,
    std_error: Vec<f64>,
}

impl CoxModel {
    /// The baseline by the model's own rule for ties. `data` and `design` are those of the fit.
    ///
    /// # Errors
    /// As [`residuals`](Self::residuals).
    pub fn baseline(&self, data: &RightCensored, design: &Design) -> Result<Baseline> {
        self.baseline_by(self.ties().into(), data, design)
    }

    /// The baseline by a method of choice. `data` and `design` are those of the fit.
    ///
    /// # Errors
    /// As [`residuals`](Self::residuals).
    ///
    /// # Example
    /// Two events of six, and a covariate that tells nothing: Kalbfleisch and Prentice give Kaplan and Meier.
    /// ```
    /// use greenwood::survival::{BaselineMethod, CoxPh, Design, RightCensored};
    /// use ndarray::array;
    ///
    /// let data = RightCensored::new(&[1., 1., 2., 2., 3., 3.], &[true, true, false, false, true, true])?;
    /// let x = array![[0.], [1.], [0.], [1.], [0.], [1.]];
    /// let design = Design::new(&["x"], x.view())?;
    /// let fit = CoxPh::new().fit(&data, &design)?;
    /// let baseline = fit.baseline_by(BaselineMethod::KalbfleischPrentice, &data, &design)?;
    /// let curve = baseline.curve(&[0.0], 0)?;
    /// assert!((curve.survival_at(1.0) - 4.0 / 6.0).abs() < 1e-12);
    /// assert_eq!(curve.survival_at(3.0), 0.0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn baseline_by(
        &self,
        method: BaselineMethod,
        data: &RightCensored,
        design: &Design,
    ) -> Result<Baseline> {
        let ties = if method == BaselineMethod::Efron { Ties::Efron } else { Ties::Breslow };
        let (rows, workspace) = self.hazards_by(ties, data, design)?;
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
                product: (method == BaselineMethod::KalbfleischPrentice).then(Vec::new),
                variance: Vec::with_capacity(stratum.ties.len()),
                drift: Vec::with_capacity(stratum.ties.len() * p),
            };
            let (mut hazard, mut product, mut variance, mut drift) = (0.0, 0.0, 0.0, vec![0.0; p]);
            for (k, tie) in (first..).zip(&stratum.ties) {
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
                if let Some(values) = &mut out.product {
                    product += unit * log_factor(&rows, &workspace, stratum, tie, step);
                    if product.is_finite() {
                        values.push(product);
                    }
                }
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
        let fall = base.product.as_ref().unwrap_or(&base.hazard);
        let mut curve = PredictedCurve {
            times: base.times.clone(),
            hazard: base.hazard.iter().map(|h| ratio * h).collect(),
            survival: fall.iter().map(|h| (-ratio * h).exp()).collect(),
            std_error: Vec::with_capacity(base.times.len()),
        };
        curve.survival.resize(base.times.len(), 0.0);
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

    /// The survival just after each event time.
    #[must_use]
    pub fn survival(&self) -> &[f64] {
        &self.survival
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

    /// S(t): `exp(−H(t))`, or the product of Kalbfleisch and Prentice.
    #[must_use]
    pub fn survival_at(&self, t: f64) -> f64 {
        self.index(t).map_or(1.0, |i| self.survival[i])
    }

    /// A pointwise interval for S(t).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval_at(&self, t: f64, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let interval = interval.into();
        let z = interval.z()?;
        let (s, se) = (self.survival_at(t), self.hazard_at(t).1);
        Ok(ConfidenceInterval::new(interval.limits(z, s, se, se), interval.confidence_level()))
    }
}
