//! Covariates of the transitions: a Cox model of all of them, and the states that it predicts.

use greenwood::survival::regression::{MultiStateCox, MultiStateCoxModel, Term};
use greenwood::survival::{Design, Histories, Interval};
use serde_json::{Value, json};

use crate::support::{Failure, Table, TiesName, design, number, reason};

/// The flags of the model.
#[derive(clap::Args)]
pub struct Transitions {
    /// Numeric covariates of the transitions: of all of them, unless --on or --common names a covariate
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Covariates on some transitions, each with its own coefficient: 1:2,1:3=age,sex (may be given more than once)
    #[arg(long)]
    on: Vec<String>,
    /// Covariates on some transitions, with one coefficient for all: 1:3,2:3=age (may be given more than once)
    #[arg(long)]
    common: Vec<String>,
    /// Transitions with one baseline, to which those after the first are proportional: 1:3,2:3 (may be given more than once)
    #[arg(long)]
    shared_baseline: Vec<String>,
    /// How tied events share a risk set
    #[arg(long, value_enum)]
    ties: Option<TiesName>,
    /// The subject whose states are predicted at the times of --at: age=60,sex=1
    #[arg(long, value_delimiter = ',')]
    new: Vec<String>,
    /// The state in which the predictions start; without it the shares of those at risk at first
    #[arg(long)]
    from_state: Option<String>,
}

type Pairs = Vec<(String, String)>;

/// `1:2,1:3` as pairs of states.
fn transitions(flag: &str, text: &str) -> Result<Pairs, Failure> {
    let pair =
        |one: &str| match one.split_once(':') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_string(), to.to_string())),
            _ => Err(format!("{flag} {text}: write a transition as 1:2, from the first state to the second")
                .into()),
        };
    text.split(',').map(pair).collect()
}

/// `1:2,1:3=age,sex` as pairs of states and covariates.
fn ruled<'a>(flag: &str, text: &'a str) -> Result<(Pairs, Vec<&'a str>), Failure> {
    match text.split_once('=') {
        Some((on, covariates)) if !covariates.is_empty() => {
            Ok((transitions(flag, on)?, covariates.split(',').collect()))
        }
        _ => Err(format!("{flag} {text}: write it as 1:2,1:3=age").into()),
    }
}

impl Transitions {
    pub fn is_asked(&self) -> bool {
        !self.covariates.is_empty() || !self.factor.is_empty() || !self.shared_baseline.is_empty()
    }

    /// A flag that this call would leave without effect is a mistake.
    pub fn check(&self) -> Result<(), Failure> {
        for (flag, texts) in [("--on", &self.on), ("--common", &self.common)] {
            for text in texts {
                let (_, covariates) = ruled(flag, text)?;
                if let Some(name) = covariates.iter().find(|c| !self.named().any(|n| n == **c)) {
                    return Err(format!("{flag} {text}: {name} is not among --covariates or --factor").into());
                }
            }
        }
        for text in &self.shared_baseline {
            transitions("--shared-baseline", text)?;
        }
        if self.is_asked() {
            return Ok(());
        }
        let without = [
            ("--ties", self.ties.is_some()),
            ("--new", !self.new.is_empty()),
            ("--from-state", self.from_state.is_some()),
        ];
        match without.into_iter().find(|(_, given)| *given) {
            Some((flag, _)) => {
                Err(format!("{flag} belongs to a model of the transitions: add --covariates or --factor")
                    .into())
            }
            None => Ok(()),
        }
    }

    fn named(&self) -> impl Iterator<Item = &String> {
        self.covariates.iter().chain(&self.factor)
    }

