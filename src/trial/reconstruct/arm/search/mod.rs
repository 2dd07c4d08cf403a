//! The search through the orders of one arm, with every order accounted for.
//!
//! * `depth_first`: mark by mark, a branch cut where no continuation can agree
//! * `look_up`: the last stages are not walked but looked up, in the tables of `tail`

pub(in crate::trial::reconstruct) mod depth_first;

mod look_up;
mod tail;

pub use depth_first::Progress;
