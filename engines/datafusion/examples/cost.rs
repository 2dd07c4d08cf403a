//! What a median by group costs beside DataFusion's own `avg(time), sum(event)`, and how that grows.
//!
//! `cargo run --release -p greenwood-datafusion --example cost -- --rows 10000000 --times days --groups 2 --partitions 2`
//!
//! Both queries run in turn over the same table in memory, and the result of each is looked at. Printed is one line of CSV: medians of
//! the seconds of all turns, the ratio of the medians, and the bytes of state that the partitions hand on.

use std::sync::Arc;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, collect_partitioned};
use datafusion::prelude::{SessionConfig, SessionContext};

/// What a median by group costs beside `avg(time), sum(event)`.
#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 10_000_000)]
    rows: usize,
    #[arg(long, value_enum, default_value_t = Times::Days)]
    times: Times,
    /// Distinct whole days.
    #[arg(long, default_value_t = 3650)]
    days: u64,
    #[arg(long, default_value_t = 2)]
    groups: u64,
    #[arg(long, default_value_t = 2)]
    partitions: usize,
    #[arg(long, default_value_t = 5)]
    turns: usize,
    /// Prints the names of the columns before.
    #[arg(long)]
    header: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Times {
    Days,
    Continuous,
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn table(options: &Options) -> Result<MemTable> {
    const ROWS: usize = 8192;
    let mut random = Random(1);
    let mut batch = |rows: usize| {
        let group: Int64Array = (0..rows).map(|_| (random.next() % options.groups) as i64).collect();
        let time: Float64Array = (0..rows)
            .map(|_| match options.times {
                Times::Days => (1 + random.next() % options.days) as f64,
                Times::Continuous => (random.next() >> 11) as f64 / 2f64.powi(53) * 3650.0,
            })
            .collect();
        let event: Int64Array = (0..rows).map(|_| i64::from(random.next() % 10 < 6)).collect();
        let columns =
            [("arm", Arc::new(group) as ArrayRef), ("time", Arc::new(time)), ("event", Arc::new(event))];
        RecordBatch::try_from_iter(columns)
    };
    let mut pieces = vec![Vec::new(); options.partitions];
    for (k, first) in (0..options.rows).step_by(ROWS).enumerate() {
        pieces[k % options.partitions].push(batch(ROWS.min(options.rows - first))?);
    }
    let schema = pieces[0][0].schema();
    MemTable::try_new(schema, pieces)
}

async fn seconds(ctx: &SessionContext, sql: &str, groups: u64) -> Result<f64> {
    let start = Instant::now();
    let batches = ctx.sql(sql).await?.collect().await?;
    let seconds = start.elapsed().as_secs_f64();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert!(rows as u64 <= groups && rows > 0, "{sql}: {rows} rows");
    Ok(seconds)
}

fn partial(plan: &Arc<dyn ExecutionPlan>) -> Option<Arc<dyn ExecutionPlan>> {
    let found = plan.downcast_ref::<AggregateExec>().is_some_and(|a| *a.mode() == AggregateMode::Partial);
    if found { Some(Arc::clone(plan)) } else { plan.children().into_iter().find_map(partial) }
}

/// The bytes of the states that the partitions hand on.
async fn state_bytes(ctx: &SessionContext, sql: &str) -> Result<usize> {
    let plan = ctx.sql(sql).await?.create_physical_plan().await?;
    let Some(partial) = partial(&plan) else { return Ok(0) };
    assert!(partial.output_partitioning().partition_count() > 0);
    let states = collect_partitioned(partial, ctx.task_ctx()).await?;
    let columns = states.iter().flatten().flat_map(RecordBatch::columns);
    let bytes = columns.filter(|c| c.data_type() == &DataType::LargeBinary).map(|c| {
        let column = c.as_binary::<i64>();
        (0..column.len()).map(|i| column.value(i).len()).sum::<usize>()
    });
    Ok(bytes.sum())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    f64::midpoint(values[(n - 1) / 2], values[n / 2])
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let mut ctx =
        SessionContext::new_with_config(SessionConfig::new().with_target_partitions(options.partitions));
    greenwood_datafusion::register_all(&mut ctx)?;
    ctx.register_table("patients", Arc::new(table(&options)?))?;
    let own = "SELECT arm, avg(time), sum(event) FROM patients GROUP BY arm";
    let ours = "SELECT arm, km_median(time, event) FROM patients GROUP BY arm";
    let mut turns = [Vec::new(), Vec::new()];
    for _ in 0..options.turns {
        for (sql, seconds_of) in [own, ours].into_iter().zip(&mut turns) {
            seconds_of.push(seconds(&ctx, sql, options.groups).await?);
        }
    }
    let [own_seconds, our_seconds] = turns.each_mut().map(|t| median(t));
    let bytes = state_bytes(&ctx, ours).await?;
    if options.header {
        println!("rows,times,groups,partitions,avg_and_sum_seconds,km_median_seconds,ratio,state_bytes");
    }
    let times = if options.times == Times::Days { options.days.to_string() } else { "continuous".into() };
    let Options { rows, groups, partitions, .. } = options;
    let ratio = our_seconds / own_seconds;
    println!("{rows},{times},{groups},{partitions},{own_seconds:.4},{our_seconds:.4},{ratio:.2},{bytes}");
    Ok(())
}
