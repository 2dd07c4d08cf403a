//! Tests and intervals from the profile of the likelihood: some coefficients held, the others at their best.

use crate::error::{Error, Result};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::root;
use crate::survival::regression::cox::firth::Firth;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::newton::{Maximum, Objective, maximise};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::with_data::FittedData;
use crate::survival::regression::term::{Status, TestResult};
use crate::survival::result::interval::{ConfidenceInterval, z_of};
use crate::survival::result::ratio_test::{RatioTest, RatioTestMethod};

/// A share of the information on a coefficient that is rounding, once the others have taken theirs.
const NO_INFORMATION: f64 = 1e-11;

/// The likelihood of a fitted model's data as a function of a few coefficients that are held.
struct Profile<'a> {
    objective: Objective<'a>,
    /// The (scaled) coefficients of the last evaluation, from which the next one starts.
    beta: Vec<f64>,
    held: Vec<usize>,
    others: Vec<usize>,
    /// The model-based covariance, scaled.
    variance: Vec<f64>,
}

impl<'a> Profile<'a> {
    fn new(model: &CoxModel, rows: &'a Rows, held: Vec<usize>) -> Self {
        let penalty = rows.scale.iter().map(|s| if *s > 0.0 { model.ridge / (s * s) } else { 0.0 }).collect();
        let mut objective = Objective::new(rows, model.ties(), penalty);
        let estimated: Vec<usize> =
            (0..rows.p).filter(|&k| model.terms[k].status != Status::Redundant).collect();
        // The penalty stays that of the whole model: the determinant keeps the coefficients that are held.
        objective.firth = model.firth.then(|| Firth::new(&estimated, &rows.scale));
        let products = rows.scale.iter().flat_map(|a| rows.scale.iter().map(move |b| a * b));
        let scaled = model.coefficients.iter().zip(&rows.scale);
        Self {
            objective,
            beta: scaled.map(|(b, s)| if b.is_finite() { b * s } else { 0.0 }).collect(),
            others: estimated.into_iter().filter(|k| !held.contains(k)).collect(),
            held,
            variance: products.zip(model.naive()).map(|(s, v)| s * v).collect(),
        }
    }

    /// The log likelihood with the coefficients that are held at some values and the others at their best; −∞ where
    /// the likelihood has no value. The others start where the covariance of the fit leads them.
    fn at(&mut self, value: impl Fn(usize) -> f64) -> f64 {
        self.best_at(value).map_or(f64::NEG_INFINITY, |found| found.point.log_likelihood)
    }

    /// The same with score and information, in a limit those of the undecided pairs; `None` where the likelihood has no value.
    fn best_at(&mut self, value: impl Fn(usize) -> f64) -> Option<Maximum> {
        let p = self.beta.len();
        let (mut beta, mut change) = (self.beta.clone(), vec![0.0; p]);
        for &j in &self.held {
            change[j] = value(j) - beta[j];
            beta[j] = value(j);
        }
        if let Some(factor) = Cholesky::new(&self.variance, p, &self.held) {
            let moved = factor.solve(&change);
            for &k in &self.others {
                let row = &self.variance[k * p..(k + 1) * p];
                beta[k] += row.iter().zip(&moved).map(|(v, x)| v * x).sum::<f64>();
            }
        }
        let mut point = Point::new(p);
        self.objective.evaluate(&beta, &mut point);
        if !point.log_likelihood.is_finite() {
            return None;
        }
        let found = maximise(&mut self.objective, beta, point, &self.others, 1e-9, 50);
        if found.stop.is_success() {
            self.beta.clone_from(&found.beta);
        }
        Some(found)
    }

    /// The score of one held coefficient over its standard deviation, the others estimated.
    fn score_at(&mut self, j: usize, value: f64) -> Option<f64> {
        let p = self.beta.len();
        let Maximum { point, limit, .. } = self.best_at(|_| value)?;
        let Point { gradient, information, .. } = point;
        // Where others are infinite, those that tell what is left.
        let others = limit.map_or_else(|| self.others.clone(), |l| l.free);
        let column: Vec<f64> = (0..p).map(|k| information[k * p + j]).collect();
        let known = if others.is_empty() {
            0.0
        } else {
            let solved = Cholesky::new(&information, p, &others)?.solve(&column);
            others.iter().map(|&k| column[k] * solved[k]).sum::<f64>()
        };
        let variance = column[j] - known;
        // In a limit that leaves no pair undecided the information is rounding altogether.
        let rounding = NO_INFORMATION * column[j].max(self.objective.rows.event_weight());
        (variance > rounding).then(|| gradient[j] / variance.sqrt())
    }
}

