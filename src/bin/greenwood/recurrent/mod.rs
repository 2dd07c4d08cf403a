//! `recurrent`: how many events has a subject had by t, and what do covariates do to that?
//!
//! * its flags and its answer: `program` · the columns of histories: `columns` · its regression models: `models`,
//!   with frailties `frailties`

mod columns;
mod frailties;
mod models;
mod program;

pub use program::Options;
