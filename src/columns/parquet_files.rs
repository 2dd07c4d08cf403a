//! Parquet files and folders of them: which columns, which row groups, in batches.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::columns::description::Columns;
use crate::columns::rows::position;
use crate::columns::stream::{CompetingTableStream, TableStream};
use crate::error::{Error, FileError, Result};
use crate::survival::risk_table::{CompetingRiskTables, RiskTables};

/// Rows of a batch, a few megabytes: many for each distinct day, so that merging the tables of batches costs little.
const BATCH: usize = 1 << 18;

/// A Parquet file, or a folder of them.
///
/// Only the metadata are read here. Batches come row group by row group, with the columns that are asked for and no
/// others, so memory holds one batch of each thread. Pages compressed by Snappy, Zstandard, gzip and
/// LZ4 are read, and uncompressed ones. Brotli, which no common writer chooses by itself and which would bring four crates, is
/// refused in words; a program that depends on `parquet` with its feature `brotli` switches it on here too.
///
/// A folder is read with all below it, in the order of the names; files that do not end in `.parquet`, or whose name starts
/// with `.` or `_`, are left alone.
///
/// # Example
/// ```no_run
/// use greenwood::columns::{Columns, ParquetFiles};
/// use greenwood::survival::{KaplanMeier, LogRank};
///
/// let files = ParquetFiles::open("data.parquet")?;
/// let tables = files.risk_tables(&Columns::new("days", "died").groups("arm"))?;
/// for (label, table) in tables.labels().iter().zip(&tables.tables()[0]) {
///     println!("{label}: median {}", KaplanMeier::from_table(table.clone()).median());
/// }
/// println!("{}", LogRank::from_tables(tables.tables(), &tables.labels())?);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ParquetFiles {
    files: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

/// A row group of a file, and the number of rows before it in the file.
type Unit<'a> = (&'a Part, usize, usize);

