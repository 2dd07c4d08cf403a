//! One error type for the crate: what is wrong, where, and what to do about it.
//!
//! Every fallible function returns [`Error`], whose variants carry the argument, the position, the value and what is
//! allowed. What is not a mistake (a median that is not reached, an arm without events, an infinite coefficient) is a value
//! in the result.

#[allow(clippy::module_inception)] // the file is named after what it holds
mod error;
mod file_error;
mod length;
mod lost_digits;
mod model_error;
mod not_estimable;
#[cfg(feature = "serde")]
pub(crate) mod or_infinite;
mod size;
mod table_error;
mod test_error;
mod trial_error;

pub use error::{Error, Result};
pub use file_error::FileError;
pub(crate) use length::check_len;
pub use model_error::ModelError;
pub use not_estimable::NotEstimable;
pub(crate) use size::{check_samples, check_size};
pub use table_error::TableError;
pub use test_error::TestError;
pub use trial_error::TrialError;
