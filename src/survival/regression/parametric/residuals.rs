//! Residuals of a parametric model: how far each row is from what was expected of it, and what it does to the fit.

use ndarray::Array2;

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::new_rows::NewRows;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::gradient::row_gradient;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::observations::{OFFSET, Observations};
use crate::survival::regression::parametric::one_row::Limits;

/// A model with the data of its fit, or with others of the same kind: what its residuals need.
///
/// Made by [`ParametricModel::with`]. Rows of residuals are rows of the data; weights do not multiply them, as in R.
///
/// | R's `residuals(survreg)` | here |
/// |---|---|
/// | `dfbeta`, `dfbetas` | [`dfbeta`](Self::dfbeta), [`dfbetas`](Self::dfbetas) |
/// | `ldcase` | [`case_displacement`](Self::case_displacement) |
/// | `response`, `working`, `deviance`, `matrix` | [`location_scale`](Self::location_scale): `response`, `working`, `deviance`, `derivatives` |
/// | `ldresp`, `ldshape` | the same: `response_displacement`, `shape_displacement` |
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// let data = RightCensored::new(&[4.0, 3.0, 1.0, 7.0], &[true, true, false, true])?;
/// let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(4))?;
/// let rows = fit.with(&data, &Design::without_covariates(4))?;
/// // Three events in 15 units of time: a rate of 0.2.
/// assert!((rows.cox_snell()[0] - 0.8).abs() < 1e-9);
/// assert!(rows.martingale().iter().sum::<f64>().abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedRows<'a, D = Family> {
    pub(super) model: &'a ParametricModel<D>,
    pub(super) data: Observations,
    x: Array2<f64>,
    strata: Vec<usize>,
    offset: Option<Vec<f64>>,
}

impl<D: Distribution> ParametricModel<D> {
    /// The model with the observations and covariates of its fit, for residuals.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where these are not the data of the fit, with the part that differs;
    /// [`Error::LengthMismatch`]; [`ModelError::NoCurve`](crate::ModelError::NoCurve) where the likelihood has no maximum; [`Error::UnknownLabel`] for a
    /// stratum that the model does not have; [`Error::Unsupported`] for a background hazard that only one of the two has, or whose
    /// cumulative hazards are not known; those of a design that is not the model's
    /// ([`Design`](crate::survival::Design)).
    pub fn with(&self, data: impl Into<Observations>, rows: &impl NewRows) -> Result<ObservedRows<'_, D>> {
        self.with_curve()?;
        let data = data.into();
        if self.excess != data.background.is_some() {
            let (method, with) = if self.excess {
                ("a residual of a model of the excess hazard", "data without the background hazard")
            } else {
                ("a residual of a model without a background hazard", "data that have one")
            };
            let why = "give the observations of the fit, `with_background` as there";
            return Err(Error::Unsupported { method, with, why });
        }
        if data.background.as_ref().is_some_and(|b| !b.has_cumulative) {
            return Err(Error::Unsupported {
                method: "a residual",
                with: "the rates of a population alone",
                why: "what was expected of a row is the whole hazard up to its time: give the population's cumulative \
                      hazards too (`Background::cumulative`)",
            });
        }
        let x = rows.aligned(&self.recipe)?.into_owned();
        check_len("the design", x.nrows(), "the observations", data.len())?;
        let strata = self.strata_of(&data)?;
        let places = (!self.strata.is_empty()).then_some(&strata[..]);
        let x = x.to_owned();
        let own = data.fingerprint(&x.view(), places, None);
        self.fingerprint.check_but(&own, OFFSET)?;
        Ok(ObservedRows { model: self, data, x, strata, offset: None })
    }

    /// The position of each row's stratum among those of the model.
    fn strata_of(&self, data: &Observations) -> Result<Vec<usize>> {
        if self.strata.is_empty() {
            return Ok(vec![0; data.len()]);
        }
        let known = || self.strata.join(", ");
        let Some(strata) = &data.strata else {
            return Err(Error::Model(ModelError::StratumNeeded { known: known() }));
        };
        let place = |label: &String| {
            let found = self.strata.iter().position(|s| s == label);
            found.ok_or_else(|| Error::UnknownLabel { label: label.clone(), known: known() })
        };
        let places = strata.labels().iter().map(place).collect::<Result<Vec<usize>>>()?;
        Ok(strata.codes().iter().map(|code| places[*code as usize]).collect())
    }
}

