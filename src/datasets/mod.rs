//! Published data sets that are small enough to be part of the crate: for examples, tests and teaching.
//!
//! | data | what it is | source |
//! |---|---|---|
//! | [`leukaemia`] | weeks of remission of 21 + 21 children, 6-mercaptopurine against placebo | Freireich et al. (1963), Gehan (1965) |
//! | [`maintenance`] | weeks of remission of 23 adults, maintenance chemotherapy against none | Miller (1981), Embury et al. (1977) |
//! | [`saa`] | the published trial in children with aplastic anaemia, reconstructed | doi 10.1186/s12887-021-02562-x |
//!
//! The numbers are facts from the publications named; no licence covers them.

mod remission;

pub use crate::trial::examples::saa;
pub use remission::{leukaemia, maintenance};
