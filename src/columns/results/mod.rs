//! Which columns each result becomes.

mod curves;
mod data;
mod limits;
mod models;
mod predictions;
mod states;
mod test;
mod trial;
