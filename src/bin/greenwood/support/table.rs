//! A file as text cells, with errors that say where and what to do.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

use greenwood::survival::Groups;

use super::answer::Warnings;
use super::csv_file::{ends_in_two, explain, explain_from, of_io, unmark};
use super::hints::{header_hint, largest, listed, missing_hint, separator_hint};
use super::progress::Progress;
use super::written::Failure;

/// How the file is written.
#[derive(clap::Args, Clone)]
pub struct Dialect {
    /// The character between two cells; "tab" for a tabulator
    #[arg(long, default_value = ",")]
    pub delimiter: String,
    /// The character before the decimals
    #[arg(long, default_value = ".")]
    pub decimal: char,
    /// Further texts that stand for a missing value, beside an empty cell and NA
    #[arg(long, value_delimiter = ',')]
    pub missing: Vec<String>,
}

impl Dialect {
    /// The numbers of a Parquet file are typed, and nothing stands between its cells.
    #[cfg(feature = "parquet")]
    pub(super) fn refuse_for_parquet(&self) -> Result<(), Failure> {
        match self {
            _ if self.decimal != '.' => {
                Err("--decimal: the numbers of a Parquet file are typed: leave it out".into())
            }
            _ if self.delimiter != "," => Err("--delimiter: a Parquet file has none: leave it out".into()),
            _ => Ok(()),
        }
    }

    /// Blank cells, `NA` and what the user says are missing.
    pub(super) fn is_missing(&self, cell: &str) -> bool {
        cell.is_empty() || cell == "NA" || self.missing.iter().any(|m| m == cell)
    }

