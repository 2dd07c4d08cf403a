//! Arrow, Parquet, pandas and polars: columns in, tables out, files larger than memory.
//!
//! # From pandas, polars, DuckDB, Spark
//! Write Parquet; the defaults of each are read (Snappy, Zstandard, dictionaries of strings, nullable integers, categoricals):
//! ```text
//! df.to_parquet("aml.parquet")            # pandas, pyarrow
//! df.write_parquet("aml.parquet")         # polars
//! COPY aml TO 'aml.parquet'               -- DuckDB
//! ```
//! The programs take it as they take a CSV, and a folder of such files too:
//! ```text
//! cargo run --release --features parquet --example curve -- aml.parquet --time time --event status --by x
//! ```
//! In Rust, with the feature `parquet`:
//! ```
//! use greenwood::columns::{Columns, ParquetFiles};
//! use greenwood::survival::{KaplanMeier, LogRank};
//!
//! // Written by polars 2.1.0: Zstandard, and a dictionary of strings with 32-bit indices.
//! let files = ParquetFiles::open("tests/data/parquet/aml_polars.parquet")?;
//! let tables = files.risk_tables(&Columns::new("time", "status").groups("x"))?;
//! let curve = KaplanMeier::from_table(tables.table("1")?.clone());
//! assert_eq!(curve.median().value()?, 31.0); // R: survfit(Surv(time, status) ~ x, aml)
//! let test = LogRank::from_tables(tables.tables(), &tables.labels())?;
//! assert!((test.statistic() - 3.3963886989776).abs() < 1e-9); // R: survdiff
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # From a data frame in the same process
//! A column of polars without nulls in one chunk is a slice (`series.f64()?.cont_slice()?`), and a slice is data:
//! `RightCensored::new(slice, &events)`. `engines/polars` in the repository has this recipe and the next, compiled and tested.
//! Elsewhere the way is a record batch, through Arrow's C data interface where the two
//! sides have different versions of the crates: `pyarrow`, `arrow2`-based and C++ producers export
//! `ArrowArray` and `ArrowSchema`, and `arrow_array::ffi` (its feature `ffi`) makes an array of them without a copy. The batch
//! then is what follows.
//!
//! # A batch
//! What must be decided is said, not guessed: which values are the event, what a null means, in which unit dates are apart.
//! ```
//! use std::sync::Arc;
//! use greenwood::arrow_array::{Date32Array, RecordBatch, StringArray};
//! use greenwood::columns::{Columns, EventCodes, Nulls};
//! use greenwood::trial::TimeUnit;
//!
//! let batch = RecordBatch::try_from_iter_with_nullable([
//!     ("randomised", Arc::new(Date32Array::from(vec![18_000, 18_010, 18_020])) as _, true),
//!     ("last_seen", Arc::new(Date32Array::from(vec![Some(18_030), None, Some(18_120)])) as _, true),
//!     ("status", Arc::new(StringArray::from(vec!["dead", "alive", "lost"])) as _, true),
//! ])
//! .unwrap();
//! let columns = Columns::new("last_seen", "status")
//!     .since("randomised", TimeUnit::Days)
//!     .event_codes(EventCodes::new(&["dead"], &["alive"]));
//!
//! // A null and a value that is not mapped are errors with their column and row.
//! let error = columns.read(&batch).unwrap_err().to_string();
//! assert!(error.starts_with("column \"last_seen\", row 1 is null"));
//! let error = columns.clone().nulls(Nulls::Skip).read(&batch).unwrap_err().to_string();
//! assert!(error.starts_with("column \"status\", row 2 is \"lost\": it must be \"dead\" (the event) or \"alive\" (censored)"));
//!
//! let columns = columns.nulls(Nulls::Skip).event_codes(EventCodes::new(&["dead"], &["alive", "lost"]));
//! let read = columns.read(&batch)?;
//! assert_eq!((read.data().time(), read.skipped()), (&[30.0, 100.0][..], 1));
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # More than memory
//! A risk table is a sum over subjects. Batches become tables and tables merge, so memory holds a batch of each thread and 16 bytes for
//! each distinct time of each group: whole days of a hundred years are 1.2 MB for two arms, whatever the number of rows. The tables
//! are those of all rows at once, to the last bit, for any number of threads (feature `rayon`), any order of rows and any row
//! groups. [`TableStream`](crate::columns::TableStream) takes batches from elsewhere.
//!
//! Times that are all distinct are as many as the rows: 1.6 GB for 10⁸ of them. Sorted runs on disk would not help, since the curve itself
//! has a row for each time. Where that is too much, put them on a grid: exits move to the end of their cell, entries to its start. [`GridTable::bounds`](crate::survival::risk_table::GridTable::bounds) says between which
//! limits the curve of the data lies; with n at risk, d events, c censored and e entering in a cell they are `1 − d/(n − c − e)` and
//! `1 − d/n` in each factor.
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored, RiskTable};
//!
//! let time: Vec<f64> = (1..=1000).map(|i| f64::from(i) * 0.01).collect();
//! let event: Vec<bool> = (1..=1000).map(|i| i % 3 == 0).collect();
//! let data = RightCensored::new(&time, &event)?;
//! let grid = RiskTable::new(&data).on_grid(0.1)?;
//! assert_eq!(grid.table().len(), 100);
//! let (exact, at_5) = (KaplanMeier::fit(&data).at(5.0).value()?, grid.bounds()[49]);
//! assert!(at_5.lower() <= exact && exact <= at_5.upper());
//! assert!(at_5.upper() - at_5.lower() < 0.005);
//! # Ok::<(), greenwood::Error>(())
//! ```
//! `examples/large_file.rs` writes a file from a seed and measures: 10⁸ rows of whole days in two arms, to both curves and the log-rank
//! test, took one thread 4.8 s and 14 MB, 2.8 times a bare read of the three columns (1.7 s), and two threads 3.5 s and 22 MB. 10⁷
//! continuous times took 9 s and 1 GB, on a grid of days 1.9 s and 45 MB. Cox models, sampling weights and clusters need every row
//! and are not streamed: a Cox fit beyond memory would take rows sorted by time on disk (sorted runs, merged once) and one backward pass
//! over them for each Newton step, with the sums S0, S1 and S2 as its state.
//!
//! # In a query engine
//! `engines/datafusion` in the repository is a package with these estimates and tests as SQL functions, and a program that runs
//! SQL over CSV and Parquet files; `engines/ballista` puts them on a cluster. Both give the bits of the library:
//! ```text
//! cargo run --release -p greenwood-datafusion --example sql -- \
//!     "SELECT x, km_median(time, status) FROM aml GROUP BY x" --table aml=aml.parquet
//! ```
//! Other engines that hand on Arrow batches (DuckDB, Spark, a service over Flight) need no package: push their batches into a
//! [`TableStream`](crate::columns::TableStream).
//!
//! # Out
//! Every result is a table with documented names of columns: [`ToRecordBatch`](crate::columns::ToRecordBatch).
//! ```
//! use greenwood::columns::ToRecordBatch;
//! use greenwood::survival::{KaplanMeier, RightCensored};
//!
//! let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0], &[true, false])?);
//! let table = curve.at_many(&[6.0, 9.0]).as_slice().tidy();
//! assert_eq!(table.names(), ["time", "at_risk", "events", "survival", "std_error", "lower", "upper", "not_estimable"]);
//! let batch = table.to_record_batch()?; // to Parquet, DataFusion, Python
//! assert_eq!(batch.num_rows(), 2);
//! assert!(table.to_json_lines().starts_with("{\"time\": 6, \"at_risk\": 2, \"events\": 1, \"survival\": 0.5, "));
//! # Ok::<(), greenwood::Error>(())
//! ```
