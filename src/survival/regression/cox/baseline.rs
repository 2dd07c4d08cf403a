//! The baseline hazard, and curves predicted from it.

pub(in crate::survival::regression) mod limit;
#[cfg(feature = "serde")]
mod stored;

#[cfg(doc)]
use crate::error::NotEstimable;
use crate::error::{Error, ModelError, Result};
use crate::survival::curve::warning::{Exit, SmallRiskSet, WarnedOf, small_risk_sets};
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::baseline::limit::{StratumParts, split_by_rays};
use crate::survival::regression::cox::kalbfleisch_prentice::log_factor;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::predicted_curve::PredictedCurve;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::score::risk_sums;
use crate::survival::regression::cox::with_data::FittedData;
use crate::survival::regression::new_rows::{NewColumns, NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;

/// How the baseline is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
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

/// The baseline cumulative hazard and survival of each stratum, by a [`BaselineMethod`]. Made by
/// [`FittedData::baseline`]. With it goes all that a predicted curve needs, so a baseline can be stored, read back and
/// used without the data.
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, Groups, RightCensored};
///
/// let site = Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b"]);
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5., 6., 8.], &[true, true, true, false, true, true, true, true])?
///     .with_strata(site)?;
/// let age = [61., 48., 70., 52., 66., 59., 50., 63.];
/// let design = Design::builder().numeric("age", &age).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let baseline = fit.with(&data, &design)?.baseline()?;
/// let patient = baseline.row().numeric("age", 60.0);
/// let curve = baseline.stratum("b")?.curve(&patient)?;
/// assert_eq!(curve.times(), [3.0, 5.0, 8.0]);
/// assert!(baseline.curve(&patient).is_err()); // each stratum has a baseline of its own
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawBaseline"))]
pub struct Baseline {
    recipe: Recipe,
    coefficients: Vec<f64>,
    variance: Vec<f64>,
    means: Vec<f64>,
    /// Where the likelihood is monotone, the extreme directions along which it rises.
    rays: Vec<Vec<f64>>,
    /// One for each stratum of the data; where the likelihood is monotone, one for each part of it that holds undecided pairs.
    strata: Vec<StratumHazard>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct StratumHazard {
    label: Option<String>,
    /// With late entries: of each event time the number of subjects at risk.
    #[cfg_attr(feature = "serde", serde(default))]
    at_risk: Vec<f64>,
    /// Where its rows stand along each ray, from the means.
    level: Vec<f64>,
    times: Vec<f64>,
    /// The last time at which anybody was under observation.
    last: f64,
    /// At the means, cumulative.
    hazard: Vec<f64>,
    /// −log S at the means where S is a product; what is missing at the end is infinite.
    product: Option<Vec<f64>>,
    variance: Vec<f64>,
    /// `∫ (mean over the risk set − means) dH`, times × covariates.
    drift: Vec<f64>,
}

impl FittedData<'_> {
    /// The baseline by the model's own rule for ties.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a coefficient is infinite and events are tied under exact ties;
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) where so many columns are separated in so many ways that a model does not keep their
    /// directions (more than 500).
    pub fn baseline(&self) -> Result<Baseline> {
        self.baseline_by(self.model.ties().into())
    }

    /// The baseline by a method of choice.
    ///
    /// # Errors
    /// As [`baseline`](Self::baseline).
    ///
    /// # Example
    /// Two events of six, and a covariate that tells nothing: Kalbfleisch and Prentice give Kaplan and Meier.
    /// ```
    /// use greenwood::survival::{CoxPh, Design, RightCensored};
    /// use greenwood::survival::regression::BaselineMethod;
    ///
    /// let data = RightCensored::new(&[1., 1., 2., 2., 3., 3.], &[true, true, false, false, true, true])?;
    /// let design = Design::builder().numeric("x", &[0., 1., 0., 1., 0., 1.]).build()?;
    /// let fit = CoxPh::new().fit(&data, &design)?;
    /// let baseline = fit.with(&data, &design)?.baseline_by(BaselineMethod::KalbfleischPrentice)?;
    /// let curve = baseline.curve(&fit.row().numeric("x", 0.0))?;
    /// assert!((curve.value(1.0)? - 4.0 / 6.0).abs() < 1e-12);
    /// assert_eq!(curve.value(3.0)?, 0.0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn baseline_by(&self, method: BaselineMethod) -> Result<Baseline> {
        let ties = if method == BaselineMethod::Efron { Ties::Efron } else { Ties::Breslow };
        let rows = self.undecided()?;
        let model = self.model;
        let (mut coefficients, mut variance, mut rays) = (&*model.coefficients, model.reported(), &[][..]);
        if let Some(limit) = &model.limit {
            if !limit.extreme {
                self.refuse_infinite()?;
            }
            (coefficients, variance, rays) = (&limit.coefficients, limit.reported(), &limit.directions);
        }
        let rows = split_by_rays(rows, rays);
        let workspace = self.hazards_by(ties, &rows);
        let sums = risk_sums(&rows, &workspace);
        let mut first = 0;
        let mut strata: Vec<StratumHazard> = Vec::with_capacity(rows.strata.len());
        for stratum in &rows.strata {
            let parts = StratumParts { rows: &rows, stratum, first, rays };
            strata.push(self.hazard_of(&parts, method, &workspace, &sums));
            first += stratum.ties.len();
        }
        if !rays.is_empty() {
            // The parts of a stratum end together, and one without events tells nothing beside others.
            for stratum in &self.rows.strata {
                let last = last_of(&self.rows, stratum);
                let label = self.label_of(stratum);
                let with_events = strata.iter().any(|s| s.label == label && !s.times.is_empty());
                let mut kept = false;
                strata.retain(|s| {
                    let keep = s.label != label || !s.times.is_empty() || !with_events && !kept;
                    kept |= keep && s.label == label;
                    keep
                });
                strata.iter_mut().filter(|s| s.label == label).for_each(|s| s.last = last);
            }
        }
        Ok(Baseline {
            recipe: model.recipe.clone(),
            coefficients: coefficients.to_vec(),
            variance: variance.to_vec(),
            means: rows.centre.clone(),
            rays: rays.to_vec(),
            strata,
        })
    }

    fn label_of(&self, stratum: &Stratum) -> Option<String> {
        self.data.strata().map(|s| s.labels()[stratum.code].clone())
    }

    /// The sums over the event times of one stratum, the first of which is number `first` of all.
    fn hazard_of(
        &self,
        parts: &StratumParts,
        method: BaselineMethod,
        workspace: &Workspace,
        sums: &[f64],
    ) -> StratumHazard {
        let &StratumParts { rows, stratum, first, .. } = parts;
        let p = rows.p;
        // exp(shift) was taken out of every risk weight.
        let unit = (-workspace.shift).exp();
        let mut out = StratumHazard {
            label: self.label_of(stratum),
            at_risk: if self.data.entry().is_some() { at_risk(rows, stratum) } else { Vec::new() },
            level: parts.level(),
            times: stratum.ties.iter().map(|t| t.time).collect(),
            last: last_of(rows, stratum),
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
            out.hazard.push(bounded(hazard));
            if let Some(values) = &mut out.product {
                product += unit * log_factor(rows, workspace, stratum, tie, step);
                if product.is_finite() {
                    values.push(product);
                }
            }
            out.variance.push(bounded(variance));
            out.drift.extend(drift.iter().copied().map(bounded));
        }
        out
    }
}

