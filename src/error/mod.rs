//! One error type for the crate: what is wrong, where, and what to do about it.
//!
//! Every fallible function returns [`Error`], whose variants carry the argument, the position, the value and what is
//! allowed. What is not a mistake (a median that is not reached, an arm without events, an infinite coefficient) is a value
//! in the result.

#[allow(clippy::module_inception)] // the file is named after what it holds
mod error;
mod size;

pub use error::{Error, Result};
pub(crate) use size::check_size;
