//! `incidence`: how probable is each of several causes, where one prevents the others?
//!
//! * its flags and its answer: `program` · the columns of causes: `columns` · its regression models: `models`
//! * a Parquet file in batches: `streamed` · incidences at a time: `estimates`

mod columns;
mod estimates;
mod models;
mod program;
mod streamed;

pub use program::Options;
