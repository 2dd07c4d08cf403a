//! `incidence`: how probable is each of several causes, where one prevents the others?
//!
//! * its flags and its answer: `program` · the columns of causes: `columns` · its regression models: `models`

mod columns;
mod models;
mod program;

pub use program::Options;
