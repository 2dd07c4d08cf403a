//! Who was at risk when: the one step that touches every subject.
//!
//! [`RiskTable`] holds, for each distinct time, how many entered, were at risk, had the event and were censored. Every
//! nonparametric estimator and every log-rank test is a function of it, and tables of parts merge into the table of the
//! whole. What one subject does to a curve, for robust variances, is in `influence`.

mod build;
mod builder;
#[cfg(feature = "arrow")]
mod by_cause;
mod cause_tables;
mod checks;
mod columns;
pub(crate) mod competing;
mod count;
mod encoded;
pub(crate) mod event_times;
mod exact_rows;
mod fine;
mod grid;
pub(crate) mod influence;
pub(crate) mod labelled;
mod merge;
mod risk_tables;
#[cfg(feature = "serde")]
mod stored;
pub(crate) mod table;
mod tally;

#[cfg(feature = "arrow")]
pub(crate) use by_cause::{by_cause, put_together};
pub use cause_tables::CompetingRiskTables;
pub use competing::CompetingRiskTable;
pub use grid::{GridBound, GridTable};
pub use labelled::LabelledTables;
pub use risk_tables::RiskTables;
pub use table::{RiskTable, Row};
