//! The last stretch of an order, tabulated: half of the search is a look-up.
//!
//! Beyond the last event an order is free, and what its last `k` positions do to the curve is a factor and a
//! sum that do not depend on what came before. So all ways to place events in those positions are listed
//! once, by number of events and sorted by factor; whatever precedes them picks a window. 2ⁿ orders cost
//! about 2ⁿᐟ² look-ups.

use crate::trial::reconstruct::arm::convention::StdErrorConvention;

/// One way to place events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    pub factor: f64,
    pub sum: f64,
    /// Bit `i`: an event at position `i`, otherwise a censoring.
    pub events: u32,
}

impl Tail {
    /// Positions up to and including the last event.
    pub fn len(self) -> u32 {
        u32::BITS - self.events.leading_zeros()
    }
}

/// All tails of one number at risk.
#[derive(Debug)]
pub(super) struct Tails {
    /// By the number of events; each sorted by increasing factor.
    groups: Vec<Vec<Tail>>,
    /// Orders in each group, with any number of censorings behind the last event.
    orders: Vec<u128>,
}

impl Tails {
    /// The tails of `at_risk` subjects of whom `free < 32` may go.
    pub fn new(at_risk: u32, free: u32, convention: StdErrorConvention) -> Self {
        let mut groups = vec![Vec::new(); free as usize + 1];
        let mut orders = vec![0; free as usize + 1];
        // The tail without its last event is an earlier entry: the factor and the sum are one operation away.
        let mut all = vec![Tail { factor: 1.0, sum: 0.0, events: 0 }];
        groups[0].extend_from_slice(&all);
        orders[0] = u128::from(at_risk) + 1;
        for position in 0..free {
            let n = at_risk - position;
            let (factor, term) = (convention.factor(n), convention.term(n).unwrap_or(f64::INFINITY));
            for i in 0..all.len() {
                let Tail { factor: before, sum, events } = all[i];
                let tail =
                    Tail { factor: before * factor, sum: sum + term, events: events | (1 << position) };
                let group = events.count_ones() as usize + 1;
                groups[group].push(tail);
                orders[group] += u128::from(at_risk - position);
                all.push(tail);
            }
        }
        for group in &mut groups {
            group.sort_unstable_by(|a, b| a.factor.total_cmp(&b.factor));
        }
        Self { groups, orders }
    }

    /// The tails with that many events whose factor is between the bounds.
    pub fn between(&self, events: u32, low: f64, high: f64) -> &[Tail] {
        let Some(group) = self.groups.get(events as usize) else { return &[] };
        let from = group.partition_point(|t| t.factor < low);
        let to = group.partition_point(|t| t.factor <= high);
        group.get(from..to).unwrap_or(&[])
    }

    /// How many orders the tails with that many events stand for.
    pub fn orders(&self, events: u32) -> u128 {
        self.orders.get(events as usize).copied().unwrap_or(0)
    }
}
