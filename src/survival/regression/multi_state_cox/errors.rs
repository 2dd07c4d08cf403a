//! Standard errors of predicted probabilities: the infinitesimal jackknife.

use crate::error::Result;
use crate::numeric::sums::Sum;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::OccupationEstimate;
use crate::survival::regression::cox::FittedData;
use crate::survival::regression::design::Design;
use crate::survival::regression::multi_state_cox::model::MultiStateCoxModel;
use crate::survival::regression::multi_state_cox::path::Step;
use crate::survival::regression::multi_state_cox::plan::Plan;
use crate::survival::regression::multi_state_cox::predicted::{PredictedOccupation, check_time};
use crate::survival::regression::multi_state_cox::stack::{Stacked, stack};
use crate::survival::regression::new_rows::NewRows;

/// A multi-state Cox model beside its data, for standard errors. Made by [`MultiStateCoxModel::with`].
///
/// The variance of a predicted probability is `Σ_i U_i²` over subjects (or clusters): `U_i` is the derivative of the
/// probability by the weight of subject i, through the baseline hazards and through the coefficients. So it is right
/// whether or not the process is a Markov process, and without covariates it is that of the Aalen-Johansen estimate
/// ([`Occupation`](crate::survival::multi_state::Occupation)). The distribution at the start is taken as known.
///
/// Cost: for each time asked for O(n + T K³), with T times of transitions and K states.
///
/// # Example
/// ```
/// # use greenwood::survival::{Design, Histories};
/// # use greenwood::survival::regression::MultiStateCox;
/// # let data = Histories::among(&["well", "ill", "dead"]).rows(
/// #     &["a", "a", "b", "c", "c", "d", "e", "e", "f"],
/// #     &[0., 2., 0., 0., 3., 0., 0., 1., 0.],
/// #     &[2., 5., 6., 3., 7., 4., 1., 8., 2.],
/// #     &[Some("ill"), Some("dead"), None, Some("ill"), None, Some("dead"), Some("ill"), Some("dead"), Some("dead")],
/// # )?;
/// # let design = Design::builder().numeric("age", &[61., 61., 50., 48., 48., 70., 58., 58., 66.]).build()?;
/// let fit = MultiStateCox::new()
///     .on(&[("well", "ill")], &["age"])
///     .common(&[("well", "dead"), ("ill", "dead")], &["age"])
///     .fit(&data, &design)?;
/// let at = &fit.with(&data, &design)?.predict(&fit.row().numeric("age", 60.0), &[4.0])?[0];
/// let dead = at.estimates()[2];
/// let (lower, upper) = dead.interval(0.95)?.bounds().unwrap();
/// let value = dead.value()?;
/// assert!(lower < value && value < upper);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Therneau & Grambsch (2000), Modeling Survival Data, 7.1 and 7.3; Aalen, Borgan & Gjessing (2008), Survival and Event
/// History Analysis, 3.4 and 4.2.9, for the model-based counterpart.
#[must_use = "ask it for predictions"]
pub struct FittedHistories<'a> {
    model: &'a MultiStateCoxModel,
    stacked: Stacked,
}

impl std::fmt::Debug for FittedHistories<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FittedHistories").field("model", &self.model).finish_non_exhaustive()
    }
}

impl MultiStateCoxModel {
    /// The model beside the histories and the design that it was fitted to.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where they are not those of the fit: it names the part that differs.
    pub fn with<'a>(&'a self, data: &Histories, design: &Design) -> Result<FittedHistories<'a>> {
        let fits = self.states == data.states && (design.columns() == 0 || design.rows() == data.len());
        if !fits || design.recipe().columns() != self.recipe.columns() {
            return Err(crate::Error::Model(crate::ModelError::OtherData {
                part: "the states or the columns of the design".into(),
            }));
        }
        let stacked = stack(&self.plan(), data, design)?;
        let _ = self.model.with(&stacked.data, &stacked.design)?;
        Ok(FittedHistories { model: self, stacked })
    }

    /// The plan of the fit.
    fn plan(&self) -> Plan {
        let mut baselines = vec![Vec::new(); self.baselines.len()];
        for t in &self.transitions {
            baselines[t.baseline].push(t.name(&self.states));
        }
        Plan {
            transitions: self.transitions.clone(),
            names: self.terms().iter().map(|t| t.name().to_string()).collect(),
            baselines: baselines.iter().map(|b| b.join(", ")).collect(),
        }
    }
}

impl FittedHistories<'_> {
    /// The probability of each state at each time for one row, with standard errors.
    ///
    /// # Errors
    /// As [`MultiStateCoxModel::predict`]; [`Error::NotEstimable`](crate::Error::NotEstimable) for a time beyond follow-up or
    /// before the start.
    pub fn predict(&self, row: &impl NewRows, times: &[f64]) -> Result<Vec<PredictedOccupation>> {
        let model = self.model;
        let x = model.one(row)?;
        for &t in times {
            check_time(t, model.start, model.last)?;
        }
        let walk = Walk::new(self, &x)?;
        Ok(times.iter().map(|&t| walk.at(t)).collect())
    }
}

