//! What the SQL programs have in common, on one machine and on a cluster: the flags of a query, its tables, how rows are printed,
//! and errors as one line with exit code 2.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::nullif;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::json::writer::{LineDelimited, WriterBuilder};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext};
use futures::StreamExt;
use greenwood_datafusion::{Functions, Nulls};

/// What is wrong, in words for the person who asked.
pub type Words = fn(&DataFusionError) -> String;

/// The flags of a query.
#[derive(Debug, Args)]
pub struct Query {
    /// The query.
    #[arg(value_name = "QUERY")]
    sql: String,
    /// A table of the query: its name, and a .csv or .parquet file or a folder of them. On a cluster every executor must have it
    /// at this path.
    #[arg(long = "table", value_name = "NAME=PATH")]
    tables: Vec<String>,
    /// JSON lines instead of CSV.
    #[arg(long)]
    json: bool,
    /// The character between the cells of CSV files.
    #[arg(long, default_value_t = ',')]
    delimiter: char,
    /// The level of confidence limits.
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// A row whose time, event, arm, stratum or weight is missing is an error instead of being skipped.
    #[arg(long)]
    refuse_nulls: bool,
}

impl Query {
    /// The functions with the options that the flags name.
    pub fn functions(&self) -> Functions {
        let nulls = if self.refuse_nulls { Nulls::Refuse } else { Nulls::Skip };
        Functions::new().nulls(nulls).level(self.level)
    }

    /// Prints what the query returns, batch by batch as it is found. A reader that has seen enough ends the query.
    pub async fn answer(&self, ctx: &SessionContext, words: Words) -> Result<(), String> {
        for table in &self.tables {
            register(ctx, table, self.delimiter, words).await?;
        }
        let frame = ctx.sql(&self.sql).await.map_err(|e| words(&e))?;
        let mut printed = Printed::default();
        if !self.json {
            printed.text = header(Arc::clone(frame.schema().inner()))?;
        }
        let mut batches = frame.execute_stream().await.map_err(|e| words(&e))?;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(|e| words(&e))?;
            printed.text.extend(if self.json { json(&batch)? } else { csv(&batch)? });
            if printed.text.len() >= HELD && !printed.on()? {
                return Ok(());
            }
        }
        printed.on().map(|_| ())
    }
}

/// An answer up to this many bytes is printed when it is whole: an error that is found late then leaves standard output empty.
const HELD: usize = 1 << 20;

/// What is to be printed next.
#[derive(Default)]
struct Printed {
    text: Vec<u8>,
}

impl Printed {
    /// Prints it; `false` where nobody reads any more.
    fn on(&mut self) -> Result<bool, String> {
        let mut out = io::stdout().lock();
        match out.write_all(&self.text).and_then(|()| out.flush()) {
            Ok(()) => self.text.clear(),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
            Err(error) => return Err(error.to_string()),
        }
        Ok(true)
    }
}

/// The flags of the program, or the code with which it ends: 0 after its help, 2 after an error.
pub fn parse<P: Parser>() -> Result<P, ExitCode> {
    P::try_parse().map_err(|error| {
        if error.use_stderr() {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().take_while(|l| !l.is_empty()).map(str::trim).collect();
            failed(&lines.join(" "))
        } else {
            let _ = error.print();
            ExitCode::SUCCESS
        }
    })
}

/// Runs the program.
pub fn run(program: impl Future<Output = Result<(), String>>) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string());
    runtime
        .and_then(|runtime| runtime.block_on(program))
        .map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
}

/// One line on stderr.
fn failed(text: &str) -> ExitCode {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    // Where nobody reads standard error any more, the status says it.
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {line}\n"));
    ExitCode::from(2)
}