/// The last time at which anybody of a stratum was under observation.
fn last_of(rows: &Rows, stratum: &Stratum) -> f64 {
    rows.time[stratum.rows.clone()].last().copied().unwrap_or(0.0)
}

/// How many subjects of a stratum are at risk at each of its event times: rows, or as many as replication weights say.
fn at_risk(rows: &Rows, stratum: &Stratum) -> Vec<f64> {
    let count = |i: usize| if rows.repeated { rows.weight[i] } else { 1.0 };
    let mut entries: Vec<(f64, f64)> =
        stratum.rows.clone().map(|i| (stratum.entry_of(i), count(i))).collect();
    entries.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut entered, mut exits) = (entries.iter().peekable(), stratum.rows.clone().peekable());
    let (mut came, mut left) = (0.0, 0.0);
    let of_tie = |time: f64| {
        while let Some((_, count)) = entered.next_if(|e| e.0 < time) {
            came += count;
        }
        while let Some(i) = exits.next_if(|&i| rows.time[i] < time) {
            left += count(i);
        }
        came - left
    };
    stratum.ties.iter().map(|tie| tie.time).map(of_tie).collect()
}

/// A sum that has outgrown every number is the largest number: it can be written down, and its interval holds all.
fn bounded(x: f64) -> f64 {
    if x.is_nan() { f64::MAX } else { x.clamp(f64::MIN, f64::MAX) }
}

impl Baseline {
    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row by name, as [`CoxModel::row`](crate::survival::CoxModel::row).
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// Many new rows by named columns, as [`CoxModel::columns`](crate::survival::CoxModel::columns).
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// The labels of the strata with rows; none where the data had no strata.
    pub fn strata(&self) -> impl Iterator<Item = &str> {
        // Parts of one stratum stand side by side.
        let first = |&(i, s): &(usize, &StratumHazard)| i == 0 || self.strata[i - 1].label != s.label;
        self.strata.iter().enumerate().filter(first).filter_map(|(_, s)| s.label.as_deref())
    }

