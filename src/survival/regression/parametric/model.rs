//! What was fitted.

use std::collections::HashMap;

use ndarray::{Array1, Array2};

use crate::error::{NotEstimable, Result};
use crate::survival::data::groups::Groups;
use crate::survival::regression::design::Design;
use crate::survival::regression::fingerprint::PartsFingerprint;
use crate::survival::regression::new_rows::{NewColumns, NewRow};
use crate::survival::regression::parametric::distribution::{Distribution, Parameter};
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::infinite::{Flat, is_at_right_angles};
use crate::survival::regression::parametric::layout::{Factor, Layout};
use crate::survival::regression::parametric::likelihood::Problem;
use crate::survival::regression::parametric::observations::Observations;
use crate::survival::regression::parametric::prepared::Prepared;
use crate::survival::regression::parametric::search::Found;
use crate::survival::regression::parametric::stop::ParametricStop;
#[cfg(feature = "serde")]
use crate::survival::regression::parametric::stored;
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// A fitted parametric model.
///
/// Coefficients of a location-scale family stand in the order of `survreg`: `(Intercept)`, covariates, then the log scale of
/// each stratum. Those of the others stand as in flexsurv: every parameter's own value, then the covariates of the
/// location, then those of the other parameters, `shape(age)`.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// let data = RightCensored::new(&[4.0, 3.0, 1.0, 7.0, 2.0, 5.0], &[true, true, true, false, true, true])?;
/// let design = Design::builder().numeric("age", &[61.0, 48.0, 70.0, 52.0, 66.0, 59.0]).build()?;
/// let fit = Parametric::new(Family::Weibull).fit(&data, &design)?;
/// assert!(fit.stop().is_success());
/// assert_eq!(fit.names(), ["(Intercept)", "age", "log(scale)"]);
///
/// let patient = fit.predict(&fit.row().numeric("age", 60.0))?;
/// let half = patient.quantile(0.5)?;
/// assert!((patient.survival(half.value())?.value() - 0.5).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawModel<D>"))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "D: Distribution + serde::Deserialize<'de>")))]
pub struct ParametricModel<D = Family> {
    pub(super) distribution: D,
    pub(super) recipe: Recipe,
    pub(super) layout: Layout,
    pub(super) coefficients: Vec<f64>,
    pub(super) variance: Array2<f64>,
    pub(super) model_variance: Array2<f64>,
    pub(super) determined: Vec<bool>,
    /// Directions of the coefficients along which the likelihood rises without end: first the way that it was followed, then
    /// a basis of all.
    pub(super) flat: Vec<Vec<f64>>,
    pub(super) strata: Vec<String>,
    pub(super) log_likelihood: f64,
    pub(super) rows: usize,
    pub(super) counted: f64,
    pub(super) events: usize,
    pub(super) last_time: f64,
    pub(super) robust: bool,
    pub(super) excess: bool,
    pub(super) iterations: usize,
    pub(super) stop: ParametricStop,
    /// Of the data of the fit.
    pub(super) fingerprint: PartsFingerprint,
}

/// What a fit hands over.
pub(super) struct Fitted<'a, 'd, D> {
    pub distribution: D,
    /// The same in the parameters of the search.
    pub searched: D,
    pub layout: Layout,
    pub prepared: Prepared,
    pub found: Found,
    pub data: &'a Observations,
    pub design: &'a Design<'d>,
    pub offset: Option<&'a [f64]>,
}

