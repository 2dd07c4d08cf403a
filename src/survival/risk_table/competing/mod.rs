//! The risk table's sibling for competing risks: at each distinct time, the events of each cause.
//!
//! One sort and one pass, as for a [`RiskTable`], which it holds: the table of any cause. The cause travels in the low
//! bits of the sorted key wherever the times leave room for it, so that sorting integers sorts the data here too.

mod build;
mod columns;
mod exact;
mod packed;
mod parts;
#[cfg(feature = "serde")]
mod stored;
pub(crate) mod table;

pub(super) use exact::with_events;
pub(super) use parts::events_of_all;
#[cfg(feature = "arrow")]
pub(super) use parts::from_parts;
pub use table::CompetingRiskTable;
