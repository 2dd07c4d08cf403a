//! How a data frame of polars becomes data of greenwood: two recipes to copy, compiled and tested.
//!
//! # Slices
//! A column without nulls is a slice once it is one chunk; the times are borrowed.
//! ```
//! use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored};
//! use polars::prelude::*;
//!
//! let mut frame = df!(
//!     "months" => [6.0, 7.0, 10.0, 15.0],
//!     "died" => [true, false, true, true],
//!     "arm" => ["new", "new", "old", "old"],
//! )?;
//! frame.rechunk_mut();
//! let event: Vec<bool> = frame.column("died")?.bool()?.no_null_iter().collect();
//! let data = RightCensored::new(frame.column("months")?.f64()?.cont_slice()?, &event)?;
//! let arm = Groups::new(&frame.column("arm")?.str()?.no_null_iter().collect::<Vec<_>>());
//! assert_eq!(KaplanMeier::fit(&data).median().value()?, 10.0);
//! assert_eq!(LogRank::test(&data, &arm)?.labels(), ["new", "old"]);
//!
//! // And back: a curve as a frame.
//! let curve = KaplanMeier::fit(&data);
//! let survival: Vec<f64> = curve.steps().map(|step| step.estimate.value()).collect::<Result<_, _>>()?;
//! let steps = df!("months" => curve.table().times(), "survival" => survival)?;
//! assert_eq!(steps.shape(), (4, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Record batches
//! With nulls, dates, codes or several chunks a batch says more: [`batches`] hands each chunk over by Arrow's C interface,
//! without copying it, and `Columns` says what a null means.
//! ```
//! use greenwood::columns::{Columns, EventCodes, Nulls, TableStream};
//! use greenwood::survival::KaplanMeier;
//! use greenwood::trial::TimeUnit;
//! use greenwood_polars::batches;
//! use polars::prelude::*;
//!
//! let day = |days: Vec<Option<i32>>| Series::new("".into(), days).cast(&DataType::Date);
//! let mut frame = df!(
//!     "from" => day(vec![Some(18_000); 4])?,
//!     "until" => day(vec![Some(18_006), Some(18_007), None, Some(18_015)])?,
//!     "status" => ["dead", "alive", "dead", "dead"],
//! )?;
//! let more = frame.clone();
//! frame.vstack_mut(&more)?; // a second chunk
//!
//! let columns = Columns::new("until", "status")
//!     .since("from", TimeUnit::Days)
//!     .event_codes(EventCodes::new(&["dead"], &["alive"]))
//!     .nulls(Nulls::Skip);
//! let mut stream = TableStream::new(&columns);
//! for batch in batches(&frame)? {
//!     stream.push(&batch)?;
//! }
//! assert_eq!((stream.rows(), stream.skipped()), (8, 2));
//! let tables = stream.finish()?;
//! assert_eq!(KaplanMeier::from_table(tables.tables()[0][0].clone()).median().value()?, 15.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::{ArrayRef, RecordBatch, make_array};
use polars::prelude::{CompatLevel, DataFrame};
use polars_arrow::ffi::{ArrowArray, ArrowSchema, export_array_to_c, export_field_to_c};

/// The chunks of a data frame as record batches, without a copy of their columns.
///
/// # Errors
/// Those of Arrow, for a type that it does not have.
pub fn batches(frame: &DataFrame) -> Result<Vec<RecordBatch>, Box<dyn std::error::Error>> {
    // All columns in the same chunks.
    let mut frame = frame.clone();
    frame.align_chunks_par();
    // Strings as offsets and bytes, which every reader knows.
    let level = CompatLevel::oldest();
    let chunks = frame.columns().first().map_or(0, |column| column.as_materialized_series().n_chunks());
    (0..chunks)
        .map(|chunk| {
            let mut columns: Vec<(String, ArrayRef, bool)> = Vec::new();
            for column in frame.columns() {
                let series = column.as_materialized_series();
                let array = export_array_to_c(series.to_arrow(chunk, level));
                let field = export_field_to_c(&series.field().to_arrow(level));
                columns.push((series.name().to_string(), moved(array, field)?, true));
            }
            Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
        })
        .collect()
}

/// An array from one implementation of Arrow to the other.
fn moved(mut array: ArrowArray, mut field: ArrowSchema) -> Result<ArrayRef, Box<dyn std::error::Error>> {
    // SAFETY: both structures are those of the C data interface, laid out as its specification says; `from_raw` moves the contents
    // and leaves behind empty structures, so that each is released once.
    let data = unsafe {
        let array = FFI_ArrowArray::from_raw((&raw mut array).cast());
        let field = FFI_ArrowSchema::from_raw((&raw mut field).cast());
        from_ffi(array, &field)?
    };
    Ok(make_array(data))
}
