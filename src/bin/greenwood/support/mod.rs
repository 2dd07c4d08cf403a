//! What every program shares: the file, the flags that name its columns, and the way an answer or a failure is printed.

#![allow(dead_code, unused_imports, reason = "each program uses its own part")]

mod answer;
mod columns;
mod cox_answer;
mod csv_file;
mod flag_at_fault;
mod hints;
mod in_flags;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_cells;
mod parts;
mod progress;
mod rows;
mod table;
mod written;

pub use answer::{Answer, Program, Warnings, count, counted, json_text, main_of, number, print, reason};
pub use columns::{Columns, Further, confidence_level, distinct, history_problem, times_to_ask};
pub use cox_answer::{CoxAnswer, TiesName, design, test};
pub use flag_at_fault::{by_flag, of_flag};
pub use parts::{named_row, parts};
pub use progress::{spoken, tell};
pub use rows::{RowFlags, WeightKind, read_complete};
pub use table::{Dialect, Table, is_parquet, order_of};
pub use written::Failure;
