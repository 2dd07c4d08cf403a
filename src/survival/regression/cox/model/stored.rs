//! A fitted model as it is written down and read back: checked, so that nothing that is read can fail later.

use serde::Deserialize;

use crate::error::{Error, Result, check_len};
use crate::survival::regression::cox::model::limit::LimitPart;
use crate::survival::regression::cox::model::{CoxModel, SideBySide, Status, Term, TestResult};
use crate::survival::regression::cox::{Stop, Ties};
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::stored::{check_variance, refuse};

#[derive(Deserialize)]
pub(super) struct RawModel {
    recipe: Recipe,
    fingerprint: Fingerprint,
    ties: Ties,
    rows: usize,
    events: usize,
    terms: Vec<Term>,
    offset: Option<Vec<f64>>,
    initial: Vec<f64>,
    log_likelihood: [f64; 2],
    score_test: TestResult,
    robust_score_test: Option<TestResult>,
    model_variance: Vec<f64>,
    robust_variance: Option<Vec<f64>>,
    unknown: Vec<Vec<f64>>,
    limit: Option<LimitPart>,
    iterations: usize,
    stop: Stop,
    ridge: f64,
    firth: bool,
}

impl TryFrom<RawModel> for CoxModel {
    type Error = Error;

    fn try_from(raw: RawModel) -> Result<Self> {
        raw.check()?;
        Ok(Self {
            recipe: raw.recipe,
            fingerprint: raw.fingerprint,
            ties: raw.ties,
            rows: raw.rows,
            events: raw.events,
            coefficients: SideBySide::of(&raw.terms),
            terms: raw.terms,
            offset: raw.offset,
            initial: raw.initial,
            log_likelihood: raw.log_likelihood,
            score_test: raw.score_test,
            robust_score_test: raw.robust_score_test,
            model_variance: raw.model_variance,
            robust_variance: raw.robust_variance,
            unknown: raw.unknown,
            limit: raw.limit,
            iterations: raw.iterations,
            stop: raw.stop,
            ridge: raw.ridge,
            firth: raw.firth,
        })
    }
}

impl RawModel {
    fn check(&self) -> Result<()> {
        self.check_lengths()?;
        self.check_numbers()?;
        self.check_unknown()?;
        if let Some(limit) = &self.limit {
            limit.check(self.terms.len(), self.robust_variance.is_some())?;
        }
        self.check_variances()
    }

    /// The model, its recipe and its data have one shape.
    fn check_lengths(&self) -> Result<()> {
        let p = self.terms.len();
        let robust = self.robust_variance.as_ref().map_or(p * p, Vec::len);
        for (argument, len, other, expected) in [
            ("the starting values", self.initial.len(), "the model", p),
            ("the model's variance", self.model_variance.len(), "a matrix of its terms", p * p),
            ("the robust variance", robust, "a matrix of its terms", p * p),
            ("offset", self.offset.as_ref().map_or(self.rows, Vec::len), "the model's data", self.rows),
        ] {
            check_len(argument, len, other, expected)?;
        }
        let names = self.terms.iter().map(|t| &t.name);
        if !names.eq(self.recipe.columns()) {
            return refuse("the terms", p as f64, "the columns of the recipe, by name and in their order");
        }
        if !self.fingerprint.has_shape(self.rows, p) {
            return refuse(
                "the fingerprint",
                self.rows as f64,
                "that of as many rows and columns as the model has",
            );
        }
        if self.events > self.rows {
            return refuse("events", self.events as f64, "at most the number of rows");
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<()> {
        let p = self.terms.len();
        let numbers = self.initial.iter().chain(&self.log_likelihood).chain(self.offset.iter().flatten());
        if let Some(&value) = numbers.chain([&self.ridge]).find(|x| !x.is_finite()) {
            return refuse("a number of the model", value, "finite");
        }
        if self.ridge < 0.0 {
            return refuse("ridge", self.ridge, "at least 0");
        }
        let tests = [Some(self.score_test), self.robust_score_test];
        if let Some(test) = tests.into_iter().flatten().find(|t| t.degrees_of_freedom > p) {
            let df = test.degrees_of_freedom as f64;
            return refuse("degrees_of_freedom", df, "at most the number of terms");
        }
        if let Stop::InfiniteCoefficient { covariate } = self.stop
            && covariate >= p
        {
            return refuse("the infinite coefficient", covariate as f64, "the position of a term");
        }
        Ok(())
    }

    /// The directions that the data do not know of: one for each redundant term.
    fn check_unknown(&self) -> Result<()> {
        let p = self.terms.len();
        if let Some(direction) = self.unknown.iter().find(|d| d.len() != p) {
            let (argument, len) = ("a direction that the data do not know of", direction.len());
            return Err(Error::LengthMismatch { argument, len, other: "the terms", expected: p });
        }
        if let Some(&value) = self.unknown.iter().flatten().find(|x| !x.is_finite()) {
            return refuse("a direction that the data do not know of", value, "finite");
        }
        let redundant = self.terms.iter().filter(|t| t.status == Status::Redundant).count();
        if self.unknown.len() != redundant {
            let value = self.unknown.len() as f64;
            return refuse(
                "the directions that the data do not know of",
                value,
                "as many as redundant terms",
            );
        }
        Ok(())
    }

    fn check_variances(&self) -> Result<()> {
        let of_terms = |pick: fn(&Term) -> Option<f64>| self.terms.iter().map(pick).collect::<Vec<_>>();
        check_variance(&self.model_variance, &of_terms(|t| t.std_error))?;
        match &self.robust_variance {
            Some(robust) => check_variance(robust, &of_terms(|t| t.robust_std_error)),
            None => match self.terms.iter().find_map(|t| t.robust_std_error) {
                Some(se) => refuse("a robust standard error", se, "absent where there is no robust variance"),
                None => Ok(()),
            },
        }
    }
}
