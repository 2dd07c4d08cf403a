//! `parametric`: which distribution do the times follow, and what do covariates do to it?

use std::path::PathBuf;

use greenwood::survival::regression::{Family, Observations, ParametricModel, Predicted, Prediction};
use greenwood::survival::{Design, Parametric, RightCensored};
use ndarray::Array2;
use serde_json::{Value, json};

use crate::support::{
    Failure, Program, RowFlags, Table, Warnings, design, distinct, json_text, number, times_to_ask,
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
    file: PathBuf,
    /// Column with the end of observation
    #[arg(long, required_unless_present_any = ["lower", "upper"], requires = "event")]
    time: Option<String>,
    /// Column with the event: 1 or true happened, 0 or false censored
    #[arg(long, requires = "time")]
    event: Option<String>,
    /// The value of the event column that is the event; every other one is then a censoring
    #[arg(long, requires = "event")]
    event_value: Option<String>,
    /// Column with the lower limit of the time; empty, NA or -Inf: left censored
    #[arg(long, requires = "upper", conflicts_with = "time")]
    lower: Option<String>,
    /// Column with the upper limit; empty, NA or Inf: right censored, equal to the lower: exact
    #[arg(long, requires = "lower")]
    upper: Option<String>,
    /// Column with a delayed entry
    #[arg(long)]
    entry: Option<String>,
    /// Numeric covariates of the location
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates of the location that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Covariates of other parameters, such as shape:age
    #[arg(long, value_delimiter = ',')]
    on: Vec<String>,
    /// Column with strata, each with a scale of its own
    #[arg(long)]
    strata: Option<String>,
    /// The distribution, or all for a table that compares them
    #[arg(long)]
    distribution: String,
    /// Inner knots of a spline
    #[arg(long, default_value_t = 1)]
    knots: usize,
    /// Times at which the hazard of piecewise-exponential changes
    #[arg(long, value_delimiter = ',')]
    cuts: Vec<f64>,
    /// Times at which survival and hazard are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    at: Vec<f64>,
    /// Probabilities of the event whose times are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    quantiles: Vec<f64>,
    /// Horizon of the restricted mean
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// The subject of the predictions, such as age=60,sex=1; without it one with the means of all columns
    #[arg(long, value_delimiter = ',')]
    new: Vec<String>,
    /// Confidence level
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    #[command(flatten)]
    rows: RowFlags,
}

/// What every fit of a file takes: the observations, all columns, those of the location and those of other parameters.
struct Inputs {
    data: Observations,
    design: Design<'static>,
    location: Vec<String>,
    on: Vec<(String, Vec<String>)>,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.table(&mut warnings)?;
        let inputs = self.inputs(&table, &mut warnings)?;
        if self.distribution == "all" {
            return self.compare(&inputs, warnings);
        }
        let family = self.family(&self.distribution)?;
        let fit = fit(family, &inputs)?;
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
    model.fit(inputs.data.clone(), &inputs.design)
}

