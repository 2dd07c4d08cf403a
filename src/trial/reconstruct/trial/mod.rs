//! Two arms together: which interleavings of their orders give the published comparison.
//!
//! * what is published: `figures`; what is asked of them: `reconstruction`
//! * how the search goes: every pair of orders (`pairs`), on one time axis (`lattice`), from both ends (`weave`) that meet where
//!   the statistic is as published (`window`), with the test's sums as integers (`log_rank`)
//! * what is found: `interleavings`, each an `interleaving`

pub(super) mod figures;
pub(super) mod interleaving;
pub(super) mod interleavings;
pub(super) mod lattice;
pub(super) mod log_rank;
pub(super) mod pairs;
pub(super) mod reconstruction;
pub(super) mod weave;
pub(super) mod window;

pub use figures::TrialFigures;
pub use interleaving::Interleaving;
pub use interleavings::{Interleavings, TestValue};
