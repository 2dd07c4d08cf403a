//! Tables in pieces, and the bits of what a query returns.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{cast, concat_batches, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::datasource::MemTable;
use datafusion::prelude::{CsvReadOptions, SessionConfig, SessionContext};
use greenwood_datafusion::Functions;

pub fn context(partitions: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions).with_information_schema(true);
    let mut ctx = SessionContext::new_with_config(config);
    Functions::new().register(&mut ctx).unwrap();
    ctx
}

pub fn data(file: &str) -> String {
    format!("{}/../../tests/data/{file}.csv", env!("CARGO_MANIFEST_DIR"))
}

/// A CSV file of the library's tests as one batch.
pub async fn read(file: &str) -> RecordBatch {
    let batches =
        context(1).read_csv(data(file), CsvReadOptions::new()).await.unwrap().collect().await.unwrap();
    concat_batches(&batches[0].schema(), &batches).unwrap()
}

/// The table `t` in so many partitions, of batches of a few rows each, out of order.
pub fn in_pieces(ctx: &SessionContext, table: &RecordBatch, partitions: usize, rows: usize) {
    let mut pieces = vec![Vec::new(); partitions];
    let starts: Vec<usize> = (0..table.num_rows()).step_by(rows).collect();
    for (k, start) in starts.into_iter().enumerate() {
        let piece = table.slice(start, rows.min(table.num_rows() - start));
        let backwards: Vec<u32> = (0..u32::try_from(piece.num_rows()).unwrap()).rev().collect();
        pieces[(k * 7) % partitions].push(take_record_batch(&piece, &UInt32Array::from(backwards)).unwrap());
    }
    let _ = ctx.deregister_table("t").unwrap();
    ctx.register_table("t", Arc::new(MemTable::try_new(table.schema(), pieces).unwrap())).unwrap();
}

pub async fn rows(ctx: &SessionContext, sql: &str) -> RecordBatch {
    let frame = ctx.sql(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    concat_batches(&schema, &batches).unwrap()
}

pub async fn error(ctx: &SessionContext, sql: &str) -> String {
    let result = match ctx.sql(sql).await {
        Ok(frame) => frame.collect().await,
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => panic!("{sql} is no error"),
        Err(error) => error.find_root().message().lines().next().unwrap_or_default().to_string(),
    }
}

/// A column as numbers, whatever it holds.
pub fn numbers(batch: &RecordBatch, column: usize) -> Vec<Option<f64>> {
    cast(batch.column(column), &DataType::Float64).unwrap().as_primitive::<Float64Type>().iter().collect()
}

/// The cells of all columns, as bits.
pub fn bits(batch: &RecordBatch) -> Vec<Vec<Option<u64>>> {
    (0..batch.num_columns())
        .map(|c| numbers(batch, c).into_iter().map(|x| x.map(f64::to_bits)).collect())
        .collect()
}

/// A column of numbers without gaps, read from the table by its name.
pub fn column(batch: &RecordBatch, name: &str) -> Vec<f64> {
    let array =
        cast(batch.column_by_name(name).unwrap_or_else(|| panic!("{name}")), &DataType::Float64).unwrap();
    assert_eq!(array.null_count(), 0, "{name}");
    array.as_primitive::<Float64Type>().values().to_vec()
}
