//! `compare`: do groups differ, and by how much?
//!
//! * its flags and its answer: `program` · intervals and differences for few subjects: `few`

mod few;
mod program;

pub use program::Options;
