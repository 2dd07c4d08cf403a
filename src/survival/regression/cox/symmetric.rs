//! `Σ b bᵀ` over many rows, by blocks of rows and a matrix product.
//!
//! The product is ndarray's. faer's triangular one alone is faster (10⁶ × 20: 14 ms against 34), but inside a fit, block
//! by block, it made a step slower (199 ms against 124 in one run), and it brings a hundred crates and minutes of building.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis, Slice};

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
/// Columns in a block: only blocks on and above the diagonal are computed.
const COLUMNS: usize = 32;

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
            let to = (from + COLUMNS).min(p);
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
