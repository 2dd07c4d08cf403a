//! What the end of a search tells of each coefficient, in the units of the covariates as they were given.

use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::quadratic_form;
use crate::survival::regression::cox::limit::Fate;
use crate::survival::regression::cox::model::limit::LimitPart;
use crate::survival::regression::cox::newton::Maximum;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::term::{Status, Term, TestResult};

/// Where a search ended. Coefficients in it are those of the scaled covariates.
#[derive(Clone, Copy)]
pub(in crate::survival::regression) struct EndOfSearch<'a> {
    pub rows: &'a Rows,
    /// The columns that are no combination of earlier ones.
    pub free: &'a [usize],
    pub found: &'a Maximum,
}

impl<'a> EndOfSearch<'a> {
    /// The rows whose risk sets hold the model: in a limit those of the undecided pairs.
    pub fn left(&self) -> &'a Rows {
        self.found.limit.as_ref().map_or(self.rows, |l| &l.rows)
    }

    /// What a scaled coefficient is multiplied by; 0 where the covariate does not vary.
    pub fn unit(&self, j: usize) -> f64 {
        let scale = self.rows.scale[j];
        if scale > 0.0 { scale.recip() } else { 0.0 }
    }

    pub fn status(&self, j: usize) -> Status {
        if !self.free.contains(&j) {
            return Status::Redundant;
        }
        match self.found.limit.as_ref().map_or(Fate::Finite, |l| l.fate[j]) {
            Fate::Finite => Status::Estimated,
            Fate::PlusInfinity => Status::PlusInfinity,
            Fate::MinusInfinity => Status::MinusInfinity,
            Fate::Undecided => Status::NotEstimable,
        }
    }

    pub fn coefficient(&self, j: usize) -> Option<f64> {
        match self.status(j) {
            Status::Estimated => Some(self.found.beta[j] * self.unit(j)),
            Status::Redundant => Some(0.0),
            Status::NotEstimable | Status::PlusInfinity | Status::MinusInfinity => None,
        }
    }

    /// The information, in the scaled covariates; in the limit over the columns that tell its finite part.
    pub fn factor(&self) -> Option<Cholesky> {
        let free = self.found.limit.as_ref().map_or(self.free, |l| &l.free);
        Cholesky::new(&self.found.point.information, self.rows.p, free)
    }

    /// The coefficients by name, with standard errors where the information could be inverted (`known`).
    pub fn terms(&self, names: &[String], known: bool, model: &[f64], robust: Option<&[f64]>) -> Vec<Term> {
        let std_error = |variance: &[f64], j: usize| {
            (known && self.status(j) == Status::Estimated).then(|| variance[j * self.rows.p + j].sqrt())
        };
        let term = |(j, name): (usize, &String)| Term {
            name: name.clone(),
            status: self.status(j),
            coefficient: self.coefficient(j),
            std_error: std_error(model, j),
            robust_std_error: robust.and_then(|v| std_error(v, j)),
        };
        names.iter().enumerate().map(term).collect()
    }

    /// Rows and columns of what was not estimated are 0.
    pub fn of_estimated(&self, mut variance: Vec<f64>) -> Vec<f64> {
        let p = self.rows.p;
        for j in (0..p).filter(|&j| self.status(j) != Status::Estimated) {
            for k in 0..p {
                (variance[j * p + k], variance[k * p + j]) = (0.0, 0.0);
            }
        }
        variance
    }

    pub fn rescaled_vector(&self, v: &[f64]) -> Vec<f64> {
        v.iter().enumerate().map(|(j, v)| v * self.unit(j)).collect()
    }

    pub fn rescaled(&self, mut variance: Vec<f64>) -> Vec<f64> {
        let p = self.rows.p;
        for i in 0..p {
            for j in 0..p {
                variance[i * p + j] *= self.unit(i) * self.unit(j);
            }
        }
        variance
    }

    /// What is finite of a model without a maximum, with its variances in the units of the covariates.
    pub fn limit(&self, model_variance: &[f64], robust_variance: Option<&[f64]>) -> Option<LimitPart> {
        self.found.limit.as_ref().map(|l| LimitPart {
            directions: l.directions.iter().map(|d| self.rescaled_vector(d)).collect(),
            extreme: l.extreme,
            coefficients: self.rescaled_vector(&self.found.beta),
            model_variance: model_variance.to_vec(),
            robust_variance: robust_variance.map(<[f64]>::to_vec),
        })
    }

    /// The score test of the starting values, at which the likelihood is `start`.
    pub fn score_test(&self, start: &Point) -> TestResult {
        let (free, p) = (self.free, self.rows.p);
        let score: Vec<f64> = free.iter().map(|&j| start.gradient[j]).collect();
        let pairs = free.iter().flat_map(|&i| free.iter().map(move |&j| (i, j)));
        let matrix: Vec<f64> = pairs.map(|(i, j)| start.information[i * p + j]).collect();
        let (statistic, degrees_of_freedom) = quadratic_form(&score, &matrix);
        TestResult { statistic, degrees_of_freedom }
    }
}