/// Registers `NAME=PATH`; `delimiter` is what stands between the cells of a CSV file.
async fn register(ctx: &SessionContext, table: &str, delimiter: char, words: Words) -> Result<(), String> {
    let Some((name, path)) =
        table.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty())
    else {
        return Err(format!("--table {table} must be NAME=PATH, as in patients=patients.parquet"));
    };
    let file = Path::new(path);
    if !file.exists() {
        return Err(format!("--table {name}: there is no file {path}"));
    }
    let extension = extension(file).map_err(|e| format!("--table {name}: {path}: {e}"))?;
    let said = |error: DataFusionError| format!("--table {name}: {path}: {}", words(&error));
    let name = datafusion::common::TableReference::bare(name);
    let dotted = extension.as_ref().map(|e| format!(".{e}"));
    match extension.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => {
            let delimiter =
                u8::try_from(delimiter).map_err(|_| "--delimiter must be one byte".to_string())?;
            let dotted = dotted.unwrap_or_default();
            // Every row is looked at before the types of the columns are decided.
            let mut read = CsvReadOptions::new().delimiter(delimiter).file_extension(&dotted);
            read.schema_infer_max_records = usize::MAX;
            ctx.register_csv(name, path, read).await.map_err(said)
        }
        Some("parquet") => {
            let dotted = dotted.unwrap_or_default();
            let read = ParquetReadOptions { file_extension: &dotted, ..ParquetReadOptions::default() };
            ctx.register_parquet(name, path, read).await.map_err(said)
        }
        _ => Err(format!("--table {table}: the file must end in .csv or .parquet")),
    }
}

/// The ending of the file or, in a folder, of its first CSV or Parquet file.
fn extension(path: &Path) -> io::Result<Option<String>> {
    let of = |path: &Path| path.extension().map(|e| e.to_string_lossy().into_owned());
    if !path.is_dir() {
        return Ok(of(path));
    }
    let mut files: Vec<PathBuf> =
        path.read_dir()?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.sort();
    let read = |e: &String| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("parquet");
    Ok(files.iter().filter_map(|file| of(file)).find(read))
}

fn json(batch: &RecordBatch) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(batch).and_then(|()| writer.finish()).map_err(|e| e.to_string())?;
    Ok(writer.into_inner())
}

/// A column as it is printed: a structure is a column for each of its fields, `name.field`.
fn flat(name: String, array: &ArrayRef, columns: &mut Vec<(String, ArrayRef)>) -> Result<(), String> {
    let Some(structure) = array.as_struct_opt() else {
        if matches!(array.data_type(), DataType::List(inner) if inner.data_type().is_nested()) {
            return Err(format!(
                "the column {name} has several values in a cell: unnest it, as in SELECT unnest(km_curve(time, event)), or \
                 print --json"
            ));
        }
        columns.push((name, Arc::clone(array)));
        return Ok(());
    };
    for (field, column) in structure.fields().iter().zip(structure.columns()) {
        // Where there is no structure there are no fields.
        let column = match structure.nulls() {
            None => Arc::clone(column),
            Some(nulls) => {
                nullif(column, &BooleanArray::new(!nulls.inner(), None)).map_err(|e| e.to_string())?
            }
        };
        flat(format!("{name}.{}", field.name()), &column, columns)?;
    }
    Ok(())
}

/// The columns of a batch as they are printed.
fn printed_columns(batch: &RecordBatch) -> Result<Vec<(String, ArrayRef)>, String> {
    let mut columns = Vec::new();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        flat(field.name().clone(), array, &mut columns)?;
    }
    Ok(columns)
}

/// The names of the columns: those of a table without rows.
fn header(schema: SchemaRef) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let columns = printed_columns(&RecordBatch::new_empty(schema))?;
    line(&mut out, columns.into_iter().map(|(name, _)| name));
    Ok(out)
}

fn csv(batch: &RecordBatch) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let columns = printed_columns(batch)?;
    let format = FormatOptions::default();
    let cells: Vec<(&ArrayRef, ArrayFormatter)> = columns
        .iter()
        .map(|(_, c)| Ok((c, ArrayFormatter::try_new(c.as_ref(), &format).map_err(|e| e.to_string())?)))
        .collect::<Result<_, String>>()?;
    for i in 0..batch.num_rows() {
        let cell = |(c, f): &(&ArrayRef, ArrayFormatter)| {
            if c.is_null(i) { String::new() } else { f.value(i).to_string() }
        };
        line(&mut out, cells.iter().map(cell));
    }
    Ok(out)
}

fn line(out: &mut Vec<u8>, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes());
        } else {
            out.extend(cell.bytes());
        }
    }
    out.push(b'\n');
}