    /// The columns of the file that the model reads.
    pub fn columns(&self) -> Vec<(&'static str, &str)> {
        let mut columns: Vec<(&'static str, &str)> =
            self.covariates.iter().map(|c| ("--covariates", c.as_str())).collect();
        columns.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        columns
    }

    fn model(&self) -> Result<MultiStateCox, Failure> {
        let mut model = MultiStateCox::new();
        if let Some(ties) = self.ties {
            model = model.ties(ties.ties());
        }
        let mut ruled_covariates: Vec<&str> = Vec::new();
        for text in &self.on {
            let (on, covariates) = ruled("--on", text)?;
            model = model.on(&on, &covariates);
            ruled_covariates.extend(covariates);
        }
        for text in &self.common {
            let (on, covariates) = ruled("--common", text)?;
            model = model.common(&on, &covariates);
            ruled_covariates.extend(covariates);
        }
        let everywhere: Vec<&str> =
            self.named().map(String::as_str).filter(|c| !ruled_covariates.contains(c)).collect();
        if !everywhere.is_empty() {
            model = model.covariates(&everywhere);
        }
        for text in &self.shared_baseline {
            model = model.shared_baseline(&transitions("--shared-baseline", text)?);
        }
        Ok(model)
    }

    /// The model as text and as JSON, where one is asked for.
    pub fn fit(
        &self,
        table: &Table,
        data: &Histories,
        times: &[f64],
        level: f64,
    ) -> Result<Option<(String, Value)>, Failure> {
        if !self.is_asked() {
            return Ok(None);
        }
        let design = design(table, &self.covariates, &self.factor)?;
        let fit = self.model()?.fit(data, &design)?;
        let mut text = fit.to_string();
        let mut answer = described(&fit, level)?;
        if !self.new.is_empty() || self.from_state.is_some() {
            let (lines, predicted) = self.predict(fit, data, &design, times, level)?;
            text.push_str(&lines);
            answer["predicted"] = predicted;
        }
        Ok(Some((text, answer)))
    }

    fn predict(
        &self,
        fit: MultiStateCoxModel,
        data: &Histories,
        design: &Design<'static>,
        times: &[f64],
        level: f64,
    ) -> Result<(String, Value), Failure> {
        let fit = match &self.from_state {
            Some(state) => fit.from_state(state, 0.0)?,
            None => fit,
        };
        let mut row = fit.row();
        for pair in &self.new {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(format!("--new {pair}: write it as age=60").into());
            };
            row = if self.factor.iter().any(|f| f == name) {
                row.level(name, value)
            } else {
                let number = value.parse::<f64>().map_err(|_| {
                    format!("--new {pair}: \"{value}\" is not a number, and {name} is no --factor")
                })?;
                row.numeric(name, number)
            };
        }
        if times.is_empty() {
            let flag = if self.new.is_empty() { "--from-state" } else { "--new" };
            return Err(
                format!("{flag} predicts the states at the times of --at: add it, such as --at 12").into()
            );
        }
        let mut text = String::new();
        let mut at = Vec::new();
        // Beyond follow-up nothing is predicted: it is said beside what is.
        let path = fit.predict(&row)?;
        let (known, unknown): (Vec<f64>, Vec<f64>) = times.iter().partition(|&&t| path.at(t).is_ok());
        for t in unknown {
            let Err(because) = path.at(t) else { continue };
            text.push_str(&["\npredicted at ", &t.to_string(), ": ", &because.to_string()].concat());
            let none = vec![Value::Null; fit.states().len()];
            at.push(json!({
                "time": t, "occupation": none, "std_error": none, "lower": none, "upper": none,
                "not_estimable": reason(Some(because)),
            }));
        }
        for found in fit.with(data, design)?.predict(&row, &known)? {
            text.push_str("\npredicted ");
            text.push_str(&found.to_string());
            let limits = found.estimates().iter().map(|e| e.interval(Interval::log().level(level)));
            let limits = limits.collect::<Result<Vec<_>, _>>()?;
            let of = |f: &dyn Fn(usize) -> Option<f64>| -> Vec<Value> {
                (0..limits.len()).map(|h| number(f(h))).collect()
            };
            let estimates = found.estimates();
            at.push(json!({
                "time": found.time(), "occupation": of(&|h| estimates[h].value().ok()),
                "std_error": of(&|h| estimates[h].std_error().ok()), "lower": of(&|h| limits[h].lower),
                "upper": of(&|h| limits[h].upper), "not_estimable": Value::Null,
            }));
        }
        let time = |row: &Value| row["time"].as_f64().unwrap_or(f64::NAN);
        at.sort_by_key(|row| times.iter().position(|&t| t == time(row)));
        Ok((text, json!({ "at": at })))
    }
}

fn described(fit: &MultiStateCoxModel, level: f64) -> Result<Value, Failure> {
    let coefficient = |t: &Term| -> Result<Value, Failure> {
        let limits = t.interval(level)?;
        Ok(json!({
            "name": t.name(), "coef": number(t.coefficient()), "se": number(t.model_std_error()),
            "robust_se": number(t.robust_std_error()), "z": number(t.z()), "p_value": number(t.p_value()),
            "hazard_ratio": number(t.hazard_ratio()), "lower": number(limits.lower), "upper": number(limits.upper),
            "status": format!("{:?}", t.status()),
        }))
    };
    let matrix = fit.variance();
    let vcov: Vec<Vec<Value>> =
        matrix.rows().into_iter().map(|r| r.iter().map(|&v| number(v)).collect()).collect();
    let transitions: Vec<Value> =
        fit.transitions().map(|(from, to, n)| json!({ "from": from, "to": to, "n": n })).collect();
    Ok(json!({
        "coefficients": fit.terms().iter().map(coefficient).collect::<Result<Vec<_>, _>>()?,
        "vcov": vcov, "loglik": fit.log_likelihood().map(number), "transitions": transitions,
        "converged": fit.stop().is_success(), "stop": format!("{:?}", fit.stop()),
    }))
}
