//! `plot`: figures of a file as SVG, PNG or PDF.
//!
//! * its flags: `program` · curves over time: `curves` · the effect in subgroups: `forest` · each subject: `swimmer`

mod curves;
mod forest;
mod program;
mod swimmer;

pub use program::Options;
