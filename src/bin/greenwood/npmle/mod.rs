//! `npmle`: what do visits that only bracket the event say of survival, and of covariates?
//!
//! * its flags: `program` · what it takes from the file: `inputs` · the curves with their limits: `curves` · the tests of groups:
//!   `comparison` · the regression with a baseline that may be anything: `regression`

mod comparison;
mod curves;
mod inputs;
mod program;
mod regression;

pub use program::Options;