/// What is the same for all times of one row.
struct Walk<'a> {
    model: &'a MultiStateCoxModel,
    fitted: FittedData<'a>,
    /// Clusters, or subjects where there are none.
    clusters: &'a [u32],
    count: usize,
    /// For how many each stands.
    copies: Vec<f64>,
    /// Clusters × coefficients.
    dfbeta: Vec<f64>,
    x: Vec<f64>,
    ratios: Vec<f64>,
    steps: Vec<Step>,
    /// Before each step, and after the last.
    path: Vec<Vec<f64>>,
}

impl<'a> Walk<'a> {
    fn new(of: &'a FittedHistories<'a>, x: &[f64]) -> Result<Self> {
        let model = of.model;
        let fitted = model.model.with(&of.stacked.data, &of.stacked.design)?;
        let data = &of.stacked.data;
        let clusters = data.clusters().unwrap_or(&of.stacked.subjects);
        let count = clusters.iter().max().map_or(0, |&c| c as usize + 1);
        let mut copies = vec![1.0; count];
        if let (None, Some(Weights::Replication(w))) = (data.clusters(), data.weights()) {
            clusters.iter().zip(w.iter()).for_each(|(&c, &w)| copies[c as usize] = w);
        }
        let dfbeta = fitted.cluster_dfbeta(clusters, count)?;
        let ratios = model.ratios(x);
        let steps = model.steps(&ratios);
        let mut path = vec![model.initial.clone()];
        for step in &steps {
            let mut p = path[path.len() - 1].clone();
            model.advance(&mut p, &step.rates);
            path.push(p);
        }
        Ok(Self { model, fitted, clusters, count, copies, dfbeta, x: x.to_vec(), ratios, steps, path })
    }

    fn at(&self, t: f64) -> PredictedOccupation {
        let k = self.model.states.len();
        let until = self.steps.partition_point(|s| s.time <= t);
        let influence = self.influence(until);
        let error = |m: usize| {
            let mut sum = Sum::default();
            let each = influence.iter().skip(m).step_by(k).zip(&self.copies);
            each.filter(|(_, copies)| **copies > 0.0).for_each(|(u, copies)| sum.add(u * u / copies));
            sum.value().max(0.0).sqrt()
        };
        let estimates =
            self.path[until].iter().enumerate().map(|(m, &p)| OccupationEstimate::new(p, error(m)));
        PredictedOccupation { time: t, states: self.model.states.clone(), estimates: estimates.collect() }
    }

    /// The influence of each cluster on the probabilities after so many steps: clusters × states.
    fn influence(&self, until: usize) -> Vec<f64> {
        let (model, k, p) = (self.model, self.model.states.len(), self.model.means.len());
        let mut out = vec![0.0; self.count * k];
        let Ok(hazards) = self.fitted.hazard_steps() else { return out };
        let strata = hazards.strata();
        let mut stratum_of = vec![0; model.baselines.len()];
        for (number, s) in strata.iter().enumerate() {
            stratum_of[s.code] = number;
        }
        // What one unit of each baseline's step is worth, and of each coefficient.
        let mut worth: Vec<Vec<f64>> = strata.iter().map(|s| vec![0.0; s.times.len() * k]).collect();
        let mut by_coefficient = vec![0.0; p * k];
        let rows: Vec<Vec<f64>> =
            (0..model.transitions.len()).map(|t| model.stacked_row(t, &self.x)).collect();
        let mut after: Vec<f64> = (0..k * k).map(|i| f64::from(u8::from(i / k == i % k))).collect();
        for at in (0..until).rev() {
            let step = &self.steps[at];
            let gains = model.derivative(&self.path[at], &step.rates, &after);
            for ((&(t, n), rate), gain) in step.of.iter().zip(&step.rates).zip(gains.chunks_exact(k)) {
                let number = stratum_of[model.transitions[t].baseline];
                let drift = &strata[number].drift[n * p..(n + 1) * p];
                for m in 0..k {
                    worth[number][n * k + m] += self.ratios[t] * gain[m];
                    for j in 0..p {
                        let own = rate.size * (rows[t][j] - model.means[j]) - self.ratios[t] * drift[j];
                        by_coefficient[j * k + m] += gain[m] * own;
                    }
                }
            }
            model.retreat(&mut after, &step.rates);
        }
        for (number, worth) in worth.iter().enumerate() {
            hazards.influence(number, worth, k, |row, u| {
                let c = self.clusters[row] as usize;
                out[c * k..].iter_mut().zip(u).for_each(|(x, u)| *x += u);
            });
        }
        for (c, out) in out.chunks_exact_mut(k.max(1)).enumerate() {
            for j in 0..p {
                let b = self.dfbeta[c * p + j];
                out.iter_mut().zip(&by_coefficient[j * k..]).for_each(|(x, d)| *x += b * d);
            }
        }
        out
    }
}
