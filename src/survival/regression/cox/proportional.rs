//! Are the hazards proportional? The score test for `β(t) = β + θ g(t)`.
//!
//! With `U_k` and `V_k` the score and the information of event time k (their sum over the times is the model's), the
//! score for θ at θ = 0 is `Σ g_k U_k`, and its variance `Σ g² V − (Σ g V)(Σ V)⁻¹(Σ g V)`, for β is fitted too. Under
//! exact ties `U_k` and `V_k` are those of the exact likelihood.

#[cfg(feature = "serde")]
mod stored;

use std::fmt;

use crate::error::{Error, ModelError, Result};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::quadratic_form_above;
use crate::print::{PValue, one_line};
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::Status;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::score::{mean_at, risk_sums};
use crate::survival::regression::cox::tied_sets;
use crate::survival::regression::cox::with_data::FittedData;
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Term, TestResult};

/// The function g of time along which a coefficient might drift.
///
/// # Example
/// ```
/// use greenwood::survival::regression::TimeScale;
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let design = Design::builder().numeric("x", &[0.3, 1.1, 2.0, -0.4, 0.1, 0.9]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::Log)?;
/// assert_eq!((test.time_scale(), test.global().df()), (TimeScale::Log, 1));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TimeScale {
    /// `1 − S(t−)`, S the Kaplan-Meier curve of all rows (R's default). Of a subdistribution: the incidence of the cause
    /// just before t, among all rows. Replication weights are rows written out, here and in ranks, where R leaves them out;
    /// sampling weights have no say.
    #[default]
    KaplanMeier,
    /// Time itself.
    Identity,
    /// Its logarithm. Events at time 0 are refused.
    Log,
    /// The rank of the time among those of all rows.
    Rank,
}

impl fmt::Display for TimeScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KaplanMeier => "1 − Kaplan-Meier",
            Self::Identity => "time",
            Self::Log => "log time",
            Self::Rank => "rank of time",
        })
    }
}

impl TimeScale {
    /// g at each event time, in the order of strata and ties.
    fn of_times(self, rows: &Rows, data: &RightCensored) -> Result<Vec<f64>> {
        self.of_event_times(rows, |times| {
            // A replication weight is a row written out; sampling weights have no say in g, as in R.
            let mut plain =
                RightCensored::new(data.time(), data.event())?.with_near_ties(data.near_ties())?;
            if let Some(weights @ Weights::Replication(_)) = data.weights() {
                plain = plain.with_weights(weights.clone())?;
            }
            if let Some(entry) = data.entry() {
                plain = plain.with_entry(entry)?;
            }
            let curve = KaplanMeier::fit(&plain);
            Ok(times.iter().map(|&t| 1.0 - curve.just_before(t).value().unwrap_or(0.0)).collect())
        })
    }

    /// The same with what has happened just before each of some times as told.
    pub(in crate::survival::regression) fn of_event_times(
        self,
        rows: &Rows,
        happened: impl FnOnce(&[f64]) -> Result<Vec<f64>>,
    ) -> Result<Vec<f64>> {
        let times: Vec<f64> = rows.strata.iter().flat_map(|s| s.ties.iter().map(|t| t.time)).collect();
        Ok(match self {
            Self::Identity => times,
            Self::Log => {
                if let Some(&value) = times.iter().find(|t| !(**t > 0.0)) {
                    let must_be = "above 0 where g is the logarithm of time: choose another `TimeScale`";
                    return Err(Error::OutOfRange { argument: "the time of an event", value, must_be });
                }
                times.iter().map(|t| t.ln()).collect()
            }
            Self::Rank => {
                // Mean ranks over all rows, as R, and over rows written out under replication weights.
                let count = |i: usize| if rows.repeated { rows.weight[i] } else { 1.0 };
                let mut all: Vec<(f64, f64)> =
                    rows.time.iter().enumerate().map(|(i, &t)| (t, count(i))).collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut before = vec![0.0];
                before.extend(all.iter().scan(0.0, |sum, row| {
                    *sum += row.1;
                    Some(*sum)
                }));
                let rank = |t: f64| {
                    let (a, b) = (all.partition_point(|x| x.0 < t), all.partition_point(|x| x.0 <= t));
                    (before[a] + before[b] + 1.0) / 2.0
                };
                times.iter().map(|&t| rank(t)).collect()
            }
            Self::KaplanMeier => happened(&times)?,
        })
    }
}

