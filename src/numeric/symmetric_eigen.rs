//! Eigenvalues and eigenvectors of a small symmetric matrix.
//!
//! Jacobi's rotations (Golub & Van Loan 1996, section 8.4): each takes one element off the diagonal to 0 and adds its
//! square to the diagonal; sweeps over all of them converge quadratically, eigenvalues to 1e-14 of the
//! largest. O(n³) a sweep, some eight sweeps.

/// Eigenvalues and eigenvectors (columns) of a small symmetric matrix.
pub(crate) fn symmetric_eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; n * n];
    (0..n).for_each(|i| v[i * n + i] = 1.0);
    // The elements count as 0 relative to the diagonal: a matrix of tiny or of huge numbers converges like any other.
    let size: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..30 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j].powi(2)).sum();
        if off <= 1e-28 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p * n + q] == 0.0 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cos = (t * t + 1.0).sqrt().recip();
                let sin = t * cos;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    (a[k * n + p], a[k * n + q]) = (cos * x - sin * y, sin * x + cos * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    (a[p * n + k], a[q * n + k]) = (cos * x - sin * y, sin * x + cos * y);
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    (v[k * n + p], v[k * n + q]) = (cos * x - sin * y, sin * x + cos * y);
                }
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::symmetric_eigen;
    use approx::assert_relative_eq;

    #[test]
    fn the_matrix_is_rebuilt_from_its_eigenvectors() {
        for scale in [1e-100, 1.0, 1e100] {
            let a = [4.0, 1.0, -2.0, 1.0, 3.0, 0.5, -2.0, 0.5, 1.0].map(|x| x * scale);
            let (values, vectors) = symmetric_eigen(a.to_vec(), 3);
            for i in 0..3 {
                for j in 0..3 {
                    let rebuilt: f64 =
                        (0..3).map(|m| values[m] * vectors[i * 3 + m] * vectors[j * 3 + m]).sum();
                    assert_relative_eq!(rebuilt, a[i * 3 + j], epsilon = 1e-13 * scale);
                }
            }
        }
        let (values, _) = symmetric_eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        assert_relative_eq!(values[0].min(values[1]), 1.0, epsilon = 1e-14);
    }
}
