//! A finished search, read as a model: status, coefficients, variances and the score test.

use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::quadratic_form;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::limit::{Fate, unknown_directions};
use crate::survival::regression::cox::model::limit::LimitPart;
use crate::survival::regression::cox::model::{CoxModel, SideBySide};
use crate::survival::regression::cox::newton::Maximum;
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{CoxPh, score};
use crate::survival::regression::design::Design;
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::term::{Status, Term, TestResult};

/// What was asked, where the search began and where it ended. Coefficients are those of the scaled covariates.
pub(in crate::survival::regression::cox) struct Finished<'a, 'd> {
    pub options: &'a CoxPh,
    pub data: &'a RightCensored<'a>,
    pub design: &'a Design<'d>,
    pub rows: &'a Rows,
    pub initial: &'a [f64],
    /// The likelihood there.
    pub start: &'a Point,
    /// The columns that are no combination of earlier ones.
    pub free: &'a [usize],
    pub found: &'a Maximum,
}

impl Finished<'_, '_> {
    /// The model in the units of the covariates as they were given.
    pub fn into_model(self) -> CoxModel {
        let Self { options, data, design, rows, start, found, .. } = self;
        let inverse = self.inverse();
        let scaled = inverse.clone().unwrap_or_else(|| vec![0.0; rows.p * rows.p]);
        let gauge_robust = data.is_robust().then(|| {
            let left = found.limit.as_ref().map_or(rows, |l| &l.rows);
            let workspace = self.workspace_at(left, &found.beta);
            self.rescaled(score::sandwich(left, &workspace, data, &scaled))
        });
        // A penalty has a score of its own, which belongs to no cluster.
        let plain = options.ridge == 0.0 && !options.firth;
        let robust_score_test = (data.is_robust() && plain).then(|| {
            let workspace = self.workspace_at(rows, self.initial);
            score::robust_test(rows, &workspace, data, self.free)
        });
        let gauge_variance = self.rescaled(scaled);
        let limit = found.limit.as_ref().map(|l| LimitPart {
            directions: l.directions.iter().map(|d| self.rescaled_vector(d)).collect(),
            extreme: l.extreme,
            coefficients: self.rescaled_vector(&found.beta),
            model_variance: gauge_variance.clone(),
            robust_variance: gauge_robust.clone(),
        });
        let model_variance = self.of_estimated(gauge_variance);
        let robust_variance = gauge_robust.map(|v| self.of_estimated(v));
        let se = |variance: &[f64], j: usize| {
            let known = self.status(j) == Status::Estimated && inverse.is_some();
            known.then(|| variance[j * rows.p + j].sqrt())
        };
        let term = |(j, name): (usize, &String)| Term {
            name: name.clone(),
            status: self.status(j),
            coefficient: self.coefficient(j),
            std_error: se(&model_variance, j),
            robust_std_error: robust_variance.as_deref().and_then(|v| se(v, j)),
        };
        let terms: Vec<Term> = design.names().iter().enumerate().map(term).collect();
        CoxModel {
            recipe: design.recipe().clone(),
            fingerprint: Fingerprint::of_known(data, design, rows.strands.as_deref()),
            ties: options.ties,
            rows: data.len(),
            events: rows.event.iter().filter(|&&e| e).count(),
            coefficients: SideBySide::of(&terms),
            terms,
            offset: options.offset.clone(),
            initial: self.initial.iter().enumerate().map(|(j, b)| b * self.unit(j)).collect(),
            log_likelihood: [start.log_likelihood, found.point.log_likelihood],
            score_test: self.score_test(),
            robust_score_test,
            unknown: self.unknown(),
            limit,
            iterations: found.iterations,
            stop: found.stop,
            ridge: options.ridge,
            firth: options.firth,
            model_variance,
            robust_variance,
        }
    }

    /// What a scaled coefficient is multiplied by; 0 where the covariate does not vary.
    fn unit(&self, j: usize) -> f64 {
        let scale = self.rows.scale[j];
        if scale > 0.0 { scale.recip() } else { 0.0 }
    }

    fn status(&self, j: usize) -> Status {
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

    fn coefficient(&self, j: usize) -> Option<f64> {
        match self.status(j) {
            Status::Estimated => Some(self.found.beta[j] * self.unit(j)),
            Status::Redundant => Some(0.0),
            Status::NotEstimable | Status::PlusInfinity | Status::MinusInfinity => None,
        }
    }

    /// The inverse information, in the scaled covariates; in the limit over the columns that tell its finite part.
    fn inverse(&self) -> Option<Vec<f64>> {
        let free = self.found.limit.as_ref().map_or(self.free, |l| &l.free);
        Cholesky::new(&self.found.point.information, self.rows.p, free).map(|c| c.inverse())
    }

    /// The hazards at some coefficients, by the rule for ties.
    fn workspace_at(&self, rows: &Rows, beta: &[f64]) -> Workspace {
        let mut workspace = Workspace::new(rows);
        workspace.hazards(rows, beta, score::ties_for_risk_sets(self.options.ties));
        workspace.martingale(rows);
        workspace
    }

    /// Rows and columns of what was not estimated are 0.
    fn of_estimated(&self, mut variance: Vec<f64>) -> Vec<f64> {
        let p = self.rows.p;
        for j in (0..p).filter(|&j| self.status(j) != Status::Estimated) {
            for k in 0..p {
                (variance[j * p + k], variance[k * p + j]) = (0.0, 0.0);
            }
        }
        variance
    }

    /// The directions that the data do not know of, in the units of the covariates as they were given.
    fn unknown(&self) -> Vec<Vec<f64>> {
        // A covariate that does not vary has no scale, and is a direction alone.
        let unit = |j: usize| if self.rows.scale[j] > 0.0 { self.unit(j) } else { 1.0 };
        let directions = unknown_directions(self.rows, self.options.ties, self.free);
        directions.iter().map(|d| d.iter().enumerate().map(|(j, d)| d * unit(j)).collect()).collect()
    }

    fn rescaled_vector(&self, v: &[f64]) -> Vec<f64> {
        v.iter().enumerate().map(|(j, v)| v * self.unit(j)).collect()
    }

    fn rescaled(&self, mut variance: Vec<f64>) -> Vec<f64> {
        let p = self.rows.p;
        for i in 0..p {
            for j in 0..p {
                variance[i * p + j] *= self.unit(i) * self.unit(j);
            }
        }
        variance
    }

    /// The score test of the starting values.
    fn score_test(&self) -> TestResult {
        let (free, p) = (self.free, self.rows.p);
        let score: Vec<f64> = free.iter().map(|&j| self.start.gradient[j]).collect();
        let pairs = free.iter().flat_map(|&i| free.iter().map(move |&j| (i, j)));
        let matrix: Vec<f64> = pairs.map(|(i, j)| self.start.information[i * p + j]).collect();
        let (statistic, degrees_of_freedom) = quadratic_form(&score, &matrix);
        TestResult { statistic, degrees_of_freedom }
    }
}
