//! The tables of a query: CSV and Parquet files and folders of them, by their names.

use std::io;
use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext};

/// What went wrong, without the layers of the engine around it.
pub fn words(error: DataFusionError) -> String {
    let text = error.find_root().message().into_owned();
    // With backtraces switched on they stand behind the message.
    let mut text = text.split("\n\nbacktrace:").next().unwrap_or_default();
    // An error that several partitions share keeps the name of its kind.
    while let Some(rest) = LAYERS.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = rest;
    }
    text.to_string()
}

const LAYERS: [&str; 4] =
    ["Execution error: ", "Error during planning: ", "External error: ", "Arrow error: "];

/// Registers `NAME=PATH`; `delimiter` is what stands between the cells of a CSV file.
pub async fn register(ctx: &SessionContext, table: &str, delimiter: char) -> Result<(), String> {
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
    let said = |error: DataFusionError| format!("--table {name}: {path}: {}", words(error));
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