impl FittedData<'_> {
    /// The profile-likelihood interval of a hazard ratio: the values at which twice the log likelihood,
    /// maximised over the other coefficients, is within the chi-square quantile of its maximum (Venzon &
    /// Moolgavkar 1988, Appl Stat 37:87). An infinite coefficient has one finite limit; the other is `None`.
    /// Of a fit with Firth's penalty it is the penalised likelihood's (Heinze & Schemper 2001).
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate);
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for the level; as [`CoxPh::fit`](crate::survival::regression::cox::CoxPh::fit).
    pub fn profile_interval(&self, name: &str, level: f64) -> Result<ConfidenceInterval> {
        let (model, rows) = (self.model, &self.rows);
        let j = model.position(name)?;
        let target = model.log_likelihood[1] - z_of(level)?.powi(2) / 2.0;
        let status = model.terms[j].status;
        if status == Status::Redundant {
            return Ok(ConfidenceInterval { lower: None, upper: None, level });
        }
        let scale = rows.scale[j];
        let width = model.terms[j].std_error.map_or(1.0, |se| se * scale).max(1e-8);
        let limit = |sign: f64| -> Option<f64> {
            // Either limit is looked for from the estimates, which the others follow step by step.
            let mut profile = Profile::new(model, rows, vec![j]);
            let estimate = profile.beta[j];
            let mut above = |value: f64| profile.at(|_| value) - target;
            let mut inside = match status {
                Status::PlusInfinity if sign > 0.0 => return None,
                Status::MinusInfinity if sign < 0.0 => return None,
                // From far out, where the likelihood is at its supremum, towards the finite limit.
                Status::PlusInfinity => 30.0,
                Status::MinusInfinity => -30.0,
                _ => estimate,
            };
            // Steps double, until one goes too far for the other coefficients to follow.
            let (mut step, mut growth) = (sign * width, 2.0);
            for _ in 0..60 {
                match above(inside + step) {
                    f64::NEG_INFINITY => (step, growth) = (0.5 * step, 0.5),
                    outside if outside > 0.0 => (inside, step) = (inside + step, growth * step),
                    _ => return Some((root::find(inside, inside + step, &mut above) / scale).exp()),
                }
            }
            None
        };
        Ok(ConfidenceInterval { lower: limit(-1.0), upper: limit(1.0), level })
    }

    /// The score test that the hazard ratio of a covariate (a unit more of a column, a level of a factor against its reference)
    /// is `ratio`, the other coefficients at their best under that: with a margin, a test of non-inferiority that needs no estimate.
    /// Without other covariates, ties and strata without pairs it is the log-rank test of
    /// [`InvertedLogRank::test`](crate::survival::contrast::InvertedLogRank::test).
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate);
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `ratio` is not above 0 and finite;
    /// [`Error::Unsupported`](crate::Error::Unsupported) with sampling weights or clusters, and with a penalty.
    ///
    /// # Example
    /// ```
    /// use greenwood::datasets::leukaemia;
    /// use greenwood::survival::{CoxPh, Design};
    /// use greenwood::survival::result::Alternative;
    ///
    /// let (data, arm) = leukaemia()?;
    /// let design = Design::builder().factor("arm", &arm, "placebo").build()?;
    /// let model = CoxPh::new().fit(&data, &design)?;
    /// let test = model.with(&data, &design)?.score_test_of("arm: 6-MP", 1.2)?;
    /// assert!(test.one_sided_p_value(Alternative::FirstLower).unwrap() < 1e-4);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn score_test_of(&self, name: &str, ratio: f64) -> Result<RatioTest> {
        let (model, rows) = (self.model, &self.rows);
        let j = model.position(name)?;
        if !(ratio > 0.0 && ratio < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "ratio", value: ratio, must_be: "above 0 and finite" });
        }
        let refuse = |with, why| Err(Error::Unsupported { method: "the score test of a ratio", with, why });
        if model.is_robust() {
            return refuse(
                "sampling weights or clusters",
                "its variance takes rows as independent: use the interval",
            );
        }
        if model.ridge > 0.0 || model.firth {
            return refuse(
                "a penalty",
                "the score of a penalised likelihood is not centred: use the profile interval",
            );
        }
        let mut profile = Profile::new(model, rows, vec![j]);
        let estimable = model.terms[j].status != Status::Redundant;
        let z = estimable.then(|| profile.score_at(j, ratio.ln() * rows.scale[j])).flatten();
        let reference = model.recipe.compared_with(j);
        Ok(RatioTest::new([&model.terms[j].name, &reference], RatioTestMethod::CoxScore, ratio, z))
    }

    /// The likelihood-ratio test that the named coefficients equal their starting values (0 unless given), the
    /// others at their best. Of a fit with Firth's penalty it is the penalised test, with the penalty of the whole
    /// model on both sides (Heinze & Schemper 2001): the one to report where events are few.
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate); as [`CoxPh::fit`](crate::survival::regression::cox::CoxPh::fit).
    pub fn likelihood_ratio_test_of(&self, names: &[&str]) -> Result<TestResult> {
        let (model, rows) = (self.model, &self.rows);
        let mut held = names.iter().map(|n| model.position(n)).collect::<Result<Vec<_>>>()?;
        held.retain(|&j| model.terms[j].status != Status::Redundant);
        held.sort_unstable();
        held.dedup();
        let mut profile = Profile::new(model, rows, held);
        let held = profile.at(|j| model.initial[j] * rows.scale[j]);
        Ok(TestResult {
            statistic: 2.0 * (model.log_likelihood[1] - held),
            degrees_of_freedom: profile.held.len(),
        })
    }
}