    /// A sign that is a digit, or stands in a number for something else, is no decimal sign.
    fn check_decimal(&self) -> Result<(), Failure> {
        match self.decimal {
            c if c.is_alphanumeric() || c.is_whitespace() || "+-".contains(c) => {
                Err(format!("--decimal \"{c}\": give the sign before the decimals, such as --decimal ,")
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn delimiter(&self) -> Result<u8, Failure> {
        match self.delimiter.as_str() {
            "tab" | "\\t" => Ok(b'\t'),
            one if one.len() == 1 => Ok(one.as_bytes()[0]),
            other => Err(format!(
                "--delimiter is \"{other}\": give one character, or tab, such as --delimiter ';'"
            )
            .into()),
        }
    }
}

/// A CSV or Parquet file as text cells.
pub struct Table {
    path: String,
    dialect: Dialect,
    /// The columns that were read.
    header: Vec<String>,
    /// All columns of the file.
    known: Vec<String>,
    rows: Vec<csv::StringRecord>,
    /// What a place in the file is counted in: lines, or rows.
    unit: &'static str,
    /// The line (or row) of each row in the file.
    lines: Vec<u64>,
}

/// Is it a Parquet file, or a folder of them?
pub fn is_parquet(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
        || path.is_dir()
}

impl Table {
    /// The whole file. Of a Parquet file, [`read_columns`](Self::read_columns) reads what is needed.
    pub fn read(path: &Path, dialect: &Dialect) -> Result<Self, Failure> {
        Self::read_columns(path, dialect, None)
    }

    /// The file, of which these columns will be used.
    pub fn read_columns(path: &Path, dialect: &Dialect, used: Option<&[&str]>) -> Result<Self, Failure> {
        if is_parquet(path) { Self::of_parquet(path, dialect, used) } else { Self::of_csv(path, dialect) }
    }

    #[cfg(not(feature = "parquet"))]
    fn of_parquet(path: &Path, _: &Dialect, _: Option<&[&str]>) -> Result<Self, Failure> {
        Err(format!(
            "{}: this program was built without Parquet: build it with --features parquet",
            path.display()
        )
        .into())
    }

    #[cfg(feature = "parquet")]
    fn of_parquet(path: &Path, dialect: &Dialect, used: Option<&[&str]>) -> Result<Self, Failure> {
        dialect.refuse_for_parquet()?;
        let (known, header, rows) = super::parquet_cells::cells(path, used)?;
        let name = path.display().to_string();
        if rows.is_empty() {
            return Err(format!("{name} has columns but no rows").into());
        }
        let lines = (1..=rows.len() as u64).collect();
        Ok(Self { path: name, dialect: dialect.clone(), header, known, rows, unit: "row", lines })
    }

    fn of_csv(path: &Path, dialect: &Dialect) -> Result<Self, Failure> {
        let name = path.display().to_string();
        dialect.check_decimal()?;
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .delimiter(dialect.delimiter()?)
            .from_path(path)
            .map_err(|e| explain(&name, &e))?;
        let header: Vec<String> =
            reader.headers().map_err(|e| explain(&name, &e))?.iter().map(|h| unmark(h).into()).collect();
        if header.is_empty() {
            return Err(format!("{name} is empty: it needs a line with the names of the columns").into());
        }
        let mut progress = Progress::new(&name);
        // A line that ends in "\r\n" ends, for the reader, before the "\n": the next one is counted from there.
        let behind = u64::from(ends_in_two(path).map_err(|e| of_io(&name, &e))?);
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record
                .map_err(|e| format!("{}{}", explain_from(&name, &e, behind), separator_hint(&header)))?;
            lines.push(record.position().map_or(0, |p| p.line() + behind));
            rows.push(record);
            progress.tell(rows.len());
        }
        if rows.is_empty() {
            return Err(format!("{name} has a header but no rows").into());
        }
        let known = header.clone();
        Ok(Self { path: name, dialect: dialect.clone(), header, known, rows, unit: "line", lines })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The file and the line of a row; the row, counted from 1, of a Parquet file.
    pub fn place(&self, row: usize) -> String {
        format!("{} {} {}", self.path, self.unit, self.lines.get(row).copied().unwrap_or(0))
    }

    fn position(&self, flag: &str, column: &str) -> Result<usize, Failure> {
        let mut found = (0..self.header.len()).filter(|&i| self.header[i] == column);
        match (found.next(), found.next()) {
            (Some(p), None) => Ok(p),
            (Some(_), Some(_)) => {
                Err(format!("{flag}: {} has two columns \"{column}\": give them different names", self.path)
                    .into())
            }
            (None, _) => {
                let hint = header_hint(&self.header);
                let known = self.known.join(", ").replace('\t', " ");
                Err(format!(
                    "{flag}: {} has no column \"{column}\"; its columns are {known}{hint}",
                    self.path
                )
                .into())
            }
        }
    }

    fn is_missing(&self, cell: &str) -> bool {
        self.dialect.is_missing(cell)
    }

    /// The file without the rows in which one of the columns is missing, and how many those were. Without
    /// `skip` a missing cell is an error.
    pub fn complete(
        mut self,
        columns: &[(&'static str, &str)],
        skip: bool,
    ) -> Result<(Self, usize), Failure> {
        let positions =
            columns.iter().map(|(flag, c)| self.position(flag, c)).collect::<Result<Vec<_>, _>>()?;
        let before = self.len();
        let mut keep = Vec::with_capacity(before);
        for (i, row) in self.rows.iter().enumerate() {
            let missing = positions.iter().position(|&p| self.is_missing(&row[p]));
            if let (Some(at), false) = (missing, skip) {
                let (flag, column) = columns[at];
                return Err(format!(
                    "{}: {flag} \"{column}\" is missing (\"{}\"); give a value, or leave out such rows with \
                     --skip-missing",
                    self.place(i),
                    &row[positions[at]]
                )
                .into());
            }
            keep.push(missing.is_none());
        }
        self.keep(&keep);
        let dropped = before - self.rows.len();
        if self.rows.is_empty() {
            let names: Vec<&str> = columns.iter().map(|(_, c)| *c).collect();
            return Err(format!("{}: no row is complete in {}", self.path, names.join(", ")).into());
        }
        Ok((self, dropped))
    }

    /// Leaves out the other rows.
    pub fn keep(&mut self, keep: &[bool]) {
        let mut kept = keep.iter();
        self.rows.retain(|_| *kept.next().unwrap_or(&true));
        let mut kept = keep.iter();
        self.lines.retain(|_| *kept.next().unwrap_or(&true));
    }

    pub fn text(&self, flag: &str, column: &str) -> Result<Vec<&str>, Failure> {
        let p = self.position(flag, column)?;
        Ok(self.rows.iter().map(|r| &r[p]).collect())
    }

    pub fn numbers(&self, flag: &str, column: &str) -> Result<Vec<f64>, Failure> {
        let cells = self.text(flag, column)?;
        cells.into_iter().enumerate().map(|(row, cell)| self.number(flag, column, row, cell)).collect()
    }

    /// Limits of intervals: NaN where missing, infinite where the cell says so.
    pub fn limits(&self, flag: &str, column: &str) -> Result<Vec<f64>, Failure> {
        let cells = self.text(flag, column)?;
        let one = |(row, cell): (usize, &str)| {
            if self.is_missing(cell) {
                return Ok(f64::NAN);
            }
            match cell.to_ascii_lowercase().as_str() {
                "inf" | "+inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                _ => self.number(flag, column, row, cell),
            }
        };
        cells.into_iter().enumerate().map(one).collect()
    }

    fn number(&self, flag: &str, column: &str, row: usize, cell: &str) -> Result<f64, Failure> {
        // With a decimal comma a point is no part of a number: "1.234" could be a thousand and more.
        let number = match self.dialect.decimal {
            '.' => cell.parse::<f64>().ok(),
            _ if cell.contains('.') => None,
            mark => cell.replacen(mark, ".", 1).parse().ok(),
        };
        number.filter(|x| x.is_finite()).ok_or_else(|| {
            let comma = self.dialect.decimal == '.'
                && cell.contains(',')
                && cell.replacen(',', ".", 1).parse::<f64>().is_ok();
            let hint = if comma { "; for decimal commas add --decimal ," } else { missing_hint(cell) };
            format!(
                "{}: {flag} \"{column}\" is \"{cell}\", which is not a finite number{hint}",
                self.place(row)
            )
            .into()
        })
    }

    /// 1 or true: the event happened; 0 or false: censored. Anything else is refused, codes such as 1/2 too:
    /// guessing which of them is the event has inverted many an analysis.
    pub fn events(&self, column: &str) -> Result<Vec<bool>, Failure> {
        self.yes_or_no("--event", column)
    }

    /// The same for another flag that names an event.
    pub fn yes_or_no(&self, flag: &str, column: &str) -> Result<Vec<bool>, Failure> {
        let cells = self.text(flag, column)?;
        let one = |(row, cell): (usize, &str)| match cell.to_ascii_lowercase().as_str() {
            "1" | "1.0" | "true" => Ok(true),
            "0" | "0.0" | "false" => Ok(false),
            _ => {
                let hint = match missing_hint(cell) {
                    "" => {
                        // Which of them is the event is for the user to say.
                        let all = Groups::new(&self.text(flag, column)?);
                        format!(
                            "; its values are {}: name the one that is the event{}",
                            listed(all.labels()),
                            match largest(all.labels()) {
                                Some(code) => format!(", such as {flag}-value {code}"),
                                None => format!(" with {flag}-value"),
                            }
                        )
                    }
                    hint => hint.to_string(),
                };
                Err(format!(
                    "{}: {flag} \"{column}\" is \"{cell}\": an event is 1 (or true), a censoring 0 (or false){hint}",
                    self.place(row)
                )
                .into())
            }
        };
        cells.into_iter().enumerate().map(one).collect()
    }

    /// Which rows have this value in the event column. All others are censored, with a warning where they differ.
    pub fn equals(&self, column: &str, value: &str, warnings: &mut Warnings) -> Result<Vec<bool>, Failure> {
        let events = self.has_code("--event", column, value)?;
        let others = self.others("--event", column, &events)?;
        warn_of_others(column, others.labels(), warnings);
        Ok(events)
    }

    /// Which rows have this value, as text or as a number, in the column of a flag; a value that no row has is refused.
    pub fn has_code(&self, flag: &str, column: &str, value: &str) -> Result<Vec<bool>, Failure> {
        let same = |cell: &str| {
            cell == value
                || matches!((cell.parse(), value.parse()), (Ok::<f64, _>(a), Ok::<f64, _>(b)) if a == b)
        };
        let events: Vec<bool> = self.text(flag, column)?.into_iter().map(same).collect();
        if events.contains(&true) {
            return Ok(events);
        }
        let known = listed(self.others(flag, column, &events)?.labels());
        Err(format!(
            "{flag}-value {value}: {} has no such value in {flag} \"{column}\"; its values are {known}",
            self.path
        )
        .into())
    }

    /// The values of the rows that are not chosen.
    fn others(&self, flag: &str, column: &str, chosen: &[bool]) -> Result<Groups, Failure> {
        let cells = self.text(flag, column)?;
        let others = cells.into_iter().zip(chosen).filter(|(_, c)| !**c).map(|(cell, _)| cell);
        Ok(Groups::new(&others.collect::<Vec<_>>()))
    }

    /// A sign that often stands for a missing value is a label here: said, since it makes a group of its own.
    pub fn doubt_labels(&self, flag: &str, column: &str, warnings: &mut Warnings) -> Result<(), Failure> {
        const SIGNS: [&str; 7] = [".", "..", "?", "nan", "n/a", "#n/a", "null"];
        let cells = self.text(flag, column)?;
        if let Some(row) = cells.iter().position(|cell| SIGNS.contains(&cell.to_ascii_lowercase().as_str())) {
            let cell = cells[row];
            warnings.add(format!(
                "{}: {flag} \"{column}\" is \"{cell}\", taken as a group of its own; if it stands for a missing value, add \
                 --missing {cell} --skip-missing",
                self.place(row)
            ));
        }
        Ok(())
    }

    /// Groups in increasing order: as numbers if all labels are numbers, else as text.
    pub fn groups(&self, flag: &str, column: &str) -> Result<Groups, Failure> {
        let groups = Groups::new(&self.text(flag, column)?);
        let order = order_of(groups.labels());
        Ok(groups.sorted_by(order))
    }
}

/// Several values of the event column are one censoring.
pub(super) fn warn_of_others(column: &str, others: &[String], warnings: &mut Warnings) {
    if others.len() > 1 {
        warnings.add(format!("--event \"{column}\": {} are all taken as censored", listed(others)));
    }
}

/// How labels are ordered: as numbers if all are numbers, else as text.
pub fn order_of<L: AsRef<str>>(labels: &[L]) -> fn(&str, &str) -> Ordering {
    fn value(label: &str) -> f64 {
        label.parse().unwrap_or(f64::NAN)
    }
    if labels.iter().all(|l| !value(l.as_ref()).is_nan()) {
        |a, b| value(a).total_cmp(&value(b))
    } else {
        |a, b| a.cmp(b)
    }
}
