//! Products of short vectors.

pub(in crate::survival::regression::cox) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub(in crate::survival::regression::cox) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

pub(super) fn add(to: &mut [f64], from: &[f64], factor: f64) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}
