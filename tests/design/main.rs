//! How many, how long, when to look; simulated trials.

#[path = "../common/design_cases.rs"]
mod design_cases;
#[path = "../common/random.rs"]
mod random;

mod design;
mod design_adaptive;
mod design_adaptive_arms;
mod design_endpoints;
mod design_estimates;
mod design_non_proportional;
mod design_plans;
mod design_published;
mod design_random;
mod design_simulated;
mod design_single_arm;
mod event_forecast;
mod simulation;
mod simulation_options;
mod simulation_trials;
