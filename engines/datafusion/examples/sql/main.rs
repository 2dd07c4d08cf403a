//! SQL over CSV and Parquet files, with the survival functions registered.
//!
//! `cargo run --release -p greenwood-datafusion --example sql -- "SELECT arm, km_median(time, event) FROM patients GROUP BY arm" \
//!    --table patients=patients.parquet`

mod shell;

use std::process::ExitCode;

use clap::Parser;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};

/// SQL over CSV and Parquet files with survival functions: prints CSV, or JSON lines.
///
/// SHOW FUNCTIONS LIKE 'km_%' lists them with what they take.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    query: shell::Query,
    /// How many pieces of a table are worked on at once: the answer is the same for any number.
    #[arg(long)]
    partitions: Option<usize>,
}

fn main() -> ExitCode {
    shell::parse().map_or_else(|code| code, |options| shell::run(run(options)))
}

async fn run(Options { query, partitions }: Options) -> Result<(), String> {
    let mut config = SessionConfig::new().with_information_schema(true);
    if let Some(partitions) = partitions {
        if partitions == 0 {
            return Err("--partitions is 0, but must be at least 1".into());
        }
        config = config.with_target_partitions(partitions);
    }
    // Small files are divided too: the answer does not depend on it, and one large file is no exception.
    config.options_mut().optimizer.repartition_file_min_size = 1;
    let mut ctx = SessionContext::new_with_config(config);
    query.functions().register(&mut ctx).map_err(|e| words(&e))?;
    query.answer(&ctx, words).await
}

const LAYERS: [&str; 4] =
    ["Execution error: ", "Error during planning: ", "External error: ", "Arrow error: "];

/// What went wrong, without the layers of the engine around it.
fn words(error: &DataFusionError) -> String {
    let text = error.find_root().message().into_owned();
    // With backtraces switched on they stand behind the message.
    let mut text = text.split("\n\nbacktrace:").next().unwrap_or_default();
    // An error that several partitions share keeps the name of its kind.
    while let Some(rest) = LAYERS.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = rest;
    }
    text.to_string()
}
