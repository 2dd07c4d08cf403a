//! `Σ b bᵀ` and `Σ e x xᵀ` over many rows, by blocks of rows and a matrix product.
//!
//! The product is ndarray's. faer's triangular one alone is faster (10⁶ × 20: 14 ms against 34), but inside a fit, block
//! by block, it made a step slower (199 ms against 124 in one run), and it brings a hundred crates and minutes of building.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Rows that are gathered until a block is full; the product is then taken at the speed of a matrix product
/// rather than row by row.
#[derive(Debug)]
pub(super) struct SymmetricProduct {
    buffer: Array2<f64>,
    used: usize,
    sum: Array2<f64>,
}

/// Rows in a block: with 20 columns they fit into the first-level cache, with 100 into the second.
const ROWS: usize = 192;

/// Columns in a block, of which only those on and above the diagonal are computed. Narrow blocks compute less below it and
/// bring the rows into the order of the product more often.
fn block(p: usize) -> usize {
    if p <= 40 { 16 } else { 32 }
}

impl SymmetricProduct {
    pub fn new(p: usize) -> Self {
        // The block is allocated by the first `clear`: most fits with few columns need none.
        Self { buffer: Array2::zeros((0, p)), used: 0, sum: Array2::zeros((p, p)) }
    }

    pub fn clear(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = Array2::zeros((ROWS, self.sum.ncols()));
        }
        self.used = 0;
        self.sum.fill(0.0);
    }

    /// The next row, to be written in full.
    #[inline]
    pub fn next_row(&mut self) -> &mut [f64] {
        if self.used == ROWS {
            self.flush();
        }
        let p = self.sum.ncols();
        let from = self.used * p;
        self.used += 1;
        match self.buffer.as_slice_mut() {
            Some(buffer) => &mut buffer[from..from + p],
            None => &mut [],
        }
    }

    fn flush(&mut self) {
        let p = self.sum.ncols();
        let rows = self.buffer.slice_axis(Axis(0), Slice::from(..self.used));
        let mut from = 0;
        while from < p {
            let to = (from + block(p)).min(p);
            let block = rows.slice_axis(Axis(1), Slice::from(from..to));
            let rest = rows.slice_axis(Axis(1), Slice::from(from..));
            let mut sum = self.sum.slice_axis_mut(Axis(0), Slice::from(from..to));
            let mut sum = sum.slice_axis_mut(Axis(1), Slice::from(from..));
            general_mat_mul(1.0, &block.t(), &rest, 1.0, &mut sum);
            from = to;
        }
        self.used = 0;
    }

    /// Adds `factor` times the sum to `to` (row-major, p × p), both triangles.
    pub fn add_to(&mut self, factor: f64, to: &mut [f64]) {
        self.flush();
        let p = self.sum.ncols();
        for i in 0..p {
            for j in i..p {
                let value = factor * self.sum[[i, j]];
                to[i * p + j] += value;
                if i != j {
                    to[j * p + i] += value;
                }
            }
        }
    }
}

/// `Σ e x xᵀ` and `Σ m x` over rows that lie side by side in memory, by blocks of them: one matrix product gives both.
#[derive(Debug)]
pub(super) struct WeightedProduct {
    /// Of each row of a block m, then e x.
    buffer: Array2<f64>,
    /// `Σ m x` above `Σ e x xᵀ`, of which the upper triangle is kept.
    sum: Array2<f64>,
}

impl WeightedProduct {
    /// So many rows are taken at once.
    pub const ROWS: usize = ROWS;

    pub fn new(p: usize) -> Self {
        Self { buffer: Array2::zeros((0, p + 1)), sum: Array2::zeros((p + 1, p)) }
    }

