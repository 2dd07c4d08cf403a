//! The flags of `parametric`, and what it answers.

use std::path::PathBuf;

use greenwood::survival::Parametric;
use greenwood::survival::regression::{Family, ParametricModel};
use serde_json::json;

use super::inputs::Inputs;
use crate::support::{
    Failure, Program, RowFlags, Table, Warnings, distinct, json_text, number, times_to_ask,
};

/// The families that `--distribution all` compares, beside the splines.
const COMPARED: [&str; 8] = [
    "exponential",
    "weibull",
    "log-normal",
    "log-logistic",
    "gompertz",
    "gamma",
    "generalized-gamma",
    "generalized-f",
];

/// A parametric model of survival from a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: parametric lung.csv --time time --event status --event-value 2 --covariates age --distribution weibull"
)]
pub struct Options {
    /// The file
    pub(super) file: PathBuf,
    /// Column with the end of observation
    #[arg(long, required_unless_present_any = ["lower", "upper"], requires = "event")]
    pub(super) time: Option<String>,
    /// Column with the event: 1 or true happened, 0 or false censored
    #[arg(long, requires = "time")]
    pub(super) event: Option<String>,
    /// The value of the event column that is the event; every other one is then a censoring
    #[arg(long, requires = "event")]
    pub(super) event_value: Option<String>,
    /// Column with the lower limit of the time; empty, NA or -Inf: left censored
    #[arg(long, requires = "upper", conflicts_with = "time")]
    pub(super) lower: Option<String>,
    /// Column with the upper limit; empty, NA or Inf: right censored, equal to the lower: exact
    #[arg(long, requires = "lower")]
    pub(super) upper: Option<String>,
    /// Column with a delayed entry
    #[arg(long)]
    pub(super) entry: Option<String>,
    /// Column with the time by which the event must have come for the row to be there (right truncation); Inf: none
    #[arg(long, conflicts_with = "background")]
    pub(super) right_truncation: Option<String>,
    /// Numeric covariates of the location
    #[arg(long, value_delimiter = ',')]
    pub(super) covariates: Vec<String>,
    /// Covariates of the location that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    pub(super) factor: Vec<String>,
    /// Covariates of other parameters, such as shape:age
    #[arg(long, value_delimiter = ',')]
    pub(super) on: Vec<String>,
    /// Column with strata, each with a scale of its own
    #[arg(long)]
    pub(super) strata: Option<String>,
    /// The distribution, or all for a table that compares them
    #[arg(long)]
    pub(super) distribution: String,
    /// Column with numbers that are added to the location
    #[arg(long)]
    pub(super) offset: Option<String>,
    /// Parameters that are not estimated, such as scale=0.5
    #[arg(long, value_delimiter = ',')]
    pub(super) fixed: Vec<String>,
    /// Column with the hazard of the population at the subject's time: the model is one of the excess, relative survival
    #[arg(long)]
    pub(super) background: Option<String>,
    /// Inner knots of a spline [default: 1]
    #[arg(long)]
    pub(super) knots: Option<usize>,
    /// Times at which the hazard of piecewise-exponential changes
    #[arg(long, value_delimiter = ',')]
    pub(super) cuts: Vec<f64>,
    /// Times at which survival and hazard are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub(super) at: Vec<f64>,
    /// Probabilities of the event whose times are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub(super) quantiles: Vec<f64>,
    /// Horizon of the restricted mean
    #[arg(long, allow_negative_numbers = true)]
    pub(super) tau: Option<f64>,
    /// The subject of the predictions, such as age=60,sex=1; without it one with the means of all columns
    #[arg(long, value_delimiter = ',')]
    pub(super) new: Vec<String>,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    pub(super) level: f64,
    #[command(flatten)]
    pub(super) rows: RowFlags,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.table(&mut warnings)?;
        let inputs = self.inputs(&table, &mut warnings)?;
        if self.distribution == "all" {
            return self.compare(&table, &inputs, warnings);
        }
        let family = self.family(&self.distribution)?;
        let fit = fit(family, &inputs).map_err(|e| self.explain(&table, &e))?;
        let mut text = vec![fit.to_string()];
        let answer = self.answer(&fit, &self.distribution, &inputs, &mut text, &mut warnings)?;
        Ok(if self.rows.json { json_text(answer, &warnings) } else { text.join("\n") })
    }
}

fn fit(family: Family, inputs: &Inputs) -> Result<ParametricModel, greenwood::Error> {
    let mut model = Parametric::new(family).location(&inputs.location);
    for (parameter, columns) in &inputs.on {
        model = model.on(parameter, columns);
    }
    for (parameter, value) in &inputs.fixed {
        model = model.fixed(parameter, *value);
    }
    if let Some(offset) = &inputs.offset {
        model = model.offset(offset);
    }
    model.fit(inputs.data.clone(), &inputs.design)
}

