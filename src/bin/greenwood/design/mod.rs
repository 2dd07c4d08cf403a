//! `design`: sample size, group-sequential bounds, interim results, the result of a trial that stopped.
//!
//! The subcommands are in `program`, those of other two-arm designs in `two_arms` and
//! `non_proportional`, of one arm in `one_arm`; the flags of the bounds
//! in `looks`, those of one look in `fixed_flags`, shared ones in `flags`, the JSON in `fields`.

mod fields;
mod fixed_flags;
mod flags;
mod looks;
mod non_proportional;
mod one_arm;
mod program;
mod two_arms;

pub use program::Options;
