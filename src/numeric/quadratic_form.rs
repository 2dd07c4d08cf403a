//! `uᵀ V⁻ u` for a covariance matrix that may be singular, as that of k group scores always is.

use crate::numeric::cholesky::Cholesky;

/// The quadratic form in a generalised inverse of the symmetric, positive semidefinite `v` (row-major,
/// k × k), and the rank of `v`, by a Cholesky factorisation with diagonal pivots.
///
/// A pivot below 1e-10 of the largest diagonal element counts as 0.
pub(crate) fn quadratic_form(u: &[f64], v: &[f64]) -> (f64, usize) {
    let k = u.len();
    let largest = (0..k).map(|i| v[i * k + i]).fold(0.0, f64::max);
    quadratic_form_above(u, v, 1e-10 * largest)
}

/// The share of a known variance below which another one is the square of a number that should be 0: searches end at a step of
/// 1e-9 standard errors.
pub(crate) const NOISE: f64 = 1e-14;

/// The same for a variance that may be singular beside another one, `known`, of the same numbers, which is not: a robust one beside
/// that of the model. In units in which `known` is the identity the rank hangs neither on units nor on which of several
/// equivalent sets of numbers they are.
pub(crate) fn quadratic_form_beside(u: &[f64], v: &[f64], known: &[f64]) -> (f64, usize) {
    let k = u.len();
    let unit: Vec<f64> =
        (0..k).map(|i| known[i * k + i].sqrt()).map(|s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
    let scaled = |m: &[f64]| (0..k * k).map(|a| m[a] * unit[a / k] * unit[a % k]).collect::<Vec<f64>>();
    let u: Vec<f64> = u.iter().zip(&unit).map(|(u, s)| u * s).collect();
    let v = scaled(v);
    match Cholesky::new(&scaled(known), k, &(0..k).collect::<Vec<_>>()) {
        Some(factor) => {
            let (u, v) = (factor.whiten(&u), factor.whiten_both(&v));
            let largest = (0..k).map(|i| v[i * k + i]).fold(0.0, f64::max);
            quadratic_form_above(&u, &v, (1e-10 * largest).max(NOISE))
        }
        None => quadratic_form(&u, &v),
    }
}

/// The same where a pivot of at most `floor` counts as 0, by a caller who knows the size of rounding errors.
///
/// Only the lower triangle is read: k³/6 multiplications.
pub(crate) fn quadratic_form_above(u: &[f64], v: &[f64], floor: f64) -> (f64, usize) {
    let k = u.len();
    let mut u = u.to_vec();
    // Rows of the lower triangle; a pivot is exchanged with the last row that is left.
    let mut rows: Vec<Vec<f64>> = (0..k).map(|i| v[i * k..=i * k + i].to_vec()).collect();
    let (mut form, mut rank) = (0.0, 0);
    while let Some(at) = (0..rows.len()).max_by(|&a, &b| rows[a][a].total_cmp(&rows[b][b])) {
        let last = rows.len() - 1;
        exchange(&mut rows, at, last);
        u.swap(at, last);
        let Some(row) = rows.pop() else { break };
        let pivot = row[last];
        if !(pivot > floor) {
            break;
        }
        rank += 1;
        // The root of the pivot first: the square of a large u would overflow where the quotient does not.
        let z = u[last] / pivot.sqrt();
        form += z * z;
        let share = u[last] / pivot;
        for (i, other) in rows.iter_mut().enumerate() {
            u[i] -= row[i] * share;
            let factor = row[i] / pivot;
            for (x, y) in other.iter_mut().zip(&row) {
                *x -= factor * y;
            }
        }
    }
    (form, rank)
}

/// Exchanges rows and columns `i` and `j ≥ i` of a symmetric matrix in its lower triangle.
fn exchange(rows: &mut [Vec<f64>], i: usize, j: usize) {
    if i == j {
        return;
    }
    let diagonal = rows[i][i];
    rows[i][i] = rows[j][j];
    rows[j][j] = diagonal;
    for m in 0..i {
        let x = rows[i][m];
        rows[i][m] = rows[j][m];
        rows[j][m] = x;
    }
    for m in i + 1..j {
        let x = rows[m][i];
        rows[m][i] = rows[j][m];
        rows[j][m] = x;
    }
    for row in &mut rows[j + 1..] {
        row.swap(i, j);
    }
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

    /// A known decomposition: V = L Lᵀ with L random, u = L z, so that uᵀ V⁻¹ u = zᵀz, in whatever order the pivots come;
    /// and the scale of u and V is no part of it.
    #[test]
    fn pivots_may_come_in_any_order() {
        let k = 7;
        let mut random = crate::numeric::random::Random::new(1, 1);
        for scale in [1e-120, 1.0, 1e120] {
            let l: Vec<f64> =
                (0..k * k).map(|i| if i % k <= i / k { random.uniform() + 0.1 } else { 0.0 }).collect();
            let z: Vec<f64> = (0..k).map(|_| random.uniform() - 0.5).collect();
            let row = |i: usize| &l[i * k..(i + 1) * k];
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
            let v: Vec<f64> = (0..k * k).map(|i| scale * scale * dot(row(i / k), row(i % k))).collect();
            let u: Vec<f64> = (0..k).map(|i| scale * dot(row(i), &z)).collect();
            let (form, rank) = quadratic_form_above(&u, &v, 0.0);
            assert_eq!(rank, k);
            // The random triangle has a condition of some 1e4.
            assert_relative_eq!(form, dot(&z, &z), max_relative = 1e-9);
        }
    }
}
