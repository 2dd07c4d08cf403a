//! Unconditional tests: any ordering of the 2 × 2 tables, and the largest probability that a table as extreme has.
//!
//! Under one common probability π the tables with s events in all have a total binomial weight, and given s the law of
//! the cell is hypergeometric whatever π is. So the probability of a set of tables is `Σₛ qₛ C(N, s) πˢ (1 −
//! π)^(N−s)`, where `qₛ` is the conditional probability of the set: a polynomial in Bernstein form, of which the
//! maximum over [0, 1] is found with proof ([`bernstein`](crate::numeric::bernstein), relative error 10⁻¹²). No grid
//! of π, no local search.

use crate::error::{Error, Result};
use crate::numeric::bernstein;
use crate::proportion::binomial;
use crate::proportion::hypergeometric::Cell;
use crate::proportion::power::Assumed;

/// Statistics within this factor of each other are equal: they come from sums of some thousand terms.
const NEAR: f64 = 1e-10;
/// A maximum takes some hundred times N² averages.
const MOST_SUBJECTS: u64 = 4000;

/// The statistic of every table: the smaller, the more extreme.
pub(super) struct Ordering {
    n: u64,
    m: u64,
    statistic: Vec<f64>,
}

impl Ordering {
    /// Refuses groups that are too large, before anything is computed.
    pub fn check(n: u64, m: u64) -> Result<()> {
        if n.saturating_add(m) <= MOST_SUBJECTS {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "an unconditional exact test",
            size: format!("{} subjects, {MOST_SUBJECTS} at most", n.saturating_add(m)),
            instead: "with so many subjects take Fisher's test, or Miettinen and Nurminen's interval",
        })
    }

    /// By a statistic of the number of events in the group (of n) and in the reference (of m).
    pub fn new(n: u64, m: u64, statistic: impl Fn(u64, u64) -> f64) -> Self {
        let statistic = (0..=n).flat_map(|x| (0..=m).map(move |y| (x, y))).map(|(x, y)| statistic(x, y));
        Self { n, m, statistic: statistic.collect() }
    }

    /// By given statistics, those of one count in the group after those of another.
    pub fn from_statistics(n: u64, m: u64, statistic: Vec<f64>) -> Self {
        Self { n, m, statistic }
    }

    fn of(&self, x: u64, y: u64) -> f64 {
        self.statistic[(x * (self.m + 1) + y) as usize]
    }

    /// The largest probability of a table with a statistic at most `limit`, and the common probability for which it is.
    fn maximum(&self, limit: f64, cells: &[(u64, Vec<f64>)]) -> (f64, f64) {
        let limit = limit + NEAR * limit.abs();
        let conditional = cells.iter().enumerate().map(|(s, (first, probabilities))| {
            let inside = (*first..).zip(probabilities).filter(|(x, _)| self.of(*x, s as u64 - x) <= limit);
            inside.map(|(_, p)| p).sum::<f64>().min(1.0)
        });
        bernstein::maximum(&conditional.collect::<Vec<_>>())
    }

    /// The hypergeometric law for every number of events.
    pub fn cells(n: u64, m: u64) -> Vec<(u64, Vec<f64>)> {
        let cell = |s| {
            let cell = Cell::new(n, m, s);
            (cell.first, cell.probabilities())
        };
        (0..=n + m).map(cell).collect()
    }

    /// The p-value of a table, and the common probability for which it is largest.
    pub fn p_value(&self, x: u64, y: u64, cells: &[(u64, Vec<f64>)]) -> (f64, f64) {
        self.maximum(self.of(x, y), cells)
    }

    /// The probability of the tables whose p-value is at most `alpha`. A more extreme table has the smaller p-value,
    /// so the critical value is bisected.
    pub fn power(&self, group: Assumed, reference: Assumed, alpha: f64) -> f64 {
        let cells = Self::cells(self.n, self.m);
        let mut limits = self.statistic.clone();
        limits.sort_by(f64::total_cmp);
        limits.dedup();
        let rejected = limits.partition_point(|&limit| self.maximum(limit, &cells).0 <= alpha);
        let Some(&critical) = rejected.checked_sub(1).and_then(|at| limits.get(at)) else { return 0.0 };
        let critical = critical + NEAR * critical.abs();
        let of_group = binomial::probabilities(self.n, group.probability());
        let of_reference = binomial::probabilities(self.m, reference.probability());
        let mut power = 0.0;
        for (row, p) in self.statistic.chunks(self.m as usize + 1).zip(of_group) {
            let inside = row.iter().zip(&of_reference).filter(|(s, _)| **s <= critical);
            power += p * inside.map(|(_, q)| q).sum::<f64>();
        }
        f64::min(power, 1.0)
    }
}

/// The statistic of a pooled comparison: `(p₁ − p₂)/√(p(1 − p)(1/n + 1/m))`; 0 where nobody or everybody has the event.
pub(super) fn pooled_score(x: u64, n: u64, y: u64, m: u64) -> f64 {
    let [x, n, y, m] = [x, n, y, m].map(|k| k as f64);
    let (events, all) = (x + y, n + m);
    let numerator = x * m - y * n;
    if numerator == 0.0 { 0.0 } else { numerator / (events * (all - events) * n * m / all).sqrt() }
}
