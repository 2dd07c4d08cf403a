//! `design`: sample size, group-sequential bounds, interim results, the result of a trial that stopped.
//!
//! The subcommands are in `program`, the flags of the bounds in `looks`, the JSON in `fields`.

mod fields;
mod looks;
mod program;

pub use program::Options;
