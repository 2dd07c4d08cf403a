//! The parts of a cluster as processes, a table of made-up patients, and the bits of what a query returns.

// Small whole numbers.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::config::SchedulerConfig;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::{SessionConfig, SessionContext};
use greenwood::survival::{KaplanMeier, RightCensored};
use greenwood_ballista::serve;
use greenwood_datafusion::Functions;

const PROGRAM: &str = env!("CARGO_BIN_EXE_greenwood-ballista");

pub fn program(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// Ports in a row that nobody listens on.
pub fn free_ports(count: u16) -> Vec<u16> {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ports: Vec<u16> = (first..first.saturating_add(count)).collect();
        if ports.len() == usize::from(count)
            && ports.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        {
            return ports;
        }
    }
}

/// A scheduler and its executors; they end with it.
pub struct Parts {
    port: u16,
    processes: Vec<Child>,
    folders: Vec<PathBuf>,
}

impl Drop for Parts {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
        for folder in &self.folders {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn wait_for(port: u16) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_mins(1), "nobody listens on port {port}");
        sleep(Duration::from_millis(50));
    }
}

impl Parts {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(more: &[&str]) -> Self {
        let mut parts = Self { port: free_ports(1)[0], processes: vec![], folders: vec![] };
        parts.run(&["scheduler", "--port", &parts.port.to_string()], more);
        wait_for(parts.port);
        parts.executor(more);
        parts.executor(more);
        parts
    }

    fn run(&mut self, arguments: &[&str], more: &[&str]) {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).args(more).stdin(Stdio::null()).stdout(Stdio::null());
        self.processes.push(command.spawn().unwrap());
    }

    fn executor(&mut self, more: &[&str]) {
        let port = free_ports(2)[0];
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("work-{port}"));
        std::fs::create_dir_all(&folder).unwrap();
        let scheduler = format!("127.0.0.1:{}", self.port);
        let (at, work) = (port.to_string(), folder.to_str().unwrap().to_string());
        self.run(
            &["executor", "--scheduler", &scheduler, "--port", &at, "--work-dir", &work, "--vcores", "2"],
            more,
        );
        self.folders.push(folder);
        wait_for(port);
    }

    /// Ballista's own scheduler, which knows nothing of survival, with one of our executors.
    pub async fn with_a_scheduler_of_ballista() -> Self {
        let port = free_ports(1)[0];
        tokio::spawn(serve(SchedulerConfig { bind_port: port, ..SchedulerConfig::default() }));
        let mut parts = Self { port, processes: vec![], folders: vec![] };
        tokio::task::spawn_blocking(move || wait_for(port)).await.unwrap();
        parts.executor(&[]);
        parts
    }

    /// Our scheduler with one of Ballista's own executors.
    pub async fn with_an_executor_of_ballista() -> Self {
        let mut parts = Self { port: free_ports(1)[0], processes: vec![], folders: vec![] };
        parts.run(&["scheduler", "--port", &parts.port.to_string()], &[]);
        let scheduler = parts.port;
        tokio::task::spawn_blocking(move || wait_for(scheduler)).await.unwrap();
        let port = free_ports(2)[0];
        let config = ExecutorProcessConfig {
            port,
            grpc_port: port + 1,
            scheduler_host: "127.0.0.1".into(),
            scheduler_port: scheduler,
            external_host: Some("127.0.0.1".into()),
            ..ExecutorProcessConfig::default()
        };
        tokio::spawn(start_executor_process(Arc::new(config)));
        tokio::task::spawn_blocking(move || wait_for(port)).await.unwrap();
        parts
    }

    pub fn url(&self) -> String {
        format!("df://127.0.0.1:{}", self.port)
    }

    /// How many executors have written something to hand on.
    pub fn executors_that_worked(&self) -> usize {
        let worked =
            |folder: &&PathBuf| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
        self.folders.iter().filter(worked).count()
    }
}

/// The functions on this machine alone.
pub fn local(partitions: usize, functions: Functions) -> SessionContext {
    let mut config = SessionConfig::new().with_target_partitions(partitions);
    config.options_mut().optimizer.repartition_file_min_size = 1;
    let mut ctx = SessionContext::new_with_config(config);
    functions.register(&mut ctx).unwrap();
    ctx
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// A folder of three Parquet files with so many patients in all. A third of the times differ from a whole day by rounding only.
pub fn table(name: &str, rows: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let mut random = Random(7);
    for file in 0..3 {
        let rows = rows / 3;
        let mut time = Vec::new();
        let (mut event, mut cause, mut arm, mut site) = (vec![], vec![], vec![], vec![]);
        let (mut entry, mut weight) = (vec![], vec![]);
        for _ in 0..rows {
            let whole = 1 + random.below(40);
            let t = match random.below(3) {
                0 => whole as f64,
                1 => (whole as f64 / 10.0) * 3.0 / 3.0 * 10.0 + 1e-15,
                _ => (1 + random.below(1 << 40)) as f64 / (1_u64 << 35) as f64 + 1.0,
            };
            time.push((random.below(50) > 0).then_some(t));
            let kind = random.below(3);
            event.push(kind > 0);
            cause.push(["0", "relapse", "death"][kind as usize]);
            arm.push(["A", "B", "C"][random.below(3) as usize]);
            site.push(random.below(20) as i64);
            entry.push(0.5 * (random.below(4) as f64) * (t / 4.0));
            weight.push(1 + random.below(3) as i64);
        }
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("time", Arc::new(Float64Array::from(time))),
            ("event", Arc::new(BooleanArray::from(event))),
            ("cause", Arc::new(StringArray::from(cause))),
            ("arm", Arc::new(StringArray::from(arm))),
            ("site", Arc::new(Int64Array::from(site))),
            ("entry", Arc::new(Float64Array::from(entry))),
            ("weight", Arc::new(Int64Array::from(weight))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let out = File::create(folder.join(format!("part-{file}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(out, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
    folder
}

/// The library's median of all patients of a folder.
pub fn median(folder: &Path) -> f64 {
    let (mut time, mut event) = (Vec::new(), Vec::new());
    for file in 0..3 {
        let file = File::open(folder.join(format!("part-{file}.parquet"))).unwrap();
        let reader =
            datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 1 << 20)
                .unwrap();
        for batch in reader.map(Result::unwrap) {
            let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
            let times = column("time");
            for (t, e) in times.as_primitive::<Float64Type>().iter().zip(column("event").as_boolean()) {
                if let (Some(t), Some(e)) = (t, e) {
                    time.push(t);
                    event.push(e);
                }
            }
        }
    }
    KaplanMeier::fit(&RightCensored::new(time, event).unwrap()).median().value().unwrap()
}

/// The cells of all columns, as bits; texts by their length alone.
pub fn bits(batches: &[RecordBatch]) -> Vec<Vec<Option<u64>>> {
    let columns = batches.first().map_or(0, RecordBatch::num_columns);
    let mut cells = vec![Vec::new(); columns];
    for batch in batches {
        for (to, column) in cells.iter_mut().zip(batch.columns()) {
            if matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
                let text = cast(column, &DataType::Utf8).unwrap();
                to.extend(
                    text.as_string::<i32>()
                        .iter()
                        .map(|x| x.map(|x| x.bytes().fold(0, |h, b| h * 256 + u64::from(b)))),
                );
            } else {
                let numbers = cast(column, &DataType::Float64).unwrap();
                to.extend(numbers.as_primitive::<Float64Type>().iter().map(|x| x.map(f64::to_bits)));
            }
        }
    }
    cells
}
