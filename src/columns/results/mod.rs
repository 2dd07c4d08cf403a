//! Which columns each result becomes.

mod analysis;
mod curves;
mod data;
mod design;
mod effects;
mod fitted;
mod limits;
mod models;
mod predictions;
mod reconstruction;
mod states;
mod test;
mod trial;
