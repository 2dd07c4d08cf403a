//! Columns of Arrow in, tidy tables out; Parquet files of any length.
//!
//! The library's data are columns already: a `Float64` array without nulls is a slice of times, and is borrowed. What needs a
//! decision (which value is the event, what a null means, in which unit two dates are apart) is stated in a description,
//! [`Columns`], and never guessed.
//!
//! * what the columns are: [`Columns`], [`EventCodes`], [`Nulls`], [`WeightKind`]
//! * a batch as data: `RightCensored::from_record_batch`, [`Columns::read`] with groups and the number of rows left out;
//!   `CompetingRisks`, `IntervalCensored` and `Groups` have a `from_record_batch` too
//! * batches of any number as risk tables, in the memory of their distinct times: [`TableStream`],
//!   [`CompetingTableStream`]
//! * Parquet files and folders (feature `parquet`): `ParquetFiles`
//! * results as tables: [`ToRecordBatch`], [`Tidy`] (record batch, CSV, JSON lines)
//!
//! # Example
//! ```
//! use std::sync::Arc;
//! use greenwood::arrow_array::{BooleanArray, Float64Array, RecordBatch, StringArray};
//! use greenwood::columns::{Columns, TableStream};
//! use greenwood::survival::{KaplanMeier, LogRank, RightCensored};
//!
//! let batch = RecordBatch::try_from_iter([
//!     ("months", Arc::new(Float64Array::from(vec![6.0, 7.0, 10.0, 15.0])) as _),
//!     ("died", Arc::new(BooleanArray::from(vec![true, false, true, true])) as _),
//!     ("arm", Arc::new(StringArray::from(vec!["new", "new", "old", "old"])) as _),
//! ])
//! .unwrap();
//! let columns = Columns::new("months", "died").groups("arm");
//!
//! let data = RightCensored::from_record_batch(&batch, &columns)?; // the times are borrowed
//! assert_eq!(KaplanMeier::fit(&data).median().value()?, 10.0);
//!
//! let mut stream = TableStream::new(&columns);
//! stream.push(&batch)?; // and many more
//! let tables = stream.finish()?;
//! let test = LogRank::from_tables(tables.tables(), &tables.labels())?;
//! assert_eq!(test.labels(), ["new", "old"]);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # What types a column may have
//! | column | types |
//! |---|---|
//! | time, entry, weight | `Float16/32/64`, `Int8…64`, `UInt8…64`, `Decimal32…256`; a dictionary of them |
//! | time and entry with [`Columns::since`] | `Date32`, `Date64`, `Timestamp` of any unit |
//! | time and entry with [`Columns::durations`] | `Duration` of any unit |
//! | event | `Boolean`, integers, floats, strings, dictionaries, read through [`EventCodes`] |
//! | groups, strata, cluster, id | `Utf8`, `LargeUtf8`, `Utf8View`, `Boolean`, numbers, dates, dictionaries with any index |
//!
//! Whole numbers above 2⁵³ are refused as times: `f64` does not hold them all. A decimal becomes the nearest `f64`.

mod dates;
mod description;
mod events;
mod labels;
mod numbers;
#[cfg(feature = "parquet")]
mod parquet_files;
mod read;
mod results;
mod rows;
mod stream;
mod tidy;

pub use description::{Columns, EventCodes, Nulls, WeightKind};
pub use labels::texts;
#[cfg(feature = "parquet")]
pub use parquet_files::ParquetFiles;
pub use read::ColumnData;
pub use stream::{CompetingTableStream, TableStream};
pub use tidy::{Tidy, ToRecordBatch};
