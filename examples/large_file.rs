//! A file that is larger than memory should hold: written from a seed, then Kaplan-Meier by arm and the log-rank test.
//!
//! ```sh
//! cargo run --release --features parquet,rayon --example large_file -- write FILE ROWS [days|continuous] [SEED]
//! cargo run --release --features parquet,rayon --example large_file -- read FILE [WIDTH OF A GRID]
//! ```
//! `read` prints the medians, the test, how long it took, the ratio to a bare read of the three columns, and the peak of
//! memory. What it does is four lines: open, `risk_tables`, `from_table`, `from_tables`.

#[path = "../src/bin/greenwood/support/written.rs"]
mod written;

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use greenwood::arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int8Array, RecordBatch, StringArray,
};
use greenwood::columns::{Columns, ParquetFiles};
use greenwood::survival::{KaplanMeier, LogRank};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use written::{Failure, written};

/// Rows of a row group: 8 MB of times.
const GROUP: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    written(|out| match words.as_slice() {
        ["write", file, rows, further @ ..] => write(file, rows, further),
        ["read", file] => read(out, file, None),
        ["read", file, width] => read(out, file, Some(width.parse()?)),
        _ => Err("write FILE ROWS [days|continuous] [SEED], or read FILE [WIDTH]".into()),
    })
}

/// `SplitMix64` (Steele, Lea & Flood 2014), in [0, 1).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Two arms with exponential times (hazard ratio 0.8), censored uniformly within ten years of entry.
fn write(file: &str, rows: &str, further: &[&str]) -> Result<(), Failure> {
    let rows: usize = rows.parse()?;
    let continuous = further.first() == Some(&"continuous");
    let mut random = Random(further.get(1).map_or(Ok(1), |seed| seed.parse())?);
    let arms: ArrayRef = Arc::new(StringArray::from(vec!["new", "old"]));
    let group = |random: &mut Random, rows: usize| -> Result<RecordBatch, Failure> {
        let (mut time, mut event, mut arm) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rows {
            let code = i8::from(random.uniform() < 0.5);
            let failure = -(1.0 - random.uniform()).ln() * 1500.0 * if code == 0 { 1.25 } else { 1.0 };
            let censoring = random.uniform() * 3652.0;
            let end = failure.min(censoring);
            time.push(if continuous { end } else { end.floor() + 1.0 });
            event.push(failure <= censoring);
            arm.push(code);
        }
        let arm = DictionaryArray::new(Int8Array::from(arm), arms.clone());
        Ok(RecordBatch::try_from_iter([
            ("days", Arc::new(Float64Array::from(time)) as ArrayRef),
            ("died", Arc::new(BooleanArray::from(event)) as ArrayRef),
            ("arm", Arc::new(arm) as ArrayRef),
        ])?)
    };
    let first = group(&mut random, rows.min(GROUP))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(file)?, first.schema(), Some(properties))?;
    writer.write(&first)?;
    let mut written = first.num_rows();
    while written < rows {
        let next = group(&mut random, (rows - written).min(GROUP))?;
        written += next.num_rows();
        writer.write(&next)?;
    }
    writer.close()?;
    Ok(())
}

fn read(out: &mut dyn Write, file: &str, width: Option<f64>) -> Result<(), Failure> {
    let files = ParquetFiles::open(file)?;
    let start = Instant::now();
    let columns = Columns::new("days", "died").groups("arm");
    let tables = match width {
        None => files.risk_tables(&columns)?,
        Some(width) => files.risk_tables_on_grid(&columns, width)?,
    };
    let curves: Vec<_> =
        tables.tables()[0].iter().map(|table| KaplanMeier::from_table(table.clone())).collect();
    let test = LogRank::from_tables(tables.tables(), &tables.labels())?;
    let took = start.elapsed().as_secs_f64();
    let peak = peak_memory();
    for (label, curve) in tables.labels().iter().zip(&curves) {
        writeln!(
            out,
            "{label}: {} subjects, {} times, median {}",
            curve.table().subjects(),
            curve.table().len(),
            curve.median()
        )?;
    }
    writeln!(out, "{test}")?;

    let start = Instant::now();
    let mut rows = 0;
    for batch in files.batches(&columns.names()) {
        rows += batch?.num_rows();
    }
    let bare = start.elapsed().as_secs_f64();
    writeln!(
        out,
        "{rows} rows in {took:.2} s; a bare read by one thread takes {bare:.2} s (ratio {:.2})",
        took / bare
    )?;
    writeln!(out, "peak of memory: {peak}")?;
    Ok(())
}

/// As Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.map_or("unknown".into(), |line| line["VmHWM:".len()..].trim().to_string())
}