impl<D: Distribution> ParametricModel<D> {
    pub(super) fn new(fitted: Fitted<D>) -> Self {
        let Fitted { distribution, searched, layout, prepared, found, data, design, offset } = fitted;
        let k = layout.len();
        let (a, b) = prepared.way_back();
        let coefficients = (a.dot(&Array1::from(found.theta.clone())) + b).to_vec();
        // Where the search ended at a point that is no maximum, there is no variance: zeros, as of what is undetermined.
        let inner = found.point.variance(&found.determined, found.flat.as_ref());
        let inner = inner.unwrap_or_else(|| vec![0.0; k * k]);
        let inner = Array2::from_shape_fn((k, k), |(i, j)| inner[i * k + j]);
        let model_variance = a.dot(&inner).dot(&a.t());
        let robust = data.is_robust();
        let variance = if robust {
            let problem = Problem { distribution: &searched, rows: &prepared.rows, layout: &prepared.layout };
            sandwich(&a.dot(&inner), &problem.scores(&found.theta), data.clusters.as_deref())
        } else {
            model_variance.clone()
        };
        // What has overflowed is no variance, and NaN would be equal to nothing.
        let known = variance.iter().chain(&model_variance).all(|v| v.is_finite());
        let (variance, model_variance) =
            if known { (variance, model_variance) } else { (Array2::zeros((k, k)), Array2::zeros((k, k))) };
        // A covariate's column in the intercept's row spreads what is undetermined.
        let alone = |i: usize| known && (0..k).all(|j| a[(i, j)] == 0.0 || found.determined[j]);
        let flat: Vec<Vec<f64>> = found.flat.iter().flat_map(Flat::told).collect();
        let determined = (0..k)
            .map(|i| alone(i) && flat.iter().all(|d| is_at_right_angles(&a.row(i).to_vec(), d)))
            .collect();
        let flat = flat.into_iter().map(|d| a.dot(&Array1::from(d)).to_vec()).collect();
        let [counted, _] = data.sizes();
        let uses_strata = layout.coefficients.iter().any(|c| matches!(c.factor, Factor::Stratum(_)));
        let strata = data.strata.as_ref().filter(|_| uses_strata).map_or(Vec::new(), |s| s.labels().to_vec());
        let last_time = data.last_time();
        let places = data.strata.as_ref().filter(|_| uses_strata).map(Groups::codes);
        let places = places.map(|codes| codes.iter().map(|&c| c as usize).collect::<Vec<_>>());
        let fingerprint = data.fingerprint(&design.matrix(), places.as_deref(), offset);
        Self {
            distribution,
            recipe: design.recipe().clone(),
            coefficients,
            variance,
            model_variance,
            determined,
            flat,
            strata,
            log_likelihood: prepared.log_likelihood(&found),
            rows: data.len(),
            counted,
            events: data.events(),
            last_time,
            robust,
            excess: data.background.is_some(),
            iterations: found.iterations,
            stop: found.stop,
            layout,
            fingerprint,
        }
    }

    /// The distribution; knots stand where they were placed.
    #[must_use]
    pub fn distribution(&self) -> &D {
        &self.distribution
    }

