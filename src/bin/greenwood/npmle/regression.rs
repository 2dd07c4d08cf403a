//! The regression of `npmle`: covariates and a baseline that may be anything.

use greenwood::survival::IntervalCensored;
use greenwood::survival::curve::TurnbullCurve;
use greenwood::survival::regression::{IntervalModel, IntervalRegression, Term};
use serde_json::{Value, json};

use super::program::Options;
use crate::support::{Failure, Table, Warnings, design, named_row, number, test};

/// The flags of the model.
#[derive(clap::Args)]
pub struct Regression {
    /// A model of --covariates and --factor whose baseline may be anything
    #[arg(long, value_enum)]
    model: Option<ModelName>,
    /// Numeric covariates of the model
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Limits from the profile of the likelihood instead of the standard errors
    #[arg(long, requires = "model")]
    profile: bool,
    /// The subject whose curve the model is asked for at the times of --at, such as age=60,arm=1
    #[arg(long, value_delimiter = ',', requires_all = ["model", "at"])]
    new: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ModelName {
    /// exp of a coefficient is a hazard ratio
    #[value(alias = "ph")]
    ProportionalHazards,
    /// exp of a coefficient is the ratio of the odds of an event
    #[value(alias = "po")]
    ProportionalOdds,
}

impl ModelName {
    /// With its name, and what exp of a coefficient is.
    fn model(self) -> (IntervalRegression, &'static str, &'static str) {
        match self {
            Self::ProportionalHazards => {
                (IntervalRegression::proportional_hazards(), "proportional-hazards", "hazard_ratio")
            }
            Self::ProportionalOdds => {
                (IntervalRegression::proportional_odds(), "proportional-odds", "odds_ratio")
            }
        }
    }
}

impl Regression {
    pub fn is_asked(&self) -> bool {
        self.model.is_some()
    }

    /// The columns of the covariates, each with its flag.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let numeric = self.covariates.iter().map(|c| ("--covariates", c.as_str()));
        numeric.chain(self.factor.iter().map(|c| ("--factor", c.as_str())))
    }

    pub fn check(&self, options: &Options) -> Result<(), Failure> {
        let given = self.columns().next().is_some();
        let text = match (self.is_asked(), given) {
            (true, false) => "--model needs covariates: give it --covariates or --factor",
            (false, true) => {
                "--covariates and --factor belong to a model: add --model proportional-hazards or proportional-odds"
            }
            (true, true) if options.entry.is_some() => {
                "--entry: a model with a baseline that may be anything takes no delayed entry: use the program parametric, which \
                 honours it"
            }
            _ => return Ok(()),
        };
        Err(text.into())
    }

    /// The model, where one is asked for, as text and as JSON.
    pub fn fit(
        &self,
        options: &Options,
        table: &Table,
        data: &IntervalCensored,
        warnings: &mut Warnings,
    ) -> Result<Option<(String, Value)>, Failure> {
        let Some(name) = self.model else { return Ok(None) };
        let (model, name, ratio) = name.model();
        let explain = |error: greenwood::Error| Failure::from(format!("--model {name}: {error}"));
        let mut data = data.clone();
        if let Some(strata) = &options.strata {
            data = data.with_strata(table.groups("--strata", strata)?)?;
        }
        let design = design(table, &self.covariates, &self.factor)?;
        let fit = model.fit(&data, &design).map_err(explain)?;
        if !fit.stop().is_success() {
            warnings.add(format!("--model {name}: {}", fit.stop()));
        }
        let mut text = vec![fit.printed(options.level())?.to_string()];
        let mut coefficients = Vec::new();
        for term in fit.terms() {
            let limits = if self.profile {
                let limits =
                    model.profile_interval(&data, &design, term.name(), options.level()).map_err(explain)?;
                text.push(format!("{}: profile of exp(coef) {limits:.4}", term.name()));
                limits
            } else {
                term.interval(options.level())?
            };
            coefficients.push(coefficient(term, ratio, [limits.lower, limits.upper]));
        }
        let mut answer = json_of(&fit, name, coefficients);
        if let Some(curve) = self.curve(options, &fit)? {
            let mut at = Vec::new();
            for &t in &options.at {
                let region = curve.at(t);
                text.push(format!(
                    "{}: survival at {t}: {:.4} to {:.4}",
                    self.new.join(","),
                    region.lower,
                    region.upper
                ));
                at.push(json!({ "time": number(t), "survival_lower": number(region.lower),
                    "survival_upper": number(region.upper) }));
            }
            answer["at"] = at.into();
        }
        Ok(Some((text.join("\n"), answer)))
    }

    /// The curve of the subject of --new.
    fn curve(&self, options: &Options, fit: &IntervalModel) -> Result<Option<TurnbullCurve>, Failure> {
        if self.new.is_empty() {
            return Ok(None);
        }
        let explain =
            |error: greenwood::Error| Failure::from(format!("--new {}: {error}", self.new.join(",")));
        let (row, stratum) = named_row(&self.new, fit.row(), &self.factor, options.strata.as_deref())?;
        match (stratum, &options.strata) {
            (Some(label), _) => fit.curve_in(label, &row).map(Some).map_err(explain),
            (None, Some(column)) => Err(format!(
                "--new {}: each stratum has a baseline of its own: add {column}=LABEL",
                self.new.join(",")
            )
            .into()),
            (None, None) => fit.curve(&row).map(Some).map_err(explain),
        }
    }
}

fn coefficient(t: &Term, ratio: &str, [lower, upper]: [Option<f64>; 2]) -> Value {
    json!({
        "name": t.name(), "coef": number(t.coefficient()), "se": number(t.std_error()), "z": number(t.z()),
        "p_value": number(t.p_value()), ratio: number(t.hazard_ratio()), "lower": number(lower), "upper": number(upper),
        "status": format!("{:?}", t.status()),
    })
}

fn json_of(fit: &IntervalModel, name: &str, coefficients: Vec<Value>) -> Value {
    let matrix = fit.variance();
    let vcov: Vec<Vec<Value>> =
        matrix.rows().into_iter().map(|r| r.iter().map(|&v| number(v)).collect()).collect();
    json!({
        "model": name, "n": number(fit.subjects()), "rows": fit.rows(), "converged": fit.stop().is_success(),
        "stop": format!("{:?}", fit.stop()), "iterations": fit.iterations(), "gap": number(fit.gap()),
        "loglik": fit.log_likelihood().map(number), "coefficients": coefficients, "vcov": vcov,
        "lrt": test(&fit.likelihood_ratio_test()),
    })
}
