//! Data and risk tables: edges, errors, merging, bytes, what is stored and read back.

#[path = "../common/random.rs"]
mod random;

mod data_edges;
mod encoded;
mod errors;
mod house;
mod machine_edges;
mod merging;
mod missing_values;
mod names;
mod not_estimable;
mod printed_texts;
mod risk_table;
mod risk_table_by_hand;
mod risk_table_grid;
mod send_sync;
mod serde_forms;
mod stored_designs;
mod stored_further;
mod stored_results;
mod stored_trials;
mod stored_values;
mod what_cannot_be_told;
