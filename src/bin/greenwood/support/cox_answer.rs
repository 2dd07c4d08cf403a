//! A Cox model as text and as one JSON object: of every program that fits one.

use greenwood::survival::prediction::ConcordanceEstimate;
use greenwood::survival::regression::{ProportionalHazards, Term, TestResult, TimeScale};
use greenwood::survival::{Concordance, CoxModel, Design, RightCensored, Ties};
use serde_json::{Value, json};

use super::answer::{counted, number};
use super::table::Table;
use super::written::Failure;

/// How tied events share a risk set.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum TiesName {
    Efron,
    Breslow,
    /// The discrete likelihood: R's exact, SAS's DISCRETE, Stata's exactp
    Exact,
    /// The exact marginal likelihood of continuous times: SAS's EXACT, Stata's exactm
    Marginal,
}

impl TiesName {
    pub fn ties(self) -> Ties {
        match self {
            Self::Efron => Ties::Efron,
            Self::Breslow => Ties::Breslow,
            Self::Exact => Ties::Exact,
            Self::Marginal => Ties::Marginal,
        }
    }
}

/// The design of numeric covariates and factors, the first level of each factor its reference.
pub fn design(table: &Table, covariates: &[String], factors: &[String]) -> Result<Design<'static>, Failure> {
    let mut design = Design::builder();
    for column in covariates {
        design = design.numeric(column, &table.numbers("--covariates", column)?);
    }
    for column in factors {
        let groups = table.groups("--factor", column)?;
        let reference = groups.labels()[0].clone();
        design = design.factor(column, &groups, &reference);
    }
    Ok(design.build()?)
}

/// A fit and what is reported beside it.
pub struct CoxAnswer<'a> {
    fit: &'a CoxModel,
    data: &'a RightCensored<'a>,
    design: &'a Design<'static>,
    level: f64,
    /// Are limits and p-values those of the profile of a penalised likelihood?
    firth: bool,
    /// Neither has a value where a coefficient is infinite.
    concordance: Option<ConcordanceEstimate>,
    proportional: Option<ProportionalHazards>,
}

impl<'a> CoxAnswer<'a> {
    pub fn new(
        fit: &'a CoxModel,
        data: &'a RightCensored<'a>,
        design: &'a Design<'static>,
        (level, firth): (f64, bool),
        offset: Option<&[f64]>,
    ) -> Result<Self, Failure> {
        let (mut concordance, mut proportional) = (None, None);
        if fit.coefficients().iter().all(|b| b.is_finite()) {
            let mut score = fit.linear_predictor(design)?;
            for (score, offset) in score.iter_mut().zip(offset.unwrap_or_default()) {
                *score += offset;
            }
            concordance = Some(Concordance::new().estimate(data, &score)?);
            proportional = Some(fit.with(data, design)?.proportional_hazards(TimeScale::default())?);
        }
        Ok(Self { fit, data, design, level, firth, concordance, proportional })
    }

    pub fn to_text(&self) -> Result<String, Failure> {
        let mut parts = vec![self.fit.printed(self.level)?.to_string()];
        for term in self.fit.terms().iter().filter(|_| self.firth) {
            let fitted = self.fit.with(self.data, self.design)?;
            let interval = fitted.profile_interval(term.name(), self.level)?;
            let test = fitted.likelihood_ratio_test_of(&[term.name()])?;
            parts.push(format!(
                "{}: profile of the hazard ratio {interval:.4}; likelihood ratio {test}",
                term.name()
            ));
        }
        parts.extend(self.concordance.iter().map(|c| format!("concordance      {c}")));
        parts.extend(self.proportional.iter().map(ToString::to_string));
        Ok(parts.join("\n"))
    }

    pub fn to_json(&self) -> Result<Value, Failure> {
        let fit = self.fit;
        let weights = self.data.weights();
        let n = counted(weights, self.data.event().iter().map(|_| true));
        let events = counted(weights, self.data.event().iter().copied());
        let vcov: Vec<Vec<Value>> =
            fit.variance().rows().into_iter().map(|r| r.iter().map(|&v| number(v)).collect()).collect();
        Ok(json!({
            "n": n, "events": events, "ties": fit.ties().to_string().to_lowercase(),
            "converged": fit.stop().is_success(), "stop": format!("{:?}", fit.stop()), "iterations": fit.iterations(),
            "loglik": fit.log_likelihood().map(number), "coefficients": self.coefficients()?, "vcov": vcov,
            "score": test(&fit.score_test()), "wald": test(&fit.wald_test()),
            "lrt": test(&fit.likelihood_ratio_test()),
            "concordance": self.concordance.as_ref().map(
                |c| json!({ "estimate": number(c.value().ok()), "se": number(c.std_error().ok()) })
            ),
            "baseline": self.baseline()?, "zph": self.zph(), "zph_covariates": self.zph_covariates(),
        }))
    }

    fn coefficients(&self) -> Result<Vec<Value>, Failure> {
        let (fit, level) = (self.fit, self.level);
        let one = |t: &Term| -> Result<Value, Failure> {
            let (limits, p_value) = if self.firth {
                let fitted = fit.with(self.data, self.design)?;
                let test = fitted.likelihood_ratio_test_of(&[t.name()])?;
                (fitted.profile_interval(t.name(), level)?, test.p_value())
            } else {
                (t.interval(level)?, t.p_value())
            };
            Ok(json!({
                "name": t.name(), "coef": number(t.coefficient()), "se": number(t.model_std_error()),
                "robust_se": number(t.robust_std_error()), "z": number(t.z()), "p_value": number(p_value),
                "hazard_ratio": number(t.hazard_ratio()),
                "lower": number(limits.lower), "upper": number(limits.upper),
                "status": format!("{:?}", t.status()),
            }))
        };
        fit.terms().iter().map(one).collect()
    }

    fn baseline(&self) -> Result<Vec<Value>, Failure> {
        if self.fit.coefficients().iter().any(|b| !b.is_finite()) {
            return Ok(Vec::new());
        }
        let base = self.fit.with(self.data, self.design)?.baseline()?;
        let mut rows = Vec::new();
        let labels: Vec<Option<&str>> = base.strata().map(Some).collect();
        for label in if labels.is_empty() { vec![None] } else { labels } {
            let curve = label.map_or_else(|| base.at_zero(), |label| base.stratum(label)?.at_zero())?;
            for (time, hazard) in curve.cumulative_hazard() {
                let (time, hazard) = (number(time), number(hazard));
                rows.push(json!({ "stratum": label, "time": time, "cumulative_hazard": hazard }));
            }
        }
        Ok(rows)
    }

    /// The test of proportional hazards, coefficient by coefficient.
    fn zph(&self) -> Vec<Value> {
        self.proportional.as_ref().map_or(Vec::new(), |zph| named_tests(zph.coefficients(), zph.global()))
    }

    /// The same by covariate: a factor as a whole.
    fn zph_covariates(&self) -> Vec<Value> {
        self.proportional.as_ref().map_or(Vec::new(), |zph| named_tests(zph.covariates(), zph.global()))
    }
}

fn named_tests<'a>(tests: impl Iterator<Item = (&'a str, TestResult)>, global: TestResult) -> Vec<Value> {
    let named = |(name, t): (&str, TestResult)| {
        let mut value = test(&t);
        value["name"] = name.into();
        value
    };
    tests.chain([("GLOBAL", global)]).map(named).collect()
}

/// A test as JSON.
pub fn test(t: &TestResult) -> Value {
    json!({ "statistic": number(t.statistic()), "df": t.df(), "p_value": number(t.p_value()) })
}
