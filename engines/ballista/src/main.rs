//! The parts of a cluster as one program: a scheduler, an executor, and a client that prints what a query returns.
//!
//! `greenwood-ballista scheduler`, `greenwood-ballista executor --scheduler HOST:PORT`, then
//! `greenwood-ballista sql "SELECT …" --scheduler df://HOST:PORT --table NAME=PATH`.

#[path = "../../datafusion/examples/sql/shell.rs"]
mod shell;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::config::SchedulerConfig;
use clap::{Args, Parser};
use greenwood_ballista::{Cluster, MESSAGE_BYTES, executor, scheduler, serve, words};

/// Survival analysis in SQL on a cluster.
///
/// What the parts do is logged on stderr as `RUST_LOG` asks, for example `RUST_LOG=info`.
#[derive(Parser)]
#[command(name = "greenwood-ballista", version)]
enum Program {
    /// Waits for queries and divides them among the executors.
    Scheduler(SchedulerFlags),
    /// Waits for work of a scheduler.
    Executor(ExecutorFlags),
    /// Runs a query on the cluster: prints CSV, or JSON lines.
    Sql(SqlFlags),
}

#[derive(Args)]
struct SchedulerFlags {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The port to listen on.
    #[arg(long, default_value_t = 50050)]
    port: u16,
    #[command(flatten)]
    message: Message,
}

#[derive(Args)]
struct ExecutorFlags {
    /// Where the scheduler listens, as in 10.0.0.1:50050.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    scheduler: String,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The name or address by which the other machines reach this one. [default: that of --host]
    #[arg(long)]
    external_host: Option<String>,
    /// The port for data; the next one is for tasks.
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// How many tasks run at once. [default: the number of cores]
    #[arg(long)]
    vcores: Option<usize>,
    /// The folder for what is handed from stage to stage. [default: a temporary one]
    #[arg(long)]
    work_dir: Option<PathBuf>,
    #[command(flatten)]
    message: Message,
}

#[derive(Args)]
struct SqlFlags {
    #[command(flatten)]
    query: shell::Query,
    /// Where the scheduler listens.
    #[arg(long, default_value = "df://127.0.0.1:50050")]
    scheduler: String,
    /// How many pieces of a table are worked on at once: the answer is the same for any number.
    #[arg(long, default_value_t = 16)]
    partitions: usize,
    #[command(flatten)]
    message: Message,
}

#[derive(Args)]
struct Message {
    /// The largest message, in bytes: the same on every part of the cluster. States may take three quarters of it.
    #[arg(long = "max-message-bytes", value_name = "BYTES", default_value_t = MESSAGE_BYTES)]
    bytes: usize,
}

impl Message {
    fn bytes(&self) -> Result<u32, String> {
        u32::try_from(self.bytes).map_err(|_| {
            format!("--max-message-bytes is {}, but at most {} can be sent", self.bytes, u32::MAX)
        })
    }
}

fn main() -> ExitCode {
    let program: Program = match shell::parse() {
        Ok(program) => program,
        Err(code) => return code,
    };
    // The answer of a client is one line on stderr where it fails; the others say what went wrong while they run.
    let level = if matches!(program, Program::Sql(_)) { "off" } else { "warn" };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level)).init();
    shell::run(async {
        match program {
            Program::Scheduler(flags) => run_scheduler(flags).await,
            Program::Executor(flags) => run_executor(flags).await,
            Program::Sql(flags) => run_sql(flags).await,
        }
    })
}

async fn run_scheduler(flags: SchedulerFlags) -> Result<(), String> {
    let bytes = flags.message.bytes()?;
    let config = SchedulerConfig {
        external_host: flags.host.clone(),
        bind_host: flags.host,
        bind_port: flags.port,
        grpc_server_max_decoding_message_size: bytes,
        grpc_server_max_encoding_message_size: bytes,
        grpc_client_max_message_size: bytes,
        ..SchedulerConfig::default()
    };
    serve(scheduler(config)).await.map_err(|e| e.to_string())
}

async fn run_executor(flags: ExecutorFlags) -> Result<(), String> {
    let bytes = flags.message.bytes()?;
    let address = flags.scheduler.trim_start_matches("df://");
    let (host, port) = address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .ok_or_else(|| format!("--scheduler {address} must be HOST:PORT, as in 10.0.0.1:50050"))?;
    if flags.vcores == Some(0) {
        return Err("--vcores is 0, but must be at least 1".into());
    }
    let Some(grpc_port) = flags.port.checked_add(1) else {
        return Err(format!("--port {} leaves no port after it: choose a smaller one", flags.port));
    };
    let default = ExecutorProcessConfig::default();
    let config = ExecutorProcessConfig {
        external_host: Some(flags.external_host.unwrap_or_else(|| flags.host.clone())),
        bind_host: flags.host,
        port: flags.port,
        grpc_port,
        scheduler_host: host.to_string(),
        scheduler_port: port,
        // An executor may be started before its scheduler.
        scheduler_connect_timeout_seconds: 60,
        vcores: flags.vcores.unwrap_or(default.vcores),
        work_dir: flags.work_dir.map(|folder| folder.to_string_lossy().into_owned()),
        grpc_max_decoding_message_size: bytes,
        grpc_max_encoding_message_size: bytes,
        ..default
    };
    start_executor_process(Arc::new(executor(config))).await.map_err(|e| e.to_string())
}

async fn run_sql(flags: SqlFlags) -> Result<(), String> {
    let cluster = Cluster::new(&flags.scheduler)
        .functions(flags.query.functions())
        .partitions(flags.partitions)
        .max_message_bytes(flags.message.bytes()? as usize)
        .max_state_bytes(flags.message.bytes / 4 * 3);
    let ctx = cluster.connect().await.map_err(|e| words(&e))?;
    flags.query.answer(&ctx, words).await
}
