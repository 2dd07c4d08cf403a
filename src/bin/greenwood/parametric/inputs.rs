//! What the fits of `parametric` take from the file.

use greenwood::survival::regression::Observations;
use greenwood::survival::regression::parametric::Background;
use greenwood::survival::{Design, RightCensored};

use super::program::Options;
use crate::support::{Failure, Table, Warnings, design, parts};

/// What every fit of a file takes: the observations, all columns, those of the location and those of other parameters.
pub struct Inputs {
    pub data: Observations,
    pub design: Design<'static>,
    pub location: Vec<String>,
    pub on: Vec<(String, Vec<String>)>,
    pub offset: Option<Vec<f64>>,
    /// What each row counts.
    pub weights: Option<Vec<f64>>,
    pub fixed: Vec<(String, f64)>,
}

impl Options {
    /// The columns that must be complete; limits of intervals may be empty.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let own = [
            ("--time", self.time.as_ref()),
            ("--event", self.event.as_ref()),
            ("--entry", self.entry.as_ref()),
            ("--right-truncation", self.right_truncation.as_ref()),
            ("--strata", self.strata.as_ref()),
            ("--offset", self.offset.as_ref()),
            ("--background", self.background.as_ref()),
        ];
        let own = own.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str())));
        own.chain(self.covariates.iter().map(|c| ("--covariates", c.as_str()))).collect()
    }

    pub(super) fn table(&self, warnings: &mut Warnings) -> Result<Table, Failure> {
        let mut used = self.columns();
        used.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        used.extend(self.rows.used());
        for pair in &self.on {
            used.push(("--on", parts("--on", pair, ':')?.1));
        }
        let limits: Vec<&str> = self.lower.iter().chain(&self.upper).map(String::as_str).collect();
        let mut table = self.rows.read(&self.file, &used, &limits, warnings)?;
        if let (Some(lower), Some(upper)) = (&self.lower, &self.upper) {
            let (from, to) = (table.limits("--lower", lower)?, table.limits("--upper", upper)?);
            let unknown = |from: f64, to: f64| {
                (from.is_nan() || from == f64::NEG_INFINITY) && (to.is_nan() || to == f64::INFINITY)
            };
            let keep: Vec<bool> = from.iter().zip(&to).map(|(from, to)| !unknown(*from, *to)).collect();
            let dropped = keep.iter().filter(|keep| !**keep).count();
            if dropped == table.len() {
                return Err(format!("--lower \"{lower}\", --upper \"{upper}\": no row has a limit").into());
            }
            if dropped > 0 {
                table.keep(&keep);
                let remain = table.len();
                warnings.add(format!("{dropped} rows without a limit left out, {remain} rows remain"));
            }
        }
        Ok(table)
    }

    /// The parameters of `--fixed` with their values.
    fn fixed_values(&self) -> Result<Vec<(String, f64)>, Failure> {
        let one = |pair: &String| -> Result<(String, f64), Failure> {
            let (name, value) = parts("--fixed", pair, '=')?;
            let value = value.parse().map_err(|_| format!("--fixed {pair}: \"{value}\" is not a number"))?;
            Ok((name.to_string(), value))
        };
        self.fixed.iter().map(one).collect()
    }

    pub(super) fn inputs(&self, table: &Table, warnings: &mut Warnings) -> Result<Inputs, Failure> {
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
        let offset = self.offset.as_ref().map(|column| table.numbers("--offset", column)).transpose()?;
        let (data, fixed) = (self.observations(table, warnings)?, self.fixed_values()?);
        let weights = self.rows.weights(table)?.map(|w| w.values().to_vec());
        Ok(Inputs { data, design, location, on, offset, weights, fixed })
    }

    pub(super) fn observations(
        &self,
        table: &Table,
        warnings: &mut Warnings,
    ) -> Result<Observations, Failure> {
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
            let entry = table.numbers("--entry", column)?;
            data = data.with_entry(&entry).map_err(|e| Self::explain_row(table, &e, ("--entry", column)))?;
        }
        if let Some(column) = &self.right_truncation {
            let until = table.limits("--right-truncation", column)?;
            let until: Vec<f64> =
                until.into_iter().map(|t| if t.is_nan() { f64::INFINITY } else { t }).collect();
            let explain = |e| Self::explain_row(table, &e, ("--right-truncation", column));
            data = data.with_right_truncation(&until).map_err(explain)?;
        }
        if let Some(weights) = self.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &self.background {
            let rates = Background::rates(&table.numbers("--background", column)?);
            data = data.with_background(rates).map_err(explain)?;
        }
        if let Some(column) = &self.rows.cluster {
            let explain = |e| Failure::from(format!("--cluster \"{column}\": {e}"));
            data = data.with_clusters(&table.text("--cluster", column)?).map_err(explain)?;
        }
        if let Some(column) = &self.strata {
            let explain = |e| Failure::from(format!("--strata \"{column}\": {e}"));
            data = data.with_strata(table.groups("--strata", column)?).map_err(explain)?;
        }
        Ok(data)
    }

    /// A row of a column, by its line.
    fn explain_row(table: &Table, error: &greenwood::Error, (flag, column): (&str, &str)) -> Failure {
        match error {
            greenwood::Error::InvalidObservation { index, .. } => {
                format!("{}, {flag} \"{column}\": {error}", table.place(*index)).into()
            }
            other => format!("{flag} \"{column}\": {other}").into(),
        }
    }

    /// An error of the library by the flag that it comes from, and by the line of the file.
    pub(super) fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::{Error as E, ModelError};
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
            E::Model(ModelError::InvalidBackground { index, .. }) => {
                (*index, "--background", self.background.clone().unwrap_or_default())
            }
            E::Model(ModelError::InvalidCovariate { covariate, index, .. }) => {
                let flag = if covariate == "offset" { "--offset" } else { self.flag_of(covariate) };
                let column = if covariate == "offset" { self.offset.as_ref() } else { Some(covariate) };
                (*index, flag, column.cloned().unwrap_or_default())
            }
            other => return self.explain_flag(other),
        };
        format!("{}, {flag} \"{column}\": {error}", table.place(index)).into()
    }

    /// An error without a row.
    fn explain_flag(&self, error: &greenwood::Error) -> Failure {
        use greenwood::{Error as E, ModelError};
        let named = |flag: &str, column: &Option<String>| {
            column
                .as_ref()
                .map_or_else(|| error.to_string(), |column| format!("{flag} \"{column}\": {error}"))
        };
        let values = |flag: &str, values: &[String]| format!("{flag} {}: {error}", values.join(","));
        let text = match error {
            E::Unsupported { with: "strata", .. } => named("--strata", &self.strata),
            E::Unsupported { with: "a background hazard", .. }
            | E::Unsupported { method: "a background hazard", .. } => named("--background", &self.background),
            E::Unsupported { with: "these knots", .. } => {
                format!("--knots {}: {error}", self.knots.unwrap_or(1))
            }
            E::OutOfRange { argument: "the number of parameters", .. } if self.cuts.is_empty() => {
                format!("--knots {}: {error}", self.knots.unwrap_or(1))
            }
            E::OutOfRange { argument: "cuts" | "the number of parameters", .. } => {
                values("--cuts", &self.cuts.iter().map(f64::to_string).collect::<Vec<_>>())
            }
            E::OutOfRange { argument: "the fixed value of a parameter", .. } => {
                values("--fixed", &self.fixed)
            }
            E::Model(ModelError::UnknownName { name, .. }) => {
                let flag = |flag: &str, mark: char, values: &[String]| {
                    let value = values.iter().find(|v| v.starts_with(&format!("{name}{mark}")))?;
                    Some(format!("{flag} {value}: {error}"))
                };
                let of_flag = flag("--fixed", '=', &self.fixed).or_else(|| flag("--on", ':', &self.on));
                of_flag.unwrap_or_else(|| error.to_string())
            }
            E::DuplicateName { .. } if !self.on.is_empty() => values("--on", &self.on),
            E::Model(ModelError::Collinear { covariate }) => {
                format!("{} \"{covariate}\": {error}", self.flag_of(covariate))
            }
            E::ZeroWeights | E::HugeWeights { .. } => named("--weight", &self.rows.weight),
            _ => error.to_string(),
        };
        text.into()
    }

    /// The flag that named a column of the design.
    fn flag_of(&self, column: &str) -> &'static str {
        if self.covariates.iter().any(|c| c == column) {
            "--covariates"
        } else if self.factor.iter().any(|c| column.starts_with(c.as_str())) {
            "--factor"
        } else {
            "--on"
        }
    }
}