/// The result of the test: per coefficient, per covariate (a factor or a spline as a whole), and for all together.
///
/// Made by [`FittedData::proportional_hazards`] and
/// [`FittedCompetingRisks::proportional_hazards`](crate::survival::regression::FittedCompetingRisks::proportional_hazards). It prints
/// one line per covariate, as R's `cox.zph`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawProportionalHazards"))]
pub struct ProportionalHazards {
    coefficients: Vec<Named>,
    covariates: Vec<Named>,
    global: TestResult,
    scale: TimeScale,
}

/// A test with the name of what is tested.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Named {
    name: String,
    test: TestResult,
}

impl ProportionalHazards {
    /// From a test of any of the coefficients, `used` those that were estimated.
    pub(in crate::survival::regression) fn of_terms(
        (recipe, terms): (&Recipe, &[Term]),
        used: &[usize],
        scale: TimeScale,
        test: impl Fn(&[usize]) -> TestResult,
    ) -> Self {
        let coefficient = |&j: &usize| Named { name: terms[j].name.clone(), test: test(&[j]) };
        let mut covariates = Vec::new();
        for (part, columns) in recipe.parts() {
            let own: Vec<usize> = columns.filter(|j| used.contains(j)).collect();
            if !own.is_empty() {
                covariates.push(Named { name: part.name(), test: test(&own) });
            }
        }
        let coefficients = used.iter().map(coefficient).collect();
        Self { coefficients, covariates, global: test(used), scale }
    }

    /// With another test of all together.
    pub(in crate::survival::regression) fn with_global(self, global: TestResult) -> Self {
        Self { global, ..self }
    }

    /// One test per covariate that has an estimated coefficient: a factor, a spline or an interaction is tested as a
    /// whole, on as many degrees of freedom as it has coefficients (R's `terms = TRUE`).
    pub fn covariates(&self) -> impl Iterator<Item = (&str, TestResult)> {
        self.covariates.iter().map(|t| (t.name.as_str(), t.test))
    }

    /// One test per estimated coefficient, each on one degree of freedom (R's `terms = FALSE`).
    pub fn coefficients(&self) -> impl Iterator<Item = (&str, TestResult)> {
        self.coefficients.iter().map(|t| (t.name.as_str(), t.test))
    }

    /// The test of a covariate, or of one coefficient, by its name.
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate) where there is none of that name, or it was not estimated.
    pub fn of(&self, name: &str) -> Result<TestResult> {
        let mut all = self.covariates.iter().chain(&self.coefficients);
        all.find(|t| t.name == name).map(|t| t.test).ok_or_else(|| {
            Error::Model(ModelError::UnknownCovariate {
                covariate: name.into(),
                known: self.covariates.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", "),
            })
        })
    }

    /// All coefficients together.
    #[must_use]
    pub fn global(&self) -> TestResult {
        self.global
    }

    /// The function of time along which drift was looked for.
    #[must_use]
    pub fn time_scale(&self) -> TimeScale {
        self.scale
    }
}

impl fmt::Display for ProportionalHazards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Score test of proportional hazards, g(t) = {}", self.scale)?;
        let width = self.covariates.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(6);
        for (name, t) in self.covariates().chain([("global", self.global)]) {
            let name = one_line(name);
            write!(f, "\n{name:<width$} chi-square {:>9.4} on {} df", t.statistic, t.degrees_of_freedom)?;
            if let Some(p) = t.p_value() {
                write!(f, ", {:#}", PValue(p))?;
            }
        }
        Ok(())
    }
}

