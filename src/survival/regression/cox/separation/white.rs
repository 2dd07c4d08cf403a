//! Columns in which nearly collinear ones are apart.
//!
//! Directions, levels and rays are told by sums of products, and of nearly collinear columns these are small differences of large
//! numbers: a direction along which one moves and another takes most of it back would pass for none. With `L` the Cholesky factor of
//! the information of the plain rows, the columns of `X L⁻ᵀ` have the identity for it, and a direction d of X is `L⁻ᵀ y`.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::independent::plain_information;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::separation::pairs::Pairs;
use crate::survival::regression::cox::separation::vectors::norm;

/// Of its variance, what every column keeps beyond earlier ones where they may stay as they are.
const APART: f64 = 1e-3;

/// The way to columns that are apart, and back.
pub(in crate::survival::regression::cox) struct White {
    free: Vec<usize>,
    /// `L⁻ᵀ`, in units in which the information is that of the events, row-major over the columns `free`.
    to: Vec<f64>,
    /// The size of the terms of which a number in such a column is the sum: what is rounding is told by it.
    reach: Vec<f64>,
}

impl White {
    /// Returns `None` where the columns `free` are well apart.
    pub fn of(rows: &Rows, ties: Ties, free: &[usize]) -> Option<Self> {
        if free.len() < 2 {
            return None;
        }
        let information = plain_information(rows, ties);
        let factor = Cholesky::new(&information, rows.p, free)?;
        let mut pivots = factor.pivots().zip(free);
        if pivots.all(|(pivot, &j)| pivot > APART * information[j * rows.p + j]) {
            return None;
        }
        let events = rows.event.iter().filter(|&&e| e).count() as f64;
        let to: Vec<f64> = factor.to_white().iter().map(|x| x * events.sqrt()).collect();
        let (given, k) = (Pairs::new(rows, ties, free).reach, free.len());
        let reach = (0..k).map(|c| (0..=c).map(|i| given[i] * to[i * k + c].abs()).sum()).collect();
        Some(Self { free: free.to_vec(), to, reach })
    }

    /// The pairs of rows that are in the columns that are apart, in which so many times more counts as rounding.
    pub fn pairs<'a>(&self, rows: &'a Rows, ties: Ties, free: &'a [usize], more: f64) -> Pairs<'a> {
        Pairs { rows, ties, free, reach: self.reach.iter().map(|r| r * more).collect() }
    }

    /// The same rows in the columns that are apart.
    pub fn rows(&self, rows: &Rows) -> Rows {
        let (mut white, k) = (rows.clone(), self.free.len());
        for row in white.x.chunks_exact_mut(rows.p) {
            let own: Vec<f64> = self.free.iter().map(|&j| row[j]).collect();
            for (c, &j) in self.free.iter().enumerate() {
                row[j] = (0..=c).map(|i| own[i] * self.to[i * k + c]).sum();
            }
        }
        self.free.iter().zip(&self.reach).for_each(|(&j, r)| white.reach[j] = *r);
        white
    }

    /// A direction of the columns that are apart in those that were given, over all columns; 0 where what is left is rounding:
    /// `rounding` of what a coefficient may move by at all.
    pub fn back(&self, direction: &[f64], rounding: f64) -> Vec<f64> {
        let k = self.free.len();
        let y: Vec<f64> = self.free.iter().map(|&j| direction[j]).collect();
        let mut given = vec![0.0; direction.len()];
        for (a, &j) in self.free.iter().enumerate() {
            let moved: f64 = (a..k).map(|c| self.to[a * k + c] * y[c]).sum();
            let most = self.most(a) * norm(&y);
            given[j] = if moved.abs() > rounding * most { moved } else { 0.0 };
        }
        given
    }

    /// The columns by which the rest is told: all but one for each of these directions, in the columns that were given, along which
    /// the rest is level. Those are held that a direction moves most, by elimination with full pivots.
    pub fn determined(&self, mut level: Vec<Vec<f64>>) -> Vec<usize> {
        let mut told: Vec<usize> = (0..self.free.len()).collect();
        for row in 0..level.len() {
            let places = (row..level.len()).flat_map(|r| told.iter().map(move |&a| (r, a)));
            let size = |&(r, a): &(usize, usize)| level[r][self.free[a]].abs() / self.most(a);
            let Some((r, a)) = places.max_by(|x, y| size(x).total_cmp(&size(y))) else { break };
            level.swap(row, r);
            let (own, j) = (level[row].clone(), self.free[a]);
            for other in &mut level[row + 1..] {
                let share = other[j] / own[j];
                other.iter_mut().zip(&own).for_each(|(x, o)| *x -= share * o);
            }
            told.retain(|&b| b != a);
        }
        told.into_iter().map(|a| self.free[a]).collect()
    }

    /// How far the coefficient at a place among the free ones moves at most along a direction of length 1.
    fn most(&self, place: usize) -> f64 {
        let k = self.free.len();
        norm(&self.to[place * k..(place + 1) * k])
    }
}
