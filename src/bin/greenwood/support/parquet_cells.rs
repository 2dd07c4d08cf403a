//! A Parquet file as the text cells of a table.

use std::path::Path;

use greenwood::columns::{ParquetFiles, texts};

use super::written::Failure;

/// The names of all columns, the names of those that were read, and their cells.
type Cells = (Vec<String>, Vec<String>, Vec<csv::StringRecord>);

/// The cells of the columns `used`, or of all; a null is an empty cell. A column that the file lacks is left out: the table
/// says so, with the flag that names it.
pub fn cells(path: &Path, used: Option<&[&str]>) -> Result<Cells, Failure> {
    let files = ParquetFiles::open(path)?;
    let known = files.columns();
    let is_used = |name: &&String| used.is_none_or(|used| used.contains(&name.as_str()));
    let header: Vec<String> = known.iter().filter(is_used).cloned().collect();
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut rows = Vec::with_capacity(files.rows());
    for batch in files.batches(&names) {
        let batch = batch?;
        let mut columns = Vec::with_capacity(names.len());
        for name in &names {
            let Some(column) = batch.column_by_name(name) else { continue };
            columns.push(texts(name, column.as_ref()).map_err(|e| format!("{}: {e}", path.display()))?);
        }
        rows.extend((0..batch.num_rows()).map(|row| {
            let cells = columns.iter().map(|column| column[row].as_deref().unwrap_or_default().trim());
            cells.collect::<csv::StringRecord>()
        }));
    }
    Ok((known, header, rows))
}
