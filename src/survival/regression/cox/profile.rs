//! Tests and intervals from the profile of the likelihood: some coefficients held, the others at their best.

use crate::error::Result;
use crate::numeric::cholesky::Cholesky;
use crate::numeric::root;
use crate::survival::regression::cox::firth::Firth;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::newton::{Objective, maximise};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::with_data::FittedData;
use crate::survival::regression::term::{Status, TestResult};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

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
            return f64::NEG_INFINITY;
        }
        let found = maximise(&mut self.objective, beta, point, &self.others, 1e-9, 50);
        if found.stop.is_success() {
            self.beta = found.beta;
        }
        found.point.log_likelihood
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
