//! The hazard itself: the increments of the cumulative hazard, smoothed.
//!
//! `λ(t) = (1/b) Σ K((t − tᵢ)/b) dᵢ/nᵢ`: the options and the sum are in `estimator`, the kernels with their forms near
//! the ends in `kernel`, the rule for b in `bandwidth`, what comes out in `result`.

mod bandwidth;
mod estimator;
mod kernel;
mod point;
mod result;

pub use estimator::{Bandwidth, SmoothedHazard};
pub use kernel::Kernel;
pub use result::{SmoothedHazardCurve, SmoothedHazardPoint};
