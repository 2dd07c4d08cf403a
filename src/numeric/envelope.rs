//! Symmetric positive definite systems whose rows are full from some column on: Cholesky's factor within that envelope.
//!
//! The factor of row i begins where the row does (George & Liu 1981, chapter 4), so a band of width b costs n b² operations and a
//! tridiagonal system n.

/// A matrix of which row i holds columns `first[i]..=i`, and then its factor.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The column of the first entry of each row.
    first: Vec<usize>,
    /// Where each row begins in the entries.
    begin: Vec<usize>,
    entries: Vec<f64>,
}

impl Envelope {
    /// Zeros. No `first` may lie beyond its row.
    pub(crate) fn new(first: &[usize]) -> Self {
        let mut begin = Vec::with_capacity(first.len() + 1);
        let mut sum = 0;
        for (i, &f) in first.iter().enumerate() {
            begin.push(sum);
            sum += i + 1 - f;
        }
        begin.push(sum);
        Self { first: first.to_vec(), begin, entries: vec![0.0; sum] }
    }

    /// Adds to the entry of a row and a column at or before it.
    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        self.entries[self.begin[row] + column - self.first[row]] += value;
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.entries[self.begin[i]..self.begin[i + 1]]
    }

    /// The factor in place of the matrix, with pivots raised to the last digits of their diagonal. `None` where a diagonal element
    /// is not above 0.
    pub(crate) fn factor(&mut self) -> Option<()> {
        for i in 0..self.first.len() {
            let (done, rest) = self.entries.split_at_mut(self.begin[i]);
            let own = &mut rest[..i + 1 - self.first[i]];
            for j in self.first[i]..i {
                let from = self.first[i].max(self.first[j]);
                let other = &done[self.begin[j]..self.begin[j + 1]];
                let (a, b) = (
                    &own[from - self.first[i]..j - self.first[i]],
                    &other[from - self.first[j]..j - self.first[j]],
                );
                let value = (own[j - self.first[i]] - dot(a, b)) / other[j - self.first[j]];
                own[j - self.first[i]] = value;
            }
            let last = own.len() - 1;
            let diagonal = own[last];
            let left = diagonal - dot(&own[..last], &own[..last]);
            if !(diagonal > 0.0 && left.is_finite()) {
                return None;
            }
            own[last] = left.max(1e-14 * diagonal).sqrt();
        }
        Some(())
    }

    /// Solves with the factor.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..x.len() {
            let row = self.row(i);
            let last = row.len() - 1;
            x[i] = (x[i] - dot(&row[..last], &x[self.first[i]..i])) / row[last];
        }
        for i in (0..x.len()).rev() {
            let row = self.row(i);
            let last = row.len() - 1;
            x[i] /= row[last];
            let value = x[i];
            for (x, r) in x[self.first[i]..i].iter_mut().zip(&row[..last]) {
                *x -= value * r;
            }
        }
        x
    }
}

/// Four sums side by side, so that none waits for the one before.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (a_chunks, b_chunks) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..4 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// `M x` is what was asked for.
    #[test]
    fn a_system_is_solved_within_its_envelope() {
        let m =
            [[4.0, -1.0, 0.0, 0.0], [-1.0, 5.0, -2.0, 0.5], [0.0, -2.0, 6.0, -1.0], [0.0, 0.5, -1.0, 3.0]];
        let mut envelope = Envelope::new(&[0, 0, 1, 1]);
        for (i, from) in [0, 0, 1, 1].into_iter().enumerate() {
            for j in from..=i {
                envelope.add(i, j, m[i][j]);
            }
        }
        envelope.factor().unwrap();
        let b = [1.0, -2.0, 3.0, 0.5];
        let x = envelope.solve(&b);
        for (row, b) in m.iter().zip(b) {
            let product: f64 = row.iter().zip(&x).map(|(m, x)| m * x).sum();
            assert_relative_eq!(product, b, max_relative = 1e-14);
        }
    }
}