    pub fn clear(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = Array2::zeros((ROWS, self.sum.nrows()));
        }
        self.sum.fill(0.0);
    }

    /// Adds up to [`ROWS`](Self::ROWS) rows (row-major) with what `factors` tells of each of them: m and e.
    pub fn add(&mut self, x: &[f64], factors: impl Fn(usize) -> (f64, f64)) {
        let p = self.sum.ncols();
        if p == 0 {
            return;
        }
        let shape = (x.len() / p, p);
        let (Some(buffer), Ok(rows)) = (self.buffer.as_slice_mut(), ArrayView2::from_shape(shape, x)) else {
            return;
        };
        for (i, (z, x)) in buffer.chunks_exact_mut(p + 1).zip(x.chunks_exact(p)).enumerate() {
            let (m, e) = factors(i);
            let Some((first, z)) = z.split_first_mut() else { continue };
            *first = m;
            z.iter_mut().zip(x).for_each(|(z, x)| *z = e * x);
        }
        let scaled = self.buffer.slice_axis(Axis(0), Slice::from(..rows.nrows()));
        let mut from = 0;
        while from <= p {
            let to = (from + block(p)).min(p + 1);
            let diagonal = Slice::from(from.saturating_sub(1)..);
            let mut sum = self.sum.slice_axis_mut(Axis(0), Slice::from(from..to));
            let mut sum = sum.slice_axis_mut(Axis(1), diagonal);
            let block = scaled.slice_axis(Axis(1), Slice::from(from..to));
            general_mat_mul(1.0, &block.t(), &rows.slice_axis(Axis(1), diagonal), 1.0, &mut sum);
            from = to;
        }
    }

    /// Both sums; the second row-major, p × p, both triangles.
    pub fn copy_to(&self, gradient: &mut [f64], information: &mut [f64]) {
        let p = self.sum.ncols();
        for j in 0..p {
            gradient[j] = self.sum[[0, j]];
            for i in 0..=j {
                information[i * p + j] = self.sum[[i + 1, j]];
                information[j * p + i] = self.sum[[i + 1, j]];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;
    use approx::assert_relative_eq;

    /// Beside the sums term by term, where a block is full and where it is not, with one block of columns and several.
    #[test]
    fn both_products_are_those_term_by_term() {
        let mut random = Random::new(2, 0);
        for (n, p) in [(1, 1), (ROWS, 7), (ROWS + 1, 8), (2 * ROWS + 5, 9), (500, 41), (30, 64)] {
            let mut draw = || random.uniform() - 0.4;
            let x: Vec<f64> = (0..n * p).map(|_| draw()).collect();
            let factors: Vec<(f64, f64)> = (0..n).map(|_| (draw(), draw().abs())).collect();
            let (mut plain, mut weighted) = (SymmetricProduct::new(p), WeightedProduct::new(p));
            plain.clear();
            weighted.clear();
            x.chunks_exact(p).for_each(|x| plain.next_row().copy_from_slice(x));
            for (x, f) in x.chunks(ROWS * p).zip(factors.chunks(ROWS)) {
                weighted.add(x, |i| f[i]);
            }
            let (mut gradient, mut information, mut square) =
                (vec![1.0; p], vec![1.0; p * p], vec![0.0; p * p]);
            weighted.copy_to(&mut gradient, &mut information);
            plain.add_to(-2.0, &mut square);
            let rows = || x.chunks_exact(p).zip(&factors);
            for i in 0..p {
                let expected: f64 = rows().map(|(x, f)| f.0 * x[i]).sum();
                assert_relative_eq!(gradient[i], expected, max_relative = 1e-12, epsilon = 1e-12);
                for j in 0..p {
                    let expected: f64 = rows().map(|(x, f)| f.1 * x[i] * x[j]).sum();
                    assert_relative_eq!(
                        information[i * p + j],
                        expected,
                        max_relative = 1e-12,
                        epsilon = 1e-12
                    );
                    let expected: f64 = rows().map(|(x, _)| -2.0 * x[i] * x[j]).sum();
                    assert_relative_eq!(square[i * p + j], expected, max_relative = 1e-12, epsilon = 1e-12);
                }
            }
        }
    }
}