impl<D: Distribution> ObservedRows<'_, D> {
    /// The same where numbers were added to the location in the fit.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`ModelError::OtherData`](crate::ModelError::OtherData) where they are not those of the fit.
    pub fn offset(mut self, offset: &[f64]) -> Result<Self> {
        let (len, expected) = (offset.len(), self.len());
        check_len("offset", len, "the observations", expected)?;
        let places = (!self.model.strata.is_empty()).then_some(&self.strata[..]);
        self.model.fingerprint.check(&self.data.fingerprint(&self.x.view(), places, Some(offset)))?;
        self.offset = Some(offset.to_vec());
        Ok(self)
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Are there no rows? Never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        self.x.row(row).to_vec()
    }

    pub(super) fn stratum(&self, row: usize) -> usize {
        self.strata[row]
    }

    /// The working values of the distribution's parameters in a row.
    pub(super) fn parameters(&self, row: usize) -> Vec<f64> {
        let offset = self.offset.as_ref().map_or(0.0, |o| o[row]);
        let model = self.model;
        model.layout.values(&model.coefficients, &self.row(row), self.strata[row], offset)
    }

    /// Lower limit, upper limit, entry, and the time of right truncation.
    pub(super) fn limits(&self, row: usize) -> [f64; 4] {
        let entry = self.data.entry.as_ref().map_or(f64::NEG_INFINITY, |e| e[row]);
        let until = self.data.until.as_ref().map_or(f64::INFINITY, |u| u[row]);
        [self.data.lower[row], self.data.upper[row], entry, until]
    }

    /// The cumulative hazards since entry at the two limits: infinite at an upper limit of ∞. Those of the population are
    /// part of them; right truncation makes them those of the times that could be seen.
    fn hazards(&self, row: usize) -> (f64, f64) {
        let [lower, upper, entry, until] = self.limits(row);
        let (distribution, parameters) = (&self.model.distribution, self.parameters(row));
        let start = if distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
        let hazard = |t: f64| {
            if t <= start {
                0.0
            } else if t == f64::INFINITY {
                f64::INFINITY
            } else {
                -distribution.log_survival(t, &parameters)
            }
        };
        let (entered, ended) = (hazard(entry), hazard(until));
        // −ln (S(t) − S(until))/(S(entry) − S(until)), where there is no truncation the difference of the hazards.
        let left = |t: f64| (-(hazard(t) - ended).exp()).ln_1p();
        let since = |t: f64| {
            let plain = hazard(t) - entered;
            if until == f64::INFINITY || plain.is_infinite() { plain } else { plain + left(entry) - left(t) }
        };
        let [low, high] = self.expected(row);
        (since(lower) + low, since(upper) + high)
    }

    /// The cumulative hazards of the population at the two limits; 0 without one.
    fn expected(&self, row: usize) -> [f64; 2] {
        let Some(expected) = &self.data.background else { return [0.0; 2] };
        let (low, exact) = (expected.constant[row], self.data.lower[row] == self.data.upper[row]);
        [low, if exact { low } else { low + expected.rows[row] }]
    }

    fn each<T>(&self, of: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.len()).map(of).collect()
    }

    /// Martingale residuals: 1 for an event less the cumulative hazard H since entry.
    ///
    /// Of a time within `(L, R]` it is the mean of that, `Δ/(e^Δ − 1) − H(L)` with `Δ = H(R) − H(L)` (Farrington 2000,
    /// Biometrics 56:473), which is `1 − H` where the limits meet and `−H(L)` where the upper one is infinite.
    #[must_use]
    pub fn martingale(&self) -> Vec<f64> {
        self.each(|row| martingale(self.hazards(row)))
    }

    /// Cox-Snell residuals: the cumulative hazard since entry at the observed time, which under the model is a sample
    /// (censored where the time is) of the exponential distribution; its mean over `(L, R]` of a time within limits.
    #[must_use]
    pub fn cox_snell(&self) -> Vec<f64> {
        let one = |row: usize| {
            let (low, high) = self.hazards(row);
            if high == f64::INFINITY { low } else { 1.0 - martingale((low, high)) }
        };
        self.each(one)
    }

    /// Deviance residuals: martingale residuals made symmetric, as in a Cox model (Therneau, Grambsch & Fleming 1990,
    /// Biometrika 77:147).
    ///
    /// Their square is twice what the log likelihood of the row gains where its hazard is multiplied by the number that
    /// suits it best. Those of `survreg`, where the location moves instead, are
    /// [`LocationScaleRows::deviance`](super::LocationScaleRows::deviance); for exponential and Weibull models both are
    /// the same but for the sign, which is that of 1 − H here.
    #[must_use]
    pub fn deviance(&self) -> Vec<f64> {
        let one = |row: usize| {
            let (low, high) = self.hazards(row);
            let half = if high == f64::INFINITY {
                low
            } else if low == high {
                low - 1.0 - low.ln()
            } else {
                // ln(e^−θa − e^−θb) at θ = ln(b/a)/(b − a), less the same at θ = 1
                let own = -low + (-(low - high).exp()).ln_1p();
                let ratio = high / low;
                let best = if low > 0.0 { -ratio.ln() / (ratio - 1.0) + (-1.0 / ratio).ln_1p() } else { 0.0 };
                best - own
            };
            (2.0 * half.max(0.0)).sqrt().copysign(martingale((low, high)))
        };
        self.each(one)
    }

    /// The derivatives of each row's log likelihood in the coefficients: they sum to 0 (times their weights).
    #[must_use]
    pub fn score(&self) -> Array2<f64> {
        let model = self.model;
        let mut scores = Array2::zeros((self.len(), model.coefficients.len()));
        for row in 0..self.len() {
            let [lower, upper, entry, until] = self.limits(row);
            let background = self.data.background.as_ref().map_or(0.0, |b| b.rows[row]);
            let limits = Limits { lower, upper, entry, until, background };
            let (_, inner) = row_gradient(&model.distribution, &self.parameters(row), limits);
            let x = self.row(row);
            for (k, c) in model.layout.coefficients.iter().enumerate() {
                scores[(row, k)] = inner[c.parameter] * c.factor.of(&x, self.strata[row]);
            }
        }
        scores
    }

    /// What the coefficients would lose without each row, to first order: the score times the inverse information.
    #[must_use]
    pub fn dfbeta(&self) -> Array2<f64> {
        self.score().dot(&self.model.model_variance)
    }

    /// The same in standard errors.
    #[must_use]
    pub fn dfbetas(&self) -> Array2<f64> {
        let mut changes = self.dfbeta();
        for (k, mut column) in changes.columns_mut().into_iter().enumerate() {
            let error = self.model.model_variance[(k, k)].sqrt();
            column.mapv_inplace(|x| if error > 0.0 { x / error } else { 0.0 });
        }
        changes
    }

    /// By how much the fit would move without each row: `s V s'` of its score s (Cook's likelihood displacement; Escobar &
    /// Meeker 1992, Biometrics 48:507).
    #[must_use]
    pub fn case_displacement(&self) -> Vec<f64> {
        self.displacement(&self.score())
    }

    pub(super) fn displacement(&self, scores: &Array2<f64>) -> Vec<f64> {
        let moved = scores.dot(&self.model.model_variance);
        let pairs = scores.rows().into_iter().zip(moved.rows());
        pairs.map(|(score, moved)| score.dot(&moved)).collect()
    }
}

/// `Δ/(e^Δ − 1) − H(L)`
fn martingale((low, high): (f64, f64)) -> f64 {
    let between = high - low;
    let share = if between == 0.0 {
        1.0
    } else if between > 700.0 {
        0.0
    } else {
        between / between.exp_m1()
    };
    share - low
}
