//! A fitted model as it is read back: checked, so that nothing that is read can fail later.

use serde::Deserialize;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::model::SideBySide;
use crate::survival::regression::cox::model::limit::LimitPart;
use crate::survival::regression::fine_gray::baseline::SubdistributionBaseline;
use crate::survival::regression::fine_gray::censoring::CensoringTies;
use crate::survival::regression::fine_gray::model::FineGrayModel;
use crate::survival::regression::fingerprint::Fingerprint;
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::stored::{check_variance, refuse};
use crate::survival::regression::term::{Term, TestResult};

#[derive(Deserialize)]
pub(super) struct RawModel {
    recipe: Recipe,
    fingerprint: Fingerprint,
    cause: String,
    censoring_ties: CensoringTies,
    censoring_groups: Option<Groups>,
    rows: usize,
    events: usize,
    terms: Vec<Term>,
    log_likelihood: [f64; 2],
    score_test: TestResult,
    limit: Option<LimitPart>,
    variance: Vec<f64>,
    model_variance: Vec<f64>,
    iterations: usize,
    stop: Stop,
    baseline: Vec<SubdistributionBaseline>,
}

impl TryFrom<RawModel> for FineGrayModel {
    type Error = Error;

    fn try_from(raw: RawModel) -> Result<Self> {
        raw.check()?;
        Ok(Self {
            recipe: raw.recipe,
            fingerprint: raw.fingerprint,
            cause: raw.cause,
            censoring_ties: raw.censoring_ties,
            censoring_groups: raw.censoring_groups,
            rows: raw.rows,
            events: raw.events,
            coefficients: SideBySide::of(&raw.terms),
            terms: raw.terms,
            log_likelihood: raw.log_likelihood,
            score_test: raw.score_test,
            limit: raw.limit,
            variance: raw.variance,
            model_variance: raw.model_variance,
            iterations: raw.iterations,
            stop: raw.stop,
            baseline: raw.baseline,
        })
    }
}

impl RawModel {
    fn check(&self) -> Result<()> {
        let p = self.terms.len();
        let groups = self.censoring_groups.as_ref().map_or(self.rows, Groups::len);
        for (argument, len, other, expected) in [
            ("the variance", self.variance.len(), "a matrix of its terms", p * p),
            ("the model's variance", self.model_variance.len(), "a matrix of its terms", p * p),
            ("censoring groups", groups, "the model's data", self.rows),
        ] {
            check_len(argument, len, other, expected)?;
        }
        let names = self.terms.iter().map(Term::name);
        if !names.eq(self.recipe.columns().iter().map(String::as_str)) {
            return refuse("the terms", p as f64, "the columns of the recipe, by name and in their order");
        }
        if !self.fingerprint.has_shape(self.rows, p) {
            let must_be = "that of as many rows and columns as the model has";
            return refuse("the fingerprint", self.rows as f64, must_be);
        }
        if self.events > self.rows {
            return refuse("events", self.events as f64, "at most the number of rows");
        }
        if let Some(&value) = self.log_likelihood.iter().find(|x| !x.is_finite()) {
            return refuse("a log likelihood", value, "finite");
        }
        if self.score_test.degrees_of_freedom > p {
            let df = self.score_test.degrees_of_freedom as f64;
            return refuse("degrees_of_freedom", df, "at most the number of terms");
        }
        let infinite = self.terms.iter().any(|t| !t.coefficient().is_finite());
        if let Stop::InfiniteCoefficient { covariate } = self.stop
            && covariate >= p
        {
            return refuse("the infinite coefficient", covariate as f64, "the position of a term");
        }
        if infinite && !self.baseline.is_empty() {
            let strata = self.baseline.len() as f64;
            return refuse("the number of baselines", strata, "0 where a coefficient is infinite");
        }
        if let Some(limit) = &self.limit {
            limit.check(p, true)?;
        }
        if infinite != self.limit.is_some() {
            let must_be = "there where a coefficient is infinite, and only there";
            return refuse("the limit", f64::from(u8::from(self.limit.is_some())), must_be);
        }
        let of_terms = |pick: fn(&Term) -> Option<f64>| self.terms.iter().map(pick).collect::<Vec<_>>();
        check_variance(&self.model_variance, &of_terms(Term::model_std_error))?;
        check_variance(&self.variance, &of_terms(Term::robust_std_error))
    }
}
