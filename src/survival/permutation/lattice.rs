//! The distribution of a score sum where all scores lie on a coarse grid, as Gehan's whole numbers do.
//!
//! The shift algorithm (Streitberg & Röhmel 1986): an array per number of subjects in the first arm, indexed by
//! the sum; adding a subject adds the array of one subject less, shifted by its score.

use crate::survival::permutation::states::Block;

/// What the arrays may take: this many additions, and this many cells at once.
const WORK: f64 = 3e9;
const CELLS: f64 = 8e6;

/// Probabilities of the sums `origin + i·step`.
pub(super) struct Lattice {
    origin: i64,
    step: i64,
    probabilities: Vec<f64>,
}

impl Lattice {
    /// Returns `None` if the scores have no common grid that is coarse enough.
    pub(super) fn new(blocks: &[Block]) -> Option<Self> {
        let mut step = 0;
        for block in blocks {
            let first = *block.scores.first()?;
            for &score in &block.scores {
                step = gcd(step, score.abs_diff(first));
            }
        }
        let step = i64::try_from(step.max(1)).ok()?;
        let mut whole = Self { origin: 0, step, probabilities: vec![1.0] };
        for block in blocks {
            whole = whole.plus(&Self::of_block(block, step)?)?;
        }
        Some(whole)
    }

    fn of_block(block: &Block, step: i64) -> Option<Self> {
        let smallest = *block.scores.iter().min()?;
        let mut shifts: Vec<u64> = block.scores.iter().map(|s| s.abs_diff(smallest) / step as u64).collect();
        shifts.sort_unstable();
        let (n, k) = (shifts.len(), block.first_arm);
        let largest: f64 = shifts.iter().rev().take(k).map(|&s| s as f64).sum();
        let cells = (k + 1) as f64 * (largest + 1.0);
        if cells > CELLS || cells * n as f64 > WORK {
            return None;
        }
        let width = largest as usize + 1;
        // Each subject is in the first arm with the probability k/n: the sum over the arm's size is then a
        // binomial probability, which neither overflows nor vanishes as a number of allocations would.
        let share = k as f64 / n as f64;
        let mut arrays = vec![0.0; (k + 1) * width];
        arrays[0] = 1.0;
        let mut reach = 0;
        for (done, &shift) in shifts.iter().enumerate() {
            let shift = shift as usize;
            reach = (reach + shift).min(width - 1);
            for count in (0..=k.min(done + 1)).rev() {
                let (below, here) = arrays.split_at_mut(count * width);
                let here = &mut here[..=reach];
                for x in here.iter_mut() {
                    *x *= 1.0 - share;
                }
                if count > 0 && shift <= reach {
                    let below = &below[(count - 1) * width..][..=reach - shift];
                    for (x, y) in here[shift..].iter_mut().zip(below) {
                        *x += share * y;
                    }
                }
            }
        }
        let mut probabilities = arrays.split_off(k * width);
        let total: f64 = probabilities.iter().sum();
        for p in &mut probabilities {
            *p /= total;
        }
        Some(Self { origin: smallest * k as i64, step, probabilities })
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        let (a, b) = (&self.probabilities, &other.probabilities);
        if a.len() as f64 * b.len() as f64 > WORK || (a.len() + b.len()) as f64 > CELLS {
            return None;
        }
        let mut probabilities = vec![0.0; a.len() + b.len() - 1];
        for (i, p) in a.iter().enumerate() {
            for (sum, q) in probabilities[i..].iter_mut().zip(b) {
                *sum += p * q;
            }
        }
        Some(Self { origin: self.origin + other.origin, step: self.step, probabilities })
    }

    /// `P(T ≤ x)`.
    pub(super) fn at_most(&self, x: i64) -> f64 {
        let cells = (x - self.origin).div_euclid(self.step) + 1;
        self.probabilities.iter().take(usize::try_from(cells).unwrap_or(0)).sum()
    }

    /// `P(T ≥ x)`.
    pub(super) fn at_least(&self, x: i64) -> f64 {
        let skip = (x - self.origin - 1).div_euclid(self.step) + 1;
        self.probabilities.iter().skip(usize::try_from(skip).unwrap_or(0)).rev().sum()
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
