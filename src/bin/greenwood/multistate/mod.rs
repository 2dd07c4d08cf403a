//! `multistate`: in which state is a subject, how probably and for how long?
//!
//! * its flags and its answer: `program` · covariates of the transitions: `cox`

mod check;
mod cox;
mod program;

pub use program::Options;
