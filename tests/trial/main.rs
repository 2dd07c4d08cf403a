//! Trials from subjects to reports, proportions, and reconstruction from published figures.

mod guyot;
mod proportion;
mod reconstruct;
mod reconstruct_wider;
mod report;
mod reported_ratio;
mod trial_competing;
mod trial_estimands;
mod trial_faults;
mod trial_model;
mod trial_response;
mod trial_saa;
mod trial_safety;
mod trial_sensitivity;
mod trial_states;
