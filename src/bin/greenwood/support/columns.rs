//! The columns that make up right-censored data, and the dialect of the file they stand in.

use std::path::PathBuf;

use greenwood::survival::{RightCensored, Weights};

use super::answer::{Failure, Warnings};
use super::table::{Dialect, Table};

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
    /// Column with weights
    #[arg(long, requires = "weight_kind")]
    pub weight: Option<String>,
    /// What a weight means
    #[arg(long, value_enum, requires = "weight")]
    pub weight_kind: Option<WeightKind>,
    /// Column with ids of rows that belong together: robust variance
    #[arg(long)]
    pub cluster: Option<String>,
    /// Leave out rows with a missing value and say how many
    #[arg(long)]
    pub skip_missing: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum WeightKind {
    /// A weight of k stands for k subjects
    Replication,
    /// A weight corrects for unequal sampling
    Sampling,
}

impl Columns {
    /// The columns of the flags that are given, and the `further` ones.
    pub(super) fn used<'a>(&'a self, further: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
        let own = [
            ("--time", Some(&self.time)),
            ("--event", Some(&self.event)),
            ("--entry", self.entry.as_ref()),
            ("--id", self.id.as_ref()),
            ("--weight", self.weight.as_ref()),
            ("--cluster", self.cluster.as_ref()),
        ];
        let mut used: Vec<(&'static str, &str)> =
            own.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str()))).collect();
        used.extend(further);
        used
    }

    /// The file's rows that are complete in these columns and the `further` ones, each a flag and its column.
    pub fn table(&self, further: &[(&'static str, &str)], warnings: &mut Warnings) -> Result<Table, Failure> {
        let used = self.used(further);
        let names: Vec<&str> = used.iter().map(|(_, column)| *column).collect();
        let table = Table::read_columns(&self.file, &self.dialect, Some(&names))?;
        let (table, dropped) = table.complete(&used, self.skip_missing)?;
        if dropped > 0 {
            warnings.add(left_out(dropped, table.len()));
        }
        Ok(table)
    }

    /// The risk tables of the groups, where the rows of the file need not all be in memory: see `support/parquet.rs`.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the other one can fail")]
    pub fn streamed(
        &self,
        _: Option<&str>,
        _: &mut Warnings,
    ) -> Result<Option<Vec<(String, greenwood::survival::RiskTable)>>, Failure> {
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
        if let (Some(column), Some(kind)) = (&self.weight, self.weight_kind) {
            let weights = table.numbers("--weight", column)?;
            let weights = match kind {
                WeightKind::Replication => Weights::replication(weights),
                WeightKind::Sampling => Weights::sampling(weights),
            };
            data = data.with_weights(weights).map_err(|e| self.explain(table, &e))?;
        }
        if let Some(column) = &self.cluster {
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
            E::InvalidWeight { index, .. } => (*index, ("--weight", self.weight.as_deref())),
            _ => return error.to_string().into(),
        };
        format!("{}, {flag} \"{}\": {error}", table.place(index), column.unwrap_or("")).into()
    }
}

/// What is said of rows with missing values.
pub(super) fn left_out(dropped: usize, remain: usize) -> String {
    format!("{dropped} rows with missing values left out, {remain} rows remain")
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

/// Times that are asked for must be numbers at or after 0.
pub fn times_to_ask(flag: &str, times: &[f64]) -> Result<(), Failure> {
    match times.iter().find(|t| !(0.0..f64::INFINITY).contains(*t)) {
        Some(t) => Err(format!("{flag} {t}: a time must be finite and at least 0").into()),
        None => Ok(()),
    }
}