    /// The parameters of the distribution.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.layout.parameters
    }

    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row by name, for prediction.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// New rows by named columns, for prediction.
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// The names of the coefficients.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.layout.coefficients.iter().map(|c| c.name.as_str()).collect()
    }

    /// The labels of the strata that have a scale each.
    #[must_use]
    pub fn strata(&self) -> &[String] {
        &self.strata
    }

    /// The coefficients on the working scale.
    ///
    /// One that the data do not determine ([`stop`](Self::stop)) stands where the search ended: far out, but finite;
    /// [`coefficient`](Self::coefficient) says so.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The coefficient `index` with its standard error, on the working scale; [`NotEstimable::NoMaximum`] where the data
    /// do not determine it. `None` beyond the last.
    #[must_use]
    pub fn coefficient(&self, index: usize) -> Option<Estimate> {
        let value = *self.coefficients.get(index)?;
        if !self.determined[index] {
            return Some(Estimate::none(Scale::Identity, NotEstimable::NoMaximum));
        }
        Some(Estimate::new(Scale::Identity, value, self.variance[(index, index)].max(0.0).sqrt()))
    }

    /// The limits of the coefficient `index`, on its working scale.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for the level.
    pub fn interval(
        &self,
        index: usize,
        interval: impl Into<Interval>,
    ) -> Result<Option<ConfidenceInterval>> {
        self.coefficient(index).map(|c| c.interval(interval)).transpose()
    }

    /// The covariance of the coefficients: robust with sampling weights or clusters. Rows and columns of a coefficient that
    /// the data do not determine are 0; where several run to infinity together it is the generalised inverse, from which every
    /// contrast that stays finite has its variance.
    #[must_use]
    pub fn variance(&self) -> &Array2<f64> {
        &self.variance
    }

    /// The inverse of the observed information.
    #[must_use]
    pub fn model_variance(&self) -> &Array2<f64> {
        &self.model_variance
    }

    /// Is the variance robust?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// Is it a model of what is beyond the hazard of a population ([`Background`](super::Background))? Then predictions are
    /// of relative survival and of the excess hazard.
    #[must_use]
    pub fn is_excess(&self) -> bool {
        self.excess
    }

    /// The log likelihood of the times; where the likelihood has no maximum, what was reached.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Akaike's criterion, `−2 ln L + 2k` (Akaike 1974).
    #[must_use]
    pub fn aic(&self) -> f64 {
        -2.0 * self.log_likelihood + 2.0 * self.coefficients.len() as f64
    }

    /// Akaike's criterion for small samples, `AIC + 2k(k + 1)/(n − k − 1)` (Hurvich & Tsai 1989); infinite where n is not
    /// above k + 1.
    #[must_use]
    pub fn aicc(&self) -> f64 {
        let k = self.coefficients.len() as f64;
        let left = self.counted - k - 1.0;
        if left > 0.0 { self.aic() + 2.0 * k * (k + 1.0) / left } else { f64::INFINITY }
    }

    /// The Bayesian criterion, `−2 ln L + k ln n`, n the rows (their weights where these repeat rows), as R's `BIC`
    /// (Schwarz 1978).
    #[must_use]
    pub fn bic(&self) -> f64 {
        -2.0 * self.log_likelihood + self.coefficients.len() as f64 * self.counted.ln()
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of rows that are not right censored.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The last finite time of the data: beyond it a curve is extrapolated.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.last_time
    }

    /// The number of Newton steps of the last search.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// How the search ended.
    #[must_use]
    pub fn stop(&self) -> ParametricStop {
        self.stop
    }

    /// How the search ended, with the name of the coefficient.
    #[must_use]
    pub fn diagnosis(&self) -> String {
        match self.stop.coefficient().and_then(|j| self.layout.coefficients.get(j)) {
            Some(coefficient) => format!("{} [{}]", self.stop, coefficient.name),
            None => self.stop.to_string(),
        }
    }
}

impl ParametricModel<Family> {
    /// The family.
    #[must_use]
    pub fn family(&self) -> &Family {
        &self.distribution
    }
}

/// The squares of what the rows (the clusters) move the coefficients by, `half` times their scores.
fn sandwich(half: &Array2<f64>, scores: &[f64], clusters: Option<&[u32]>) -> Array2<f64> {
    let k = half.nrows();
    let variance = half.dot(&squares(scores, k, clusters)).dot(&half.t());
    if variance.diag().iter().all(|v| !(*v < 0.0)) {
        return variance;
    }
    // That is rounding, which the squares of what each row moves the coefficients by are free of.
    let moved = |score: &[f64]| half.dot(&Array1::from(score.to_vec())).to_vec();
    let moved: Vec<f64> = scores.chunks_exact(k.max(1)).flat_map(moved).collect();
    squares(&moved, k, clusters)
}

/// The sum of the squares of the scores, added up within clusters first.
fn squares(scores: &[f64], k: usize, clusters: Option<&[u32]>) -> Array2<f64> {
    let mut meat = Array2::<f64>::zeros((k, k));
    let mut add = |score: &[f64]| {
        for i in 0..k {
            for j in 0..k {
                meat[(i, j)] += score[i] * score[j];
            }
        }
    };
    let Some(clusters) = clusters else {
        scores.chunks_exact(k.max(1)).for_each(add);
        return meat;
    };
    // In the order of the rows, so that the sum does not hang on a hash.
    let (mut place, mut sums) = (HashMap::new(), Vec::<Vec<f64>>::new());
    for (score, cluster) in scores.chunks_exact(k.max(1)).zip(clusters) {
        let at = *place.entry(*cluster).or_insert_with(|| {
            sums.push(vec![0.0; k]);
            sums.len() - 1
        });
        sums[at].iter_mut().zip(score).for_each(|(s, x)| *s += x);
    }
    for sum in &sums {
        add(sum);
    }
    meat
}
