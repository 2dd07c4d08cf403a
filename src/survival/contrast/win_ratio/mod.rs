//! Win statistics: every subject of one group compared with every subject of the other, the most important
//! endpoint first.
//!
//! [`WinRatio`] compares, up to a horizon and within strata ([`StratumWins`]) if asked, and gives
//! [`WinStatistics`]: win ratio, win odds and net benefit with their intervals, and the Finkelstein-Schoenfeld
//! test; with weights for censoring it gives [`AdjustedWinStatistics`], which do not hang on the follow-up (`censoring`). The comparison of pairs is in `pairs`; with one endpoint it is a matter of ranks and takes a sort, with
//! more it looks at every pair, block by block. What measures are made of, and how strata are weighted, is in
//! `shares`.
//!
//! Not here: [`LogRank`](crate::survival::LogRank), which compares at each time and not over the shared follow-up.

pub mod adjusted;
mod censoring;
pub mod comparison;
pub mod finkelstein_schoenfeld;
mod pairs;
mod shares;
pub mod statistics;
#[cfg(feature = "serde")]
mod stored;
pub mod strata;

pub use adjusted::{AdjustedWinStatistics, EndpointShares};
pub use comparison::WinRatio;
pub use finkelstein_schoenfeld::FinkelsteinSchoenfeld;
pub use statistics::{Divisor, EndpointWins, WinStatistics};
pub use strata::StratumWins;
