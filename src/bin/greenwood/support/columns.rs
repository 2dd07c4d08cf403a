//! The columns that make up right-censored data, and the dialect of the file they stand in.

use std::path::PathBuf;

use greenwood::survival::RightCensored;

use super::answer::Warnings;
use super::rows::RowFlags;
use super::table::Table;
use super::written::Failure;

/// The file and the columns that every program reads.
#[derive(clap::Args)]
pub struct Columns {
    /// The file: CSV, or Parquet (.parquet, or a folder of such files)
    pub file: PathBuf,
    /// Column with the end of observation
    #[arg(long)]
    pub time: String,
    /// Column with the event: 1 or true happened, 0 or false censored
    #[arg(long)]
    pub event: String,
    /// The value of the event column that is the event; every other one is then a censoring
    #[arg(long)]
    pub event_value: Option<String>,
    /// Column with a delayed entry
    #[arg(long)]
    pub entry: Option<String>,
    /// Column with the subject of each row, where a subject has several
    #[arg(long)]
    pub id: Option<String>,
    #[command(flatten)]
    pub rows: RowFlags,
}

/// The columns of groups and strata, as far as a program asks for them.
#[derive(Clone, Copy, Default)]
pub struct Further<'a> {
    pub by: Option<&'a str>,
    pub strata: Option<&'a str>,
}

impl<'a> Further<'a> {
    /// The flags with their columns.
    pub fn flags(self) -> Vec<(&'static str, &'a str)> {
        [("--by", self.by), ("--strata", self.strata)]
            .into_iter()
            .filter_map(|(flag, column)| Some((flag, column?)))
            .collect()
    }
}

impl Columns {
    /// The columns of the flags that are given, and the `further` ones.
    pub(super) fn used<'a>(&'a self, further: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
        let own = [
            ("--time", Some(&self.time)),
            ("--event", Some(&self.event)),
            ("--entry", self.entry.as_ref()),
            ("--id", self.id.as_ref()),
        ];
        let mut used: Vec<(&'static str, &str)> =
            own.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str()))).collect();
        used.extend(self.rows.used());
        used.extend(further);
        used
    }

    /// The file's rows that are complete in these columns and the `further` ones, each a flag and its column.
    pub fn table(&self, further: &[(&'static str, &str)], warnings: &mut Warnings) -> Result<Table, Failure> {
        self.rows.read(&self.file, &self.used(further), &[], warnings)
    }

    /// The risk tables of the groups, where the rows of the file need not all be in memory: see `support/parquet.rs`.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the other one can fail")]
    pub fn streamed(
        &self,
        _: Further,
        _: &mut Warnings,
    ) -> Result<Option<greenwood::survival::risk_table::RiskTables>, Failure> {
        Ok(None)
    }

    /// The data in these columns of the table.
    pub fn data(&self, table: &Table, warnings: &mut Warnings) -> Result<RightCensored<'static>, Failure> {
        let times = table.numbers("--time", &self.time)?;
        let events = match &self.event_value {
            Some(value) => table.equals(&self.event, value, warnings)?,
            None => table.events(&self.event)?,
        };
        let mut data = RightCensored::new(times, events).map_err(|e| self.explain(table, &e))?;
        if let Some(column) = &self.entry {
            data = data.with_entry(table.numbers("--entry", column)?).map_err(|e| self.explain(table, &e))?;
        }
        if let Some(weights) = self.rows.weights(table)? {
            data = data.with_weights(weights).map_err(|e| self.explain(table, &e))?;
        }
        if let Some(column) = &self.rows.cluster {
            data = data.with_clusters(&table.text("--cluster", column)?)?;
        }
        Ok(data)
    }

    /// The library counts rows from 0; a reader of the file wants its line, its column and the flag.
    pub fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::Error as E;
        let time = ("--time", Some(self.time.as_str()));
        let entry = ("--entry", self.entry.as_deref());
        let (index, (flag, column)) = match error {
            E::InvalidTime { argument, index, .. } if *argument != "entry" => (*index, time),
            E::InvalidTime { index, .. }
            | E::EmptyInterval { index, .. }
            | E::NearTieInterval { index, .. } => (*index, entry),
            E::InvalidWeight { index, .. } => (*index, ("--weight", self.rows.weight.as_deref())),
            _ => return error.to_string().into(),
        };
        format!("{}, {flag} \"{}\": {error}", table.place(index), column.unwrap_or("")).into()
    }
}

/// A row that contradicts the one before it, by its line in the file.
pub fn history_problem(table: &Table, id: &str, error: &greenwood::Error) -> String {
    match error {
        greenwood::Error::InconsistentHistory { subject, index, problem, count } => format!(
            "{}, --id \"{id}\" is \"{subject}\": {problem}; {count} such row(s) in all: correct them or drop them",
            table.place(*index)
        ),
        other => other.to_string(),
    }
}

/// Refuses a column that is named by two flags which cannot share it.
pub fn distinct(named: &[(&'static str, &str)]) -> Result<(), Failure> {
    for (i, (flag, column)) in named.iter().enumerate() {
        if let Some((other, _)) = named[..i].iter().find(|(_, c)| c == column) {
            let whose = if other == flag { "twice".to_string() } else { format!("by {other} too") };
            return Err(
                format!("{flag} names column \"{column}\", which is named {whose}: name it once").into()
            );
        }
    }
    Ok(())
}

/// A confidence level as it is written behind `--level`.
pub fn confidence_level(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("a confidence level must be inside (0, 1), such as 0.95".into()),
    }
}

/// Times that are asked for must be numbers at or after 0.
pub fn times_to_ask(flag: &str, times: &[f64]) -> Result<(), Failure> {
    match times.iter().find(|t| !(0.0..f64::INFINITY).contains(*t)) {
        Some(t) => Err(format!("{flag} {t}: a time must be finite and at least 0").into()),
        None => Ok(()),
    }
}
