//! `uᵀ V⁻ u` for a covariance matrix that may be singular, as that of k group scores always is.

/// The quadratic form in a generalised inverse of the symmetric, positive semidefinite `v` (row-major,
/// k × k), and the rank of `v`, by a Cholesky factorisation with diagonal pivots.
///
/// A pivot below 1e-10 of the largest diagonal element counts as 0.
pub(crate) fn quadratic_form(u: &[f64], v: &[f64]) -> (f64, usize) {
    let k = u.len();
    let largest = (0..k).map(|i| v[i * k + i]).fold(0.0, f64::max);
    quadratic_form_above(u, v, 1e-10 * largest)
}

/// The same where a pivot of at most `floor` counts as 0, by a caller who knows the size of rounding errors.
pub(crate) fn quadratic_form_above(u: &[f64], v: &[f64], floor: f64) -> (f64, usize) {
    let k = u.len();
    let (mut u, mut v) = (u.to_vec(), v.to_vec());
    let mut left: Vec<usize> = (0..k).collect();
    let (mut form, mut rank) = (0.0, 0);
    while let Some(at) = (0..left.len()).max_by(|&a, &b| {
        let diagonal = |i: usize| v[left[i] * k + left[i]];
        diagonal(a).total_cmp(&diagonal(b))
    }) {
        let p = left.swap_remove(at);
        let pivot = v[p * k + p];
        if !(pivot > floor) {
            break;
        }
        rank += 1;
        form += u[p] * u[p] / pivot;
        for &i in &left {
            let factor = v[i * k + p] / pivot;
            u[i] -= factor * u[p];
            for &j in &left {
                v[i * k + j] -= factor * v[p * k + j];
            }
        }
    }
    (form, rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn singular_covariances_have_their_rank() {
        let (form, rank) = quadratic_form(&[1.0, -1.0], &[0.5, -0.5, -0.5, 0.5]);
        assert_eq!(rank, 1);
        assert_relative_eq!(form, 2.0);
        assert_eq!(quadratic_form(&[0.0, 0.0], &[0.0; 4]), (0.0, 0));
        // [[2, 1], [1, 2]]⁻¹ = [[2, −1], [−1, 2]] / 3
        let (form, rank) = quadratic_form(&[1.0, 2.0], &[2.0, 1.0, 1.0, 2.0]);
        assert_eq!(rank, 2);
        assert_relative_eq!(form, (2.0 - 4.0 + 8.0) / 3.0, max_relative = 1e-14);
    }
}
