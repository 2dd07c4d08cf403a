//! Columns of a CSV file, with errors that say where: shared by the example programs.

#![allow(dead_code)] // each program uses its own part

use std::path::Path;

use greenwood::survival::{Groups, RightCensored, Weights};

pub type Failure = Box<dyn std::error::Error>;

/// A CSV file as text cells.
pub struct Table {
    path: String,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
    /// The line of each row in the file.
    lines: Vec<u64>,
}

/// Blank cells and `NA` are missing.
fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "NA"
}

impl Table {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|e| format!("{name}: {e}"))?;
        let header = reader.headers()?.iter().map(Into::into).collect();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|e| format!("{name}: {e}"))?;
            lines.push(record.position().map_or(0, csv::Position::line));
            rows.push(record);
        }
        if rows.is_empty() {
            return Err(format!("{name} has a header but no rows").into());
        }
        Ok(Self { path: name, header, rows, lines })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    fn position(&self, column: &str) -> Result<usize, Failure> {
        self.header.iter().position(|h| h == column).ok_or_else(|| {
            let known = self.header.join(", ");
            format!("{} has no column \"{column}\"; its columns are {known}", self.path).into()
        })
    }

    /// The file without the rows in which one of the columns is missing, and how many those were. Without
    /// `skip` a missing cell is an error.
    pub fn complete(mut self, columns: &[&str], skip: bool) -> Result<(Self, usize), Failure> {
        let positions = columns.iter().map(|c| self.position(c)).collect::<Result<Vec<_>, _>>()?;
        let before = self.len();
        let mut keep = Vec::with_capacity(before);
        for (row, line) in self.rows.iter().zip(&self.lines) {
            let missing = positions.iter().position(|&p| is_missing(&row[p]));
            if let (Some(at), false) = (missing, skip) {
                return Err(format!(
                    "{} line {line}: column \"{}\" is missing (\"{}\"); give a value, or drop such rows with \
                     --skip-missing",
                    self.path, columns[at], &row[positions[at]]
                )
                .into());
            }
            keep.push(missing.is_none());
        }
        let mut keep = keep.iter();
        self.rows.retain(|_| *keep.next().unwrap_or(&true));
        let dropped = before - self.rows.len();
        if self.rows.is_empty() {
            return Err(format!("{}: no row is complete in {}", self.path, columns.join(", ")).into());
        }
        Ok((self, dropped))
    }

    pub fn text(&self, column: &str) -> Result<Vec<&str>, Failure> {
        let p = self.position(column)?;
        Ok(self.rows.iter().map(|r| &r[p]).collect())
    }

    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, Failure> {
        let cells = self.text(column)?.into_iter().zip(&self.lines);
        cells.map(|(cell, line)| self.number(column, cell, *line)).collect()
    }

    fn number(&self, column: &str, cell: &str, line: u64) -> Result<f64, Failure> {
        let number: Result<f64, _> = cell.parse();
        number.ok().filter(|x| x.is_finite()).ok_or_else(|| {
            format!(
                "{} line {line}: column \"{column}\" is \"{cell}\", which is not a finite number",
                self.path
            )
            .into()
        })
    }

    /// 1 or true: the event happened; 0 or false: censored. Anything else is refused, codes such as 1/2 too:
    /// guessing which of them is the event has inverted many an analysis.
    pub fn events(&self, column: &str) -> Result<Vec<bool>, Failure> {
        let cells = self.text(column)?.into_iter().zip(&self.lines);
        cells
            .map(|(cell, line)| match cell.to_ascii_lowercase().as_str() {
                "1" | "1.0" | "true" => Ok(true),
                "0" | "0.0" | "false" => Ok(false),
                _ => Err(format!(
                    "{} line {line}: column \"{column}\" is \"{cell}\": an event is 1 (or true), a censoring 0 \
                     (or false)",
                    self.path
                )
                .into()),
            })
            .collect()
    }

    /// Groups in order of first appearance, or in numerical order if all labels are numbers.
    pub fn groups(&self, column: &str) -> Result<Groups, Failure> {
        let groups = Groups::new(&self.text(column)?);
        let numbers = groups.labels().iter().all(|l| l.parse::<f64>().is_ok());
        let value = |l: &str| l.parse::<f64>().unwrap_or(f64::NAN);
        Ok(if numbers { groups.sorted_by(|a, b| value(a).total_cmp(&value(b))) } else { groups })
    }
}