impl ParquetFiles {
    /// The file, or the files of the folder.
    ///
    /// # Errors
    /// [`FileError::InFile`](crate::FileError::InFile) with [`FileError::DataSet`](crate::FileError::DataSet) where a file cannot be read or is no Parquet file; [`FileError::DataSet`](crate::FileError::DataSet) for a folder
    /// without Parquet files.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut paths = Vec::new();
        if path.is_dir() {
            collect(path, &mut paths)?;
            if paths.is_empty() {
                let why = format!("{} holds no file that ends in .parquet", path.display());
                return Err(Error::File(FileError::DataSet { action: "read", why }));
            }
        } else {
            paths.push(path.to_path_buf());
        }
        let open = |path: PathBuf| {
            let file = File::open(&path).map_err(|e| in_file(&path, unreadable(e)))?;
            let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
                .map_err(|e| in_file(&path, unreadable(e)))?;
            Ok(Part { path, metadata })
        };
        Ok(Self { files: paths.into_iter().map(open).collect::<Result<_>>()? })
    }

    /// The names of the columns, as the first file has them.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let first = self.files.first();
        first.map_or_else(Vec::new, |f| {
            f.metadata.schema().fields().iter().map(|f| f.name().clone()).collect()
        })
    }

    /// The number of rows of all files.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.files.iter().map(|f| f.metadata.metadata().file_metadata().num_rows() as usize).sum()
    }

    /// The number of files.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The number of row groups of all files.
    #[must_use]
    pub fn row_groups(&self) -> usize {
        self.units().len()
    }

    /// The batches of all files, with these columns.
    ///
    /// # Errors
    /// Each batch: [`FileError::InFile`](crate::FileError::InFile) with [`FileError::UnknownColumn`](crate::FileError::UnknownColumn), or [`FileError::DataSet`](crate::FileError::DataSet) for pages that cannot be read.
    pub fn batches<'a>(&'a self, names: &'a [&'a str]) -> impl Iterator<Item = Result<RecordBatch>> + 'a {
        self.units().into_iter().flat_map(move |(part, group, _)| match part.batches(group, names) {
            Ok(batches) => Box::new(batches) as Box<dyn Iterator<Item = Result<RecordBatch>>>,
            Err(error) => Box::new(std::iter::once(Err(error))),
        })
    }

    /// The risk tables of all rows, by group and stratum: see [`TableStream`]. With the feature `rayon` row groups are read by
    /// several threads, and the tables are the same to the last bit.
    ///
    /// # Errors
    /// Those of [`TableStream::push`] in [`FileError::InFile`](crate::FileError::InFile), rows being counted from 0 in each file; those of
    /// [`batches`](Self::batches).
    pub fn risk_tables(&self, columns: &Columns) -> Result<RiskTables> {
        self.stream(columns)?.finish()
    }

    /// The same with times on a grid of this width, so that memory is bounded whatever the times: see
    /// [`RiskTable::on_grid`](crate::survival::RiskTable::on_grid).
    ///
    /// # Errors
    /// Those of [`risk_tables`](Self::risk_tables) and of [`RiskTable::on_grid`](crate::survival::RiskTable::on_grid).
    pub fn risk_tables_on_grid(&self, columns: &Columns, width: f64) -> Result<RiskTables> {
        self.read(&TableStream::new(columns).on_grid(width)?)?.finish()
    }

    /// The tables before they are finished, with the number of rows left out ([`TableStream::skipped`]).
    ///
    /// # Errors
    /// Those of [`risk_tables`](Self::risk_tables).
    pub fn stream(&self, columns: &Columns) -> Result<TableStream> {
        self.read(&TableStream::new(columns))
    }

    /// The tables of competing risks of all rows, by group and stratum: see [`CompetingTableStream`]. Threads as in
    /// [`risk_tables`](Self::risk_tables).
    ///
    /// # Errors
    /// Those of [`CompetingTableStream::push`] in [`FileError::InFile`](crate::FileError::InFile), rows being counted from 0 in each file; those of
    /// [`batches`](Self::batches).
    ///
    /// # Example
    /// ```no_run
    /// use greenwood::columns::{Columns, ParquetFiles};
    /// use greenwood::survival::{AalenJohansen, Gray};
    ///
    /// let columns = Columns::new("days", "outcome").causes(&["relapse", "death"], "censored").groups("arm");
    /// let tables = ParquetFiles::open("data.parquet")?.competing_risk_tables(&columns)?;
    /// for label in tables.labels() {
    ///     println!("{label}\n{}", AalenJohansen::new().from_table(tables.of_group(label)?));
    /// }
    /// println!("{}", Gray::new("relapse").from_tables(&tables)?);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn competing_risk_tables(&self, columns: &Columns) -> Result<CompetingRiskTables> {
        self.competing_stream(columns)?.finish()
    }

    /// The same before it is finished, with the number of rows left out ([`CompetingTableStream::skipped`]).
    ///
    /// # Errors
    /// Those of [`competing_risk_tables`](Self::competing_risk_tables).
    pub fn competing_stream(&self, columns: &Columns) -> Result<CompetingTableStream> {
        Ok(CompetingTableStream::of(self.read(CompetingTableStream::new(columns).inner())?))
    }

    /// All rows through streams like this one, which is empty.
    fn read(&self, empty: &TableStream) -> Result<TableStream> {
        let units = self.units();
        let mut whole = empty.clone();
        // Stretches of row groups, each with tables of its own: the first error is the one that stands first in the files.
        #[cfg(feature = "rayon")]
        let streams: Vec<Result<TableStream>> = {
            use rayon::prelude::*;
            let stretch = units.len().div_ceil(4 * rayon::current_num_threads()).max(1);
            units.par_chunks(stretch).map(|units| read(units, empty.clone())).collect()
        };
        #[cfg(not(feature = "rayon"))]
        let streams = [read(&units, empty.clone())];
        for stream in streams {
            whole.merge(stream?)?;
        }
        Ok(whole)
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let mut units = Vec::new();
        for part in &self.files {
            let mut before = 0;
            for (group, meta) in part.metadata.metadata().row_groups().iter().enumerate() {
                units.push((part, group, before));
                before += meta.num_rows() as usize;
            }
        }
        units
    }
}

/// The stream with these row groups.
fn read(units: &[Unit], mut stream: TableStream) -> Result<TableStream> {
    let columns = stream.columns().clone();
    for &(part, group, before) in units {
        stream.count_from(before);
        for batch in part.batches(group, &columns.names())? {
            stream.push(&batch?).map_err(|e| in_file(&part.path, e))?;
        }
    }
    Ok(stream)
}

impl Part {
    fn batches(
        &self,
        group: usize,
        names: &[&str],
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        let fields = self.metadata.schema().fields();
        let position = |name: &&str| position(fields, name).map_err(|e| in_file(&self.path, e));
        let roots = names.iter().map(position).collect::<Result<Vec<_>>>()?;
        let broken = |e: &dyn std::fmt::Display| in_file(&self.path, unreadable(e));
        let file = File::open(&self.path).map_err(|e| broken(&e))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_projection(ProjectionMask::roots(self.metadata.parquet_schema(), roots))
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
            .map_err(|e| broken(&e))?;
        Ok(reader.map(move |batch| batch.map_err(|e| in_file(&self.path, unreadable(e)))))
    }
}

/// The Parquet files of a folder and of those in it, by name.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries: Vec<PathBuf> =
        entries.map_err(|e| in_file(folder, unreadable(e)))?.into_iter().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(['.', '_']));
        if hidden {
        } else if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
            paths.push(path);
        }
    }
    Ok(())
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    let text = error.to_string();
    let hint =
        if text.contains("Disabled feature") { "; write it with Snappy, Zstandard, gzip or LZ4" } else { "" };
    Error::File(FileError::DataSet { action: "read", why: format!("{text}{hint}") })
}

fn in_file(path: &Path, error: Error) -> Error {
    Error::File(FileError::InFile { path: path.display().to_string(), error: Box::new(error) })
}
