//! The rows of a table as they were before near ties became one: what parts are merged by.

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::table::{Counts, RiskTable};
use crate::survival::risk_table::tally::{At, Heads, Sums};

impl RiskTable {
    /// The rows as they were before near ties became one: numbers of subjects.
    pub(super) fn exact_heads(&self) -> Option<Vec<At<Heads>>> {
        if matches!(self.counts, Counts::Weighted { .. }) {
            return None;
        }
        Some(self.exact(|i| self.heads(i), |j| self.fine.rows[j].heads))
    }

    /// The rows as they were before near ties became one: sums of weights.
    pub(super) fn exact_sums(&self) -> Vec<At<Sums>> {
        let sums = self.sums();
        self.exact(|i| sums[i].counts, |j| self.fine.sums_at(j))
    }

    fn exact<C: Copy>(&self, coarse: impl Fn(usize) -> C, fine: impl Fn(usize) -> C) -> Vec<At<C>> {
        let mut rows = Vec::with_capacity(self.len() + self.fine.rows.len());
        let mut next = 0;
        for (i, &time) in self.time.iter().enumerate() {
            let from = next;
            while self.fine.rows.get(next).is_some_and(|f| f.row as usize == i) {
                rows.push(At { time: self.fine.rows[next].time, counts: fine(next) });
                next += 1;
            }
            if next == from {
                rows.push(At { time, counts: coarse(i) });
            }
        }
        rows
    }

    /// What happened at row `i`, with what rounding took from its sums.
    pub(super) fn sums_at(&self, i: usize) -> Sums {
        let row = self.row(i);
        let [events, censored, entered] = match &self.counts {
            Counts::Weighted { lost, .. } => match lost.binary_search_by_key(&i, |&(at, _)| at as usize) {
                Ok(found) => lost[found].1,
                Err(_) => [0.0; 3],
            },
            Counts::Subjects { .. } => [0.0; 3],
        };
        Sums {
            events: Twofold { high: row.events, low: events },
            censored: Twofold { high: row.censored, low: censored },
            entered: Twofold { high: row.entered, low: entered },
            heads: self.heads(i),
        }
    }

    /// The rows, near ties being one, with what rounding took from their sums.
    pub(super) fn sums(&self) -> Vec<At<Sums>> {
        (0..self.len()).map(|i| At { time: self.time[i], counts: self.sums_at(i) }).collect()
    }
}
