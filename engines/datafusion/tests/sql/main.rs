//! The functions in queries: DataFusion is linked once for all of them.

#[path = "../common/mod.rs"]
mod common;

mod program;
mod properties;
mod reference;
mod refusals;
mod states;
