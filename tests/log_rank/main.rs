//! Tests of two groups and more: asymptotic, exact, by simulation; the win ratio.

#[path = "../common/mod.rs"]
mod common;

mod fractional_weights;
mod log_rank_by_hand;
mod log_rank_edges;
mod log_rank_limits;
mod monte_carlo;
mod permutation;
mod permutation_edges;
mod robust_log_rank;
mod stored_tests;
mod subgroups;
mod test_summary;
mod weighted_log_rank;
mod win_ratio;
mod win_ratio_adjusted;
mod win_ratio_strata;