/// The columns that make up right-censored data.
#[derive(clap::Args)]
pub struct Columns {
    /// The CSV file
    pub file: std::path::PathBuf,
    /// Column with the end of observation
    #[arg(long)]
    pub time: String,
    /// Column with the event: 1 or true happened, 0 or false censored
    #[arg(long)]
    pub event: String,
    /// Column with a delayed entry
    #[arg(long)]
    pub entry: Option<String>,
    /// Column with weights
    #[arg(long, requires = "weight_kind")]
    pub weight: Option<String>,
    /// What a weight means
    #[arg(long, value_enum)]
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
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum WeightKind {
    /// A weight of k stands for k subjects
    Replication,
    /// A weight corrects for unequal sampling
    Sampling,
}

impl Columns {
    /// The file's rows that are complete in these columns and the `further` ones.
    pub fn table(&self, further: &[&Option<String>]) -> Result<Table, Failure> {
        let own = [&self.entry, &self.weight, &self.cluster];
        let mut used: Vec<&str> = vec![&self.time, &self.event];
        used.extend(own.into_iter().chain(further.iter().copied()).filter_map(|c| c.as_deref()));
        let (table, dropped) = Table::read(&self.file)?.complete(&used, self.skip_missing)?;
        if dropped > 0 {
            eprintln!("{dropped} rows with missing values left out, {} rows remain", table.len());
        }
        Ok(table)
    }

    pub fn data(&self, table: &Table) -> Result<RightCensored<'static>, Failure> {
        let mut data = RightCensored::new(table.numbers(&self.time)?, table.events(&self.event)?)
            .map_err(|e| self.explain(table, &e))?;
        if let Some(column) = &self.entry {
            data = data.with_entry(table.numbers(column)?).map_err(|e| self.explain(table, &e))?;
        }
        if let (Some(column), Some(kind)) = (&self.weight, self.weight_kind) {
            let weights = table.numbers(column)?;
            let weights = match kind {
                WeightKind::Replication => Weights::replication(weights),
                WeightKind::Sampling => Weights::sampling(weights),
            };
            data = data.with_weights(weights).map_err(|e| self.explain(table, &e))?;
        }
        if let Some(column) = &self.cluster {
            data = data.with_clusters(&table.text(column)?)?;
        }
        Ok(data)
    }

    /// The library counts rows from 0; a reader of the file wants its line and column.
    fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::Error as E;
        let (index, column) = match error {
            E::InvalidTime { argument: "entry", index, .. } => (*index, self.entry.as_deref()),
            E::InvalidTime { index, .. } => (*index, Some(self.time.as_str())),
            E::EmptyInterval { index, .. } | E::NearTieInterval { index, .. } => {
                (*index, self.entry.as_deref())
            }
            E::InvalidWeight { index, .. } => (*index, self.weight.as_deref()),
            _ => return error.to_string().into(),
        };
        let line = table.lines.get(index).copied().unwrap_or(0);
        format!("{} line {line}, column \"{}\": {error}", table.path, column.unwrap_or("")).into()
    }
}

/// `null` where there is no value.
pub fn json(x: impl Into<Option<f64>>) -> serde_json::Value {
    x.into().filter(|x| x.is_finite()).map_or(serde_json::Value::Null, Into::into)
}

/// Prints a failure as one line and ends with status 1.
pub fn main_with(run: impl FnOnce() -> Result<(), Failure>) -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}