/// Score and information, and their sums with g and g² as weights, in the scaled covariates.
struct Drift {
    /// `Σ U`: 0 at the estimates, but for a penalty.
    score: Vec<f64>,
    /// `Σ g U`.
    weighted_score: Vec<f64>,
    /// `Σ V`, `Σ g V`, `Σ g² V`.
    information: [Vec<f64>; 3],
    /// `Σ g² d`: in it a variance of rounding errors is measured.
    size: f64,
}

impl FittedData<'_> {
    /// Tests each covariate, and all together, for a coefficient that drifts with g(t): the score test of `x g(t)` added
    /// to the model, given the coefficients.
    ///
    /// The variance is model-based, as that of R's `cox.zph`, also where that of the coefficients is robust: clusters have no say in
    /// it, and sampling weights are taken for numbers of rows, so that their unit matters. Give those that add up to the number
    /// of independent rows.
    ///
    /// A variance that is no more than rounding (one event time, a covariate that varies at one of them alone) is none:
    /// the test then has fewer degrees of freedom, or none.
    ///
    /// # Errors
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) where a coefficient is infinite; [`Error::OutOfRange`] for an event at time 0 on
    /// the logarithmic scale.
    ///
    /// # References
    /// Grambsch & Therneau (1994), Biometrika 81:515, with the exact information as in R's survival ≥ 3.0.
    pub fn proportional_hazards(&self, scale: TimeScale) -> Result<ProportionalHazards> {
        let workspace = self.at_estimates()?;
        let g = scale.of_times(&self.rows, self.data)?;
        let terms = &self.model.terms;
        let used: Vec<usize> = (0..terms.len()).filter(|&j| terms[j].status == Status::Estimated).collect();
        let ties = self.model.ties();
        let drift = if ties.of_sets() && self.rows.has_tied_events() {
            self.drift_of_sets(&g, &used)
        } else {
            self.drift(&g, &used, workspace)
        };
        let test = drift.tests(self.rows.p, &used, &self.rows.reach);
        Ok(ProportionalHazards::of_terms((&self.model.recipe, terms), &used, scale, test))
    }

    /// Under Breslow's and Efron's ties.
    fn drift(&self, g: &[f64], used: &[usize], mut workspace: Workspace) -> Drift {
        let (rows, p) = (&self.rows, self.rows.p);
        let weigh = |workspace: &mut Workspace, weight: &(dyn Fn(usize) -> f64 + Sync)| {
            let mut information = vec![0.0; p * p];
            workspace.information(rows, weight, &mut information);
            information
        };
        let base = weigh(&mut workspace, &|_| 1.0);
        // The test does not see a shift of g, for x itself is in the model. About its mean, weighted by information,
        // the least is lost by cancellation. Weights may not be negative: the two sides are summed one by one.
        let least = g.iter().copied().fold(f64::INFINITY, f64::min);
        let above = weigh(&mut workspace, &|k| g[k] - least);
        let centre = least + mean_weight(&base, &above, p, used);
        let g: Vec<f64> = g.iter().map(|g| g - centre).collect();
        let above = weigh(&mut workspace, &|k| g[k].max(0.0));
        let below = weigh(&mut workspace, &|k| (-g[k]).max(0.0));
        let cross = above.iter().zip(&below).map(|(a, b)| a - b).collect();
        let square = weigh(&mut workspace, &|k| g[k] * g[k]);
        let sums = risk_sums(rows, &workspace);
        let (mut score, mut weighted_score, mut size) = (vec![0.0; p], vec![0.0; p], 0.0);
        for (k, tie) in rows.strata.iter().flat_map(|s| &s.ties).enumerate() {
            let mean = mean_at(rows, &workspace, &sums, k, tie.weight);
            size += tie.weight * g[k] * g[k];
            for i in tie.start..tie.events_end {
                for j in 0..p {
                    let own = rows.weight[i] * (rows.row(i)[j] - mean[j]);
                    score[j] += own;
                    weighted_score[j] += g[k] * own;
                }
            }
        }
        Drift { score, weighted_score, information: [base, cross, square], size }
    }

    /// Under an exact likelihood.
    fn drift_of_sets(&self, g: &[f64], used: &[usize]) -> Drift {
        let (rows, p) = (&self.rows, self.rows.p);
        let mut moments: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
        let mut workspace = Workspace::new(rows);
        tied_sets::each_tie(
            rows,
            self.model.ties(),
            &self.scaled_coefficients(),
            &mut workspace,
            |tie, m| {
                moments.push((tied_sets::score(rows, tie, &m), m.covariance.to_vec(), tie.weight));
            },
        );
        let sum = |weight: &dyn Fn(usize) -> f64, pick: &dyn Fn(usize) -> Vec<f64>, len: usize| {
            let mut total = vec![0.0; len];
            for k in 0..moments.len() {
                for (t, value) in total.iter_mut().zip(pick(k)) {
                    *t += weight(k) * value;
                }
            }
            total
        };
        let (scores, covariances) = (|k: usize| moments[k].0.clone(), |k: usize| moments[k].1.clone());
        let base = sum(&|_| 1.0, &covariances, p * p);
        let centre = mean_weight(&base, &sum(&|k| g[k], &covariances, p * p), p, used);
        let g: Vec<f64> = g.iter().map(|g| g - centre).collect();
        let cross = sum(&|k| g[k], &covariances, p * p);
        let square = sum(&|k| g[k] * g[k], &covariances, p * p);
        Drift {
            score: sum(&|_| 1.0, &scores, p),
            weighted_score: sum(&|k| g[k], &scores, p),
            information: [base, cross, square],
            size: moments.iter().zip(&g).map(|((_, _, d), g)| d * g * g).sum(),
        }
    }
}

