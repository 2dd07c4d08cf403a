//! Small symmetric, positive definite systems: Cholesky in the order of the columns, so that of collinear
//! columns the later one is found to be redundant.

/// The factor of the rows and columns that are in use.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    n: usize,
    /// Lower triangle, row-major over the columns in use.
    factor: Vec<f64>,
    used: Vec<usize>,
}

impl Cholesky {
    /// Factors the columns `used` of the row-major `n × n` matrix. Returns `None` if a pivot is not positive.
    pub(crate) fn new(matrix: &[f64], n: usize, used: &[usize]) -> Option<Self> {
        let k = used.len();
        let mut factor = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..=i {
                let dot: f64 = (0..j).map(|l| factor[i * k + l] * factor[j * k + l]).sum();
                let value = matrix[used[i] * n + used[j]] - dot;
                if i == j {
                    if !(value > 0.0 && value.is_finite()) {
                        return None;
                    }
                    factor[i * k + i] = value.sqrt();
                } else {
                    factor[i * k + j] = value / factor[j * k + j];
                }
            }
        }
        Some(Self { n, factor, used: used.to_vec() })
    }

    /// The columns that are not combinations of earlier ones: each keeps more than `tolerance` of its own
    /// diagonal element, and of `floor`, once the earlier ones are taken out.
    pub(crate) fn independent(matrix: &[f64], n: usize, tolerance: f64, floor: f64) -> Vec<usize> {
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let mut used = Vec::new();
        for j in 0..n {
            let mut row = Vec::with_capacity(used.len());
            for (l, &u) in used.iter().enumerate() {
                let earlier: &Vec<f64> = &rows[l];
                let dot: f64 = row.iter().zip(earlier).map(|(a, b): (&f64, &f64)| a * b).sum();
                row.push((matrix[j * n + u] - dot) / earlier[l]);
            }
            let diagonal = matrix[j * n + j];
            let pivot = diagonal - row.iter().map(|a| a * a).sum::<f64>();
            if pivot > tolerance * diagonal.max(floor) {
                row.push(pivot.sqrt());
                rows.push(row);
                used.push(j);
            }
        }
        used
    }

    /// What each column in use adds beyond the earlier ones.
    pub(crate) fn pivots(&self) -> impl Iterator<Item = f64> + '_ {
        let k = self.used.len();
        (0..k).map(move |i| self.factor[i * k + i].powi(2))
    }

    /// `L⁻¹ b` over the columns in use, with `M = L Lᵀ`: a vector whose covariance is M then has unit variances.
    pub(crate) fn whiten(&self, b: &[f64]) -> Vec<f64> {
        let k = self.used.len();
        let mut y: Vec<f64> = self.used.iter().map(|&u| b[u]).collect();
        for i in 0..k {
            for j in 0..i {
                y[i] -= self.factor[i * k + j] * y[j];
            }
            y[i] /= self.factor[i * k + i];
        }
        y
    }

    /// `L⁻¹ A L⁻ᵀ` of the columns in use, row-major, for a symmetric `n × n` matrix A.
    pub(crate) fn whiten_both(&self, matrix: &[f64]) -> Vec<f64> {
        let (n, k) = (self.n, self.used.len());
        let column = |j: usize| (0..n).map(|i| matrix[i * n + j]).collect::<Vec<f64>>();
        let half: Vec<Vec<f64>> = self.used.iter().map(|&j| self.whiten(&column(j))).collect();
        // L⁻¹ A, row by row; then its rows by L⁻¹ again.
        let mut whole = Vec::with_capacity(k * k);
        for a in 0..k {
            let mut row = vec![0.0; n];
            for (half, &j) in half.iter().zip(&self.used) {
                row[j] = half[a];
            }
            whole.extend(self.whiten(&row));
        }
        whole
    }

    /// `M⁻¹ A M⁻¹` for a symmetric `n × n` matrix A, with zero rows and columns for what is not in use: by
    /// `L⁻¹ A L⁻ᵀ`, which is well conditioned where A is like M. What rounding does to it changes the quadratic form of the inverse
    /// little; products with a written inverse would lose the smallest eigenvalues of nearly collinear columns.
    pub(crate) fn sandwich(&self, matrix: &[f64]) -> Vec<f64> {
        let (n, k) = (self.n, self.used.len());
        let mut half = self.whiten_both(matrix);
        // L⁻ᵀ from the left, then the same of the transposed.
        for _ in 0..2 {
            for column in 0..k {
                for i in (0..k).rev() {
                    let known: f64 = (i + 1..k).map(|j| self.factor[j * k + i] * half[j * k + column]).sum();
                    half[i * k + column] = (half[i * k + column] - known) / self.factor[i * k + i];
                }
            }
            half = (0..k * k).map(|a| half[(a % k) * k + a / k]).collect();
        }
        let mut whole = vec![0.0; n * n];
        for (a, &i) in self.used.iter().enumerate() {
            for (b, &j) in self.used.iter().enumerate() {
                whole[i * n + j] = f64::midpoint(half[a * k + b], half[b * k + a]);
            }
        }
        whole
    }

    /// `L⁻ᵀ` over the columns in use, row-major: the columns of a design times it have the identity for M.
    pub(crate) fn to_white(&self) -> Vec<f64> {
        let k = self.used.len();
        let mut inverse = vec![0.0; k * k];
        for c in 0..k {
            inverse[c * k + c] = self.factor[c * k + c].recip();
            for i in (0..c).rev() {
                let known: f64 = (i + 1..=c).map(|j| self.factor[j * k + i] * inverse[j * k + c]).sum();
                inverse[i * k + c] = -known / self.factor[i * k + i];
            }
        }
        inverse
    }

    /// `M⁻¹ b`; zero in the columns that are not in use.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let k = self.used.len();
        let mut y: Vec<f64> = self.used.iter().map(|&u| b[u]).collect();
        for i in 0..k {
            for j in 0..i {
                y[i] -= self.factor[i * k + j] * y[j];
            }
            y[i] /= self.factor[i * k + i];
        }
        for i in (0..k).rev() {
            for j in i + 1..k {
                y[i] -= self.factor[j * k + i] * y[j];
            }
            y[i] /= self.factor[i * k + i];
        }
        let mut x = vec![0.0; self.n];
        for (&u, y) in self.used.iter().zip(y) {
            x[u] = y;
        }
        x
    }

    /// The inverse, row-major, with zero rows and columns for what is not in use.
    pub(crate) fn inverse(&self) -> Vec<f64> {
        let n = self.n;
        let mut inverse = vec![0.0; n * n];
        for &u in &self.used {
            let mut unit = vec![0.0; n];
            unit[u] = 1.0;
            inverse[u * n..(u + 1) * n].copy_from_slice(&self.solve(&unit));
        }
        for i in 0..n {
            for j in 0..i {
                let mean = f64::midpoint(inverse[i * n + j], inverse[j * n + i]);
                (inverse[i * n + j], inverse[j * n + i]) = (mean, mean);
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn the_later_of_collinear_columns_is_redundant() {
        // Columns a, 2a, b.
        let m = [1.0, 2.0, 0.5, 2.0, 4.0, 1.0, 0.5, 1.0, 1.0];
        let used = Cholesky::independent(&m, 3, 1e-11, 1e-12);
        assert_eq!(used, [0, 2]);
        assert!(Cholesky::new(&m, 3, &[0, 1, 2]).is_none());
        let x = Cholesky::new(&m, 3, &used).unwrap().solve(&[1.0, 9.0, 1.0]);
        assert_relative_eq!(x[0] + 0.5 * x[2], 1.0, max_relative = 1e-14);
        assert_relative_eq!(0.5 * x[0] + x[2], 1.0, max_relative = 1e-14);
        assert_eq!(x[1], 0.0);
    }
}
