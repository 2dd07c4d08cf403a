//! A fitted model as it is read back: checked, so that nothing that is read can fail later.

use serde::{Deserialize, Serializer};

use super::{IntervalModel, StratumBaseline};
use crate::error::{Error, Result, check_len};
use crate::survival::curve::turnbull::{Place, check_places};
use crate::survival::regression::cox::Stop;
use crate::survival::regression::interval_regression::IntervalLink;
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::stored::{check_variance, refuse};
use crate::survival::regression::term::Term;

/// A last place may be at infinity, which JSON has no number for.
type StoredPlaces = Vec<(Place, (Option<f64>, i8))>;

#[allow(clippy::ptr_arg)] // serde passes the field
pub(super) fn write_places<S: Serializer>(
    places: &Vec<(Place, Place)>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let finite = |x: f64| x.is_finite().then_some(x);
    serializer.collect_seq(places.iter().map(|(left, right)| (left, (finite(right.0), right.1))))
}

#[derive(Deserialize)]
pub(super) struct RawModel {
    recipe: Recipe,
    link: IntervalLink,
    rows: usize,
    subjects: f64,
    terms: Vec<Term>,
    variance: Vec<f64>,
    centre: Vec<f64>,
    log_likelihood: [f64; 2],
    gap: f64,
    score: f64,
    iterations: usize,
    stop: Stop,
    baseline: Vec<RawBaseline>,
}

#[derive(Deserialize)]
struct RawBaseline {
    label: String,
    rows: usize,
    subjects: f64,
    places: StoredPlaces,
    level: Vec<f64>,
}

impl RawBaseline {
    fn checked(self) -> Result<StratumBaseline> {
        let last = |right: (Option<f64>, i8)| (right.0.unwrap_or(f64::INFINITY), right.1);
        let places: Vec<(Place, Place)> =
            self.places.into_iter().map(|(left, right)| (left, last(right))).collect();
        check_places(&places)?;
        check_len("the baseline", self.level.len() + 1, "the intersections", places.len())?;
        let ordered = self.level.windows(2).all(|w| w[0] <= w[1]);
        if let Some(&value) = self.level.iter().find(|l| !l.is_finite() || !ordered) {
            refuse("the baseline", value, "finite and increasing")?;
        }
        if self.rows < 1 {
            return Err(Error::Empty { argument: "the rows of a stratum" });
        }
        if !(self.subjects > 0.0 && self.subjects.is_finite()) {
            refuse("the subjects of a stratum", self.subjects, "finite and above 0")?;
        }
        let Self { label, rows, subjects, level, .. } = self;
        Ok(StratumBaseline { label, rows, subjects, places, level })
    }
}

impl TryFrom<RawModel> for IntervalModel {
    type Error = Error;

    fn try_from(raw: RawModel) -> Result<Self> {
        raw.check()?;
        let baseline = raw.baseline.into_iter().map(RawBaseline::checked).collect::<Result<_>>()?;
        Ok(Self {
            recipe: raw.recipe,
            link: raw.link,
            rows: raw.rows,
            subjects: raw.subjects,
            terms: raw.terms,
            variance: raw.variance,
            centre: raw.centre,
            log_likelihood: raw.log_likelihood,
            gap: raw.gap,
            score: raw.score,
            iterations: raw.iterations,
            stop: raw.stop,
            baseline,
        })
    }
}

impl RawModel {
    fn check(&self) -> Result<()> {
        let p = self.terms.len();
        for (argument, len, expected) in
            [("the variance", self.variance.len(), p * p), ("the centre", self.centre.len(), p)]
        {
            check_len(argument, len, "the model's terms", expected)?;
        }
        let names = self.terms.iter().map(Term::name);
        if !names.eq(self.recipe.columns().iter().map(String::as_str)) {
            return refuse("the terms", p as f64, "the columns of the recipe, by name and in their order");
        }
        let numbers = self.centre.iter().chain(&self.log_likelihood);
        if let Some(&value) = numbers.into_iter().find(|x| !x.is_finite()) {
            return refuse("a centre or a log likelihood", value, "finite");
        }
        let sizes = [self.subjects, self.gap, self.score];
        if let Some(&value) = sizes.iter().find(|x| !(0.0..f64::INFINITY).contains(*x)) {
            return refuse("the subjects, the gap or the score", value, "finite and at least 0");
        }
        if let Stop::InfiniteCoefficient { covariate } | Stop::Flat { covariate } = self.stop
            && covariate >= p
        {
            return refuse(
                "the infinite or undetermined coefficient",
                covariate as f64,
                "the position of a term",
            );
        }
        let infinite = self.terms.iter().any(|t| !t.coefficient().is_finite());
        if infinite != self.baseline.is_empty() {
            let strata = self.baseline.len() as f64;
            return refuse(
                "the number of baselines",
                strata,
                "0 where a coefficient is infinite, else at least 1",
            );
        }
        let errors: Vec<Option<f64>> = self.terms.iter().map(Term::model_std_error).collect();
        check_variance(&self.variance, &errors)
    }
}