/// The mean of g, weighted by information.
fn mean_weight(base: &[f64], cross: &[f64], p: usize, used: &[usize]) -> f64 {
    let Some(factor) = Cholesky::new(base, p, used) else { return 0.0 };
    let trace: f64 = used.iter().map(|&j| factor.solve(&column(cross, p, j))[j]).sum();
    if used.is_empty() { 0.0 } else { trace / used.len() as f64 }
}

fn column(matrix: &[f64], p: usize, j: usize) -> Vec<f64> {
    (0..p).map(|i| matrix[i * p + j]).collect()
}

/// In units of `Σ g² d (x/σ)²`, the variance that is no more than rounding.
const ROUNDING: f64 = 1e-13;
/// Of the variance about g's mean, the share that must be left once the coefficients are fitted too.
const LEFT: f64 = 1e-10;

impl Drift {
    /// The test of any of the coefficients; `reach` bounds the covariates.
    fn tests(self, p: usize, used: &[usize], reach: &[f64]) -> impl Fn(&[usize]) -> TestResult {
        let Self { score, mut weighted_score, information: [base, cross, square], size } = self;
        // What is left of score and information on θ once β is fitted too.
        let mut left = square.clone();
        if let Some(factor) = Cholesky::new(&base, p, used) {
            let shift = factor.solve(&score);
            for &i in used {
                weighted_score[i] -= used.iter().map(|&k| cross[i * p + k] * shift[k]).sum::<f64>();
            }
            for &j in used {
                let solved = factor.solve(&column(&cross, p, j));
                for &i in used {
                    left[i * p + j] -= used.iter().map(|&k| cross[i * p + k] * solved[k]).sum::<f64>();
                }
            }
        }
        let reach = reach.to_vec();
        move |which: &[usize]| {
            // In units of the information itself: the rank is then that of any recoding of the covariates.
            let Some(factor) = Cholesky::new(&base, p, which) else {
                return TestResult { statistic: 0.0, degrees_of_freedom: 0 };
            };
            let (whitened, about_mean) = (factor.whiten_both(&left), factor.whiten_both(&square));
            let largest = (0..which.len()).map(|a| about_mean[a * which.len() + a]).fold(0.0, f64::max);
            let inverse = factor.inverse();
            let noise: f64 = which.iter().map(|&j| reach[j].powi(2) * inverse[j * p + j]).sum();
            let floor = f64::max(LEFT * largest, ROUNDING * size * noise);
            let (statistic, degrees_of_freedom) =
                quadratic_form_above(&factor.whiten(&weighted_score), &whitened, floor);
            TestResult { statistic, degrees_of_freedom }
        }
    }
}
