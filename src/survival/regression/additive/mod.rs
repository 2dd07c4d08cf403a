//! Aalen's additive hazards: what each covariate adds to the hazard, as a function of time.
//!
//! `λ(t | x) = β₀(t) + β₁(t) x₁ + …`, of which the cumulative coefficients `B(t) = ∫ β` are estimated by least squares in
//! each risk set. The options are in `options`, the risk sets in `risk_sets`, the sums over the event times in
//! `pass`, the model with its test in `model`, the tests of effects by resampling in `effects`.

mod effects;
mod estimation_end;
mod model;
mod options;
mod pass;
mod risk_sets;
#[cfg(feature = "serde")]
mod stored;
mod test_weight;
mod units;

pub use effects::EffectTest;
pub use estimation_end::EstimationEnd;
pub use model::AdditiveModel;
pub use options::AdditiveHazards;
pub use test_weight::TestWeight;
