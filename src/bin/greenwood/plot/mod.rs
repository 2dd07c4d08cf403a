//! `plot`: figures of a file as SVG, PNG or PDF.
//!
//! * its flags: `program`; which kind has which: `flags` · curves over time: `curves` · the effect in subgroups: `forest` ·
//!   each subject: `swimmer` · states: `states` · scores of predicted risks: `scores`

mod curves;
mod flags;
mod forest;
mod program;
mod scores;
mod states;
mod swimmer;

pub use program::Options;
