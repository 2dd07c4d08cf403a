//! The law of one cell of a 2 × 2 table whose margins are given: hypergeometric, and with an odds ratio Fisher's
//! noncentral one.

use crate::proportion::pair::TwoProportions;

/// The cell's possible values from `first` on, with the logarithms of their weights at an odds ratio of 1, relative to
/// the most probable.
pub(super) struct Cell {
    pub first: u64,
    ln_weights: Vec<f64>,
}

impl Cell {
    /// Events in a group of n, where it and m others have s events together.
    pub fn new(n: u64, m: u64, s: u64) -> Self {
        let (first, last) = (s.saturating_sub(m), s.min(n));
        let (nf, mf, sf) = (n as f64, m as f64, s as f64);
        // Weight of x + 1 over that of x.
        let step = |x: u64| {
            let x = x as f64;
            ((nf - x) * (sf - x) / ((x + 1.0) * (mf - sf + x + 1.0))).ln()
        };
        let mode = (((nf + 1.0) * (sf + 1.0) / (nf + mf + 2.0)) as u64).clamp(first, last);
        let mut ln_weights = vec![0.0; (last - first) as usize + 1];
        let at = (mode - first) as usize;
        // From the mode outwards: what counts is added up over few terms.
        for i in at + 1..ln_weights.len() {
            ln_weights[i] = ln_weights[i - 1] + step(first + i as u64 - 1);
        }
        for i in (0..at).rev() {
            ln_weights[i] = ln_weights[i + 1] - step(first + i as u64);
        }
        Self { first, ln_weights }
    }

    /// That of a table.
    pub fn of(pair: &TwoProportions) -> Self {
        let (group, reference) = (pair.group(), pair.reference());
        Self::new(group.subjects(), reference.subjects(), group.events() + reference.events())
    }

    /// The largest possible value.
    pub fn last(&self) -> u64 {
        self.first + self.ln_weights.len() as u64 - 1
    }

    /// The probabilities at an odds ratio of 1.
    pub fn probabilities(&self) -> Vec<f64> {
        self.probabilities_at(0.0)
    }

    /// The probabilities at an odds ratio with this logarithm.
    pub fn probabilities_at(&self, ln_odds_ratio: f64) -> Vec<f64> {
        let tilted: Vec<f64> =
            self.ln_weights.iter().enumerate().map(|(i, w)| w + i as f64 * ln_odds_ratio).collect();
        let top = tilted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = tilted.iter().map(|w| (w - top).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    }
}

/// Weights that are equal but for rounding are equal: R's `fisher.test` has the same margin.
const NEAR: f64 = 1.0 + 1e-7;

/// The p-values of one table of the cell: its own row `at` among the `probabilities`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tails {
    /// The probability of the table itself.
    pub point: f64,
    /// `P(X ≤ x)`.
    pub lower: f64,
    /// `P(X ≥ x)`.
    pub higher: f64,
    /// The tables that are no more probable.
    pub two_sided: f64,
    /// Those that are as probable.
    pub as_probable: f64,
}

impl Tails {
    /// Those of every table.
    pub fn all(probabilities: &[f64]) -> Vec<Self> {
        let running = |p: &f64, sum: &mut f64| {
            *sum += p;
            *sum
        };
        let below: Vec<f64> = probabilities.iter().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        let mut above: Vec<f64> =
            probabilities.iter().rev().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        above.reverse();
        let mut sorted = probabilities.to_vec();
        sorted.sort_by(f64::total_cmp);
        let sums: Vec<f64> = sorted.iter().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        let tails = probabilities.iter().zip(below.iter().zip(&above)).map(|(&point, (lower, higher))| {
            // The table itself is among them.
            let from = sorted.partition_point(|p| p * NEAR < point);
            let to = sorted.partition_point(|p| *p <= point * NEAR).max(1);
            Self {
                point,
                lower: lower.min(1.0),
                higher: higher.min(1.0),
                two_sided: sums[to - 1].min(1.0),
                as_probable: sorted[from.min(to - 1)..to].iter().sum(),
            }
        });
        tails.collect()
    }

    /// With half the probability of the table (one side) and of those as probable (two sides).
    pub fn mid(self) -> Self {
        Self {
            lower: self.lower - 0.5 * self.point,
            higher: self.higher - 0.5 * self.point,
            two_sided: self.two_sided - 0.5 * self.as_probable,
            ..self
        }
    }
}
