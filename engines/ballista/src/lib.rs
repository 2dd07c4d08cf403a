//! Survival analysis in SQL on a cluster: a scheduler, executors and a client of Ballista that know greenwood's functions.
//!
//! A query's plan names its functions, and the machines that run it must know them. Here each part of a cluster is told:
//!
//! | part | from the shell | in Rust |
//! |---|---|---|
//! | scheduler | `greenwood-ballista scheduler` | [`scheduler`] upon Ballista's configuration |
//! | executor | `greenwood-ballista executor --scheduler HOST:PORT` | [`executor`] upon Ballista's configuration |
//! | client | `greenwood-ballista sql "SELECT …" --scheduler df://HOST:PORT --table NAME=PATH` | [`Cluster::connect`] |
//!
//! The options of the functions (level, treatment of `NULL`, largest state) are the client's: they travel with the plan
//! ([`LogicalCodec`], [`PhysicalCodec`]). The answer has the same bits as on one machine, in any number of partitions.
//!
//! ```no_run
//! use greenwood_ballista::Cluster;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let ctx = Cluster::new("df://10.0.0.1:50050").partitions(64).connect().await?;
//! ctx.register_parquet("patients", "/shared/patients/", Default::default()).await?;
//! ctx.sql("SELECT arm, km_median(time, event) FROM patients GROUP BY arm").await?.show().await?;
//! # Ok::<(), datafusion::error::DataFusionError>(())
//! # }).unwrap();
//! ```
//!
//! **Files** are read where a task runs: their paths must mean the same on the client and on every executor.
//!
//! **States** travel between executors in messages. A group's state above [`Cluster::max_state_bytes`] (12 MiB by default,
//! below the 16 MiB of a message) is refused in words; such a table has some two million continuous times, or four million
//! distinct days. Round the times, or raise both limits on every part.

mod client;
mod codec;
mod service;
mod words;

pub use client::Cluster;
pub use codec::{LogicalCodec, PhysicalCodec};
pub use service::{MESSAGE_BYTES, executor, scheduler, serve};
pub use words::words;