impl Options {
    pub(super) fn check(&self) -> Result<(), Failure> {
        times_to_ask("--at", &self.at)?;
        times_to_ask("--tau", self.tau.as_slice())?;
        self.check_observed()?;
        if self.knots.is_some() && self.distribution != "all" && !self.distribution.starts_with("spline") {
            return Err(
                "--knots are those of a spline: add --distribution spline-hazard, or leave them out".into()
            );
        }
        if !self.cuts.is_empty() && !self.distribution.contains("piecewise-exponential") {
            return Err(
                "--cuts are those of piecewise-exponential: add --distribution piecewise-exponential, or \
                        leave them out"
                    .into(),
            );
        }
        if self.distribution == "piecewise-exponential" && self.cuts.is_empty() {
            return Err(
                "--distribution piecewise-exponential needs the times at which the hazard changes: add \
                        --cuts, such as --cuts 6,12"
                    .into(),
            );
        }
        let mut named = self.columns();
        named.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        named.extend(self.rows.weight.iter().map(|c| ("--weight", c.as_str())));
        distinct(&named)
    }

    /// Times with events, or limits, and a subject only where something is predicted of it.
    fn check_observed(&self) -> Result<(), Failure> {
        let both = [("--event", &self.event), ("--event-value", &self.event_value), ("--time", &self.time)];
        if let (Some(lower), Some((flag, _))) = (&self.lower, both.iter().find(|(_, c)| c.is_some())) {
            return Err(format!(
                "{flag} does not go with --lower \"{lower}\": give --time and --event, or --lower and --upper"
            )
            .into());
        }
        if let (Some(_), Some(upper)) = (&self.time, &self.upper) {
            return Err(format!(
                "--upper \"{upper}\" does not go with --time: give --time and --event, or --lower and --upper"
            )
            .into());
        }
        if !self.new.is_empty() && self.at.is_empty() && self.quantiles.is_empty() && self.tau.is_none() {
            return Err("--new is the subject of predictions: add --at, --quantiles or --tau".into());
        }
        match self.tau {
            Some(tau) if tau <= 0.0 => Err(format!("--tau {tau}: it must be above 0").into()),
            _ => Ok(()),
        }
    }

    /// The family of a name, with its knots or cuts.
    pub(super) fn family(&self, name: &str) -> Result<Family, Failure> {
        let knots = self.knots.unwrap_or(1);
        match name {
            "spline-hazard" => Ok(Family::spline_hazard(knots)),
            "spline-odds" => Ok(Family::spline_odds(knots)),
            "spline-normal" => Ok(Family::spline_normal(knots)),
            "piecewise-exponential" => Ok(Family::piecewise_exponential(&self.cuts)),
            other => other.parse().map_err(|e| format!("--distribution {other}: {e}").into()),
        }
    }

    /// Every family, and the table that compares them. One that cannot be fitted is a warning.
    fn compare(&self, table: &Table, inputs: &Inputs, mut warnings: Warnings) -> Result<String, Failure> {
        let (mut models, mut rows, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for name in COMPARED.into_iter().chain(["spline-hazard", "spline-odds", "spline-normal"]) {
            let fit = match fit(self.family(name)?, inputs) {
                Ok(fit) => fit,
                Err(error) => {
                    warnings.add(format!("{name}: {}", self.explain(table, &error)));
                    continue;
                }
            };
            models.push(self.answer(&fit, name, inputs, &mut Vec::new(), &mut warnings)?);
            rows.push(json!({ "distribution": name, "loglik": number(fit.log_likelihood()),
                "aic": number(fit.aic()), "bic": number(fit.bic()) }));
            lines.push((name, fit));
        }
        if lines.is_empty() {
            return Err("--distribution all: no family could be fitted, the warnings say why".into());
        }
        if self.rows.json {
            return Ok(json_text(json!({ "models": models, "table": rows }), &warnings));
        }
        lines.sort_by(|a, b| a.1.aic().total_cmp(&b.1.aic()));
        let mut text =
            vec![format!("{:18} {:>14} {:>12} {:>12}", "distribution", "log likelihood", "AIC", "BIC")];
        for (name, fit) in &lines {
            let remark =
                if fit.stop().is_success() { String::new() } else { format!("  {}", fit.diagnosis()) };
            text.push(format!(
                "{name:18} {:>14.3} {:>12.3} {:>12.3}{remark}",
                fit.log_likelihood(),
                fit.aic(),
                fit.bic()
            ));
        }
        Ok(text.join("\n"))
    }
}