    /// The baseline of one stratum alone.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(&self, label: &str) -> Result<Self> {
        let own: Vec<StratumHazard> =
            self.strata.iter().filter(|s| s.label.as_deref() == Some(label)).cloned().collect();
        if own.is_empty() {
            let known = self.strata().collect::<Vec<_>>().join(", ");
            return Err(Error::UnknownLabel { label: label.into(), known });
        }
        Ok(Self { strata: own, ..self.clone() })
    }

    /// The steps that rest on a small risk set (rows, or as many as replication weights say) while a much larger one comes later: at least 10 % of the curve at
    /// the means at a time after which at least twice as many are at risk. All later values of predicted curves hold them;
    /// the ratio of survival to that at a time behind them does not. Without late entries there are none.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        let of_stratum = |s: &StratumHazard| {
            let exit = |i: usize| {
                let before = if i == 0 { 0.0 } else { s.hazard[i - 1] };
                let share = -(before - s.hazard[i]).exp_m1();
                Exit { time: s.times[i], at_risk: s.at_risk[i], share, leaves: true }
            };
            small_risk_sets((0..s.at_risk.len()).rev().map(exit), false, WarnedOf::Baseline)
        };
        self.strata.iter().flat_map(of_stratum).collect()
    }

    /// The (weighted) means of the columns of the design, at which the hazard is centred.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The curve of one row: a [`row`](Self::row), or anything else that is one row by name.
    ///
    /// `H(t | x) = exp((x − x̄)'β) H(t | x̄)`; its variance is `exp(2(x − x̄)'β) [Σ d/S0² + q'Vq]` with
    /// `q = ∫ (E(s) − x) dH(s)`, E the mean over the risk set (Tsiatis 1981; Link 1984, Biometrics 40:601).
    ///
    /// Where the likelihood is monotone this is the sum over the event times whose subject has a finite hazard ratio to
    /// the row. To other events the row adds nothing where its hazard is 0 beside theirs; where it is infinite beside one, the
    /// curve is 0 from there on. It hangs on no coding, and not on the [`means`](Self::means).
    ///
    /// # Errors
    /// [`Error::NotEstimable`] where the ratio of the row's hazard to that of an event has no value
    /// ([`NotEstimable::NoMaximum`]).
    /// As [`CoxModel::linear_predictor`](crate::survival::CoxModel::linear_predictor); [`Error::LengthMismatch`] for
    /// more than one row; [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) where the baseline has several strata: ask that of one
    /// ([`stratum`](Self::stratum)).
    pub fn curve(&self, row: &impl NewRows) -> Result<PredictedCurve> {
        self.curve_of(&one_row(row, &self.recipe, "the row")?)
    }

    /// The curves of many rows, in their order.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn curves(&self, rows: &impl NewRows) -> Result<Vec<PredictedCurve>> {
        rows.aligned(&self.recipe)?.rows().into_iter().map(|x| self.curve_of(&x.to_vec())).collect()
    }

    /// The curve at the [`means`](Self::means) of the columns, which may be nobody's.
    ///
    /// # Errors
    /// [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded).
    pub fn at_means(&self) -> Result<PredictedCurve> {
        self.curve_of(&self.means)
    }

    /// The curve at covariates of 0 (R's `basehaz(centered = FALSE)`).
    ///
    /// # Errors
    /// [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded).
    pub fn at_zero(&self) -> Result<PredictedCurve> {
        self.curve_of(&vec![0.0; self.coefficients.len()])
    }

    fn curve_of(&self, x: &[f64]) -> Result<PredictedCurve> {
        let [base, others @ ..] = self.strata.as_slice() else {
            return Err(Error::Model(ModelError::StratumNeeded { known: String::new() }));
        };
        if others.iter().any(|s| s.label != base.label) || self.rays.is_empty() && !others.is_empty() {
            return Err(Error::Model(ModelError::StratumNeeded {
                known: self.strata().collect::<Vec<_>>().join(", "),
            }));
        }
        let d: Vec<f64> = x.iter().zip(&self.means).map(|(x, m)| x - m).collect();
        if self.rays.is_empty() {
            let [survival, hazard, std_error] = self.own_part(base, &d);
            return PredictedCurve::new(&base.times, survival, &hazard, &std_error, base.last);
        }
        self.curve_at_limit(&d, base.last)
    }

    /// Survival, hazard and its standard error at the times of one part, for a row at `d` from the means.
    fn own_part(&self, base: &StratumHazard, d: &[f64]) -> [Vec<f64>; 3] {
        let p = self.coefficients.len();
        let ratio = d.iter().zip(&self.coefficients).map(|(d, b)| d * b).sum::<f64>().exp();
        let fall = base.product.as_ref().unwrap_or(&base.hazard);
        let hazard: Vec<f64> = base.hazard.iter().map(|h| bounded(ratio * h)).collect();
        let mut survival: Vec<f64> = fall.iter().map(|h| (-bounded(ratio * h)).exp()).collect();
        // What is missing of the product is 0.
        survival.resize(base.times.len(), 0.0);
        let mut std_error = Vec::with_capacity(base.times.len());
        for (k, (&h, &v)) in base.hazard.iter().zip(&base.variance).enumerate() {
            let q: Vec<f64> = (0..p).map(|j| base.drift[k * p + j] - d[j] * h).collect();
            let form: f64 =
                (0..p).map(|i| (0..p).map(|j| q[i] * self.variance[i * p + j] * q[j]).sum::<f64>()).sum();
            std_error.push(bounded(ratio * (v + form).max(0.0).sqrt()));
        }
        [survival, hazard, std_error]
    }
}
