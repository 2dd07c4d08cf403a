//! `parametric`: which distribution do the times follow, and what do covariates do to it?
//!
//! * its flags: `program` · what it takes from the file: `inputs` · what it says of a fit: `answer`

mod answer;
mod inputs;
mod program;

pub use program::Options;
