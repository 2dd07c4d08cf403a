//! The models of the program: Fine-Gray, and Cox for each cause-specific hazard.

use greenwood::Error;
use greenwood::survival::regression::{CensoringTies, Term};
use greenwood::survival::{CompetingRisks, CoxPh, FineGray};
use serde_json::{Value, json};

use crate::support::{CoxAnswer, Failure, Table, counted, design, number, of_flag};

/// The flags of the models.
#[derive(clap::Args)]
pub struct Models {
    /// Fine-Gray model of this cause, with --covariates and --factor
    #[arg(long, allow_negative_numbers = true)]
    fine_gray: Option<String>,
    /// Cox models of each cause-specific hazard, with --covariates and --factor
    #[arg(long)]
    cause_specific: bool,
    /// Numeric covariates of the models
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Whether events leave before censorings at the same time, in the weights of the Fine-Gray model
    #[arg(long, value_enum, requires = "fine_gray", default_value = "events-at-risk")]
    censoring_ties: TiesName,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum TiesName {
    /// As R's cmprsk (not with delayed entry)
    EventsAtRisk,
    /// As R's finegray
    EventsFirst,
}

impl Models {
    /// A flag that this call would leave without effect is a mistake.
    pub fn check(&self) -> Result<(), Failure> {
        let (asked, given) = (
            self.fine_gray.is_some() || self.cause_specific,
            !self.covariates.is_empty() || !self.factor.is_empty(),
        );
        match (asked, given) {
            (true, false) => {
                Err("--fine-gray and --cause-specific are models: give them --covariates or --factor".into())
            }
            (false, true) => {
                Err("--covariates and --factor belong to a model: add --fine-gray CAUSE or --cause-specific"
                    .into())
            }
            _ => Ok(()),
        }
    }

    pub fn are_asked(&self) -> bool {
        self.fine_gray.is_some() || self.cause_specific
    }

    pub fn further(&self) -> Vec<(&'static str, &str)> {
        let mut further: Vec<(&'static str, &str)> =
            self.covariates.iter().map(|c| ("--covariates", c.as_str())).collect();
        further.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        further
    }

    /// The fields of the models that were asked for, and their text.
    pub fn fit(
        &self,
        table: &Table,
        data: &CompetingRisks,
        level: f64,
        text: &mut Vec<String>,
    ) -> Result<Vec<(&'static str, Value)>, Failure> {
        let mut fields = Vec::new();
        if self.fine_gray.is_none() && !self.cause_specific {
            return Ok(fields);
        }
        let design = design(table, &self.covariates, &self.factor)?;
        if let Some(cause) = &self.fine_gray {
            let ties = match self.censoring_ties {
                TiesName::EventsAtRisk => CensoringTies::EventsAtRisk,
                TiesName::EventsFirst => CensoringTies::EventsFirst,
            };
            let fit = FineGray::new(cause).censoring_ties(ties);
            let fit = fit.fit(data, &design).map_err(|error| match error {
                Error::UnknownCause { .. } => of_flag("--fine-gray")(error),
                other => other.into(),
            })?;
            text.push(fit.printed(level)?.to_string());
            let one = |b: &greenwood::survival::regression::SubdistributionBaseline| {
                let label = b.label().to_string();
                let rows = b.times().iter().zip(b.jumps()).map(move |(&time, &jump)| {
                    let mut row = json!({ "time": time, "jump": number(jump) });
                    if !label.is_empty() {
                        row["stratum"] = label.clone().into();
                    }
                    row
                });
                rows.collect::<Vec<_>>()
            };
            let baseline: Vec<Value> = fit.baseline().iter().flat_map(one).collect();
            let [null, loglik] = fit.log_likelihood();
            let own = data.cause_specific(cause)?;
            fields.push((
                "fine_gray",
                json!({
                    "cause": cause, "n": counted(own.weights(), own.event().iter().map(|_| true)),
                    "events": counted(own.weights(), own.event().iter().copied()), "loglik": number(loglik),
                    "loglik_null": number(null), "converged": fit.stop().is_success(),
                    "stop": format!("{:?}", fit.stop()), "iterations": fit.iterations(),
                    "coefficients": coefficients(fit.terms(), level)?, "vcov": matrix(&fit.variance()),
                    "naive_vcov": matrix(&fit.model_variance()), "baseline": baseline,
                }),
            ));
        }
        if self.cause_specific {
            let mut models = Vec::new();
            for cause in data.causes() {
                let rows = data.cause_specific(cause)?;
                let fit = CoxPh::new().fit(&rows, &design)?;
                let answer = CoxAnswer::new(&fit, &rows, &design, (level, false), None)?;
                text.push(format!("cause {cause}: {}", answer.to_text()?));
                let mut model = answer.to_json()?;
                model["cause"] = cause.clone().into();
                models.push(model);
            }
            fields.push(("cause_specific", models.into()));
        }
        Ok(fields)
    }
}

fn matrix(v: &greenwood::ndarray::Array2<f64>) -> Vec<Vec<Value>> {
    v.rows().into_iter().map(|r| r.iter().map(|&x| number(x)).collect()).collect()
}

fn coefficients(terms: &[Term], level: f64) -> Result<Vec<Value>, Failure> {
    let one = |t: &Term| -> Result<Value, Failure> {
        let limits = t.interval(level)?;
        Ok(json!({
            "name": t.name(), "coef": number(t.coefficient()), "se": number(t.model_std_error()),
            "robust_se": number(t.robust_std_error()), "z": number(t.z()), "p_value": number(t.p_value()),
            "hazard_ratio": number(t.hazard_ratio()), "lower": number(limits.lower), "upper": number(limits.upper),
            "status": format!("{:?}", t.status()),
        }))
    };
    terms.iter().map(one).collect()
}
