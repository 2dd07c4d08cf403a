//! Several states over time, recurrent events, groups that are entered later.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/random.rs"]
mod random;

mod change_in_stay;
mod group_change;
mod multi_state_cox;
mod multi_state_reference;
mod pseudo_states;
mod recurrent;
mod recurrent_reference;
mod refusals;
mod rounding;
mod timelines;
