//! `cox`: Cox's proportional-hazards model.

use greenwood::survival::prediction::ConcordanceEstimate;
use greenwood::survival::regression::{ProportionalHazards, TestResult, TimeScale};
use greenwood::survival::{Concordance, CoxModel, CoxPh, Design, RightCensored, Ties, Weights};
use serde_json::{Value, json};

use crate::support::{Columns, Failure, Program, Table, Warnings, WeightKind, distinct, json_text, number};

/// Cox's proportional-hazards model of a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: cox veteran.csv --time time --event status --covariates karno,age --factor celltype"
)]
pub struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the start of each row: the same as --entry
    #[arg(long, conflicts_with = "entry")]
    start: Option<String>,
    /// Numeric covariates
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Column with strata
    #[arg(long)]
    strata: Option<String>,
    /// Column that is added to the linear predictor
    #[arg(long)]
    offset: Option<String>,
    #[arg(long, value_enum, default_value = "efron")]
    ties: TiesName,
    /// Firth's penalty, with intervals and p-values from the profile of the penalised likelihood
    #[arg(long)]
    firth: bool,
    /// Robust variance, every row its own cluster
    #[arg(long)]
    robust: bool,
    /// Confidence level
    #[arg(long, default_value_t = 0.95)]
    level: f64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum TiesName {
    Efron,
    Breslow,
    Exact,
}

impl Program for Options {
    fn run(mut self) -> Result<String, Failure> {
        self.columns.entry = self.columns.entry.take().or(self.start.take());
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.columns.table(&self.further(), &mut warnings)?;
        let data = self.data(&table, &mut warnings)?;
        let (design, offset) = self.design(&table)?;
        let fit = self.model(offset.as_deref()).fit(&data, &design)?;
        let answer = Answer::new(&self, &fit, &data, &design, offset.as_deref())?;
        Ok(if self.columns.json { json_text(answer.to_json()?, &warnings) } else { answer.to_text()? })
    }
}

impl Options {
    /// A column is a covariate or a part of the data, and stands once.
    fn check(&self) -> Result<(), Failure> {
        if self.covariates.is_empty() && self.factor.is_empty() {
            return Err("a model needs covariates: name at least one with --covariates or --factor".into());
        }
        let mut named =
            vec![("--time", self.columns.time.as_str()), ("--event", self.columns.event.as_str())];
        named.extend(self.columns.entry.iter().map(|c| ("--entry", c.as_str())));
        named.extend(self.further());
        distinct(&named)
    }

    fn further(&self) -> Vec<(&'static str, &str)> {
        let mut further: Vec<(&'static str, &str)> =
            self.covariates.iter().map(|c| ("--covariates", c.as_str())).collect();
        further.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        further.extend(self.strata.iter().map(|c| ("--strata", c.as_str())));
        further.extend(self.offset.iter().map(|c| ("--offset", c.as_str())));
        further
    }

    fn data(&self, table: &Table, warnings: &mut Warnings) -> Result<RightCensored<'static>, Failure> {
        let mut data = self.columns.data(table, warnings)?;
        if let Some(column) = &self.strata {
            data = data.with_strata(table.groups("--strata", column)?)?;
        }
        if self.robust && self.columns.cluster.is_none() {
            if self.columns.weight.is_none() {
                data = data.with_weights(Weights::sampling(vec![1.0; table.len()]))?;
            } else if self.columns.weight_kind == Some(WeightKind::Replication) {
                data = data.with_clusters(&(0..table.len()).collect::<Vec<_>>())?;
            }
        }
        Ok(data)
    }

    fn design(&self, table: &Table) -> Result<(Design<'static>, Option<Vec<f64>>), Failure> {
        let mut design = Design::builder();
        for column in &self.covariates {
            design = design.numeric(column, &table.numbers("--covariates", column)?);
        }
        for column in &self.factor {
            let groups = table.groups("--factor", column)?;
            let reference = groups.labels()[0].clone();
            design = design.factor(column, &groups, &reference);
        }
        let offset = self.offset.as_ref().map(|column| table.numbers("--offset", column)).transpose()?;
        Ok((design.build()?, offset))
    }

    fn model(&self, offset: Option<&[f64]>) -> CoxPh {
        let model = CoxPh::new().ties(match self.ties {
            TiesName::Efron => Ties::Efron,
            TiesName::Breslow => Ties::Breslow,
            TiesName::Exact => Ties::Exact,
        });
        let model = if self.firth { model.firth() } else { model };
        match offset {
            Some(offset) => model.offset(offset),
            None => model,
        }
    }
}

/// A fit and what is reported beside it.
struct Answer<'a> {
    options: &'a Options,
    fit: &'a CoxModel,
    data: &'a RightCensored<'a>,
    design: &'a Design<'static>,
    /// Neither has a value where a coefficient is infinite.
    concordance: Option<ConcordanceEstimate>,
    proportional: Option<ProportionalHazards>,
}

impl<'a> Answer<'a> {
    fn new(
        options: &'a Options,
        fit: &'a CoxModel,
        data: &'a RightCensored<'a>,
        design: &'a Design<'static>,
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
        Ok(Self { options, fit, data, design, concordance, proportional })
    }

    fn to_text(&self) -> Result<String, Failure> {
        let mut parts = vec![self.fit.to_string()];
        for term in self.fit.terms().iter().filter(|_| self.options.firth) {
            let fitted = self.fit.with(self.data, self.design)?;
            let interval = fitted.profile_interval(term.name(), self.options.level)?;
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

    fn to_json(&self) -> Result<Value, Failure> {
        let fit = self.fit;
        let vcov: Vec<Vec<Value>> =
            fit.variance().rows().into_iter().map(|r| r.iter().map(|&v| number(v)).collect()).collect();
        Ok(json!({
            "n": fit.rows(), "events": fit.events(), "ties": fit.ties().to_string().to_lowercase(),
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
        let (fit, level) = (self.fit, self.options.level);
        let one = |t: &greenwood::survival::regression::Term| -> Result<Value, Failure> {
            let (limits, p_value) = if self.options.firth {
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

fn test(t: &TestResult) -> Value {
    json!({ "statistic": number(t.statistic()), "df": t.df(), "p_value": number(t.p_value()) })
}