impl Options {
    fn check(&self) -> Result<(), Failure> {
        times_to_ask("--at", &self.at)?;
        times_to_ask("--tau", self.tau.as_slice())?;
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

    /// The columns that must be complete; limits of intervals may be empty.
    fn columns(&self) -> Vec<(&'static str, &str)> {
        let own = [
            ("--time", self.time.as_ref()),
            ("--event", self.event.as_ref()),
            ("--entry", self.entry.as_ref()),
            ("--strata", self.strata.as_ref()),
        ];
        let own = own.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str())));
        own.chain(self.covariates.iter().map(|c| ("--covariates", c.as_str()))).collect()
    }

    fn table(&self, warnings: &mut Warnings) -> Result<Table, Failure> {
        let mut used = self.columns();
        used.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        used.extend(self.rows.used());
        for pair in &self.on {
            used.push(("--on", parts("--on", pair, ':')?.1));
        }
        let limits: Vec<&str> = self.lower.iter().chain(&self.upper).map(String::as_str).collect();
        self.rows.read(&self.file, &used, &limits, warnings)
    }

    fn family(&self, name: &str) -> Result<Family, Failure> {
        match name {
            "spline-hazard" => Ok(Family::spline_hazard(self.knots)),
            "spline-odds" => Ok(Family::spline_odds(self.knots)),
            "spline-normal" => Ok(Family::spline_normal(self.knots)),
            "piecewise-exponential" => Ok(Family::piecewise_exponential(&self.cuts)),
            other => other.parse().map_err(|e| format!("--distribution {other}: {e}").into()),
        }
    }

    fn inputs(&self, table: &Table, warnings: &mut Warnings) -> Result<Inputs, Failure> {
        let (mut numeric, mut on) = (self.covariates.clone(), Vec::<(String, Vec<String>)>::new());
        let mut factors = self.factor.clone();
        let location = if self.covariates.is_empty() && self.factor.is_empty() {
            Vec::new()
        } else {
            design(table, &self.covariates, &self.factor)?.names().to_vec()
        };
        for pair in &self.on {
            let (parameter, column) = parts("--on", pair, ':')?;
            let is_factor = factors.iter().any(|f| f == column);
            let names = if is_factor {
                design(table, &[], &[column.to_string()])?.names().to_vec()
            } else {
                vec![column.to_string()]
            };
            if !is_factor && !numeric.iter().any(|c| c == column) {
                numeric.push(column.to_string());
            }
            match on.iter_mut().find(|(known, _)| known == parameter) {
                Some((_, columns)) => columns.extend(names),
                None => on.push((parameter.to_string(), names)),
            }
        }
        factors.dedup();
        let design = if numeric.is_empty() && factors.is_empty() {
            Design::without_covariates(table.len())
        } else {
            design(table, &numeric, &factors)?
        };
        Ok(Inputs { data: self.observations(table, warnings)?, design, location, on })
    }

    fn observations(&self, table: &Table, warnings: &mut Warnings) -> Result<Observations, Failure> {
        let explain = |error: greenwood::Error| self.explain(table, &error);
        let mut data = if let (Some(time), Some(event)) = (&self.time, &self.event) {
            let times = table.numbers("--time", time)?;
            let events = match &self.event_value {
                Some(value) => table.equals(event, value, warnings)?,
                None => table.events(event)?,
            };
            // Families of times of any sign take them as they are.
            if times.iter().any(|&t| t < 0.0) {
                let upper: Vec<f64> =
                    times.iter().zip(&events).map(|(&t, &e)| if e { t } else { f64::INFINITY }).collect();
                Observations::interval(&times, &upper).map_err(explain)?
            } else {
                Observations::from(&RightCensored::new(times, events).map_err(explain)?)
            }
        } else {
            let limits = |flag, column: &Option<String>, missing: f64| -> Result<Vec<f64>, Failure> {
                let column = column.as_deref().unwrap_or_default();
                let limits = table.limits(flag, column)?;
                Ok(limits.into_iter().map(|l| if l.is_nan() { missing } else { l }).collect())
            };
            let lower = limits("--lower", &self.lower, f64::NEG_INFINITY)?;
            let upper = limits("--upper", &self.upper, f64::INFINITY)?;
            Observations::interval(&lower, &upper).map_err(explain)?
        };
        if let Some(column) = &self.entry {
            data = data.with_entry(&table.numbers("--entry", column)?).map_err(explain)?;
        }
        if let Some(weights) = self.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &self.rows.cluster {
            data = data.with_clusters(&table.text("--cluster", column)?)?;
        }
        if let Some(column) = &self.strata {
            data = data.with_strata(table.groups("--strata", column)?)?;
        }
        Ok(data)
    }

    fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::Error as E;
        let own = |a: &Option<String>, b: &Option<String>| a.clone().or(b.clone()).unwrap_or_default();
        let (index, flag, column) = match error {
            E::InvalidTime { index, .. } => (*index, "--time", own(&self.time, &self.lower)),
            E::InvalidObservation { index, .. } => {
                let flag = if self.time.is_some() { "--time" } else { "--lower" };
                (*index, flag, own(&self.time, &self.lower))
            }
            E::InvalidWeight { index, .. } => {
                (*index, "--weight", self.rows.weight.clone().unwrap_or_default())
            }
            _ => return error.to_string().into(),
        };
        format!("{}, {flag} \"{column}\": {error}", table.place(index)).into()
    }

    /// Every family, and the table that compares them. One that cannot be fitted is a warning.
    fn compare(&self, inputs: &Inputs, mut warnings: Warnings) -> Result<String, Failure> {
        let (mut models, mut rows, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for name in COMPARED.into_iter().chain(["spline-hazard", "spline-odds", "spline-normal"]) {
            let fit = match fit(self.family(name)?, inputs) {
                Ok(fit) => fit,
                Err(error) => {
                    warnings.add(format!("{name}: {error}"));
                    continue;
                }
            };
            models.push(self.answer(&fit, name, inputs, &mut Vec::new(), &mut warnings)?);
            rows.push(json!({ "distribution": name, "loglik": number(fit.log_likelihood()),
                "aic": number(fit.aic()), "bic": number(fit.bic()) }));
            lines.push((name, fit));
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

    fn answer(
        &self,
        fit: &ParametricModel,
        name: &str,
        inputs: &Inputs,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failure> {
        if !fit.stop().is_success() {
            warnings.add(format!("{name}: {}", fit.diagnosis()));
        }
        let k = fit.coefficients().len();
        let (mut coefficients, mut parameters) = (Vec::new(), Vec::new());
        for (index, label) in fit.names().into_iter().enumerate() {
            let bounds = fit.interval(index, self.level)?.and_then(|limits| limits.bounds());
            let estimate = fit.coefficient(index);
            coefficients.push(json!({
                "name": label, "coef": number(estimate.as_ref().and_then(|e| e.value().ok())),
                "se": number(estimate.as_ref().and_then(|e| e.std_error().ok())),
                "lower": number(bounds.map(|b| b.0)), "upper": number(bounds.map(|b| b.1)),
            }));
            if let Some(natural) = fit.natural(index, self.level)? {
                parameters.push(json!({
                    "name": natural.name(), "estimate": number(natural.value()),
                    "lower": number(natural.bounds().map(|b| b.0)), "upper": number(natural.bounds().map(|b| b.1)),
                }));
            }
        }
        let vcov: Vec<Vec<Value>> =
            (0..k).map(|i| (0..k).map(|j| number(fit.variance()[(i, j)])).collect()).collect();
        let mut answer = json!({
            "distribution": name, "n": fit.rows(), "events": fit.events(), "loglik": number(fit.log_likelihood()),
            "aic": number(fit.aic()), "aicc": number(fit.aicc()), "bic": number(fit.bic()),
            "stop": fit.diagnosis(), "converged": fit.stop().is_success(), "coefficients": coefficients,
            "vcov": vcov, "parameters": parameters, "at": [], "quantiles": [], "rmst": null,
        });
        if self.at.is_empty() && self.quantiles.is_empty() && self.tau.is_none() {
            return Ok(answer);
        }
        if !fit.stop().has_curve() {
            warnings.add(format!("{name}: nothing is predicted from a model without a maximum"));
            return Ok(answer);
        }
        let subject = self.subject(fit, &inputs.design)?.level(self.level)?;
        answer["at"] = self.at(&subject, fit, text)?.into();
        let mut quantiles = Vec::new();
        for &p in &self.quantiles {
            let mut row = fields(&subject.quantile(p)?, &format!("time of {p}"), text);
            row["p"] = p.into();
            quantiles.push(row);
        }
        answer["quantiles"] = quantiles.into();
        if let Some(tau) = self.tau {
            let mean = subject.restricted_mean(tau)?;
            answer["rmst"] = fields(&mean, &format!("mean until {tau}"), text);
            answer["rmst"]["tau"] = tau.into();
        }
        Ok(answer)
    }

    fn at(
        &self,
        subject: &Prediction<'_>,
        fit: &ParametricModel,
        text: &mut Vec<String>,
    ) -> Result<Vec<Value>, Failure> {
        let mut rows = Vec::new();
        for &t in &self.at {
            let remark = if t > fit.last_time() { " (extrapolated)" } else { "" };
            let mut row = fields(&subject.survival(t)?, &format!("survival at {t}{remark}"), text);
            row["survival"] = row["estimate"].take();
            if let Value::Object(fields) = &mut row {
                fields.remove("estimate");
            }
            row["time"] = t.into();
            row["hazard"] = number(subject.hazard(t).ok().map(|h| h.value()));
            row["cumulative_hazard"] = number(subject.cumulative_hazard(t)?.value());
            row["extrapolated"] = (t > fit.last_time()).into();
            rows.push(row);
        }
        Ok(rows)
    }

    /// The subject of `--new`, or one with the means of all columns.
    fn subject<'a>(&self, fit: &'a ParametricModel, design: &Design) -> Result<Prediction<'a>, Failure> {
        let mut stratum = None;
        let mut row = fit.row();
        for pair in &self.new {
            let (name, value) = parts("--new", pair, '=')?;
            if self.strata.as_deref() == Some(name) {
                stratum = Some(value);
            } else if self.factor.iter().any(|f| f == name) {
                row = row.level(name, value);
            } else {
                let number: f64 = value.parse().map_err(|_| {
                    format!("--new {pair}: \"{value}\" is not a number, and {name} is no --factor")
                })?;
                row = row.numeric(name, number);
            }
        }
        let named = self.new.iter().any(|pair| !pair.starts_with(self.strata.as_deref().unwrap_or("=")));
        let subject = if named || design.columns() == 0 {
            fit.predict(&row)?
        } else {
            let x = design.matrix();
            let mean = |j: usize| x.column(j).sum() / x.nrows() as f64;
            let means = Array2::from_shape_fn((1, x.ncols()), |(_, j)| mean(j));
            fit.predict(&Design::new(design.names(), means.view())?)?
        };
        Ok(match stratum {
            Some(label) => subject.stratum(label)?,
            None => subject,
        })
    }
}

fn fields(predicted: &Predicted, what: &str, text: &mut Vec<String>) -> Value {
    let bounds = predicted.bounds();
    let limits = bounds.map_or(String::new(), |b| format!(" ({:.4} to {:.4})", b.0, b.1));
    text.push(format!("{what}: {:.4}{limits}", predicted.value()));
    json!({
        "estimate": number(predicted.value()), "std_error": number(predicted.std_error()),
        "lower": number(bounds.map(|b| b.0)), "upper": number(bounds.map(|b| b.1)),
    })
}

/// Two names with a mark between them.
fn parts<'a>(flag: &str, pair: &'a str, mark: char) -> Result<(&'a str, &'a str), Failure> {
    pair.split_once(mark).filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(|| {
        let example = if mark == ':' { "shape:age" } else { "age=60" };
        format!("{flag} {pair}: write it as {example}").into()
    })
}
