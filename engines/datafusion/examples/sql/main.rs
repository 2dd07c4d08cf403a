//! SQL over CSV and Parquet files, with the survival functions registered.
//!
//! `cargo run --release -p greenwood-datafusion --example sql -- "SELECT arm, km_median(time, event) FROM patients GROUP BY arm" \
//!    --table patients=patients.parquet`

mod answer;
mod tables;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use datafusion::prelude::{SessionConfig, SessionContext};
use greenwood_datafusion::{Functions, Nulls};
use tables::words;

/// SQL over CSV and Parquet files with survival functions: prints CSV, or JSON lines.
///
/// SHOW FUNCTIONS LIKE 'km_%' lists them with what they take.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The query.
    query: String,
    /// A table of the query: its name, and a .csv or .parquet file or a folder of them.
    #[arg(long = "table", value_name = "NAME=PATH")]
    tables: Vec<String>,
    /// How many pieces of a table are worked on at once: the answer is the same for any number.
    #[arg(long)]
    partitions: Option<usize>,
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

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().take_while(|l| !l.is_empty()).map(str::trim).collect();
            return failed(&lines.join(" "));
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    match runtime.block_on(run(&options)) {
        Ok(text) => match io::stdout().lock().write_all(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&error.to_string()),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => failed(&error),
    }
}

/// One line on stderr.
fn failed(text: &str) -> ExitCode {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    eprintln!("error: {line}");
    ExitCode::from(2)
}

async fn run(options: &Options) -> Result<Vec<u8>, String> {
    let mut config = SessionConfig::new().with_information_schema(true);
    if let Some(partitions) = options.partitions {
        if partitions == 0 {
            return Err("--partitions is 0, but must be at least 1".into());
        }
        config = config.with_target_partitions(partitions);
    }
    // Small files are divided too: the answer does not depend on it, and one large file is no exception.
    config.options_mut().optimizer.repartition_file_min_size = 1;
    let mut ctx = SessionContext::new_with_config(config);
    let nulls = if options.refuse_nulls { Nulls::Refuse } else { Nulls::Skip };
    Functions::new().nulls(nulls).level(options.level).register(&mut ctx).map_err(words)?;
    for table in &options.tables {
        tables::register(&ctx, table, options.delimiter).await?;
    }
    let frame = ctx.sql(&options.query).await.map_err(words)?;
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await.map_err(words)?;
    if options.json { answer::json(&batches) } else { answer::csv(&schema, &batches) }
}
