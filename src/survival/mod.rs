//! Statistics of time-to-event data. This wing knows nothing of trials.

mod data;
mod groups;
mod risk_table;

pub use data::{Column, NearTies, RightCensored, Weights};
pub use groups::Groups;
pub use risk_table::{RiskTable, Row};
