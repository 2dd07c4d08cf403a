//! The columns that make up recurrent events.

use std::path::PathBuf;

use greenwood::survival::Groups;
use greenwood::survival::recurrent::RecurrentEvents;

use crate::support::{Failure, RowFlags, Table, Warnings, distinct, history_problem};

/// The file, and the columns of who, when and what.
#[derive(clap::Args)]
pub struct EventColumns {
    /// The CSV file
    pub file: PathBuf,
    /// Column with the subject of each row
    #[arg(long)]
    pub id: String,
    /// Column with the start of each row; without it rows start at 0
    #[arg(long, alias = "entry")]
    pub start: Option<String>,
    /// Column with the end of each row
    #[arg(long, alias = "time")]
    pub stop: String,
    /// Column with the event at the end of each row: 1 or true occurs, 0 or false does not
    #[arg(long)]
    pub event: String,
    /// The value of the event column that is the event; every other one is then none
    #[arg(long, allow_negative_numbers = true)]
    pub event_value: Option<String>,
    /// Column with a terminal event such as death at the end of each row: 1 or true, 0 or false
    #[arg(long)]
    pub terminal: Option<String>,
    /// The value of the terminal column that is the terminal event
    #[arg(long, requires = "terminal", allow_negative_numbers = true)]
    pub terminal_value: Option<String>,
    /// Column with strata, within which the test and the model compare
    #[arg(long)]
    pub strata: Option<String>,
    #[command(flatten)]
    pub rows: RowFlags,
}

impl EventColumns {
    /// The file's rows that are complete in these columns and the `further` ones, each a flag and its column.
    pub fn table(&self, further: &[(&'static str, &str)], warnings: &mut Warnings) -> Result<Table, Failure> {
        let mut named = vec![("--id", self.id.as_str()), ("--stop", self.stop.as_str())];
        named.extend(self.start.iter().map(|c| ("--start", c.as_str())));
        named.push(("--event", &self.event));
        // One column may hold the codes of both events.
        let shared = self.terminal.as_ref() == Some(&self.event);
        if shared && (self.event_value.is_none() || self.terminal_value.is_none()) {
            return Err(format!(
                "--terminal names column \"{}\", which is named by --event too: give the code of each with --event-value \
                 and --terminal-value",
                self.event
            )
            .into());
        }
        named.extend(self.terminal.iter().filter(|_| !shared).map(|c| ("--terminal", c.as_str())));
        distinct(&named)?;
        let mut used = named;
        used.extend(self.rows.used());
        used.extend(self.strata.iter().map(|c| ("--strata", c.as_str())));
        used.extend(further);
        self.rows.read(&self.file, &used, &[], warnings)
    }

    /// Starts, stops and events.
    pub fn times(&self, table: &Table) -> Result<(Vec<f64>, Vec<f64>), Failure> {
        let start = match &self.start {
            Some(column) => table.numbers("--start", column)?,
            None => vec![0.0; table.len()],
        };
        Ok((start, table.numbers("--stop", &self.stop)?))
    }

    pub fn events(&self, table: &Table) -> Result<Vec<bool>, Failure> {
        which(table, ("--event", &self.event), self.event_value.as_deref())
    }

    pub fn strata(&self, table: &Table) -> Result<Option<Groups>, Failure> {
        self.strata.as_ref().map(|column| table.groups("--strata", column)).transpose()
    }

    /// The data in these columns of the table, without strata.
    pub fn data(&self, table: &Table) -> Result<RecurrentEvents, Failure> {
        let explain = |e: greenwood::Error| self.explain(table, &e);
        let (start, stop) = self.times(table)?;
        let ids = table.text("--id", &self.id)?;
        let mut data = RecurrentEvents::new(&ids, &start, &stop, &self.events(table)?).map_err(explain)?;
        if let Some(column) = &self.terminal {
            let terminal = which(table, ("--terminal", column), self.terminal_value.as_deref())?;
            data = data.with_terminal(&terminal).map_err(explain)?;
        }
        if let Some(weights) = self.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &self.rows.cluster {
            data = data.with_clusters(&table.text("--cluster", column)?)?;
        }
        Ok(data)
    }

    /// The library counts rows from 0; a reader of the file wants its line, its column and the flag.
    pub fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::Error as E;
        let (stop, start) = (("--stop", self.stop.as_str()), ("--start", self.start.as_deref()));
        let (index, (flag, column)) = match error {
            E::InvalidTime { argument, index, .. } if *argument != "start" => {
                (*index, (stop.0, Some(stop.1)))
            }
            E::InvalidTime { index, .. }
            | E::EmptyInterval { index, .. }
            | E::NearTieInterval { index, .. } => {
                (*index, if self.start.is_some() { start } else { (stop.0, Some(stop.1)) })
            }
            E::InvalidWeight { index, .. } => (*index, ("--weight", self.rows.weight.as_deref())),
            E::InconsistentHistory { .. } => return history_problem(table, &self.id, error).into(),
            _ => return error.to_string().into(),
        };
        format!("{}, {flag} \"{}\": {error}", table.place(index), column.unwrap_or("")).into()
    }
}

/// Which rows end with an event: those with the code where one is named, else those with 1 or true.
fn which(
    table: &Table,
    (flag, column): (&'static str, &str),
    value: Option<&str>,
) -> Result<Vec<bool>, Failure> {
    match value {
        Some(value) => table.has_code(flag, column, value),
        None => table.yes_or_no(flag, column),
    }
}
