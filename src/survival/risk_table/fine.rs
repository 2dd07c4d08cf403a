//! What near ties were before they became one row.

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::tally::{Heads, Sums};

/// A row at the exact time that it had before near ties became one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Fine {
    /// The row that it is a part of.
    pub row: u32,
    pub time: f64,
    pub heads: Heads,
}

/// All such rows, in order of time. In weighted tables with the sums (events, censored, entered) of each, and what
/// rounding took from them.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct FineRows {
    pub rows: Vec<Fine>,
    pub sums: Vec<[[f64; 2]; 3]>,
}

impl FineRows {
    pub(super) fn sums_at(&self, i: usize) -> Sums {
        let twofold = |[high, low]: [f64; 2]| Twofold { high, low };
        let [events, censored, entered] = if let Some(sums) = self.sums.get(i) {
            sums.map(twofold)
        } else {
            let Heads { events, censored, entered } = self.rows[i].heads;
            [events, censored, entered].map(|n| twofold([f64::from(n), 0.0]))
        };
        Sums { events, censored, entered, heads: self.rows[i].heads }
    }
}
