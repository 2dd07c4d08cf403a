//! Parquet files, in Rust and in the programs.

mod columns_parquet;
mod programs_parquet;
